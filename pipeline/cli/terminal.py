"""Progress of a command: bars on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.progress import OnProgress, Progress

PERCENTS = ("accuracy", "val_accuracy")


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """Yield a callable that shows progress on standard error while the block runs."""
    if not sys.stderr.isatty():
        yield _PlainLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(progress: Progress) -> None:
            if progress.stage not in tasks:
                for task in tasks.values():  # an earlier stage is over
                    bars.update(task, completed=1, total=1)
                tasks[progress.stage] = bars.add_task(progress.stage, total=None, note="")
            bars.update(
                tasks[progress.stage],
                completed=progress.done,
                total=progress.total or None,
                note=_note(progress),
            )

        yield report


class _PlainLines:
    """One line per stage and per epoch: enough for a log, without flooding it."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, progress: Progress) -> None:
        if progress.stage == "Downloading" and progress.done < progress.total:
            return
        newest = f"{progress.stage} {progress.metrics.get('epoch', '')}"
        if newest != self._last:
            self._last = newest
            print(f"{progress.stage}: {_note(progress)}", file=sys.stderr, flush=True)


def _note(progress: Progress) -> str:
    numbers = [
        f"{name.replace('val_', 'validation ')} {100 * progress.metrics[name]:.2f}%"
        for name in PERCENTS
        if name in progress.metrics
    ]
    return ", ".join([progress.note, *numbers])
