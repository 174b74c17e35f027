"""“It was a …”: what a drawing was, kept so that the next training can learn from it."""

import hashlib
import json
from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import loaders
from dashboard.widgets import frame
from dashboard.words import corrections as correction_words
from dashboard.words import text
from pipeline import access, words
from pipeline.errors import InklingError
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections
from pipeline.store.corrections import Correction
from pipeline.store.run_folder import Run

MOST_BUTTONS = 12  # classes; more are a list to choose from

Keep = Callable[[str], None]


def ask(
    run: Run,
    *,
    predicted: str,
    drawing: Drawing | None = None,
    key: str,
) -> None:
    """Ask what a drawing was, keep the answer, and show how many corrections there are.

    A drawing is kept once: another answer for the same drawing replaces the former one. Without a
    drawing the buttons are disabled, so that the page does not jump when there is one. Shows
    nothing on a read-only dashboard, or if the run was not trained on MNIST-like images.

    Args:
        run: the run that predicted the drawing.
        predicted: name of the predicted class; "" while nothing is drawn.
        drawing: what was drawn; None while there is no drawing.
        key: unique on the page.
    """
    if not access.may(access.Change.JUDGE) or not run.info.dataset.mnist_framed:
        return
    found, names = loaders.corrections(), run.class_names
    place, fault = f"{key}_{_digest(names, drawing)}", f"{key}_fault"
    kept = _kept(place)

    def keep(label: str) -> None:
        # Looked up again: a second click may come before the page has shown the first.
        before = _kept(place)
        if drawing is None or (before is not None and before.label == label):
            return
        try:
            added = corrections.add(
                loaders.store(),
                label=label,
                class_names=names,
                drawing=drawing,
                predicted=predicted,
                run=run.id,
                instead_of=before.id if before else "",
            )
            st.session_state[place] = added.id
            st.session_state[f"{place}_former"] = before.label if before else ""
        except InklingError as error:
            st.session_state[fault] = str(error)

    def undo() -> None:
        try:
            corrections.take_back(loaders.store(), st.session_state[place])
        except InklingError as error:
            st.session_state[fault] = str(error)

    blank = drawing is None
    st.markdown("**It was a …**")
    classes(names, kept.label if kept else None, keep, key, disabled=blank)
    if said := st.session_state.pop(fault, ""):
        st.error(text.plain(said), icon=":material/error:")
    if kept is not None:
        _thanks(kept, st.session_state[f"{place}_former"], undo, key)
    if counts := found.counts(names):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.plain(words.corrections(counts)), width="content")
            st.page_link(frame.CORRECTIONS_PAGE, label="Corrections", icon=":material/spellcheck:")
            st.page_link(frame.TRAIN_PAGE, label="Train", icon=":material/model_training:")


def _kept(place: str) -> Correction | None:
    """Find what was kept of a drawing, in the file: another tab may have undone it."""
    kept_id = st.session_state.get(place)
    return next((one for one in loaders.corrections().standing if one.id == kept_id), None)


def classes(
    names: Sequence[str], chosen: str | None, keep: Keep, key: str, *, disabled: bool = False
) -> None:
    """Let people say which class something is: by a button each, or from a list if there are many.

    Args:
        names: of the classes.
        chosen: the one that is given now; None for none.
        keep: called with what people choose.
        key: unique on the page.
        disabled: whether there is nothing to choose for.
    """
    show = _buttons if len(names) <= MOST_BUTTONS else _list
    show(names, chosen, keep, key, disabled=disabled)


def _buttons(
    names: Sequence[str], chosen: str | None, keep: Keep, key: str, *, disabled: bool
) -> None:
    """Show one button per class, in rows as wide as the page."""
    with st.container(horizontal=True, gap="xsmall"):
        for place, name in enumerate(names):
            st.button(
                text.plain(name),
                key=f"{key}_is_{place}",
                type="primary" if name == chosen else "secondary",
                on_click=keep,
                args=(name,),
                disabled=disabled,
            )


def _list(
    names: Sequence[str], chosen: str | None, keep: Keep, key: str, *, disabled: bool
) -> None:
    """Show the classes as a list to choose from."""
    listed = f"{key}_label"
    st.session_state[listed] = chosen

    def pick() -> None:
        if st.session_state[listed] is not None:
            keep(st.session_state[listed])

    st.selectbox(
        "It was a …",
        names,
        key=listed,
        placeholder=f"one of {len(names)} classes",
        on_change=pick,
        disabled=disabled,
        label_visibility="collapsed",
    )


def _thanks(kept: Correction, former: str, undo: Callable[[], None], key: str) -> None:
    """Say what was kept, and offer to undo it."""
    instead = f", no longer as “{former}”" if former else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = text.plain(f"Thank you! Kept as “{kept.label}”{instead}.")
        purpose = correction_words.KEPT_FOR_LEARNING
        if kept.held_back:
            purpose = correction_words.KEPT_FOR_TESTING
        st.markdown(f"{said} {purpose}", width="content")
        st.button("Undo correction", icon=":material/undo:", key=f"{key}_undo", on_click=undo)


def _digest(names: tuple[str, ...], drawing: Drawing | None) -> str:
    """Return a digest of a drawing and its possible classes, to recognize it after a rerun."""
    drawn = None if drawing is None else drawing.strokes or drawing.ink.tolist()
    return hashlib.sha256(json.dumps([names, drawn]).encode()).hexdigest()[:16]
