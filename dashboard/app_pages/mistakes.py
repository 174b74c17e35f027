"""Every misclassified test image, surest first."""

import streamlit as st

from dashboard import loaders, state, widgets, words
from pipeline.datasets import Dataset
from pipeline.runs import Run


def detail(run: Run, dataset: Dataset, sample: int) -> None:
    """Show one image large, with what the network thought."""
    row = loaders.predictions(run).iloc[sample]
    names = run.class_names
    true, predicted = names[int(row["label"])], names[int(row["predicted"])]
    st.subheader(words.plain(f"{true} → {predicted}"))
    st.caption(f"Test image {sample}, {words.percent(row['confidence'])} sure")
    alt = f"Test image {sample}, which is “{true}”, large."
    widgets.picture(dataset.x_test[sample], ink=dataset.ink, width=224, alt=alt, key="large")
    probabilities = loaders.graph(run).probabilities(dataset.x_test[sample : sample + 1])[0]
    widgets.probabilities(probabilities, run, "mistake_bars", true=int(row["label"]))
    if st.button("See its feature maps", icon=":material/layers:"):
        widgets.open_feature_maps(sample)


run = widgets.current_run()
chosen = widgets.selection(run)
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
everything = loaders.mistakes(run, None, None)
if wrong == 0:
    widgets.heading("Mistakes", f"None: all {metrics.total:,} test images are right.")
    st.page_link("app_pages/draw.py", label="Try to fool it by drawing", icon=":material/draw:")
    st.stop()
sure = int((everything["confidence"] > 0.9).sum())
widgets.heading(
    "Mistakes",
    f"**{wrong:,} of {metrics.total:,}** test images are misread, {sure:,} of them with more than "
    "90 % confidence.",
)
true_column, predicted_column, _ = st.columns([1, 1, 3])
with true_column:
    widgets.class_filter(run, state.TRUE, "True", chosen.true)
with predicted_column:
    widgets.class_filter(run, state.PREDICTED, "Predicted", chosen.predicted)
dataset = widgets.images_of(run)
rows = loaders.mistakes(run, chosen.true, chosen.predicted)
left, right = st.columns([3, 2], gap="large")
with left:
    if rows.empty:
        st.info("No mistake fits these filters.", icon=":material/filter_alt_off:")
    else:
        st.caption(f"{len(rows):,} shown, surest first. Click one to look closer.")
        widgets.image_gallery(
            run,
            dataset,
            rows,
            "mistakes_gallery",
            "Misclassified test images, surest first",
            lambda sample: state.change(sample=sample),
            chosen=chosen.sample,
        )
with right:
    shown = chosen.sample if chosen.sample in set(rows["index"]) else None
    if shown is None and len(rows):
        shown = int(rows["index"].iloc[0])
    if shown is not None and dataset is not None:
        detail(run, dataset, shown)
