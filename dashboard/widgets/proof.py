"""The proof: what a network learned from corrections, and what it forgot, with pictures."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard import cells as cells_of
from dashboard.components.export import About
from dashboard.components.gallery import Tile, gallery
from dashboard.components.matrix import matrix
from dashboard.selection import CHANGE
from dashboard.widgets import explaining, frame, galleries, promoting
from dashboard.words import teaching as words
from dashboard.words import text
from pipeline.analysis import metrics
from pipeline.analysis.proof import Proof
from pipeline.data.datasets import picked
from pipeline.store.run_folder import Run
from pipeline.store.teaching import Taught

MOST = 24  # pictures of a kind
PICKED = "proof_cell"  # in the session: true class and what else was read


@frame.plainly
def show(run: Run) -> None:
    """Show what a run has learned from corrections, if it was taught any, and let people decide."""
    info = run.info.retrained
    if info is None:
        return
    before = loaders.run(info.run)
    st.subheader("What it learned", help=explaining.hover("held_back", "forgetting"))
    if before is None:
        st.info(words.gone(info.run), icon=":material/link_off:")
        return
    proof, taught = loaders.proof(run, before), run.taught()
    name = loaders.label(before, short=True)
    st.caption(words.came_from(name, info.taught, len(info.test_images)))
    st.markdown(f"**{text.plain(proof.said)}**")
    numbers, shown = st.columns([2, 3], gap="large")  # on a phone, the numbers come first
    with numbers:
        st.dataframe(words.measures(proof), hide_index=True)
        st.caption(words.interval(proof))
        promoting.decide(run, before)
    with shown:
        if taught is not None and taught.lessons.held_back.any():
            _held_back(run, taught)
    _changes(before, run, proof)
    _matrix(before, run, proof)
    st.divider()


def _held_back(run: Run, taught: Taught) -> None:
    """Show the corrections that the network was not taught, those it reads wrong first."""
    lessons = taught.lessons
    every = np.flatnonzero(lessons.held_back)
    rows = every[np.argsort(taught.after[every] == lessons.labels[every], kind="stable")][:MOST]
    _pictures(
        lessons.images[rows],
        lessons.labels[rows],
        (taught.before[rows], taught.after[rows]),
        run,
        words.of_all("Corrections that were held back: read before → now", len(rows), len(every)),
        "held_back",
    )


def _changes(before: Run, run: Run, proof: Proof) -> None:
    """Show the test images that are read differently now, newly wrong ones first."""
    title = "Test images that are read differently: before → now"
    _test_images(before, run, [proof.broken, proof.fixed], title, "proof_changes")


def _test_images(
    before: Run, run: Run, found: Sequence[Sequence[int]], title: str, key: str
) -> None:
    """Show some test images of each of two kinds, and what was and is read of them."""
    label, was, now = _answers(before, run)
    some = np.array([row for kind in found for row in kind[:MOST]], np.int64)
    title = words.of_all(title, len(some), sum(map(len, found)))
    dataset = galleries.images_of(run) if len(some) else None
    if dataset is not None:
        answers = was[some], now[some]
        _pictures(picked(dataset.x_test, some), label[some], answers, run, title, key)


def _pictures(
    shown: np.ndarray,
    labels: np.ndarray,
    said: tuple[np.ndarray, np.ndarray],
    run: Run,
    title: str,
    key: str,
) -> None:
    """Show images with what the network said before and says now; all have as many rows."""
    names, tiles = run.class_names, []
    for at, answers in enumerate(zip(labels, *said, strict=True)):
        label, before, after = (names[answer] for answer in answers)
        caption, hint = words.heard(label, before, after)
        facts = {"true": label, "before": before, "now": after}
        tiles.append(Tile(at, caption, f"true: {label}", hint, facts))
    st.markdown(f"**{text.plain(title)}**")
    sheet = galleries.sheet_of_pictures(shown, mnist_framed=run.info.dataset.mnist_framed)
    about = About(title, "Inkling", key.replace("_", "-"))
    gallery(tiles, sheet, about=about, key=key, on_pick=None, tile_width=galleries.TILE)


def _matrix(before: Run, run: Run, proof: Proof) -> None:
    """Show where the answers changed; a click shows the images of that cell beside it."""
    label, was, now = _answers(before, run)
    counted = np.isin(np.arange(len(label)), [*proof.fixed, *proof.broken])
    fixed, broken = metrics.changed_counts(
        label[counted], was[counted], now[counted], len(run.class_names)
    )
    finding, key = words.changed(len(proof.fixed), len(proof.broken)), f"{PICKED}_{run.id}"
    true, said = st.session_state.get(key, (None, None))

    def pick(*cell: int | None) -> None:
        st.session_state[key] = (None, None) if cell == (true, said) else cell

    with st.expander(text.plain(finding), icon=":material/grid_on:"):
        left, right = st.columns(2, gap="large")
        with left:
            matrix(
                cells_of.changed(fixed, broken, frame.colors()),
                run.class_names,
                about=frame.about(finding, "changes", [before, run]),
                key="proof_matrix",
                on_pick=pick,
                true=() if true is None else (true,),
                predicted=() if said is None else (said,),
            )
            st.page_link(
                "app_pages/confusion_matrix.py",
                label="All images of both runs",
                icon=":material/arrow_forward:",
                query_params={address.RUN: before.id, address.SECOND: run.id, CHANGE: "changed"},
            )
        with right:
            _of_cell(before, run, proof, true, said)


def _of_cell(before: Run, run: Run, proof: Proof, true: int | None, said: int | None) -> None:
    """Show the images of a cell, a row or a column of the matrix, or say how to choose one."""
    if true is None and said is None:
        st.markdown(words.CLICK)
        return
    names = [None if end is None else run.class_names[end] for end in (true, said)]
    fits = metrics.changed_in(*_answers(before, run), true, said)
    found = [[row for row in kind if fits[row]] for kind in (proof.broken, proof.fixed)]
    title = words.of_cell(*names, broken=len(found[0]), fixed=len(found[1]))
    if any(found):
        _test_images(before, run, found, title, "proof_cell_images")
    else:
        st.markdown(f"**{text.plain(title)}**")


def _answers(before: Run, run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of each test image its class, and what was read before and is read now."""
    first, second = loaders.predictions(before), loaders.predictions(run)
    return (
        first["label"].to_numpy(),
        first["predicted"].to_numpy(),
        second["predicted"].to_numpy(),
    )
