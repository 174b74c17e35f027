"""Background jobs: their progress, and fetching the images of a run."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import curves
from dashboard.widgets import frame
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.errors import InklingError
from pipeline.jobs import launch
from pipeline.jobs.job import Fetch, Job, find_job
from pipeline.store.runs import Run


def watch(job: Job) -> None:
    """Show the progress of a job, once a second, without blocking the page."""

    @st.fragment(run_every=1)
    def panel() -> None:
        status = job.status()
        if status.ended:
            st.rerun()
        progress, so_far = status.progress, status.history
        share = progress.done / progress.total if progress.total else 0.0
        # The bar is that of the training: it does not begin anew while the run is being saved.
        shown = min(share, 1.0) if progress.stoppable else 1.0
        st.progress(shown, text=f"{progress.stage}: {progress.note or '…'}")
        asked = job.asked_to_stop
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stop",
                icon=":material/stop:",
                key=f"stop_{job.id}",
                disabled=asked or not progress.stoppable,
                on_click=job.stop,
            )
            st.markdown(training_words.stopping(status, asked=asked))
        if so_far:
            finding = (
                f"Validation accuracy after epoch {len(so_far)}: "
                f"{text.percent(so_far[-1])}; best so far {text.percent(max(so_far))}"
            )
            figure = curves.accuracy_so_far(so_far, frame.colors())
            frame.chart(figure, f"Validation accuracy by epoch. {finding}.", "so_far", finding)

    panel()


def offer_to_fetch(run: Run) -> None:
    """Offer to get the images of a run, and show the progress."""
    key = f"fetch_{run.info.dataset.fingerprint}"
    if st.button("Get the images", icon=":material/download:", key=f"button_{key}"):
        try:
            started = launch.start(Fetch(run.info.config.dataset), loaders.store())
            st.session_state[key] = started.id
        except InklingError as error:
            st.error(str(error))
    job_id = st.session_state.get(key)
    job = find_job(loaders.store(), job_id) if job_id else None
    if job is None:
        return
    status = job.status()
    if not status.ended:
        watch(job)
    elif status.state == "failed":
        st.error(status.message)
    elif status.state == "finished":
        st.session_state.pop(key)
        st.rerun()
