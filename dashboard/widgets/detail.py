"""One test image: what it is, what the runs think, what it looks like, what people said of it."""

import numpy as np
import streamlit as st

from dashboard import loaders, state
from dashboard.figures import bars
from dashboard.selection import Selection
from dashboard.widgets import frame, galleries
from dashboard.words import general as words
from pipeline import access
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.store import reviews
from pipeline.store.runs import Run

MARKS = ((reviews.WRONG_LABEL, "Wrong label"), (reviews.AMBIGUOUS, "Ambiguous"))


def detail(run: Run, second: Run | None, dataset: Dataset, sample: int) -> None:
    """Show everything about one test image."""
    row = loaders.predictions(run).iloc[sample]
    names = run.class_names
    true, predicted = names[int(row["label"])], names[int(row["predicted"])]
    st.subheader(words.plain(f"{true} → {predicted}"))
    st.caption(f"Test image {sample:,}, {words.percent(float(row['confidence']))} sure")
    alt = f"Test image {sample}, which is “{true}”, large."
    galleries.picture(dataset.x_test[sample], ink=dataset.ink, width=224, alt=alt, key="large")
    _marks(run, sample)
    with st.container(horizontal=True):
        for page, label, icon in (
            ("feature_maps", "Feature maps", "layers"),
            ("data", "Pixel values", "grid_4x4"),
            ("draw", "Edit in Draw", "draw"),
        ):
            if st.button(label, icon=f":material/{icon}:", key=f"to_{page}"):
                galleries.open_page(page, sample)
    _opinions(run, second, sample, int(row["label"]))
    _neighbours(run, dataset, sample)


def one_of(
    run: Run, second: Run | None, dataset: Dataset | None, rows: np.ndarray, chosen: Selection
) -> None:
    """Show the image that was picked, else the first of those that are listed, if there is one.

    Args:
        run, second: whose predictions are shown.
        dataset: the images; nothing is shown where they are not here.
        rows: int (m,), row numbers of the listed test images, in order.
        chosen: says which image was picked.
    """
    sample = chosen.sample
    if sample is None and len(rows):
        sample = int(rows[0])
    if sample is not None and dataset is not None:
        detail(run, second, dataset, sample)


def one_or_all(
    run: Run,
    second: Run | None,
    dataset: Dataset | None,
    rows: np.ndarray,
    chosen: Selection,
    sentence: str,
    key: str,
) -> None:
    """Show the image that was picked, with a way back, or all that are chosen.

    Args:
        run, second: whose predictions are shown.
        dataset: the images, if they are here.
        rows: int (m,), row numbers of the chosen test images, in order.
        chosen: says which of them was picked.
        sentence: what they are.
        key: of the gallery, unique on the page.
    """
    if chosen.sample is not None and dataset is not None:
        st.button(
            f"All {words.images(len(rows))}",
            icon=":material/arrow_back:",
            key="back_to_all",
            on_click=state.change,
            kwargs={"sample": None},
        )
        detail(run, second, dataset, chosen.sample)
        return
    st.markdown(sentence)
    if len(rows):
        galleries.gallery_of(
            run,
            dataset,
            rows,
            key,
            "The chosen images, surest first",
            lambda sample: state.change(sample=sample),
            second=second,
        )


def _opinions(run: Run, second: Run | None, sample: int, label: int) -> None:
    """Show the probabilities, of both runs where there are two."""
    values = [run.probabilities(sample)]
    titles = [words.run_label(run)]
    if second is not None:
        values.append(second.probabilities(sample))
        titles.append(words.run_label(second))
    figure = bars.opinions(values, titles, run.class_names, frame.colours(), true=label)
    best = run.class_names[int(values[0].argmax())]
    alt = f"Probability of each class; the largest is {best}, {words.percent(values[0].max())}."
    frame.chart(figure, alt, "opinions")


def _neighbours(run: Run, dataset: Dataset, sample: int) -> None:
    """Show the training images that the network finds most alike."""
    found = loaders.neighbours(run, sample)
    if found is None:
        st.caption(
            "This run does not know which training images are alike: `inkling evaluate` adds that."
        )
        return
    labels = [run.class_names[int(label)] for label in dataset.y_train[found]]
    st.markdown("**It looks like these training images**, in the network’s own features:")
    details = [f"· {index}" for index in found]
    galleries.row_of_pictures(
        dataset.x_train[found], labels, details, ink=dataset.ink, key="neighbours"
    )


def _marks(run: Run, sample: int) -> None:
    """Show what people said of an image, and let them say it."""
    fingerprint = run.info.dataset.fingerprint
    standing = loaders.marks().of(fingerprint, sample)
    if access.read_only():
        if standing:
            st.caption("Marked: " + words.plain(", ".join(standing)))
        return

    def say(tag: str, undo: bool) -> None:
        try:
            reviews.add(loaders.store(), fingerprint, sample, tag, undo=undo)
        except InklingError as error:
            st.toast(str(error), icon=":material/error:")

    usual = dict(MARKS)
    shown = [*MARKS, *((tag, tag) for tag in standing if tag not in usual)]
    with st.container(horizontal=True):
        for tag, title in shown:
            given = tag in standing
            st.button(
                words.plain(title),
                key=f"mark_{tag}",
                icon=":material/check:" if given else ":material/flag:",
                type="primary" if given else "secondary",
                help="Take this mark back" if given else "Mark this image",
                on_click=say,
                args=(tag, given),
            )
        with st.popover("Tag…", icon=":material/new_label:"):
            st.text_input(
                "Your own tag",
                key="own_tag",
                max_chars=reviews.LONGEST_TAG,
                on_change=lambda: say(st.session_state.pop("own_tag"), undo=False),
            )
