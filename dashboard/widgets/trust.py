"""Selective prediction and calibration of a run."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import trust as figures
from dashboard.selection import Selection
from dashboard.widgets import choices, explaining, frame, selection_bar
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline.analysis.metrics import BINS
from pipeline.analysis.selective_prediction import RiskCoverage
from pipeline.store.run_folder import Run


def selective_prediction(run: Run) -> None:
    """Let people choose how many images go to a person, and show the errors that remain."""
    st.subheader(
        "Selective prediction: pass doubtful images to a person",
        help=explaining.hover("selective_prediction", "confidence"),
    )
    found = loaders.risk_coverage(run)
    passed = remaining_errors(found)
    if passed is None:
        return
    st.caption(trust_words.threshold(found, passed))
    with st.container(horizontal=True):
        if passed:
            below = Selection(confidence=(0.0, float(found.confidence[passed - 1])))
            selection_bar.link(run, "confusion_matrix", "The images passed on", below)
        if found.errors_remaining(passed):
            above = Selection(outcome="wrong", confidence=(float(found.confidence[passed]), 1.0))
            selection_bar.link(run, "mistakes", "The errors that remain", above)


def remaining_errors(found: RiskCoverage) -> int | None:
    """Let people choose how many images go to a person, and draw the errors that remain.

    Returns:
        How many are passed on; None if there is no error.
    """
    if found.errors_remaining(0) == 0:
        st.write(f"It makes no error on these {text.images(found.total)}: nothing to pass on.")
        return None
    passed = choices.slider(
        "passed",
        "Pass to a person",
        found.choices(),
        default=found.usual(),
        shown=lambda count: f"{count:,} ({text.percent(count / found.total)})",
        explained="The images with the lowest confidence go to a person, who is assumed to be "
        "right.",
    )
    figure = loaders.drawn(
        figures.risk_coverage,
        found.curve(),
        passed,
        found.errors_remaining(passed),
        found.total,
        frame.colors(),
    )
    finding = trust_words.passed_on(found, passed)
    alt = f"Errors that remain against images passed to a person. {finding}."
    frame.chart(figure, alt, "risk_coverage", finding=finding)
    return passed


def calibration(run: Run) -> None:
    """Show whether confidence matches accuracy."""
    st.subheader(
        "Calibration: does its confidence match its accuracy?",
        help=explaining.hover("calibration", "confidence", "accuracy"),
    )
    bins, error = loaders.calibration(run), run.info.metrics.calibration_error
    finding = trust_words.calibration(bins, error)
    figure = loaders.drawn(figures.reliability, bins, trust_words.FEW, frame.colors())
    frame.chart(figure, f"Accuracy by confidence. {finding}.", "reliability", finding=finding)
    st.caption(
        f"Expected calibration error: {text.percent(error)}, the mean gap between confidence and "
        f"accuracy over {BINS} bins. Lines are 95% confidence intervals (Wilson).",
        help=explaining.hover("calibration_error", "confidence_interval"),
    )
