"""The default run: which one it is, making another one it, and going back."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import loaders, visitor
from dashboard.widgets import explaining, run_editor, saying
from dashboard.words import promotion as words
from dashboard.words import text
from pipeline import access
from pipeline.analysis.guard import crossed
from pipeline.errors import InklingError
from pipeline.store import guard, promotions
from pipeline.store.promotions import LONGEST_REASON, Promotion
from pipeline.store.run_folder import Run

REASON, REFUSED = "promotion_reason", "_promotion_refused"
_UNDONE = "_promotion_undone"  # in the session: so the dialog closes


def default_line(runs: Sequence[Run]) -> None:
    """Say in a line which run is the default run, and let people promote one of those shown."""
    if not access.may(access.Change.MANAGE):
        return
    default = loaders.default_run()
    others = [run for run in runs if not default.promotion or run.id != default.promotion.run]
    with st.container(horizontal=True, vertical_alignment="center", key="default_run"):
        said = words.standing(default, _name(default.run))
        st.caption(said, width="stretch", help=explaining.hover("default_run"))
        if others and st.button("Promote…", icon=":material/verified:", key="promote"):
            _promote(others, default.run if default.promotion else None, _promoted_id())
        _history_button()


def since(run: Run) -> None:
    """Say of the default run that it is it, and since when."""
    promotion = loaders.default_run().promotion
    if not access.may(access.Change.MANAGE) or promotion is None or promotion.run != run.id:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="default_run"):
        said = f":material/verified: The default run, {words.since(promotion)}"
        st.caption(said, width="stretch", help=explaining.hover("default_run"))
        _history_button()


def decide(run: Run, before: Run) -> None:
    """Let people promote a run, or discard it so that all is as it was.

    Args:
        run: what was trained.
        before: what it was trained from, which the promotion rule compares it with where no run is
            promoted; shown after the run is discarded.
    """
    if not access.may(access.Change.MANAGE):
        return
    default = loaders.default_run()
    if default.promotion and default.promotion.run == run.id:
        st.caption(f":material/verified: The default run, {words.since(default.promotion)}")
        return
    with st.container(horizontal=True, key="decide"):
        if st.button("Promote…", type="primary", icon=":material/verified:", key="promote_it"):
            compared = default.run if default.promotion else before
            _promote([run], compared, _promoted_id())
        if st.button("Discard…", icon=":material/delete:", key="discard_it"):
            run_editor.confirm(run, _name(run), [before, *loaders.entries()])


@st.dialog("Make it the default run", width="medium")
def _promote(runs: Sequence[Run], before: Run | None, seen: str) -> None:
    """Show what the promotion rule says, and ask why.

    Args:
        runs: those to choose from.
        before: the run to compare with, if any.
        seen: the id of the default run that people have seen; "" for none.
    """
    run = runs[0]
    if len(runs) > 1:
        run = st.radio("Which run", runs, format_func=_name, key="promote_which")
    st.markdown(words.before_promotion(_name(run), _name(loaders.run(seen))))
    found = guard.judge(loaders.store().folder, before, run)
    broken = crossed(found)
    if found:
        st.markdown(words.checked(found))
        _, note = guard.read(loaders.store().folder)
        st.caption(words.of_rule(note))
    with st.form("promotion", border=False):
        said = words.reason(broken=bool(broken))
        st.text_input(said, key=REASON, max_chars=LONGEST_REASON, help=words.KEPT)
        if st.form_submit_button(
            "Promote", type="primary", icon=":material/verified:",
            on_click=_make_default, args=(run, seen, broken),
        ) and _promoted_id() == run.id:  # fmt: skip
            st.rerun()
    if refused := st.session_state.pop(REFUSED, ""):
        st.error(text.plain(refused), icon=":material/error:")


def _make_default(run: Run, seen: str, broken: Sequence[str]) -> None:
    try:
        promotions.promote(
            loaders.store().folder, run, because=st.session_state[REASON], by=visitor.name(),
            crossed=broken, instead_of=seen,
        )  # fmt: skip
    except InklingError as error:
        st.session_state[REFUSED] = str(error)  # shown in the dialog, which stays open
    else:
        saying.later(words.promoted(_name(run)), icon=":material/verified:")


def _history_button() -> None:
    """Lead to the history, if there is any."""
    if loaders.promoted().history and st.button(
        "History…", type="tertiary", icon=":material/history:", key="promotions"
    ):
        _history()


@st.dialog("Default runs", width="large")
def _history() -> None:
    """List what was promoted and undone, newest first, and let people go back."""
    if st.session_state.pop(_UNDONE, False):
        st.rerun()
    saying.kept()
    found = loaders.promoted()
    runs = loaders.runs()
    names = dict(zip([run.id for run in runs], loaders.labels(runs, short=True), strict=True))
    if current := found.current:
        former = found.standing[-2].run if len(found.standing) > 1 else ""
        name = names.get(former, former)
        st.button(
            words.undoes(name), icon=":material/undo:", key="undo_promotion",
            on_click=_undo, args=(current, name),
        )  # fmt: skip
    st.dataframe(pd.DataFrame(words.history(found.history, names)), hide_index=True)


def _undo(current: Promotion, name: str) -> None:
    try:
        promotions.undo(loaders.store().folder, current.id, by=visitor.name())
    except InklingError as error:
        saying.later(text.plain(str(error)), icon=":material/error:")
    else:
        st.session_state[_UNDONE] = True
        saying.later(words.undone(name), icon=":material/undo:")


def _promoted_id() -> str:
    current = loaders.promoted().current
    return current.run if current else ""


def _name(run: Run | None) -> str:
    return loaders.label(run, short=True) if run else ""
