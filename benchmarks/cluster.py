"""What Ray costs on one machine: two cores show that it works, not how much faster it gets.

`python benchmarks/cluster.py [SECTION …] [--quick]` prints a table for each section, or for all.
With `--quick`, each does as little as it can, to see that it runs to its end.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import mean_sd, show
from pipeline import cluster

CORES = 2


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

    What is more than a step in an epoch is the pass over the validation images, here as there; the
    first epoch also has the start of the workers and the tracing of the step.
    """
    from pipeline.config import TrainConfig
    from pipeline.data.datasets import open_dataset
    from pipeline.training import fit as training
    from pipeline.training.on_ray import OnRay

    dataset = open_dataset("mnist-5k")
    config = TrainConfig(network="cnn", epochs=3, film=False).resolved(len(dataset.y_train))
    numbers = (1, 2) if quick else (1, 2, 4)
    rows = []
    with cluster.connected(cores=max(numbers)):
        for name, loop in (("this process", None), *((str(n), OnRay(n)) for n in numbers)):
            history = training.fit(config, dataset, loop=loop).history
            first, *_, last = history["seconds"]
            steps = len(dataset.y_train) // (config.batch_size or 1)
            loss = f"{history['loss'].iloc[-1]:.4f}"
            rows.append((name, f"{1000 * last / steps:.0f}", f"{first - last:.1f}", loss))
    header = ("workers", "ms a step", "seconds more for the first epoch", "loss after 3 epochs")
    show("A batch of 128 divided among workers, mnist-5k, cnn", header, rows)


SECTIONS = {"start": start, "workers": workers}


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
