"""Which class is taken for which; a click on a cell shows its images."""

import streamlit as st

from dashboard import figures, loaders, state, widgets, words
from pipeline.runs import Run


def matrix(run: Run, chosen: state.Selection) -> None:
    """Draw the matrix; a click puts its cell into the address."""
    metrics, names = run.info.metrics, run.class_names
    finding = words.top_confusion(metrics.confusions, names)
    st.markdown(f"**{words.plain(finding)}**")
    numbers = st.segmented_control(
        "Numbers",
        ["Counts", "Share of row, %"],
        default="Counts",
        required=True,
        key="numbers",
        label_visibility="collapsed",
    )
    cell = None
    if chosen.true is not None and chosen.predicted is not None:
        cell = (chosen.true, chosen.predicted)
    figure = figures.confusion_matrix(
        loaders.confusion(run),
        names,
        widgets.colours(),
        shares=numbers != "Counts",
        chosen=cell,
    )
    key = f"matrix_{run.id}"

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points:
            true, predicted = divmod(points[0]["point_index"], len(names))
            state.change(true=names[true], predicted=names[predicted], sample=None)

    st.plotly_chart(
        figure,
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Confusion matrix. {finding}. "
        "The two lists beside it choose a cell without a pointer.",
    )


def cell_images(run: Run, chosen: state.Selection) -> None:
    """Show the images of the chosen cell, surest first."""
    names = run.class_names
    left, right = st.columns(2)
    with left:
        widgets.class_filter(run, state.TRUE, "True", chosen.true)
    with right:
        widgets.class_filter(run, state.PREDICTED, "Predicted", chosen.predicted)
    if chosen.true is None and chosen.predicted is None:
        st.info("Click a cell to see its images.", icon=":material/touch_app:")
        return
    rows = loaders.in_cell(run, chosen.true, chosen.predicted)
    if chosen.true is not None and chosen.predicted is not None:
        of = int(loaders.confusion(run)[chosen.true].sum())
        sentence = words.cell(len(rows), of, names[chosen.true], names[chosen.predicted])
    elif chosen.true is not None:
        sentence = f"**{len(rows):,}** images are “{words.plain(names[chosen.true])}”."
    else:
        sentence = (
            f"**{len(rows):,}** images are read as “{words.plain(names[chosen.predicted or 0])}”."
        )
    st.markdown(sentence)
    if len(rows):
        widgets.image_gallery(
            run,
            widgets.images_of(run),
            rows,
            "cell_images",
            "Images of the chosen cell",
            widgets.open_feature_maps,
        )


run = widgets.current_run()
chosen = widgets.selection(run)
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
widgets.heading(
    "Confusion matrix",
    f"**{wrong:,} of {metrics.total:,}** test images lie off the diagonal: they are mistakes."
    if wrong
    else f"All {metrics.total:,} test images lie on the diagonal: no mistakes.",
)
left, right = st.columns([5, 3], gap="medium")
with left:
    matrix(run, chosen)
with right:
    cell_images(run, chosen)
