"""Train another network, or add one, and see if it is better; a child process does the work."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import adding, choices, frame, live, training, training_stage, work
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.jobs.job import Job, read_requests
from pipeline.jobs.requests import Adding, Training
from pipeline.store import interrupted

TRAIN, ADD = "Train a network", "Add a trained one"


def result(job: Job, request: Training | Adding) -> None:
    """Say how the newest job ended."""
    status = job.status()
    if status.state == "failed":
        st.error(text.plain(status.message), icon=":material/error:")
        return
    run = next((r for r in loaders.store().runs() if r.id == status.run_id), None)
    if run is None:
        st.warning(
            text.plain(training_words.left_nothing(request, status.run_id)), icon=":material/stop:"
        )
        return
    if status.state == "stopped":
        st.warning(f"{text.plain(status.message)} Its best epoch is kept.", icon=":material/stop:")
    st.success(f"Done. {run_words.verdict(run.info)}", icon=":material/check:")
    adding.found(run)
    st.page_link(
        "app_pages/overview.py",
        label=text.plain(f"Look at {loaders.label(run)}"),
        icon=":material/visibility:",
        query_params={address.RUN: run.id},
    )


requests, unreadable = read_requests(loaders.store())
jobs = [(job, asked) for job, asked in requests if isinstance(asked, Training | Adding)]
if address.presenting():
    training_stage.present(jobs[0] if jobs else None)
frame.heading(
    "Train", "Train another network and see if it is better.", "training", "neural_network"
)
if jobs and not jobs[0][0].status().ended:
    job, request = jobs[0]
    st.markdown(f"{training_words.doing(request)} You can use other pages meanwhile.")
    (live.watch if isinstance(request, Training) else work.watch)(job)
else:
    if jobs:
        result(*jobs[0])
    for training_place in interrupted.list_interrupted(loaders.store()):
        training.interrupted(training_place)
    if choices.segmented("train_what", "What to do", (TRAIN, ADD)) == ADD:
        adding.form()
    else:
        training.form()
    if unreadable:
        st.caption(text.plain(training_words.unreadable(unreadable)))
