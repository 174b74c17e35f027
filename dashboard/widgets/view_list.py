"""A presenter's list of views: collecting them, putting them in order, a file of them.

The list is in the address, so a link holds it and the browser's Back button undoes a change.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import address, language, slides
from dashboard.selection import FILTERS, SAMPLE
from dashboard.slides import View
from dashboard.widgets import presenting, saying
from dashboard.words import text
from pipeline.prose.texts import Texts

_FILE = "views_file"


def buttons(page: str, titles: Mapping[str, str]) -> None:
    """Offer to present, to add what the page shows to the list, and to change the list.

    Args:
        page: the one that is shown.
        titles: every page's, by its name.
    """
    said, found = language.chosen(), presenting.listed()
    count = len(found.views)
    if not found.readable:
        st.toast(said.say("present.unreadable"), icon=":material/link_off:")
        address.change({address.VIEWS: None})
    elif found.left_out:
        st.toast(said.counted("present.left_out", found.left_out), icon=":material/link_off:")
        _write(found.views)
    with st.sidebar.container(gap="small", key="presentation"):
        st.button(
            said.counted("present.present_views", count) if count else said.say("present.present"),
            icon=":material/slideshow:",
            key="present",
            help=said.say("present.present_hint"),
            on_click=presenting.enter,
            width="stretch",
        )
        _list_buttons(page, titles, said)


def _list_buttons(page: str, titles: Mapping[str, str], said: Texts) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        st.button(
            said.say("present.add"),
            icon=":material/add:",
            key="add_view",
            type="tertiary",
            help=said.say("present.add_hint"),
            on_click=_add,
            args=(page, titles),
        )
        if st.button(said.say("present.views_button"), key="views", type="tertiary"):
            st.dialog(said.say("present.listed"), on_dismiss="rerun")(_edit)(titles)


def _edit(titles: Mapping[str, str]) -> None:
    """Show the list, for whoever puts it in order."""
    saying.kept()
    said, views = language.chosen(), presenting.listed().views
    st.caption(said.say("present.explained" if views else "present.none_yet"))
    for place, view in enumerate(views):
        _row(view, place, len(views), said, titles)
    if views:
        with st.container(horizontal=True):
            st.download_button(
                said.say("present.download"),
                lambda: slides.to_file(views),
                file_name="inkling-views.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
                key="views_download",
            )
            st.button(said.say("present.remove_all"), key="views_clear", on_click=_clear)
    st.file_uploader(
        said.say("present.load"), type="json", key=_FILE, max_upload_size=1, on_change=_load
    )


def _row(view: View, place: int, count: int, said: Texts, titles: Mapping[str, str]) -> None:
    """Show a view's title to change, and buttons that move and remove it."""
    key, number = f"view_title_{place}", place + 1
    st.session_state[key] = view.title
    with st.container(horizontal=True, wrap=False, gap="small", vertical_alignment="bottom"):
        st.text_input(
            said.say("present.title", place=number),
            key=key,
            placeholder=label(view, titles),
            max_chars=slides.LONGEST_TITLE,
            label_visibility="collapsed",
            on_change=_retitle,
            args=(place,),
        )
        for sign, name, to in (
            ("↑", "up", place - 1),
            ("↓", "down", place + 1),
            ("✕", "remove", None),
        ):
            st.button(
                sign,
                key=f"view_{name}_{place}",
                help=said.say(f"present.{name}", place=number),
                disabled=to is not None and not 0 <= to < count,
                on_click=_move,
                args=(place, to),
            )


def label(view: View, titles: Mapping[str, str]) -> str:
    """Name a view by its page and what is selected there: "Mistakes: true 4, predicted 9"."""
    chosen = [
        f"{name.replace('_', ' ')} {text.shorten(value, 20)}"
        for name, value in view.asks
        if name in (*FILTERS, SAMPLE)
    ]
    page = titles.get(view.page, view.page)
    return f"{page}: {', '.join(chosen)}" if chosen else page


def _add(page: str, titles: Mapping[str, str]) -> None:
    """Add what the page shows; a run is named, so that a newer one does not take its place."""
    said, views = language.chosen(), presenting.listed().views
    if len(views) >= slides.MOST:
        saying.later(said.say("present.too_many", most=slides.MOST), icon=":material/error:")
        return
    added = slides.view_of(page, address.shown())
    if _write([*views, added]):
        name = text.plain(label(added, titles))
        saying.later(said.say("present.added", title=name, count=len(views) + 1))


def _retitle(place: int) -> None:
    views = list(presenting.listed().views)
    if place < len(views):  # the list may have changed meanwhile, in a Back step
        views[place] = slides.view_of(
            views[place].page, views[place].parameters, st.session_state[f"view_title_{place}"]
        )
        _write(views)


def _move(place: int, to: int | None) -> None:
    """Move a view to another place; to none, to remove it."""
    views = list(presenting.listed().views)
    if place < len(views):
        moved = views.pop(place)
        if to is not None:
            views.insert(to, moved)
        _write(views)


def _clear() -> None:
    _write([])


def _load() -> None:
    """Take the views of a file in place of those in the address."""
    file, said = st.session_state.get(_FILE), language.chosen()
    if file is None:
        return
    found = slides.from_file(file.getvalue())
    if not found.views:
        saying.later(said.say("present.loaded_unreadable"), icon=":material/error:")
        return
    if found.left_out:
        saying.later(said.counted("present.left_out", found.left_out), icon=":material/link_off:")
    _write(found.views)


def _write(views: Sequence[View]) -> bool:
    """Write the list to the address; False, and a sentence, if it does not fit."""
    code = slides.encode(views) if views else None
    if code and len(code) > slides.LONGEST_CODE:
        said = language.chosen()
        saying.later(said.say("present.too_long"), icon=":material/error:")
        return False
    address.change({address.VIEWS: code})
    return True
