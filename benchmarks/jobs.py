"""What a training in the background costs whoever uses the dashboard, and what it costs itself.

Four things, each on the same machine and in the same session:

- clicks on cells of a confusion matrix until their images are painted (as in `views.py`), while
  nothing runs and while `cnn` is being trained;
- from a start until the page can say what happens, and until the first step is reported; the latter
  also in a process that has TensorFlow loaded, as one kept warm would, and the memory of that;
- from Stop until the training has left its loop, and until its run is published;
- epochs of a training as a job against those of `inkling train`, alternately, without the first.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from benchmarks.views import cell_clicks, made_up
from pipeline.config import TrainConfig
from pipeline.jobs import queue
from pipeline.jobs.job import Job, Status
from pipeline.jobs.requests import Training
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving

TEST_IMAGES = 10_000
ENDLESS = TrainConfig(dataset="mnist-5k", network="cnn", epochs=1000)
COMPARED = TrainConfig(dataset="mnist-5k", network="cnn", epochs=6)
PATIENCE = 120  # seconds
WARM = """
import os, sys, time
from pathlib import Path
import tensorflow
from benchmarks.memory import resident_megabytes
from pipeline.config import TrainConfig
from pipeline.experiment import run_experiment
from pipeline.store.runs import Store

class Begun(Exception):
    pass

def report(progress):
    if progress.stage == "Training":
        raise Begun

memory, began = resident_megabytes(os.getpid()), time.perf_counter()
try:
    config = TrainConfig.model_validate_json(sys.argv[1])
    run_experiment(config, Store(Path(sys.argv[2])), None, report)
except Begun:
    print(time.perf_counter() - began, memory)
"""


def until(job: Job, wanted: Callable[[Status], bool]) -> float:
    """Wait until a job's status is as wanted; return the seconds, or fail."""
    began = time.perf_counter()
    while not wanted(status := job.status()):
        if time.perf_counter() - began > PATIENCE or (status.ended and not wanted(status)):
            sys.exit(f"jobs: the training is not as expected: {status}")
        time.sleep(0.01)
    return time.perf_counter() - began


def is_training(status: Status) -> bool:
    """Whether the first step is over."""
    return status.progress.stage == "Training"


def start_and_stop(store: Store) -> tuple[float, float, float, float]:
    """Return the seconds: to a first word, to the first step, to leave the loop, to the run."""
    (job,) = queue.add([Training(ENDLESS)], store)
    said = until(job, lambda status: status.state == "running")
    began = said + until(job, is_training)
    until(job, lambda status: len(status.history) > 0)
    job.stop()
    left = until(job, lambda status: not status.progress.stoppable or status.ended)
    return said, began, left, left + until(job, lambda status: status.ended)


def clicks(store: Store, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of clicks, idle and while a training runs, alternately."""
    times: dict[str, list[float]] = {"idle": [], "while a training runs": []}
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    run = store.open("latest")
    with serving(store.folder, folder / "log.txt") as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for _ in range(rounds):
            times["idle"] += cell_clicks(page, address, run)
            (job,) = queue.add([Training(ENDLESS)], store)
            until(job, lambda status: len(status.history) > 0)
            times["while a training runs"] += cell_clicks(page, address, run)
            job.stop()
            until(job, lambda status: status.ended)
            store.delete(store.open(job.status().run_id))
        browser.close()
    return times


def warm(folder: Path) -> tuple[float, float]:
    """Return the seconds to the first step with TensorFlow loaded, and the memory it takes."""
    done = subprocess.run(
        [sys.executable, "-c", WARM, ENDLESS.model_dump_json(), str(folder / "warm")],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1], env=_quiet(),
    )  # fmt: skip
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def epochs(folder: Path, *, as_job: bool) -> list[float]:
    """Return the seconds per epoch of a training, without the first."""
    store = Store(folder)
    if as_job:
        (job,) = queue.add([Training(COMPARED)], store)
        until(job, lambda status: status.state == "finished")
    else:
        command = [sys.executable, "-m", "pipeline.cli", "train", "--models", str(folder)]
        command += ["--dataset", COMPARED.dataset, "--network", COMPARED.network]
        command += ["--epochs", str(COMPARED.epochs)]
        subprocess.run(command, check=True, capture_output=True, env=_quiet())
    return list(store.open("latest").history()["seconds"].tolist()[1:])


def _quiet() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


def main() -> None:
    """Measure all four and print a table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=3)
    rounds: int = arguments.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["INKLING_CACHE"] = str(folder / "cache")
        os.environ["INKLING_BUNDLED"] = ""
        found = [start_and_stop(Store(folder / "started")) for _ in range(rounds)]
        said, began, left, ended = (
            statistics.median(column) for column in zip(*found, strict=True)
        )
        seconds, memory = (
            statistics.median(column)
            for column in zip(*[warm(folder) for _ in range(rounds)], strict=True)
        )
        learned: dict[bool, list[float]] = {True: [], False: []}
        for number in range(rounds):
            for as_job in learned:
                learned[as_job] += epochs(folder / f"{number}-{as_job}", as_job=as_job)
        times = clicks(made_up(TEST_IMAGES, folder), folder, rounds)
    idle, busy = times.values()
    job, command = (statistics.median(learned[as_job]) for as_job in (True, False))
    ratio = statistics.median(busy) / statistics.median(idle)
    show(
        f"A training in the background (`cnn` on mnist-5k), medians of {rounds} rounds",
        ["", "measured"],
        [
            ["start → the page can say what happens, s", f"{said:.1f}"],
            ["start → first step, s", f"{began:.1f}"],
            ["the same with TensorFlow loaded, s", f"{seconds:.1f}"],
            ["memory of a process with TensorFlow loaded, MB", f"{memory:.0f}"],
            ["stop → out of the loop, s", f"{left:.2f}"],
            ["stop → run published, s", f"{ended:.1f}"],
            ["click → painted, idle: median (worst), ms", _told(idle)],
            ["click → painted, while it trains: median (worst), ms", _told(busy)],
            ["the medians' ratio", f"{ratio:.2f}"],
            ["an epoch as a job, s", f"{job:.3f}"],
            ["an epoch of `inkling train`, s", f"{command:.3f}"],
            ["job against command line", f"{100 * (job / command - 1):+.1f}%"],
        ],
    )


def _told(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ({max(times):.0f})"


if __name__ == "__main__":
    main()
