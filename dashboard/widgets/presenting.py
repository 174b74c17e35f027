"""Presenter mode: into it, from view to view, and out of it.

Without a list of views, the pages are presented one after another as the list of pages has them;
with one (`dashboard.slides`), its views. What a key asks for is done in the next run of the script,
because a callback cannot leave the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import address, language, loaders, slides
from dashboard.components.presenter import presenter
from dashboard.slides import View, Views
from dashboard.words import text

_ASKED = "_asked"  # in the session: the number of a view, or "back"
_GOING = "_going"  # the page that is to come, and what it is asked for
_ARRIVED = "_arrived"  # which view is shown, and the page and address that it came with
_SCALE = "_scale"
USUAL_SCALE = 1.75  # of a screen of 1280×720 pixels
BACK, ENTER, LEAVE = "back", "enter", "leave"


def listed() -> Views:
    """Return the list of views in the address."""
    code = address.choice(address.VIEWS)
    return slides.decode(code) if code else Views()


def scale() -> float:
    """How much larger than on a page things are drawn."""
    return float(st.session_state.get(_SCALE, USUAL_SCALE))


def view() -> View | None:
    """Return the view of the list that is presented; None if it is a page by itself."""
    found = listed().views
    at = _at(found)
    return found[at - 1] if address.presenting() and at else None


def enter() -> None:
    """Begin with the first view of the list; without one, present the page as it is."""
    if listed().views:
        st.session_state[_ASKED] = 1
    else:
        address.change({address.PRESENT: "1"})


def leave() -> None:
    """Go back to the page as it is for whoever works with it."""
    address.change({address.PRESENT: None, address.VIEW: None})


def go(page: str, order: Sequence[str], known: Sequence[str]) -> None:
    """Go where a key has asked to, and listen for keys.

    Args:
        page: the one that is shown.
        order: the pages to present where there is no list of views.
        known: all pages, the first of which shows what is said of others.
    """
    views = listed().views
    asked = st.session_state.pop(_ASKED, None)
    to, asks = st.session_state.pop(_GOING, (page, {}))
    if asked is None and to != page:
        # What a part of the former page reported at that moment has brought that back.
        _open(to, asks)
    if asked is not None:
        _go(asked, page, views, order, known)
    on = address.presenting()
    at = _at(views) if views else order.index(page) + 1 if page in order else None
    presenter(
        on=on,
        at=at,
        count=len(views) or len(order),
        astray=on and _astray(at if views else page, page),
        scale=scale(),
        words=language.chosen().table("present.keys"),
        on_asked=_ask,
        on_scale=_fit,
    )


def missing(known: Sequence[str]) -> tuple[str, str] | None:
    """Say, as title and sentence, why a view cannot be shown: its page or run is gone."""
    shown, said = view(), language.chosen()
    if shown is not None and shown.page not in known:
        sentence = said.say("present.no_page", page=text.plain(shown.page))
        return shown.title or said.say("present.gone"), sentence
    run_id = address.chosen_run()
    if (
        run_id is not None
        and loaders.entries()
        and not any(entry.id == run_id for entry in loaders.entries())
    ):
        sentence = said.say("present.no_run", run=text.plain(run_id[:60]))
        return said.say("present.gone"), sentence
    return None


def _at(views: Sequence[View]) -> int | None:
    """Return which view of a list the address names, from 1; of a number too high, the last."""
    asked = address.choice(address.VIEW) or ""
    if not (views and asked.isascii() and asked.isdecimal()):
        return None
    return min(max(int(asked[:9]), 1), len(views))


def _go(
    asked: int | str, page: str, views: Sequence[View], order: Sequence[str], known: Sequence[str]
) -> None:
    """Go to a view, or back to the one that a click has led away from."""
    if asked == BACK:
        _, came_to, shown = st.session_state[_ARRIVED]
        _open(came_to, shown | _stage())
    elif isinstance(asked, int) and 1 <= asked <= (len(views) or len(order)):
        if not views and order[asked - 1] == page:
            address.change(sample=None)
            return
        if not views:
            # The image is of the page that was left; the rest of the selection goes along.
            address.forget_image()
            _open(order[asked - 1], {address.PRESENT: ["1"]})
        found = views[asked - 1]
        to, asks = (found.page, found.parameters) if found.page in known else (known[0], {})
        _open(to, asks | {address.PRESENT: ["1"], address.VIEW: [str(asked)]})


def _open(page: str, asks: Mapping[str, list[str]]) -> None:
    st.session_state[_GOING] = (page, asks)
    # On the same page, nothing is carried over by itself.
    st.switch_page(f"app_pages/{page}.py", query_params={**address.everywhere(), **asks})


def _stage() -> dict[str, list[str]]:
    return {
        name: [value]
        for name in (address.PRESENT, address.VIEW)
        if (value := address.choice(name)) is not None
    }


def _astray(shown: int | str | None, page: str) -> bool:
    """Whether a click has led away from what a view came with, which is kept when it comes."""
    here = (page, address.shown())
    arrived = st.session_state.get(_ARRIVED)
    if arrived is None or arrived[0] != shown:
        st.session_state[_ARRIVED] = (shown, *here)
        return False
    return here != arrived[1:]


def _ask(what: Any) -> None:
    """Keep what a key asked for until the script runs."""
    if what == ENTER:
        enter()
    elif what == LEAVE:
        leave()
    elif what == BACK or (isinstance(what, int) and not isinstance(what, bool)):
        st.session_state[_ASKED] = what


def _fit(scale: Any) -> None:
    if isinstance(scale, int | float) and not isinstance(scale, bool) and 0.5 <= scale <= 8:
        st.session_state[_SCALE] = float(scale)
