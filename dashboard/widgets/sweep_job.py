"""A sweep that runs in the background, what came of it, and going on with it."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import job_forms, work
from dashboard.words import runs as run_words
from dashboard.words import sweeps as sweep_words
from dashboard.words import text
from pipeline.jobs.job import Job, Status
from pipeline.jobs.requests import Sweeping

COMPARE_PAGE = "app_pages/compare.py"


def watch(job: Job) -> None:
    """Show how far a sweep is, once a second."""

    def show(status: Status) -> None:
        work.progress_of(job, status, says=sweep_words.stopping)
        if status.state != "waiting":
            st.caption(sweep_words.left(status))

    work.each_second(job, show)


def result(job: Job, request: Sweeping) -> None:
    """Say how the newest sweep ended, and offer to look at it or to go on with it."""
    status = job.status()
    if status.state == "failed":
        st.error(text.plain(status.message), icon=":material/error:")
    elif status.state == "stopped":
        st.warning(sweep_words.STOPPED, icon=":material/stop:")
    if status.state != "finished":
        go_on(job, request, "result")
        return
    best = loaders.run(status.run_id)
    verdict = f" Its best run is {text.within(run_words.verdict(best.info))}" if best else ""
    st.success(f"Done.{verdict}", icon=":material/check:")
    st.page_link(
        COMPARE_PAGE,
        label="Compare what it trained",
        icon=":material/leaderboard:",
        query_params={address.RUN: best.id} if best else None,
    )


def go_on(job: Job, request: Sweeping, where: str) -> None:
    """Offer to go on with a sweep that was stopped or failed.

    Args:
        job: that has ended.
        request: what it was asked for.
        where: on the page, since it may be offered twice.
    """
    if st.button(
        "Go on with it",
        icon=":material/resume:",
        key=f"go_on_{where}_{job.id}",
        help=sweep_words.GOES_ON,
    ):
        job_forms.start(request)
