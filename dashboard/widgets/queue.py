"""The queue: what waits, in another order if people like, and moving it on."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import loaders
from dashboard.words import jobs as job_words
from dashboard.words import text
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import history, queue
from pipeline.jobs.history import Entry
from pipeline.jobs.job import Job
from pipeline.jobs.requests import Training

MOST_LISTED = 10


def look() -> list[Entry]:
    """Move the queue on, and return all jobs as they are now, newest first."""
    try:
        queue.move_on(loaders.store())
    except InklingError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
    return history.read(loaders.store())


def at_work(entries: Sequence[Entry]) -> Entry | None:
    """Return the job that runs, if any."""
    return next((one for one in entries if not one.status.ended and not _waits(one)), None)


def waiting(entries: Sequence[Entry]) -> None:
    """List what waits, and follow what others do with it."""
    if not any(map(_waits, entries)):
        return
    busy = at_work(entries)

    @st.fragment(run_every=2)
    def panel() -> None:
        now = {one.job: one for one in look()}
        runs = at_work([*now.values()])
        if runs is not None and (busy is None or runs.job != busy.job):
            st.rerun()  # the page shows what runs
        order = [now[job] for job in queue.waiting(loaders.store()) if job in now]
        if not order:
            st.rerun()
        st.markdown(f"**{job_words.wait(len(order), running=runs is not None)}**")
        if why := queue.stuck(loaders.store()):
            st.warning(text.plain(why), icon=":material/hard_disk:")
        with st.container(gap=None):
            for place, entry in enumerate(order[:MOST_LISTED], start=1):
                _row(place, entry, len(order))
        with st.container(horizontal=True, vertical_alignment="center"):
            if len(order) > MOST_LISTED:
                st.caption(f"… and {len(order) - MOST_LISTED:,} more.", width="content")
            if len(order) > 1:
                _remove_all([one.job for one in order])

    panel()


def resumed(entries: Sequence[Entry]) -> list[TrainConfig]:
    """Return the settings of trainings that run or wait: an interrupted one may be among them."""
    asked = [one.request for one in entries if not one.status.ended]
    return [one.config for one in asked if isinstance(one, Training)]


def _waits(entry: Entry) -> bool:
    return entry.status.state == "waiting"


def _row(place: int, entry: Entry, count: int) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"waits_{entry.job.id}", gap="small"
    ):
        st.markdown(job_words.waits(place, entry), width="stretch")
        _button("Earlier", "arrow_upward", entry, place == 1, queue.move, place - 1)
        _button("Later", "arrow_downward", entry, place == count, queue.move, place + 1)
        _button("Remove", "close", entry, False, queue.remove)


def _button(
    label: str, icon: str, entry: Entry, disabled: bool, do: Callable[..., None], *more: int
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label}_{entry.job.id}",
        type="tertiary",
        disabled=disabled,
        on_click=_change,
        args=(do, entry.job, *more),
    )


def _remove_all(jobs: Sequence[Job]) -> None:
    with st.popover(f"Remove all {len(jobs):,}…", icon=":material/delete:"):
        st.markdown("They have not begun, so nothing is lost but the list.")
        st.button("Remove them", key="remove_waiting", on_click=_remove, args=(jobs,))


def _remove(jobs: Sequence[Job]) -> None:
    for job in reversed(jobs):  # so that none of them is started meanwhile
        _change(queue.remove, job)


def _change(do: Callable[..., None], job: Job, *more: int) -> None:
    """Change the queue; what somebody else was quicker with is said."""
    try:
        do(job, *more, loaders.store())
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
