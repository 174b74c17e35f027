"""One test image: its class, predictions, nearest training images, and marks."""

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard.components.steps import steps
from dashboard.figures import bars
from dashboard.view import View
from dashboard.widgets import explaining, frame, galleries, marking, stage
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run

OPENED, LEFT = "_opened", "_left"  # the image that a click opened, or went back from


def detail(view: View, dataset: Dataset, sample: int) -> None:
    """Show everything about one test image."""
    run = view.run
    row = loaders.predictions(run).iloc[sample]
    names = run.class_names
    true, predicted = names[int(row["label"])], names[int(row["predicted"])]
    st.subheader(text.plain(f"{true} → {predicted}"))
    st.caption(f"Test image {sample:,}, {text.percent(float(row['confidence']))} confidence")
    alt = f"Test image {sample:,}, enlarged; its true class is “{true}”."
    galleries.picture(
        dataset.x_test[sample], mnist_framed=dataset.mnist_framed, width=224, alt=alt, key="large"
    )
    marking.one(run.info.dataset.fingerprint, sample, int(row["label"]), names)
    with st.container(horizontal=True):
        for page, label, icon in (
            ("inside", "Look inside", "layers"),
            ("data", "Pixel values", "grid_4x4"),
            ("draw", "Edit in Draw", "draw"),
        ):
            if st.button(label, icon=f":material/{icon}:", key=f"to_{page}"):
                galleries.open_page(page, sample)
    _predictions(view, sample, int(row["label"]))
    _neighbors(run, dataset, sample)


def told(run: Run, sample: int) -> str:
    """Say what a test image is predicted as: Markdown."""
    row = loaders.predictions(run).iloc[sample]
    true, predicted = (run.class_names[int(row[part])] for part in ("label", "predicted"))
    return selection_words.one_image(sample, true, predicted, float(row["confidence"]))


def alone(title: str, view: View) -> None:
    """Where the page is presented and an image is selected, present that and end the page."""
    sample = view.chosen.sample
    if address.presenting() and sample is not None:
        frame.heading(title, told(view.run, sample))
        stage.alone(lambda: on_stage(view, sample))


def on_stage(view: View, sample: int) -> None:
    """Show a test image, large, beside the probabilities as predicted by each run."""
    dataset = galleries.images_of(view.run)
    with st.container(key="duo"):
        if dataset is not None:
            galleries.alone(view, dataset, sample)
        _predictions(view, sample, int(loaders.predictions(view.run)["label"].iloc[sample]))


def one_of(
    view: View, dataset: Dataset | None, rows: np.ndarray, *, page_size: int = galleries.PAGE
) -> None:
    """Show the image that was picked, or else the first of the listed ones, if there is one.

    Args:
        view: the runs whose predictions are shown, and the picked image.
        dataset: the images; None if they are not on this machine, then nothing is shown.
        rows: int (m,), row numbers of the listed test images, in order.
        page_size: how many of them a page of their gallery shows.
    """
    sample = view.chosen.sample
    if sample is None and len(rows):
        sample = int(rows[0])
    if sample is not None and dataset is not None:
        _steps(rows, sample, page_size)
        detail(view, dataset, sample)


def one_or_all(
    view: View, dataset: Dataset | None, rows: np.ndarray, sentence: str, key: str
) -> None:
    """Show the picked image, with a button back, or all selected images.

    Args:
        view: the runs whose predictions are shown, and the picked image.
        dataset: the images; None if they are not on this machine.
        rows: int (m,), row numbers of the selected test images, in order.
        sentence: says what they are.
        key: of the gallery, unique on the page.
    """
    sample = view.chosen.sample
    if sample is not None and dataset is not None:
        _steps(rows, sample, galleries.PAGE, back=True)
        detail(view, dataset, sample)
        return
    st.markdown(sentence)
    if len(rows):
        galleries.gallery_of(
            view,
            dataset,
            rows,
            key,
            "The selected images, most confident first",
            _open,
            focus=st.session_state.pop(LEFT, None),
        )
    marking.several(view.run.info.dataset.fingerprint, rows, galleries.PAGE)


def _open(sample: int) -> None:
    """Open an image in place of the gallery, which takes the keyboard's focus along."""
    st.session_state[OPENED] = sample
    address.change(sample=sample)


def _steps(rows: np.ndarray, sample: int, page_size: int, *, back: bool = False) -> None:
    """Show which of the listed images this is, with the ways to others."""
    found = np.flatnonzero(rows == sample)

    def go(place: int) -> None:
        # The gallery turns to the page that the image is on.
        number = place // page_size + 1
        page = str(number) if number > 1 else None
        address.change({address.PAGE: page}, sample=int(rows[place]))

    def leave() -> None:
        st.session_state[LEFT] = sample
        address.change(sample=None)

    steps(
        int(found[0]) if len(found) else None,
        len(rows),
        key="steps",
        on_step=go,
        back=f"Back to {text.images(len(rows))}" if back else "",
        on_back=leave,
        focus=st.session_state.pop(OPENED, None) == sample,
    )


def _predictions(view: View, sample: int, label: int) -> None:
    """Show the probabilities as predicted by each run."""
    values = [run.probabilities(sample) for run in view.runs]
    titles, names = loaders.labels(view.runs), view.run.class_names
    figure = loaders.drawn(bars.predictions, values, titles, names, frame.colors(), true=label)
    largest = [f"“{names[int(one.argmax())]}”, {text.percent(float(one.max()))}" for one in values]
    alt = f"Probability of each class; the largest is {'; in the second run '.join(largest)}."
    frame.chart(figure, alt, "predictions")


def _neighbors(run: Run, dataset: Dataset, sample: int) -> None:
    """Show the nearest training images in the network's feature space."""
    found = loaders.neighbors(run, sample)
    if found is None:
        st.caption(
            "This run has no nearest training images yet; "
            f"`inkling evaluate {run.id}` computes them."
        )
        return
    labels = [run.class_names[int(label)] for label in dataset.y_train[found]]
    st.markdown(
        "**The nearest training images** in the network’s feature space:",
        help=explaining.hover("nearest_neighbors", "feature_space"),
    )
    details = [f"· {index}" for index in found]
    galleries.row_of_pictures(
        dataset.x_train[found],
        labels,
        details,
        mnist_framed=dataset.mnist_framed,
        key="neighbors",
        title=f"The training images nearest to test image {sample:,}",
    )
