"""Which class is taken for which; a click on a cell shows its images."""

import streamlit as st

from dashboard import loaders, state, words
from dashboard.figures import matrix as matrix_figures
from dashboard.selection import Selection
from dashboard.widgets import detail, frame, galleries, selecting
from pipeline.runs import Run


def matrix(run: Run, chosen: Selection) -> None:
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
    figure = matrix_figures.confusion_matrix(
        loaders.confusion(run),
        names,
        frame.colours(),
        shares=numbers != "Counts",
        chosen=chosen.cell,
    )
    key = f"matrix_{run.id}"

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points:
            true, predicted = divmod(points[0]["point_index"], len(names))
            selecting.toward(chosen, true, predicted, names)

    st.plotly_chart(
        figure,
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Confusion matrix. {finding}.",
    )


def images(run: Run, second: Run | None, chosen: Selection) -> None:
    """Show the chosen images, surest first, or the one that was picked of them."""
    if chosen.filters == Selection() and chosen.sample is None:
        st.info("Click a cell to see its images.", icon=":material/touch_app:")
        return
    dataset = galleries.images_of(run)
    rows = loaders.rows(run, second, chosen, "surest first")
    if chosen.sample is not None and dataset is not None:
        st.button(
            f"All {len(rows):,} images",
            icon=":material/arrow_back:",
            key="back_to_all",
            on_click=state.change,
            kwargs={"sample": None},
        )
        detail.detail(run, second, dataset, chosen.sample)
        return
    st.markdown(words.chosen_images(len(rows), chosen, loaders.confusion(run), run.class_names))
    if len(rows):
        galleries.gallery_of(
            run,
            dataset,
            rows,
            "cell_images",
            "The chosen images, surest first",
            lambda sample: state.change(sample=sample),
            second=second,
        )


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
metrics = run.info.metrics
wrong = metrics.total - metrics.correct
frame.heading(
    "Confusion matrix",
    f"**{wrong:,} of {metrics.total:,}** test images lie off the diagonal: they are mistakes."
    if wrong
    else f"All {metrics.total:,} test images lie on the diagonal: no mistakes.",
)
selecting.bar(run, chosen)
left, right = st.columns([5, 3], gap="medium")
with left:
    matrix(run, chosen)
with right:
    images(run, second, chosen)
