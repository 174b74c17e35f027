"""The page's address (URL): which runs, which cell, which image, and how a page shows them.

The address is the single source of truth: widgets write to it in their callbacks, and are set
from it before they are drawn. So every view can be linked to, and the Back button works.

What is not of the selection are the choices of one page (`widgets.choices`), by any name, and how
every page is shown.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.selection import (
    FILTERS,
    OF_TWO,
    OLD_NAMES,
    SAMPLE,
    Selection,
    parse,
    to_address,
    void_elsewhere,
)
from pipeline.renamed import renamed
from pipeline.store.run_folder import Damaged, Run

RUN, SECOND = "run", "second"
NAMES = (RUN, SECOND, *FILTERS, SAMPLE)
LANG = "lang"
# Presenter mode: whether a page is presented, a list of views (`dashboard.slides`), and which one
# of them it is, from 1.
PRESENT, VIEWS, VIEW = "present", "views", "view"
EVERYWHERE = (LANG, VIEWS)  # of all pages: it stays whatever a link to another page says
_OF_NO_PAGE = (*EVERYWHERE, PRESENT, VIEW)
PAGE = "page"  # of a gallery; another selection begins at its first page
_SELECTION = "_selection"  # carried from page to page: navigation clears the address
_CHOICES = "_choices"  # of each page, found again on return
_SETTINGS = "_settings"  # those of EVERYWHERE
_AT = "_at"
_KNOWN = "_known"  # the whole address as it was last read or written here

Values = dict[str, list[str]]
Value = str | int | Sequence[str] | None


def carry_over(page: str) -> None:
    """Carry the selection over to another page, by its file's name, unless its address has one."""
    _bring_up_to_date()
    came = st.session_state.get(_AT) != page
    st.session_state[_AT] = page
    if came:
        wanted = st.session_state.get(_SETTINGS, {}) | _whole()
        if not current():
            kept = st.session_state.get(_CHOICES, {}).get(page, {})
            wanted = kept | wanted | st.session_state.get(_SELECTION, {})
        _write(wanted)
    _keep()


def page() -> str:
    """Return the name of the file of the page that is shown."""
    return str(st.session_state[_AT])


def _bring_up_to_date() -> None:
    """Rename the parameters of a link made by an earlier version of Inkling."""
    if any(name in st.query_params for name in OLD_NAMES):
        st.query_params.from_dict(renamed(_whole(), OLD_NAMES))


def current() -> Values:
    """Return the selection as it stands in the address."""
    return {name: values for name, values in _whole().items() if name in NAMES}


def shown() -> Values:
    """Return what the address asks a page to show: the selection, and the page's choices."""
    return {name: values for name, values in _whole().items() if name not in _OF_NO_PAGE}


def everywhere() -> Values:
    """Return what the address says for all pages."""
    return {name: values for name, values in _whole().items() if name in EVERYWHERE}


def linked() -> Values:
    """Return the selection for a link to another page, which is presented if this one is."""
    return {n: values for n, values in _whole().items() if n in (*NAMES, PRESENT, VIEW)}


def presenting() -> bool:
    """Whether the page is presented to a room: one answer and its picture, and no controls."""
    return st.query_params.get(PRESENT) == "1"


def forget_image() -> None:
    """Carry the selection over to the next page without its image."""
    st.session_state.get(_SELECTION, {}).pop(SAMPLE, None)


def choice(name: str) -> str | None:
    """Return the value of one of the page's choices, unchecked."""
    return st.query_params.get(name)


def change(choices: Mapping[str, str | None] | None = None, /, **parts: Value) -> None:
    """Write parts of the selection to the address, and choices of the page with them.

    None or an empty list removes a part.
    """
    unknown = parts.keys() - set(NAMES)
    if unknown:
        raise ValueError(f"the selection has no part {min(unknown)!r}")
    changed: dict[str, Value] = {**(choices or {}), **parts}
    if changed.keys() - {SAMPLE, *_OF_NO_PAGE}:
        changed = {PAGE: None} | changed
    _write(_known() | {name: _listed(value) for name, value in changed.items()})
    _keep()


def stay() -> None:
    """Keep to the address as it is known here: for callbacks of what reports by itself.

    A browser sends its address along with all it reports. Where it has not heard of the last
    change yet, that is the address before, and would undo the change. Only what calls nothing back,
    such as the Back button, brings an address of its own.
    """
    _write(_known())


def _listed(value: Value) -> list[str]:
    return [str(value)] if isinstance(value, str | int) else list(value or ())


def _whole() -> Values:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _known() -> Values:
    whole = _whole()
    # Navigation clears the address: an empty one is that of another page, which begins.
    known: Values = st.session_state.get(_KNOWN, whole) if whole else whole
    return known


def _write(address: Values) -> None:
    """Write all parts at once: each write is one step for the browser's Back button."""
    wanted = {name: values for name, values in address.items() if values}
    if wanted != _whole():
        st.query_params.from_dict(wanted)


def _keep() -> None:
    """Remember the selection for other pages, and the page's choices for a return to it."""
    whole = st.session_state[_KNOWN] = _whole()
    st.session_state[_SELECTION] = current()
    st.session_state[_SETTINGS] = {n: values for n, values in whole.items() if n in EVERYWHERE}
    kept = {n: values for n, values in whole.items() if n not in (*NAMES, *_OF_NO_PAGE)}
    st.session_state.setdefault(_CHOICES, {})[st.session_state.get(_AT)] = kept


def choose(selection: Selection, class_names: Sequence[str]) -> None:
    """Write a whole selection to the address; the runs stay."""
    written = to_address(selection, class_names)
    change(**{name: written.get(name) for name in (*FILTERS, SAMPLE)})


def choose_run(former: Run | Damaged | None, wanted: Run | Damaged) -> None:
    """Choose a run; parts of the selection that would mean something else in it are removed.

    Args:
        former: the run that the address was about; None if it is not in the store.
        wanted: the run to show.
    """
    same_images = same_classes = False
    if isinstance(former, Run) and isinstance(wanted, Run):
        same_images = former.info.dataset.fingerprint == wanted.info.dataset.fingerprint
        same_classes = former.class_names == wanted.class_names
    void = void_elsewhere(same_images=same_images, same_classes=same_classes)
    if not same_images or chosen_second() == wanted.id:
        void = (*void, SECOND, *OF_TWO)
    change(run=wanted.id, **dict.fromkeys(void))


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
