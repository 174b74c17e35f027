"""The first minute: small networks to look at, to compare, and for every step of the tour."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.config import DEFAULT_DATASET, TrainConfig
from pipeline.progress import OnProgress, Progress
from pipeline.words import percent

if TYPE_CHECKING:
    from pipeline.store.run_folder import Run
    from pipeline.store.runs import Store

# Smallest first. The dashboard opens on the newest run, so the last one is the one to look at.
# The preset that suits each: more epochs do not make the small ones better on so few images.
FIRST = {"pixels": "quick", "perceptron": "quick", "shallow": "quick", "cnn": "default"}
# Where each stage begins and ends, in percent of all.
STAGES = {"Training": (3, 85), "Exporting": (85, 90), "Evaluating": (90, 91), "Mapping": (91, 99)}
INTRODUCTION = (
    f"Training {len(FIRST)} small networks on {DEFAULT_DATASET}, about a minute in all. "
    "Ctrl-C skips what is left."
)

Show = Callable[[str, int, str], None]  # a network, how many percent are done, and a few words


def train_first(store: "Store") -> bool:
    """Train the first networks in this process, one after another, and show how far they are.

    Ctrl-C ends it: finished runs stay, and so does the best epoch of the network being trained, as
    in any training.

    Returns:
        Whether anything was trained: False if the store has a run besides the bundled one.

    Raises:
        InklingError: the dataset or the store is unsuitable.
    """
    from pipeline.jobs import worker

    if any(not run.bundled for run in store.runs()):
        return False
    print(INTRODUCTION, file=sys.stderr, flush=True)
    kept: list[Run] = []
    try:
        with _lines() as show:
            for network, preset in FIRST.items():
                config = TrainConfig(network=network, preset=preset)
                run = worker.train(config, store, None, _reporter(network, show), resume=False)
                kept.append(run)
                show(network, 100, _result(run))
                if run.info.status == "stopped":
                    break
    except KeyboardInterrupt:
        pass  # asked for; what it means is said below
    if len(kept) < len(FIRST) or kept[-1].info.status == "stopped":
        networks = ", ".join(run.info.network for run in kept) or "none"
        print(f"Stopped. Kept: {networks}. Press Ctrl-C again to quit.", file=sys.stderr)
    return True


def _result(run: "Run") -> str:
    accuracy = f"{percent(run.info.metrics.accuracy)} accuracy"
    return f"{accuracy}, stopped early" if run.info.status == "stopped" else accuracy


def _reporter(network: str, show: Show) -> OnProgress:
    """Return what turns the progress of one training into a share of the whole."""

    def report(progress: Progress) -> None:
        first, last = STAGES.get(progress.stage, (0, 0))
        share = progress.done / progress.total if progress.total else 0
        if progress.stage != "Done":
            told = progress.note if progress.stage in ("Starting", "Training") else ""
            doing = told or progress.stage.lower()
            show(network, round(first + share * (last - first)), doing)

    return report


@contextmanager
def _lines() -> Iterator[Show]:
    """Show a bar per network on a terminal; elsewhere print when each begins and is done."""
    names = {name: f"{place} of {len(FIRST)}  {name}" for place, name in enumerate(FIRST, start=1)}
    if not sys.stderr.isatty():
        begun = set[str]()

        def show(network: str, done: int, words: str) -> None:
            if done == 100 or network not in begun:
                begun.add(network)
                said = words if done == 100 else "training"
                print(f"{names[network]}: {said}", file=sys.stderr, flush=True)

        yield show
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[words]}", style="dim"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {
            name: bars.add_task(names[name], total=100, start=False, words="") for name in FIRST
        }

        def draw(network: str, done: int, words: str) -> None:
            bars.start_task(tasks[network])
            bars.update(tasks[network], completed=done, words=words)

        yield draw
