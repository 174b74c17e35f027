"""The selection bar: how people see and change what is selected, the same on every page."""

from dataclasses import replace

import streamlit as st

from dashboard import address, loaders
from dashboard.components.copy_link import copy_link
from dashboard.selection import (
    CHANGE,
    CHANGES,
    CONFIDENCE,
    OUTCOME,
    OUTCOMES,
    PREDICTED,
    SECOND_PREDICTED,
    TAG,
    TRUE,
    Selection,
    to_address,
)
from dashboard.view import View
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline.store.run_folder import Run

MISTAKES = Selection(outcome="wrong")
STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


def bar(view: View) -> None:
    """Show the filters behind a button, the selection as removable chips, and a link to copy."""
    run, chosen = view.run, view.chosen
    with st.container(horizontal=True, key="selection_bar", vertical_alignment="center"):
        with st.popover("Filter", icon=":material/filter_alt:"):
            _filters(run, chosen)
        chips = selection_words.chips(chosen, run.class_names)
        for part, label in chips:
            st.button(
                text.plain(label),
                key=f"chip_{part}",
                icon=":material/close:",
                icon_position="right",
                help="Remove this filter",
                on_click=address.change,
                kwargs={part: None},
            )
        if len(chips) > 1:
            st.button("Clear", key="clear_selection", type="tertiary", on_click=address.clear)
        copy_link("copy_link")


def test_image(run: Run, sample: int) -> None:
    """Let people choose a test image by its number."""
    key = "sample_number"
    st.session_state[key] = sample
    st.number_input(
        f"Test image, 0 to {run.info.metrics.total - 1:,}",
        min_value=0,
        max_value=run.info.metrics.total - 1,
        key=key,
        on_change=lambda: address.change(sample=st.session_state[key]),
    )


def _filters(run: Run, chosen: Selection) -> None:
    """Show a widget for each part of the selection, set from the address."""
    names = run.class_names
    _classes("True class", TRUE, names, chosen.true)
    _classes("Predicted class", PREDICTED, names, chosen.predicted)
    _word("Right or wrong", OUTCOME, OUTCOMES, chosen.outcome, selection_words.OUTCOMES)
    _confidence(chosen)
    if address.chosen_second():
        _classes("Predicted by the second run", SECOND_PREDICTED, names, chosen.second_predicted)
        _word(
            "Compared with the second run", CHANGE, CHANGES, chosen.change, selection_words.CHANGES
        )
    used = loaders.marks().names(run.info.dataset.fingerprint)
    if used or chosen.tag:
        tags = tuple(dict.fromkeys((*used, *([chosen.tag] if chosen.tag else []))))
        _word("Marked as", TAG, tags, chosen.tag, {})


def _classes(label: str, part: str, names: tuple[str, ...], chosen: tuple[int, ...]) -> None:
    key = f"{part}_filter"
    st.session_state[key] = [names[number] for number in chosen]
    st.multiselect(
        label,
        names,
        key=key,
        placeholder="any",
        on_change=lambda: address.change(**{part: st.session_state[key], "sample": None}),
    )


def _word(
    label: str, part: str, known: tuple[str, ...], chosen: str | None, shown: dict[str, str]
) -> None:
    key = f"{part}_filter"
    st.session_state[key] = chosen
    st.selectbox(
        label,
        known,
        index=None,
        key=key,
        placeholder="any",
        format_func=lambda word: shown.get(word, word),
        on_change=lambda: address.change(**{part: st.session_state[key], "sample": None}),
    )


def _confidence(chosen: Selection) -> None:
    low, high = chosen.confidence or (0.0, 1.0)
    key = f"{CONFIDENCE}_filter_{low:g}_{high:g}"

    def changed() -> None:
        low, high = st.session_state[key]
        everything = (low, high) == (0.0, 1.0)
        address.change(confidence=None if everything else f"{low:g}-{high:g}", sample=None)

    st.select_slider(
        "Confidence",
        sorted({*STEPS, low, high}),
        value=(low, high),
        key=key,
        format_func=text.percent,
        on_change=changed,
    )


def toward(
    chosen: Selection,
    names: tuple[str, ...],
    true: int | None,
    *,
    predicted: int | None = None,
    second_predicted: int | None = None,
    change: str | None = None,
) -> None:
    """Select a cell, a row or a column of a matrix; the rest of the selection stays.

    Args:
        chosen: the current selection.
        names: one name per class.
        true: the row.
        predicted: the column of a matrix of the first run.
        second_predicted: the column of a matrix of the second run.
        change: from the first run to the second, as in `Selection`.
    """

    def only(label: int | None) -> tuple[int, ...]:
        return () if label is None else (label,)

    cell = replace(
        chosen, true=only(true), predicted=only(predicted), second_predicted=only(second_predicted)
    )
    address.choose(replace(cell, change=change, sample=None), names)


def link(run: Run, page: str, label: str, chosen: Selection) -> None:
    """Link to images of a run on another page."""
    st.page_link(
        f"app_pages/{page}.py",
        label=label,
        icon=":material/arrow_forward:",
        query_params={address.RUN: run.id, **to_address(chosen, run.class_names)},
    )
