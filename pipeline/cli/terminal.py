"""Progress of a command: bars on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pipeline.progress import OnProgress, PlainLines, Progress, note


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """Yield a callable that shows progress on standard error while the block runs."""
    if not sys.stderr.isatty():
        yield PlainLines(sys.stderr)
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
                note=note(progress),
            )

        yield report


@contextmanager
def shown_if_any() -> Iterator[OnProgress]:
    """Do as `shown_progress`, but only once there is something: most commands have nothing."""
    with ExitStack() as stack:
        shown: list[OnProgress] = []

        def report(progress: Progress) -> None:
            if not shown:
                shown.append(stack.enter_context(shown_progress()))
            shown[0](progress)

        yield report
