"""Train another network and see if it is better; a child process does the work."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import frame, training, work
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.jobs.job import Job, Training, read_requests
from pipeline.store import interrupted


def result(job: Job) -> None:
    """Say how the newest training ended."""
    status = job.status()
    if status.state == "failed":
        st.error(text.plain(status.message), icon=":material/error:")
        return
    run = next((r for r in loaders.store().runs() if r.id == status.run_id), None)
    if run is None:
        st.warning(
            "The last training left no run: it was stopped early, or its run was deleted.",
            icon=":material/stop:",
        )
        return
    if status.state == "stopped":
        st.warning(f"{text.plain(status.message)} Its best epoch is kept.", icon=":material/stop:")
    st.success(f"Done. {run_words.verdict(run.info)}", icon=":material/check:")
    st.page_link(
        "app_pages/overview.py",
        label=text.plain(f"Look at {loaders.label(run)}"),
        icon=":material/visibility:",
        query_params={address.RUN: run.id},
    )


requests, unreadable = read_requests(loaders.store())
trainings = [(job, asked.config) for job, asked in requests if isinstance(asked, Training)]
frame.heading("Train", "Train another network and see if it is better.")
if trainings and not trainings[0][0].status().ended:
    job, config = trainings[0]
    st.markdown(
        f"Training **{config.network}** on **{text.plain(config.dataset)}**. You can use other "
        "pages meanwhile."
    )
    work.watch(job)
else:
    if trainings:
        result(trainings[0][0])
    for training_place in interrupted.list_interrupted(loaders.store()):
        training.interrupted(training_place)
    training.form()
    if unreadable:
        st.caption(text.plain(training_words.unreadable(unreadable)))
