"""What the model is, and how often it is right."""

import streamlit as st

from dashboard import address, loaders
from dashboard.figures import bars
from dashboard.selection import PREDICTED, TRUE
from dashboard.widgets import (
    explaining,
    frame,
    highlights,
    model,
    opening,
    promoting,
    report,
    stage,
)
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline.store.run_folder import Run

LONGEST_NAME = 14  # letters of a class name in a link


def confusions(run: Run) -> None:
    """List the most frequent mistakes, each a link to its images."""
    found, names = run.info.metrics.confusions, run.class_names
    st.markdown(f"**{text.plain(run_words.top_confusion(found, names))}**")
    for item in found[:6]:
        true, predicted = names[item.true], names[item.predicted]
        pair = " → ".join(text.shorten(name, LONGEST_NAME) for name in (true, predicted))
        st.page_link(
            "app_pages/confusion_matrix.py",
            label=text.plain(f"{pair}: {text.times(item.count)}"),
            help=text.plain(f"{true} → {predicted}") if pair != f"{true} → {predicted}" else None,
            icon=":material/arrow_forward:",
            query_params={address.RUN: run.id, TRUE: true, PREDICTED: predicted},
        )


run = opening.current_run()
metrics = run.info.metrics
frame.heading(
    f"{run_words.network_title(run)} on {run.info.dataset.name}",
    run_words.verdict(run.info),
    "accuracy",
    "test_set",
)
stage.alone(lambda: highlights.pictures(run))
st.caption(
    f"{text.plain(run_words.lesson(run))} {run_words.interval(metrics)}",
    help=explaining.hover(*run_words.terms_of_lesson(run), "confidence_interval"),
)
promoting.since(run)

left, right = st.columns([3, 2], gap="large")
with left:
    highlights.pictures(run)
    report.hand_over(run)
with right:
    highlights.invitation(run)
    highlights.trust(run)
    confusions(run)
if metrics.correct < metrics.total:
    finding = run_words.weakest_class(metrics)
    figure = loaders.drawn(bars.class_bars, metrics.classes, frame.colors())
    alt = f"Share of each class that is missed. {finding}."
    frame.chart(figure, alt, "classes", finding=finding)
model.layers(run)
model.card(run)
model.origin(run)
