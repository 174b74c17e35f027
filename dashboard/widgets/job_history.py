"""All jobs that are over: how they ended, how long they took, and what they printed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import choices, sweep_job
from dashboard.words import jobs as job_words
from dashboard.words import text
from pipeline.errors import InklingError
from pipeline.jobs import queue
from pipeline.jobs.history import Entry
from pipeline.jobs.job import Job
from pipeline.jobs.requests import Sweeping

ROWS_IN_SIGHT, ROW_HEIGHT = 8, 35  # CSS pixels, as Streamlit draws a row
LOG_LINES = 60  # its end; “inkling jobs log” has all
COLUMNS = {
    "began": st.column_config.DatetimeColumn("Began", format="D MMM, HH:mm"),
    "outcome": st.column_config.TextColumn("Outcome"),
    "what": st.column_config.TextColumn("What", width="large"),
    "seconds": st.column_config.NumberColumn("Took (s)", format="localized"),
    "memory": st.column_config.NumberColumn(
        "Memory (GB)", format="%.1f", help="The most that its process has had."
    ),
    "why": st.column_config.TextColumn("Why", width="large"),
}


def show(entries: Sequence[Entry]) -> None:
    """List the jobs that are over, newest first, and one of them in detail."""
    over = {one.job.id: one for one in entries if one.status.ended}
    if not over:
        return
    st.subheader("History")
    table = pd.DataFrame([_row(one) for one in over.values()])
    height = ROW_HEIGHT * (min(len(over), ROWS_IN_SIGHT) + 1) + 2
    st.dataframe(table, column_config=COLUMNS, hide_index=True, height=height, key="job_history")
    names = {job_id: f"{one.title} · {job_id}" for job_id, one in over.items()}
    chosen = choices.found("job", "Look at one", names, placeholder="its outcome and its log")
    if chosen is not None:
        _detail(over[chosen])


def _row(entry: Entry) -> dict[str, Any]:
    status = entry.status
    return {
        "began": datetime.fromtimestamp(status.began, UTC) if status.began else None,
        "outcome": entry.outcome,  # first, to be in sight on a phone
        "what": entry.title,
        "seconds": round(status.seconds) or None,
        "memory": status.peak_memory / 1e9 or None,
        "why": entry.unreadable or status.message,
    }


def _detail(entry: Entry) -> None:
    st.markdown(job_words.how_it_ended(entry))
    run = loaders.run(entry.status.run_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if run is not None:
            st.page_link(
                "app_pages/overview.py",
                label=text.plain(f"Look at {loaders.label(run)}"),
                icon=":material/visibility:",
                query_params={address.RUN: run.id},
            )
        if isinstance(entry.request, Sweeping) and entry.status.state != "finished":
            sweep_job.go_on(entry.job, entry.request, "history")
        st.button(
            "Remove from the history",
            icon=":material/delete:",
            key="remove_job",
            on_click=_remove,
            args=(entry.job,),
        )
    log = entry.job.log(LOG_LINES)
    if log:
        # No height: Streamlit's scrolling box cannot be reached by keyboard.
        st.code(log, language=None, wrap_lines=True)
    else:
        st.caption("It printed nothing.")


def _remove(job: Job) -> None:
    try:
        queue.remove(job, loaders.store())
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        address.change({"job": None})
