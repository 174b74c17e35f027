"""How far the answers of a run can be trusted."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import trust
from dashboard.selection import Selection
from dashboard.widgets import frame, selecting, tables
from dashboard.words import general as words
from dashboard.words import trust as trust_words
from pipeline.analysis import metrics as evaluation
from pipeline.store import model_card
from pipeline.store.reviews import AMBIGUOUS, WRONG_LABEL
from pipeline.store.runs import Run


def without_marked(run: Run) -> None:
    """Say how it fares where nobody doubts the label, if people marked any."""
    marks, fingerprint = loaders.marks(), run.info.dataset.fingerprint
    marked = marks.tagged(fingerprint, WRONG_LABEL) | marks.tagged(fingerprint, AMBIGUOUS)
    correct, total = evaluation.hits(loaders.predictions(run), marked)
    if total < run.info.metrics.total:
        st.markdown(trust_words.left_out(run.info.metrics.total - total, correct, total))


def coverage(run: Run) -> None:
    """Let people choose how many images a person should see, and show what remains."""
    st.subheader("When a person helps")
    found = loaders.coverage(run)
    if found.errors_remaining(0) == 0:
        st.write(f"It makes no error on these {found.total:,} images: none needs passing on.")
        return
    key = f"passed_{found.total}"
    # A widget forgets on another page; who looks at the errors there comes back to this choice.
    st.session_state.setdefault(key, st.session_state.get(f"_{key}", found.usual()))
    passed = st.session_state[f"_{key}"] = st.select_slider(
        "Pass on to a person",
        found.choices(),
        key=key,
        format_func=lambda count: f"{count:,} ({words.percent(count / found.total)})",
        help="The images that it is least sure of go to a person, who is taken to be right.",
    )
    figure = trust.coverage(
        found.curve(), passed, found.errors_remaining(passed), found.total, frame.colours()
    )
    finding = trust_words.passed_on(found, passed)
    alt = f"Errors that remain against images passed on to a person. {finding}."
    frame.chart(figure, alt, "coverage", finding=finding)
    st.caption(trust_words.threshold(found, passed))
    with st.container(horizontal=True):
        if passed:
            below = Selection(confidence=(0.0, float(found.confidence[passed - 1])))
            selecting.link(run, "confusion_matrix", "The images passed on", below)
        if found.errors_remaining(passed):
            above = Selection(outcome="wrong", confidence=(float(found.confidence[passed]), 1.0))
            selecting.link(run, "mistakes", "The errors that remain", above)


def calibration(run: Run) -> None:
    """Show whether it is as sure as it is right."""
    st.subheader("Is it as sure as it is right?")
    table, error = loaders.predictions(run), run.info.metrics.calibration_error
    correct = (table["label"] == table["predicted"]).to_numpy()
    bins = evaluation.calibration_bins(table["confidence"].to_numpy(), correct)
    finding = trust_words.calibration(bins, error)
    figure = trust.reliability(bins, trust_words.FEW, frame.colours())
    frame.chart(figure, f"Accuracy by confidence. {finding}.", "reliability", finding=finding)
    st.caption(
        f"Expected calibration error: {words.percent(error)}, the mean gap between confidence and "
        f"accuracy over {evaluation.BINS} bins. Lines are 95 % Wilson intervals."
    )


def elsewhere(run: Run) -> None:
    """Show how it fares on other datasets, or say how to find out."""
    st.subheader("On other datasets")
    found, name = run.evaluations(), run.info.dataset.name
    if not found:
        st.caption("Not tried on another dataset yet. One with the same classes is measured with")
        st.code(f"inkling evaluate {run.id} --dataset …", language="bash", wrap_lines=True)
        return
    st.markdown(f"**{words.plain(trust_words.elsewhere(run.info.metrics, found))}**")
    others = [(other.dataset.name, other.metrics) for other in found]
    tables.results([(f"{name} (its own)", run.info.metrics), *others], "elsewhere")


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
metrics = run.info.metrics
frame.heading("Scorecard", trust_words.accuracy(metrics))
without_marked(run)
if run.info.corrections:
    st.caption(words.plain(f"It also learned from {model_card.in_words(run.info.corrections)}."))
selecting.bar(run, chosen)
if chosen.filters != Selection():
    st.caption(f"The scorecard counts all {metrics.total:,} test images, whatever is selected.")
left, right = st.columns(2, gap="large")
with left:
    coverage(run)
with right:
    calibration(run)
left, right = st.columns(2, gap="large")
with left:
    st.subheader("Class by class")
    st.markdown(f"**{words.plain(words.weakest_class(metrics))}**")
    tables.class_scores(metrics.classes, loaders.confusion(run), "class_scores")
with right:
    elsewhere(run)
