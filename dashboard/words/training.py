"""What a training in the background does and waits for, in sentences; pure."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from dashboard.words.text import duration, percent, plain
from pipeline.config import TrainConfig
from pipeline.jobs import history
from pipeline.jobs.job import Status
from pipeline.jobs.requests import Adding, Request, Training
from pipeline.progress import Progress
from pipeline.words import counted

WHAT_CAN_BE_ADDED = (
    "A Sequential or functional network of Keras’s own layers, saved with `model.save`, for images "
    "of the dataset’s size and its classes. It may end in probabilities or logits, and take pixels "
    "from 0 to 1 or from 0 to 255: that is found out. Code in the file is not run."
)
PIXELS = (
    "Its first layer may say so; else it reads some validation images each way, and what it reads "
    "best decides. Choose one if you know better."
)
PRESET_EPOCHS = "A preset shows a small dataset more often."
DISCARDED = (
    "The training stops, and nothing of it is kept: no run, and no checkpoint to resume it from."
)
RESUMED = "Continue after its last epoch; the result will be the same as without the interruption."
STARTED_AGAIN = "Train with the same settings from the first epoch. What it has learned is lost."


def stopping(status: Status, *, asked: bool, discard: bool = False, retrains: bool = False) -> str:
    """Say what Stop would do or why it has no effect; once it was pressed, what is left to do.

    Args:
        status: of a job that has not ended.
        asked: whether Stop was pressed.
        discard: whether nothing is to be kept.
        retrains: whether it is a retraining, which keeps its last epoch, not the best one.
    """
    if discard and status.progress.stoppable:
        return "Stopping. Nothing will be saved."
    epochs = len(status.history)
    if not status.progress.stoppable:
        if asked and epochs:
            kept = "What it has learned" if retrains else "The best epoch"
            return f"Stopped. {kept} is being saved as a run; this page waits for that."
        done = "The training is done. " if epochs else ""
        return f"{done}Its run is being saved, which cannot be stopped."
    best = "the one epoch" if epochs == 1 else f"the best of {epochs} epochs"
    if retrains:
        best = f"what {'one epoch has' if epochs == 1 else f'{epochs} epochs have'} taught it"
    if not asked:
        return f"Stop keeps {best} so far." if epochs else ""
    if epochs:
        return f"Stopping after this step. Then {best} is tested and saved as a run."
    return "Stopping. Nothing is finished yet, so nothing will be saved."


def pace(progress: Progress, learning_rate: float | None) -> str:
    """Say how quickly a training learns and how long it will take; "" before that is known.

    Args:
        progress: its latest report.
        learning_rate: after the newest epoch; None before the first.
    """
    said = []
    if progress.images_per_second:
        said.append(f"{progress.images_per_second:,.0f} images a second")
    if learning_rate is not None:
        said.append(f"learning rate {learning_rate:.2g}")
    if progress.seconds_left is not None:
        said.append(f"about {duration(progress.seconds_left)} of training left")
    return " · ".join(said)


def so_far(accuracies: Sequence[float]) -> str:
    """Say how well a training does on validation images, whose accuracy by epoch is given."""
    if not accuracies:
        return "Validation accuracy: known after the first epoch"
    return (
        f"Validation accuracy {percent(accuracies[-1])}, best {percent(max(accuracies))} "
        f"(epoch {_best(accuracies, max) + 1})"
    )


def loss_so_far(losses: Sequence[float]) -> str:
    """Say how low the loss on validation images is; those of all epochs are given."""
    if not losses:
        return "Validation loss: known after the first epoch"
    best = _best(losses, min)
    return f"Validation loss {losses[-1]:.3g}, lowest {losses[best]:.3g} (epoch {best + 1})"


def _best(numbers: Sequence[float], best: Callable[[Sequence[float]], float]) -> int:
    return numbers.index(best(numbers))


def learned(accuracies: Sequence[float], kept: int) -> str:
    """Describe a learning curve for those who do not see it.

    Args:
        accuracies: on the validation images after each epoch, in [0, 1].
        kept: the epoch whose weights are kept, from 1.
    """
    first, best, last = (percent(accuracies[at]) for at in (0, kept - 1, -1))
    return (
        f"Accuracy by epoch: on the validation images {first} after the first, {best} after epoch "
        f"{kept}, whose weights are kept, and {last} after the last, epoch {len(accuracies)}."
    )


def interrupted(config: TrainConfig, rows: Sequence[Mapping[str, float]]) -> str:
    """Say how far an interrupted training came: Markdown.

    Args:
        config: its settings.
        rows: its history so far, one row per epoch.
    """
    best = max((row["val_accuracy"] for row in rows), default=0.0)
    learns = " It keeps the corrections it started with." if config.corrections else ""
    return (
        f"**{plain(config.network)}** on **{plain(config.dataset)}** was interrupted after "
        f"{len(rows)} of {counted(config.epochs or 0, 'epoch')}, with a best validation accuracy "
        f"of {percent(best)}.{learns}"
    )


def waits_to_resume(config: TrainConfig) -> str:
    """Say that an interrupted training is in the queue: Markdown."""
    what = f"**{plain(config.network)}** on **{plain(config.dataset)}**"
    return f"{what} was interrupted, and waits for its turn."


def doing(request: Request) -> str:
    """Say what a job does: Markdown."""
    if isinstance(request, Adding):
        file = PurePath(request.file).name
        return f"Adding **{plain(file)}**, tested on **{plain(request.dataset)}**."
    if isinstance(request, Training):
        return f"Training **{request.config.network}** on **{plain(request.config.dataset)}**."
    return f"At work: {plain(history.title(request))}."


def left_nothing(request: Training | Adding, status: Status) -> str:
    """Say why there is no run of a job that has ended.

    Args:
        request: what the job was to do.
        status: how it ended.
    """
    if status.run_id:
        return f"The run of the last job, {status.run_id}, is no longer here: it was deleted."
    if isinstance(request, Adding):
        return "The last network was not added: that was stopped."
    if status.history:
        return "The last training was stopped and discarded, so it left no run."
    return "The last training was stopped before its first epoch ended, so it left no run."
