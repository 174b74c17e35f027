"""How far the predictions of a run can be trusted."""

import streamlit as st

from dashboard import loaders
from dashboard.selection import Selection
from dashboard.widgets import (
    corruptions,
    explaining,
    frame,
    opening,
    robustness,
    selection_bar,
    stage,
    strangers,
    tables,
    trust,
)
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline import words
from pipeline.analysis import metrics as metrics_of
from pipeline.data.known import seen_in_training
from pipeline.store.reviews import AMBIGUOUS, WRONG_LABEL
from pipeline.store.run_folder import Run


def without_marked(run: Run) -> None:
    """State the accuracy without the images whose labels people doubt, if there are any."""
    marks, fingerprint = loaders.marks(), run.info.dataset.fingerprint
    marked = marks.tagged(fingerprint, WRONG_LABEL) | marks.tagged(fingerprint, AMBIGUOUS)
    correct, total = metrics_of.hits(loaders.predictions(run), marked)
    if total < run.info.metrics.total:
        st.markdown(trust_words.left_out(run.info.metrics.total - total, correct, total))


def elsewhere(run: Run) -> None:
    """Show its accuracy on other datasets, or say how to find out."""
    st.subheader("On other datasets")
    found, name, own = run.evaluations(), run.info.dataset.name, run.info.dataset.fingerprint
    if not found:
        st.caption(
            "Not evaluated on other datasets yet. To evaluate it on one with the same classes:"
        )
        st.code(f"inkling evaluate {run.id} --dataset …", language="bash", wrap_lines=True)
        return
    known = run.info.added is None  # what it was trained on
    seen = [other for other in found if known and seen_in_training(other.dataset.fingerprint, own)]
    unseen = [other for other in found if other not in seen]
    st.markdown(f"**{text.plain(trust_words.elsewhere(run.info.metrics, unseen))}**")
    rows = [(f"{name} (its own)", run.info.metrics)]
    rows += [(other.dataset.name, other.metrics) for other in unseen]
    rows += [(f"{other.dataset.name} (trained on these)", other.metrics) for other in seen]
    tables.results(rows, "elsewhere")
    for other in seen:
        st.caption(text.plain(words.trained_on_these(other.dataset.name, name)))


view = opening.view()
run, metrics = view.run, view.run.info.metrics
frame.heading(
    "Scorecard",
    trust_words.accuracy(metrics, seen=run.info.saw_test_images),
    "accuracy",
    "test_set",
    "confidence_interval",
)
stage.alone(lambda: trust.remaining_errors(loaders.risk_coverage(run)))
without_marked(run)
if run.info.corrections:
    learned = words.corrections(run.info.corrections)
    st.caption(text.plain(f"It also learned from {learned}."))
selection_bar.bar(view)
if view.chosen.filters != Selection():
    st.caption(f"The scorecard covers all {metrics.total:,} test images, whatever is selected.")
left, right = st.columns(2, gap="large")
with left:
    trust.selective_prediction(run)
with right:
    trust.calibration(run)
left, right = st.columns(2, gap="large")
with left:
    st.subheader("Class by class", help=explaining.hover("recall", "precision", "f1"))
    st.markdown(f"**{text.plain(run_words.weakest_class(metrics))}**")
    tables.class_scores(metrics.classes, loaders.confusion(run), "class_scores")
with right:
    elsewhere(run)
corruptions.corruptions(view)
robustness.robustness(run)
strangers.strangers(run)
