"""How a training goes while it runs: once a second, without blocking the page.

Everything has its place from the start, so that nothing jumps when the first epoch is over.
"""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.components.film import film
from dashboard.figures import curves
from dashboard.widgets import films, frame, work
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.export import film_spec
from pipeline.jobs.job import Job, Status
from pipeline.jobs.requests import Retraining

LOG_LINES = 12
BLANK = "\N{ZERO WIDTH SPACE}"  # Streamlit strips all other space at the end


def watch(job: Job) -> None:
    """Show all that there is to see of a training."""
    says = partial(training_words.stopping, retrains=isinstance(job.request, Retraining))

    def show(status: Status) -> None:
        work.progress_of(job, status, learns=True, says=says)
        if status.state == "waiting":
            return
        seen = job.snapshot()
        rows = _rows(status) if seen is None else pd.DataFrame(list(seen.rows))
        epochs = 0 if seen is None else seen.epochs
        rate = rows["learning_rate"].iloc[-1] if "learning_rate" in rows and len(rows) else None
        st.caption(training_words.pace(status.progress, rate) or "…")
        left, right = st.columns(2, gap="large")
        with left:
            _accuracy(status, rows, epochs)
        with right:
            _loss(rows, epochs)
        reels = []
        if seen is not None:
            shape = seen.pictures.shape[1:]
            described = film_spec.describe(seen.moment, shape, seen.class_names)
            reels = [films.reel("", described, seen.pictures, mnist_framed=seen.mnist_framed)]
        film(reels, frame.colors(), key="live")
        with st.expander("The end of its log", icon=":material/terminal:"):
            # No height: Streamlit's scrolling box cannot be reached by keyboard.
            st.code(_of_a_length(job.log(LOG_LINES)), language=None, wrap_lines=True)

    work.each_second(job, show)


def curve(job: Job) -> None:
    """Show only how well a training has learned so far; of other work, what is done now."""

    def show(status: Status) -> None:
        seen = job.snapshot()
        if status.history:
            rows = _rows(status) if seen is None else pd.DataFrame(list(seen.rows))
            _accuracy(status, rows, 0 if seen is None else seen.epochs)
        else:
            st.markdown(text.plain(f"{status.progress.stage}: {status.progress.note or '…'}"))

    work.each_second(job, show)


def _of_a_length(log: str) -> str:
    """Fill a log up with blank lines, so that it takes its place from the start."""
    lines = log.splitlines()
    return "\n".join(lines + [BLANK] * (LOG_LINES - len(lines)))


def _rows(status: Status) -> pd.DataFrame:
    """Tabulate what a status alone tells of the epochs so far."""
    accuracies = status.history
    return pd.DataFrame({"epoch": range(1, len(accuracies) + 1), "val_accuracy": accuracies})


def _accuracy(status: Status, rows: pd.DataFrame, epochs: int) -> None:
    finding = training_words.so_far(status.history)
    figure = curves.so_far(rows, "accuracy", epochs, frame.colors())
    alt, terms = f"Accuracy by epoch. {finding}.", ("validation", "epoch")
    frame.chart(figure, alt, "so_far", finding, terms=terms)


def _loss(rows: pd.DataFrame, epochs: int) -> None:
    losses = rows["val_loss"].to_list() if "val_loss" in rows else []
    finding = training_words.loss_so_far(losses)
    figure = curves.so_far(rows, "loss", epochs, frame.colors())
    frame.chart(figure, f"Loss by epoch. {finding}.", "loss_so_far", finding, terms=("loss",))
