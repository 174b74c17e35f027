"""What Ray costs on one machine: two cores show that it works, not how much faster it gets.

`python benchmarks/cluster.py [SECTION …] [--quick]` prints a table for each section, or for all.
With `--quick`, each does as little as it can, to see that it runs to its end.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import proc
from benchmarks.table import mean_sd, show
from pipeline import cluster
from pipeline.progress import Progress
from pipeline.scoring.found import PART
from pipeline.scoring.score import score
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store

CORES = 2
BUNDLED = "mnist-cnn"
# Prints when each training of a sweep was done, in seconds since the process began, as JSON.
SWEEP = """
import json, sys, tempfile, time
began = time.perf_counter()
from contextlib import ExitStack
from pathlib import Path
from pipeline import cluster
from pipeline.store.runs import Store
from pipeline.sweeps.plan import Sweep
from pipeline.sweeps.sweeping import sweep

on, dataset, seeds = sys.argv[1] or None, sys.argv[2], int(sys.argv[3])
plan = Sweep.of(dataset=dataset, networks=("cnn",), presets=("quick",), seeds=range(seeds))
done = {}

def report(progress):
    if progress.run_id:  # each is told more than once
        done.setdefault(progress.run_id, time.perf_counter() - began)

with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
    if on:
        stack.enter_context(cluster.connected(cores=1))
    sweep(plan, Store(Path(folder)), None, report, on=on)
print(json.dumps([*done.values()]))
"""


# Computes the probabilities of images, once a line comes; prints the seconds that it takes, and
# those of processor time.
LOOP = """
import sys, time
import numpy as np
from pipeline.quiet import quiet_stderr
from pipeline.store.runs import Store

images = np.load(sys.argv[2], mmap_mode="r")[: int(sys.argv[3])]
with quiet_stderr():
    graph = Store.default().open(sys.argv[1]).graph()
graph.probabilities(images[:100])
print("ready", flush=True)
sys.stdin.readline()
began, busy = time.perf_counter(), time.process_time()
for first in range(0, len(images), 1000):
    graph.probabilities(images[first : first + 1000])
print(time.perf_counter() - began, time.process_time() - busy)
"""


def start(*, quick: bool) -> None:
    """Time from nothing to a Ray of our own, to its first result, to its next, and to its end."""
    engine = cluster.ray()
    measured: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        measured.setdefault(name, []).append(time.perf_counter() - began)

    @engine.remote
    def versions() -> dict[str, str]:
        return cluster.versions()

    for _ in range(1 if quick else 5):
        with ExitStack() as stack:
            timed("start", lambda: stack.enter_context(cluster.connected(cores=CORES)))
            timed("first task, its worker included", lambda: engine.get(versions.remote()))
            timed("next task", lambda: engine.get(versions.remote()))
            timed("end", stack.close)
    rows = [(name, mean_sd(seconds, ".3f")) for name, seconds in measured.items()]
    show("A Ray of its own", ("", "seconds"), rows)


def workers(*, quick: bool) -> None:
    """Time a step of data-parallel training against one process, with the same batches.

    From the end of the first epoch to that of the last: the pass over the validation images is in
    it, which with workers the command makes while they go on. The first epoch also has the start of
    the workers and the tracing of the step.
    """
    from pipeline.config import TrainConfig
    from pipeline.data.datasets import open_dataset
    from pipeline.training import fit as training
    from pipeline.training.on_ray import OnRay

    dataset, epochs = open_dataset("mnist-5k"), 3 if quick else 9
    config = TrainConfig(network="cnn", epochs=epochs, film=False)
    config = config.resolved(len(dataset.y_train))
    steps = len(dataset.y_train) // (config.batch_size or 1)
    numbers = (1, 2) if quick else (1, 2, 4)
    rows = []
    with cluster.connected(cores=max(numbers)):
        for name, loop in (("this process", None), *((str(n), OnRay(n)) for n in numbers)):
            ended = {0: time.perf_counter()}  # by how many epochs are done

            def tell(progress: Progress, ended: dict[int, float] = ended) -> None:
                ended.setdefault(len(progress.history), time.perf_counter())

            history = training.fit(config, dataset, tell, loop=loop).history
            each = (ended[epochs] - ended[1]) / (epochs - 1)
            loss = f"{history['loss'].iloc[-1]:.4f}"
            rows.append(
                (name, f"{1000 * each / steps:.0f}", f"{ended[1] - ended[0] - each:.1f}", loss)
            )
    header = (
        "workers", "ms a step", "seconds more for the first epoch", f"loss after {epochs} epochs",
    )  # fmt: skip
    show("A batch of 128 divided among workers, mnist-5k, cnn", header, rows)


def scoring(*, quick: bool) -> None:
    """Compare scoring with a bare loop over the serving graph: images a second and core.

    With one process, and with one for each core, beside as many bare loops at once. Two numbers of
    images each, so that what a process takes to start is told apart. Processor time is that of the
    processes that score; it means something on a busy machine, too.
    """
    few, many = (500, 1_500) if quick else (4 * PART, 24 * PART)
    run = Store.default().open(BUNDLED)
    random = np.random.default_rng(0)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {count: Path(folder, f"{count}.npy") for count in (few, many)}
        for count, path in paths.items():
            np.save(path, random.integers(0, 256, (count, *run.info.input_shape), np.uint8))
        for number in (1, CORES):
            loop = _bare(paths[many], many // number, number)
            ways = {
                "processes": _scored(run, paths, number, None),
                "Ray Data": _scored(run, paths, number, "local"),
            }
            if number == CORES:
                ways["Ray Data, embeddings too"] = _scored(run, paths, number, "local", True)
            again = _bare(paths[many], many // number, number)
            loop = _Cost(*(statistics.mean(two) for two in zip(loop, again, strict=True)))
            for name, cost in {"bare loop": loop, **ways}.items():
                rows.append((
                    number, name, f"{1 / cost.seconds:,.0f}", f"{loop.seconds / cost.seconds:.0%}",
                    f"{1000 * cost.busy:.3f}", f"{loop.busy / cost.busy:.0%}",
                    f"{cost.start:.1f}", f"{cost.peak / 2**20:.0f}" if cost.peak else "",
                ))  # fmt: skip
    header = (
        "cores", "scoring by", "images a second and core", "of the loop",
        "ms of processor an image", "of the loop", "seconds to start", "MB of a worker",
    )  # fmt: skip
    show(f"Scoring {many:,} images with {run.id}", header, rows)


class _Cost(NamedTuple):
    """What an image costs.

    Attributes:
        seconds: of one core.
        busy: of these, those of processor time.
        start: seconds until the first image.
        peak: bytes of a worker, at most.
    """

    seconds: float
    busy: float
    start: float = 0
    peak: float = 0


def _bare(images: Path, count: int, number: int) -> _Cost:
    """Time so many bare loops at once, each over so many images of a file."""
    command = [sys.executable, "-c", LOOP, BUNDLED, str(images), str(count)]
    loops = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ]
    for loop in loops:
        loop.stdout.readline()  # it is ready
    for loop in loops:
        loop.stdin.write("\n")
        loop.stdin.flush()
    said = [[float(one) for one in loop.communicate()[0].split()] for loop in loops]
    seconds, busy = (statistics.mean(column) / count for column in zip(*said, strict=True))
    return _Cost(seconds, busy)


def _scored(
    run: Run, paths: dict[int, Path], number: int, on: str | None, embeddings: bool = False
) -> _Cost:
    """Time the scoring of files of few and of many images, by so many processes or actors."""
    took, busy, peaks = list[float](), list[float](), list[int]()

    def workers() -> list[int]:
        return (
            proc.starting_with(b"ray::MapWorker")
            if on
            else [one.pid for one in active_children() if one.pid]
        )

    for path in paths.values():
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            if on:
                stack.enter_context(cluster.connected(on, cores=CORES))
            seen = stack.enter_context(proc.watched(workers))
            began = time.perf_counter()
            score(run, [path], Path(folder, "out"), embeddings=embeddings, workers=number, on=on)
            took.append(time.perf_counter() - began)
        busy.append(sum(seen.seconds.values()))
        peaks += seen.peak.values()
    few, many = paths
    each = (took[1] - took[0]) / (many - few)
    return _Cost(
        number * each, (busy[1] - busy[0]) / (many - few), took[0] - few * each, max(peaks)
    )


def sweep(*, quick: bool) -> None:
    """Compare a sweep through Ray with the same one without: one training at a time, on one core.

    What Ray costs at the start, both pay in part: a process that loads TensorFlow. After that, what
    each training takes is compared.
    """
    dataset, seeds, rounds = ("digits", 2, 1) if quick else ("mnist", 3, 2)
    first: dict[str, list[float]] = {"": [], "local": []}
    later: dict[str, list[float]] = {"": [], "local": []}
    one_core = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    for _ in range(rounds):
        for on, starts in first.items():  # in turn, so that what else the machine does is shared
            said = subprocess.run(
                [sys.executable, "-c", SWEEP, on, dataset, str(seeds)],
                check=True, capture_output=True, text=True, env=one_core,
            )  # fmt: skip
            done = json.loads(said.stdout.splitlines()[-1])
            starts.append(done[0])
            later[on] += [after - before for before, after in pairwise(done)]
    means = {on: statistics.mean(found) for on, found in later.items()}
    cost = means["local"] / means[""] - 1
    rows = [
        ("one after another", mean_sd(first[""], ".1f"), mean_sd(later[""], ".1f"), ""),
        ("through Ray", mean_sd(first["local"], ".1f"), mean_sd(later["local"], ".1f"),
         f"{cost:+.1%}"),
    ]  # fmt: skip
    title = f"A sweep of cnn, quick, on {dataset}: seconds"
    show(title, ("", "until the first run", "each further run", "overhead"), rows)


SECTIONS = {"start": start, "sweep": sweep, "workers": workers, "scoring": scoring}


def main() -> None:
    """Print the tables of the sections that were asked for."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("section", nargs="*", choices=[[], *SECTIONS], default=[])
    arguments.add_argument("--quick", action="store_true")
    chosen = arguments.parse_args()
    for name in chosen.section or SECTIONS:
        SECTIONS[name](quick=chosen.quick)


if __name__ == "__main__":
    main()
