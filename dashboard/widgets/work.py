"""Background jobs: their progress, and what a run lacks: its images, or its anatomy."""

from collections.abc import Callable

import streamlit as st

from dashboard import loaders
from dashboard.widgets import frame
from dashboard.widgets.queue import look
from dashboard.words import jobs as job_words
from dashboard.words import network as network_words
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline import access
from pipeline.config import AUDIT_PRESET, FOLDS, REPEATS, TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import queue
from pipeline.jobs.job import Job, Status, find_job
from pipeline.jobs.requests import Auditing, Fetch, Request, TakeApart
from pipeline.store.run_folder import Run

NUMBERS_STAND = "Only the pictures are missing: the numbers don't need them."


def each_second(job: Job, show: Callable[[Status], None]) -> None:
    """Show a running job once a second, without blocking the page; draw it anew when it ends.

    Args:
        job: that runs.
        show: shows its status.
    """

    @st.fragment(run_every=1)
    def panel() -> None:
        status = job.status()
        if status.ended:
            st.rerun()
        show(status)

    panel()


def watch(job: Job) -> None:
    """Show the progress of a job, once a second."""
    each_second(job, lambda status: progress_of(job, status))


def progress_of(
    job: Job,
    status: Status,
    *,
    learns: bool = False,
    says: Callable[..., str] = training_words.stopping,
) -> None:
    """Show how far a job is, with a button that stops it; or that it waits.

    Args:
        job: that has not ended.
        status: its status now.
        learns: whether what it has learned is kept when it is stopped, and can be discarded.
        says: what Stop would do, or why it has no effect; see `words.training.stopping`.
    """
    if status.state == "waiting":
        _its_turn(job)
        return
    progress = status.progress
    share = progress.done / progress.total if progress.total else 0.0
    # The bar is that of the training: it does not begin anew while the run is being saved.
    shown = min(share, 1.0) if progress.stoppable else 1.0
    st.progress(shown, text=text.plain(f"{progress.stage}: {progress.note or '…'}"))
    asked = job.asked_to_stop
    disabled = asked or not progress.stoppable
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop",
            icon=":material/stop:",
            key=f"stop_{job.id}",
            disabled=disabled,
            on_click=job.stop,
        )
        if learns:
            with st.popover("Discard…", icon=":material/delete:", disabled=disabled):
                st.markdown(training_words.DISCARDED)
                st.button(
                    "Stop and discard",
                    key=f"discard_{job.id}",
                    on_click=job.stop,
                    kwargs={"discard": True},
                )
        st.markdown(says(status, asked=asked, discard=job.asked_to_discard))


def start(request: Request) -> Job | None:
    """Start a job, or let it wait until the one that runs is done; say why if neither can be."""
    try:
        (job,) = queue.add([request], loaders.store(), first=True)
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
        return None
    return job


def give_up(job: Job) -> None:
    """Stop a job, or take it out of the queue; say why if that cannot be."""
    try:
        queue.give_up(job, loaders.store())
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")


def _its_turn(job: Job) -> None:
    """Say what a job waits for, and move the queue on: nobody else may look."""
    look()
    order = queue.waiting(loaders.store())
    with st.container(horizontal=True, vertical_alignment="center"):
        place = order.index(job) if job in order else 0
        why = queue.stuck(loaders.store()) or job_words.its_turn(place)
        st.markdown(f":material/hourglass_empty: {text.plain(why)}", width="content")
        st.button("Don’t wait", key=f"give_up_{job.id}", on_click=give_up, args=(job,))
        st.page_link(frame.TRAIN_PAGE, label="See what runs", icon=":material/model_training:")


def missing_images(run: Run, why: str, *, offers: bool) -> None:
    """Say in one quiet line that pictures are missing, with a button that gets them.

    Args:
        run: whose images are missing.
        why: what is missing, in a sentence.
        offers: whether to show the button, and the progress of what it started.
    """
    said = f":material/image_not_supported: {text.plain(why)} {NUMBERS_STAND}"
    if not offers:
        st.caption(said, width="content")
        return
    _offer(
        Fetch(run.info.dataset_reference),
        f"fetch_{run.info.dataset.fingerprint}",
        said,
        ("Get the images", "download"),
    )


def taking_apart(run: Run, why: str = network_words.NOT_TAKEN_APART) -> None:
    """Say in a sentence that a run has no anatomy yet, with a button that computes it."""
    said = f":material/layers: {why}"
    if not access.may(access.Change.TRAIN):
        st.caption(f"{said} `inkling evaluate {run.id}` does it.")
        return
    _offer(TakeApart(run.id), f"take_apart_{run.id}", said, ("Take it apart", "manufacturing"))


def auditing(run: Run, why: str) -> None:
    """Say in a sentence what an audit of a run's dataset would do, with a button that starts it."""
    said = f":material/fact_check: {text.plain(why)}"
    dataset = run.info.dataset_reference
    if not access.may(access.Change.TRAIN):
        st.caption(f"{said} `inkling audit --dataset {dataset}` does it.")
        return
    request = Auditing(TrainConfig(dataset=dataset, preset=AUDIT_PRESET), FOLDS, REPEATS)
    key = f"audit_{run.info.dataset.fingerprint}"
    _offer(request, key, said, ("Check all labels", "fact_check"))


def _offer(request: Request, key: str, said: str, button: tuple[str, str]) -> None:
    """Say what is missing, with a button that starts a job, and show its progress.

    Args:
        request: for what the button starts.
        key: of the job in the session.
        said: what is missing, as Markdown.
        button: its label and its icon.
    """
    job_id = st.session_state.get(key)
    job = find_job(loaders.store(), job_id) if job_id else None
    status = job.status() if job else None
    if job and status and not status.ended:
        watch(job)
        return
    if status and status.state == "finished":
        st.session_state.pop(key)
        st.rerun()
    label, icon = button
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said, width="content")
        st.button(
            label,
            icon=f":material/{icon}:",
            key=f"button_{key}",
            on_click=_start,
            args=(request, key),
        )
    if status and status.state == "failed":
        st.error(text.plain(status.message), icon=":material/error:")


def _start(request: Request, key: str) -> None:
    """Start a job that the page has offered."""
    if job := start(request):
        st.session_state[key] = job.id
