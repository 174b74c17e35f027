"""The proof: what a network learned from corrections, and what it forgot, with pictures."""

import numpy as np
import streamlit as st

from dashboard import address, loaders
from dashboard import cells as cells_of
from dashboard.components.export import About
from dashboard.components.gallery import Tile, gallery
from dashboard.components.matrix import matrix
from dashboard.selection import CHANGE
from dashboard.widgets import frame, galleries, promoting
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
    st.subheader("What it learned")
    if before is None:
        st.info(words.gone(info.run), icon=":material/link_off:")
        return
    proof, taught = loaders.proof(run, before), run.taught()
    st.caption(words.came_from(loaders.label(before, short=True), info.taught))
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
    rows = np.flatnonzero(lessons.held_back)
    rows = rows[np.argsort(taught.after[rows] == lessons.labels[rows], kind="stable")][:MOST]
    _pictures(
        lessons.images[rows],
        lessons.labels[rows],
        (taught.before[rows], taught.after[rows]),
        run,
        "Corrections that were held back: read before → now",
        "held_back",
    )


def _changes(before: Run, run: Run, proof: Proof) -> None:
    """Show the test images that are read differently now, newly wrong ones first."""
    label, was, now = _answers(before, run)
    rows = [np.array(found, np.int64) for found in (proof.broken, proof.fixed)]
    if (cell := st.session_state.get(f"{PICKED}_{run.id}")) is not None:
        fits = (label == cell[0]) & ((was == cell[1]) | (now == cell[1]) | (cell[1] == cell[0]))
        rows = [part[fits[part]] for part in rows]
    some = np.concatenate([part[: MOST // 2] for part in rows])
    dataset = galleries.images_of(run) if len(some) else None
    if dataset is None:
        return
    _pictures(
        picked(dataset.x_test, some),
        label[some],
        (was[some], now[some]),
        run,
        "Test images that are read differently: before → now",
        "proof_changes",
    )


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
    st.markdown(f"**{title}**")
    sheet = galleries.sheet_of_pictures(shown, mnist_framed=run.info.dataset.mnist_framed)
    about = About(title, "Inkling", key.replace("_", "-"))
    gallery(tiles, sheet, about=about, key=key, on_pick=None, tile_width=galleries.TILE)


def _matrix(before: Run, run: Run, proof: Proof) -> None:
    """Show where the answers changed; a click shows the images of that cell only."""
    label, was, now = _answers(before, run)
    counted = np.isin(np.arange(len(label)), [*proof.fixed, *proof.broken])
    fixed, broken = metrics.changed_counts(
        label[counted], was[counted], now[counted], len(run.class_names)
    )
    finding = words.changed(len(proof.fixed), len(proof.broken))
    cell = st.session_state.get(f"{PICKED}_{run.id}")

    def pick(true: int | None, said: int | None) -> None:
        chosen = None if true is None or said is None else (true, said)
        st.session_state[f"{PICKED}_{run.id}"] = None if chosen == cell else chosen

    with st.expander(text.plain(finding), icon=":material/grid_on:"):
        matrix(
            cells_of.changed(fixed, broken, frame.colors()),
            run.class_names,
            about=frame.about(finding, "changes", [before, run]),
            key="proof_matrix",
            on_pick=pick,
            true=() if cell is None else (cell[0],),
            predicted=() if cell is None else (cell[1],),
        )
        st.page_link(
            "app_pages/confusion_matrix.py",
            label="All images of both runs",
            icon=":material/arrow_forward:",
            query_params={address.RUN: before.id, address.SECOND: run.id, CHANGE: "changed"},
        )


def _answers(before: Run, run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of each test image its class, and what was read before and is read now."""
    first, second = loaders.predictions(before), loaders.predictions(run)
    return (
        first["label"].to_numpy(),
        first["predicted"].to_numpy(),
        second["predicted"].to_numpy(),
    )
