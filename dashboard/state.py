"""The selection: which run, which cell, which image. It lives in the address of the page.

The address is the one source of truth: widgets write into it from their callbacks, and are set
from it before they are drawn. So every view can be linked, and Back works. What an address says
is untrusted: a value that does not fit is dropped, with a note.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

RUN, TRUE, PREDICTED, SAMPLE = "run", "true", "predicted", "sample"
NAMES = (RUN, TRUE, PREDICTED, SAMPLE)
_KEPT = "_selection"  # carries the selection from page to page: navigation clears the address
_PAGE = "_page"


@dataclass(frozen=True)
class Selection:
    """What is chosen within a run.

    Attributes:
        true, predicted: classes by number, or None for any.
        sample: a test image by index, or None.
        dropped: sentences on values of the address that did not fit.
    """

    true: int | None = None
    predicted: int | None = None
    sample: int | None = None
    dropped: tuple[str, ...] = ()


def carry_over(page: str) -> None:
    """Bring the selection along to another page, once, if its address says nothing itself."""
    changed = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page
    if changed and not any(name in st.query_params for name in NAMES):
        for name, value in st.session_state.get(_KEPT, {}).items():
            st.query_params[name] = value
    st.session_state[_KEPT] = address()


def address() -> dict[str, str]:
    """Return the selection as it stands in the address."""
    return {name: st.query_params[name] for name in NAMES if name in st.query_params}


def change(**values: str | int | None) -> None:
    """Write parts of the selection into the address; None takes a part out."""
    for name, value in values.items():
        if name not in NAMES:
            raise ValueError(f"the selection has no part {name!r}")
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(value)
    st.session_state[_KEPT] = address()


def chosen_run() -> str | None:
    """Return the id of the run in the address, unchecked."""
    return st.query_params.get(RUN)


def selection(class_names: Sequence[str], images: int) -> Selection:
    """Read the selection within a run; what does not fit is taken out of the address."""
    read = parse(address(), class_names, images)
    for name in (TRUE, PREDICTED, SAMPLE):
        if name in st.query_params and getattr(read, name) is None:
            del st.query_params[name]
    return read


def parse(values: Mapping[str, str], class_names: Sequence[str], images: int) -> Selection:
    """Check the values of an address against a run; pure.

    Args:
        values: as they stand in the address.
        class_names: a name a class; the address names classes by name.
        images: how many test images there are.
    """
    dropped = []
    classes: dict[str, int | None] = {}
    for name in (TRUE, PREDICTED):
        value = values.get(name)
        known = value in class_names
        classes[name] = list(class_names).index(value) if value and known else None
        if value is not None and not known:
            dropped.append(f"The link asks for {name} class “{value[:40]}”; this run has none.")
    sample = None
    if (value := values.get(SAMPLE)) is not None:
        if value.isascii() and value.isdecimal() and len(value) < 10 and int(value) < images:
            sample = int(value)
        else:
            dropped.append(f"The link asks for image “{value[:40]}”; this run has {images:,}.")
    return Selection(classes[TRUE], classes[PREDICTED], sample, tuple(dropped))
