"""What a training in the background does and waits for, in sentences; pure."""

from collections.abc import Mapping, Sequence

from dashboard.words.text import percent, plain
from pipeline.config import TrainConfig
from pipeline.jobs.job import Status
from pipeline.words import counted

RESUMED = "Continue after its last epoch; the result will be the same as without the interruption."


def stopping(status: Status, *, asked: bool) -> str:
    """Say what Stop would do or why it has no effect; once it was pressed, what is left to do.

    Args:
        status: of a job that has not ended.
        asked: whether Stop was pressed.
    """
    epochs = len(status.history)
    if not status.progress.stoppable:
        if asked:
            return "Stopped. The best epoch is being saved as a run; this page waits for that."
        return "The training is done. Its run is being saved, which cannot be stopped."
    best = "the one epoch" if epochs == 1 else f"the best of {epochs} epochs"
    if not asked:
        return f"Stop keeps {best} so far." if epochs else ""
    if epochs:
        return f"Stopping after this step. Then {best} is tested and saved as a run."
    return "Stopping. Nothing is finished yet, so nothing will be saved."


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


def unreadable(reasons: Sequence[str]) -> str:
    """Say that earlier jobs are left out, and why the newest of them is."""
    others = counted(len(reasons) - 1, "other is", "others are")
    return reasons[0] + (f" {others} left out, too." if len(reasons) > 1 else "")
