"""The selection in the page's address (URL): which runs, which cell, which image.

The address is the single source of truth: widgets write to it in their callbacks, and are set
from it before they are drawn. So every view can be linked to, and the Back button works.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.selection import (
    FILTERS,
    OF_TWO,
    OLD_NAMES,
    SAMPLE,
    Selection,
    parse,
    to_address,
)
from pipeline.renamed import renamed

RUN, SECOND = "run", "second"
NAMES = (RUN, SECOND, *FILTERS, SAMPLE)
_KEPT = "_selection"  # carries the selection from page to page: navigation clears the address
_PAGE = "_page"

Values = dict[str, list[str]]


def carry_over(page: str) -> None:
    """Carry the selection over to another page, once, unless its address has its own."""
    _bring_up_to_date()
    changed = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    if changed and not any(name in st.query_params for name in NAMES):
        _write(st.session_state.get(_KEPT, {}))
    st.session_state[_KEPT] = current()


def _bring_up_to_date() -> None:
    """Rename the parameters of a link made by an earlier version of Inkling."""
    if any(name in st.query_params for name in OLD_NAMES):
        found = {name: st.query_params.get_all(name) for name in st.query_params}
        st.query_params.from_dict(renamed(found, OLD_NAMES))


def current() -> Values:
    """Return the selection as it stands in the address."""
    return {name: st.query_params.get_all(name) for name in NAMES if name in st.query_params}


def change(**parts: str | int | Sequence[str] | None) -> None:
    """Write parts of the selection to the address; None or an empty list removes a part."""
    unknown = parts.keys() - set(NAMES)
    if unknown:
        raise ValueError(f"the selection has no part {min(unknown)!r}")
    written = {
        name: [str(value)] if isinstance(value, str | int) else list(value or ())
        for name, value in parts.items()
    }
    _write(current() | written)
    st.session_state[_KEPT] = current()


def _write(selection: Values) -> None:
    """Write all parts at once: each write is one step for the browser's Back button."""
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in NAMES}
    wanted = others | {name: values for name, values in selection.items() if values}
    if wanted != others | current():
        st.query_params.from_dict(wanted)


def choose(selection: Selection, class_names: Sequence[str]) -> None:
    """Write a whole selection to the address; the runs stay."""
    written = to_address(selection, class_names)
    change(**{name: written.get(name) for name in (*FILTERS, SAMPLE)})


def choose_second(run_id: str | None) -> None:
    """Choose the second run; None removes it, with the filters that need two runs."""
    void = {} if run_id else dict.fromkeys(OF_TWO)
    change(second=run_id, **void)


def clear() -> None:
    """Remove all filters and the image from the address; the runs stay."""
    change(**dict.fromkeys((*FILTERS, SAMPLE)))


def chosen_run() -> str | None:
    """Return the id of the run in the address, unchecked."""
    return st.query_params.get(RUN)


def chosen_second() -> str | None:
    """Return the id of the second run in the address, unchecked."""
    return st.query_params.get(SECOND)


def read_selection(class_names: Sequence[str], images: int) -> Selection:
    """Read the selection within a run; values that do not fit are removed from the address."""
    found = parse(current(), class_names, images, second=SECOND in st.query_params)
    if found.dropped:
        choose(found, class_names)
    return found
