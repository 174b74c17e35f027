"""Train another network, or add one, and see if it is better; a child process does the work."""

from collections.abc import Callable

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import (
    adding,
    choices,
    frame,
    job_history,
    live,
    queue,
    sweep,
    sweep_job,
    training,
    training_stage,
    work,
)
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline import access
from pipeline.jobs.job import Job
from pipeline.jobs.requests import Adding, Request, Retraining, Sweeping, Training
from pipeline.store import interrupted

TRAIN, SEVERAL, ADD = "Train a network", "Train several", "Add a trained one"
GIVES_RUNS = Training | Adding | Sweeping


def watching(request: Request | None) -> Callable[[Job], None]:
    """Return what shows a job that runs."""
    if isinstance(request, Sweeping):
        return sweep_job.watch
    return live.watch if isinstance(request, Training | Retraining) else work.watch


def result(job: Job, request: Training | Adding | Sweeping) -> None:
    """Say how the newest job ended."""
    if isinstance(request, Sweeping):
        sweep_job.result(job, request)
        return
    status = job.status()
    if status.state == "failed":
        st.error(text.plain(status.message), icon=":material/error:")
        return
    run = next((r for r in loaders.store().runs() if r.id == status.run_id), None)
    if run is None:
        st.warning(text.plain(training_words.left_nothing(request, status)), icon=":material/stop:")
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


entries = queue.look()
now = queue.at_work(entries)
over = [(one.job, one.request) for one in entries if one.status.ended]
ended = next(((job, asked) for job, asked in over if isinstance(asked, GIVES_RUNS)), None)
if address.presenting():
    at_work = (now.job, now.request) if now and isinstance(now.request, GIVES_RUNS) else None
    training_stage.present(at_work or ended)
frame.heading(
    "Train", "Train another network and see if it is better.", "training", "neural_network"
)
if now is not None:
    doing = training_words.doing(now.request) if now.request else text.plain(now.unreadable)
    st.markdown(f"{doing} You can use other pages meanwhile.")
    watching(now.request)(now.job)
elif ended is not None:
    result(*ended)
queue.waiting(entries)
for training_place in interrupted.list_interrupted(loaders.store()):
    training.interrupted(training_place, queue.resumed(entries))
forms = {TRAIN: training.form, SEVERAL: sweep.form}
if access.may(access.Change.MANAGE):
    forms[ADD] = adding.form
forms[choices.segmented("train_what", "What to do", tuple(forms))]()
job_history.show(entries)
