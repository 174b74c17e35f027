"""Test images with a wrong label that people gave another class: what a retraining learns, too."""

import numpy as np
import streamlit as st

from dashboard import loaders
from dashboard.components.gallery import Tile, gallery
from dashboard.selection import Selection
from dashboard.widgets import correcting, frame, galleries, selection_bar
from dashboard.widgets.correction_list import PICKED
from dashboard.words import corrections as correction_words
from dashboard.words import text
from pipeline.data.datasets import Dataset, picked
from pipeline.errors import InklingError
from pipeline.store import reviews, teaching
from pipeline.store.reviews import WRONG_LABEL
from pipeline.store.run_folder import Run

MOST = galleries.PAGE


def of(run: Run | None) -> dict[int, int]:
    """Return the classes that people gave to test images of a run, by index, newest first."""
    if run is None or run.info.added:
        return {}
    info = run.info
    found = teaching.relabeled(
        loaders.marks(), info.dataset.fingerprint, run.class_names, info.metrics.total
    )
    return dict(reversed(found.items()))


def pictures(run: Run, found: dict[int, int], *, first: bool) -> int | None:
    """Show these test images as pictures to pick from; return the picked one.

    Args:
        run: whose dataset they are of.
        found: at least one; see `of`.
        first: whether the first counts as picked where none is.
    """
    st.markdown(f"**{correction_words.relabeled(len(found), MOST)}**")
    dataset = galleries.images_of(run)
    if dataset is None:
        return None
    some = list(found)[:MOST]
    wanted = st.session_state.get(PICKED)
    chosen = wanted if wanted in some else some[0] if first else None

    def pick(index: int) -> None:
        st.session_state[PICKED] = index

    gallery(
        [_tile(run, dataset, index, found[index]) for index in some],
        galleries.sheet_of(dataset, np.array(some)),
        about=frame.about("Test images with a new label: old → new", "new-labels", [run]),
        key="relabeled_gallery",
        on_pick=pick,
        chosen=chosen,
        tile_width=galleries.TILE,
    )
    return chosen


def _tile(run: Run, dataset: Dataset, index: int, should_be: int) -> Tile:
    label, right = (run.class_names[k] for k in (int(dataset.y_test[index]), should_be))
    purpose = "held back" if _held_back(dataset, index) else "to learn from"
    return Tile(
        index,
        correction_words.arrow(label, right),
        purpose,
        f"test image {index}: labeled {label}, should be {right}; {purpose}",
        {"test image": index, "label": label, "should be": right, "purpose": purpose},
    )


def _held_back(dataset: Dataset, index: int) -> bool:
    return teaching.is_held_back(np.asarray(dataset.x_test[index]))


def detail(run: Run, index: int, should_be: int) -> None:
    """Show one of them large; offer another class, and to undo the mark.

    Args:
        run: whose dataset it is of; its images are here.
        index: of the test image.
        should_be: the class it was given.
    """
    dataset = loaders.dataset(run)
    label, right = (run.class_names[k] for k in (int(dataset.y_test[index]), should_be))
    st.subheader(text.plain(f"“{label}” that should be “{right}”"))
    st.caption(correction_words.test_image(index, held_back=_held_back(dataset, index)))
    galleries.picture(
        picked(dataset.x_test, np.array([index]))[0],
        mnist_framed=dataset.mnist_framed,
        width=224,
        alt=f"Test image {index:,}, enlarged; people gave it the class “{right}”.",
        key="relabeled",
    )
    st.markdown("**It should be**")
    correcting.classes(
        run.class_names, right, lambda name: _mark(run, index, name), "should_be_class"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Undo this mark",
            icon=":material/undo:",
            key="undo_mark",
            on_click=_mark,
            args=(run, index, ""),
        )
        selection_bar.link(run, "labels", "Look at it on Labels", Selection(sample=index))


def _mark(run: Run, index: int, should_be: str) -> None:
    """Give the right class of a wrong label; "" undoes the mark."""
    fingerprint = run.info.dataset.fingerprint
    try:
        reviews.add(
            loaders.store(), fingerprint, index, WRONG_LABEL,
            undo=not should_be, should_be=should_be,
        )  # fmt: skip
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        said = text.plain(f"Now “{should_be}”.") if should_be else "The mark is undone."
        st.toast(said, icon=":material/label:")
