"""Retraining a network on what people corrected: the offer, and the work."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import explaining, live, work
from dashboard.words import teaching as words
from dashboard.words import text
from pipeline.jobs import history
from pipeline.jobs.job import Status
from pipeline.jobs.requests import Retraining
from pipeline.store import teaching
from pipeline.store.run_folder import Run


def panel(run: Run) -> None:
    """Offer to teach a run, or show how that goes; then lead to what it learned."""
    entries = [one for one in history.read(loaders.store()) if one.request is not None]
    for entry in entries:
        if isinstance(entry.request, Retraining) and not entry.status.ended:
            name = _name(entry.request.run_id)
            st.markdown(f"**Teaching {name}.** You can use other pages meanwhile.")
            live.watch(entry.job)
            return
    if entries and isinstance(entries[0].request, Retraining):
        _ended(entries[0].request, entries[0].status, run)
    _offer(run)


def _ended(request: Retraining, status: Status, run: Run) -> None:
    """Say how the newest job, a retraining, ended.

    Args:
        request: what it was asked for.
        status: of that job.
        run: the one that the page shows.
    """
    if status.state == "failed":
        said = words.failed(_name(request.run_id), status)
        st.error(said, icon=":material/error:")
    if status.state == "stopped" and not status.run_id:
        st.warning("The last retraining was stopped, so it left no run.", icon=":material/stop:")
    elif (made := loaders.run(status.run_id)) and made.id != run.id:
        # No link: Streamlit leaves the address as it is when one leads to the page that is shown.
        st.button(
            f"Done: see what {text.plain(loaders.label(made, short=True))} has learned",
            icon=":material/fact_check:", type="tertiary", key="see_proof",
            on_click=address.choose_run, args=(run, made),
        )  # fmt: skip


def _offer(run: Run) -> None:
    name = loaders.label(run, short=True)
    found = loaders.corrections().fitting(run.class_names)
    if not run.info.dataset.mnist_framed:
        found = ()
    held_back = sum(one.held_back for one in found)
    marked = len(
        teaching.relabeled(
            loaders.marks(), run.info.dataset.fingerprint, run.class_names, run.info.metrics.total
        )
    )
    if not loaders.corrections().standing and not marked:
        return  # the page says how there can be some
    if run.info.added or not (len(found) - held_back + marked):
        st.caption(words.nothing(name, elsewhere=run.info.added is not None))
        return
    st.markdown(
        words.offer(len(found) - held_back, held_back, marked, name),
        help=explaining.hover("retraining", "replay", "held_back"),
    )
    st.button(
        "Retrain with these", icon=":material/school:", key="retrain",
        on_click=_start, args=(run,),
    )  # fmt: skip


def _start(run: Run) -> None:
    work.start(Retraining(run.id))


def _name(run_id: str) -> str:
    found = loaders.run(run_id)
    return text.plain(loaders.label(found, short=True) if found else run_id)
