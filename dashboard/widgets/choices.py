"""Controls that choose how a page shows something: each is in the address, so a link says it all.

Where the page is presented, none is shown, and what the address says holds.

Streamlit's own `bind="query-params"` would forbid to write a choice and the selection in one step
of the Back button.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from dashboard import address
from dashboard.selection import not_valid
from dashboard.words import text

Option = TypeVar("Option")


def segmented(
    name: str,
    label: str,
    options: Sequence[Option],
    *,
    default: Option | None = None,
    implied: Option | None = None,
    voids: Sequence[str] = (),
    labeled: bool = False,
    disabled: bool = False,
    explained: str | None = None,
) -> Option:
    """Let people choose one of a few ways to show something, side by side.

    Args:
        name: of the address's parameter and the widget; unique in the dashboard.
        label: for screen readers.
        options: what can be chosen; an address names them by their `slug`.
        default: what is shown where the address doesn't say; the first option if None.
        implied: shown instead, because of what is selected; then every choice is written out.
        voids: parts of the selection that a change removes.
        labeled: whether the label is visible.
        disabled: whether it is only shown.
        explained: shown on hover, beside a visible label.
    """
    plain = options[0] if default is None else default
    value = read(name, options, plain if implied is None else implied)
    if address.presenting():
        return value
    write = _bound(name, value, plain if implied in (None, plain) else None, voids)
    chosen = st.segmented_control(
        label, options, required=True, key=name, on_change=write,
        label_visibility="visible" if labeled else "collapsed", disabled=disabled,
        help=explained,
    )  # fmt: skip
    return value if chosen is None else chosen


def select(
    name: str,
    label: str,
    options: Sequence[Option],
    *,
    default: Option,
    explained: str | None = None,
) -> Option:
    """Let people choose from a list that folds out; see `segmented`."""
    value = read(name, options, default)
    write = _bound(name, value, default)
    if address.presenting():
        return value
    return st.selectbox(label, options, key=name, on_change=write, help=explained)


def found(name: str, label: str, options: Mapping[str, str], *, placeholder: str) -> str | None:
    """Let people search many options for one, or for none; see `segmented`.

    Args:
        name, label: as there.
        options: what is shown of each, by its name in the address.
        placeholder: what is shown while none is chosen.
    """
    value = read(name, [None, *options], None)
    write = _bound(name, value, None)
    if address.presenting():
        return value
    return st.selectbox(
        label, [*options], index=None, key=name, format_func=options.__getitem__,
        placeholder=placeholder, on_change=write,
    )  # fmt: skip


def toggle(name: str, label: str, *, default: bool) -> bool:
    """Let people turn something on or off; see `segmented`."""
    value = read(name, (True, False), default)
    write = _bound(name, value, default)
    if address.presenting():
        return value
    return st.toggle(label, key=name, on_change=write)


def slider(
    name: str,
    label: str,
    options: Sequence[int],
    *,
    default: int,
    shown: Callable[[int], str],
    explained: str,
) -> int:
    """Let people choose one of many numbers; see `segmented`.

    Which numbers there are may depend on the run: of another run, the nearest is shown.
    """
    asked = number(name)
    nearest = default if asked is None else min(options, key=lambda one: abs(one - asked))
    write = _bound(name, nearest, default)
    if address.presenting():
        return nearest
    return st.select_slider(
        label, options, key=name, on_change=write, format_func=shown, help=explained
    )


def page(pages: int) -> int:
    """Let people turn the pages of a gallery; return the current one, of 1 to `pages`."""
    current = min(max(number(address.PAGE) or 1, 1), pages)
    write = _bound(address.PAGE, current, 1)
    if address.presenting():
        return current
    label = f"Page {current:,} of {pages:,}"
    return int(st.number_input(label, 1, pages, key=address.PAGE, on_change=write))


def optional_number(name: str, label: str, most: int) -> int | None:
    """Let people choose a number from 0 to `most`, or none; see `segmented`."""
    asked, value = address.choice(name), number(name)
    if asked is not None and (value is None or value > most):
        value = None
        _dropped(name, asked)
    write = _bound(name, value, None)
    if address.presenting():
        return value
    return st.number_input(label, 0, most, key=name, placeholder="none", on_change=write)


def slug(option: object) -> str:
    """Name an option in an address: "% of true" is "of-true", True is "on"."""
    if isinstance(option, bool):
        return "on" if option else "off"
    return re.sub(r"\W+", "-", str(option).lower()).strip("-")


def _dropped(name: str, asked: str) -> None:
    """Remove from the address what does not fit, with a note."""
    st.toast(text.plain(not_valid(name, asked)), icon=":material/link_off:")
    address.change({name: None})


def read(name: str, options: Sequence[Option], default: Option) -> Option:
    """Read a choice from the address; what does not fit is dropped, with a note.

    A choice that is made by a click on a picture, say, has no control of its own.
    """
    asked = address.choice(name)
    if asked is None:
        return default
    found = next((option for option in options if slug(option) == asked), None)
    if found is not None:
        return found
    _dropped(name, asked)
    return default


def number(name: str) -> int | None:
    """Read a whole number from the address; None if there is none."""
    asked = address.choice(name) or ""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None


def _bound(
    name: str, value: object, plain: object, voids: Sequence[str] = ()
) -> Callable[[], None]:
    """Set a widget from the address, and return what writes its changes there.

    Args:
        name: of the parameter and the widget.
        value: what the address asks for.
        plain: the value that stays out of the address, to keep links short.
        voids: parts of the selection that a change removes.
    """
    st.session_state[name] = value

    def write() -> None:
        # A click may come from a page that is being left, whose state is gone by then.
        if name in st.session_state:
            chosen = st.session_state[name]
            written = None if chosen == plain else slug(chosen)
            address.change({name: written}, **dict.fromkeys(voids))

    return write
