"""What teaching is worth to others: 200 corrections by ten people, measured on ten other people.

`python benchmarks/teach.py [--preset default] [--seeds N] [--count N] [--models DIR]` trains a
`cnn` on MNIST, without allographs, corrects drawings by writers 1 to 10 of
`$INKLING_DATA/drawings/pen-digits-dev.jsonl` (those to whose class it gives the lowest probability:
its errors, then what it was least sure of), retrains it as `inkling retrain` does, and prints its
accuracy on all drawings by writers 11 to 20 and on MNIST's test images, before and after, and how
long that took until the proof was there. `--models` takes the newest runs of a store instead of
training them.

The settings of a retraining were chosen on writers 1 to 10 and on validation images; the other ten
writers and the test images played no part.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline.config import TrainConfig
from pipeline.data.datasets import find_named
from pipeline.experiment import run_experiment
from pipeline.ink.drawing import Drawing
from pipeline.progress import Progress
from pipeline.retraining import retrain
from pipeline.store import corrections, teaching
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store

TEACHERS = 10  # the writers up to this one give corrections
FILE = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"


class Drawings(NamedTuple):
    """Drawings, their classes and who drew them."""

    drawn: list[Drawing]
    labels: np.ndarray
    writers: np.ndarray

    @property
    def images(self) -> np.ndarray:
        """Return what a network sees: uint8 (n, 28, 28, 1)."""
        return np.stack([one.ink for one in self.drawn])[..., None]


class Result(NamedTuple):
    """A network before and after; shares in [0, 1]."""

    others: tuple[float, float]  # drawings by the people who corrected nothing
    tests: tuple[float, float]  # MNIST's test images
    said: str
    seconds: float


def read() -> Drawings:
    """Read the drawings, in the file's order."""
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    return Drawings(
        [Drawing.of_strokes(row["strokes"]) for row in rows],
        np.array([row["label"] for row in rows]),
        np.array([row["writer"] for row in rows]),
    )


def correct(run: Run, store: Store, drawings: Drawings, count: int) -> None:
    """Correct the drawings by the teachers to whose class a network gives the least."""
    mine = np.flatnonzero(drawings.writers <= TEACHERS)
    probabilities = run.graph().probabilities(drawings.images[mine])
    of_class = probabilities[np.arange(len(mine)), drawings.labels[mine]]
    for at in np.argsort(of_class, kind="stable")[:count].tolist():
        corrections.add(
            store,
            label=run.class_names[drawings.labels[mine[at]]],
            class_names=run.class_names,
            drawing=drawings.drawn[mine[at]],
            predicted=run.class_names[probabilities[at].argmax()],
            run=run.id,
        )


def teach(run: Run, drawings: Drawings, count: int, seed: int) -> Result:
    """Correct and retrain in a store of its own, and measure."""
    others = drawings.writers > TEACHERS
    images, labels = drawings.images[others], drawings.labels[others]

    def right(one: Run) -> float:
        return float((one.graph().probabilities(images).argmax(axis=1) == labels).mean())

    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        correct(run, store, drawings, count)
        started, published = time.perf_counter(), list[float]()

        def note(progress: Progress) -> None:
            if progress.stage in ("Completing", "Done"):  # what comes after the run is there
                published.append(time.perf_counter() - started)

        after = retrain(run, store, on_progress=note, seed=seed)
        proof = teaching.proof_of(after, run)
        tests = proof.accuracy.before, proof.accuracy.after
        return Result((right(run), right(after)), tests, proof.said, published[0])


def measure(preset: str, seeds: int, count: int, models: Path | None) -> None:
    """Teach several networks and print a table."""
    drawings, found = read(), list[Result]()
    with TemporaryDirectory() as folder:
        for seed in range(seeds):
            if models is not None:
                run = Store(models).runs()[seed]
            else:
                config = TrainConfig(
                    dataset="mnist", preset=preset, seed=seed, film=False, allographs=0
                )
                run = run_experiment(config, Store(Path(folder)))
            found.append(teach(run, drawings, count, seed))
            print(f"seed {seed}: {found[-1]}", file=sys.stderr)
    show(
        f"`cnn --preset {preset}` on MNIST, taught {count} corrections by {TEACHERS} people: "
        "accuracy on all drawings by ten other people, and on MNIST's test images",
        ["seed", "drawings, %", "MNIST test, %", "points", "seconds", "on what was held back"],
        [*(_row(str(seed), result) for seed, result in enumerate(found)), _mean(found)],
    )


def _row(name: str, result: Result) -> list[str]:
    (drawn, drawn_now), (test, test_now) = result.others, result.tests
    return [
        name,
        f"{100 * drawn:.2f} → {100 * drawn_now:.2f}",
        f"{100 * test:.2f} → {100 * test_now:.2f}",
        f"{100 * (test_now - test):+.2f}",
        f"{result.seconds:.0f}",
        result.said.split(". ")[0],
    ]


def _mean(found: list[Result]) -> list[str]:
    others, tests = (
        (statistics.mean(pair[0] for pair in pairs), statistics.mean(pair[1] for pair in pairs))
        for pairs in ([one.others for one in found], [one.tests for one in found])
    )
    seconds = statistics.mean(one.seconds for one in found)
    return _row("mean", Result(others, tests, "", seconds))


def main() -> None:
    """Run the benchmark as the command line says."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--preset", default="default")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--models", type=Path, default=None)
    chosen = arguments.parse_args()
    if find_named("mnist") is None or not FILE.is_file():
        print("teach: skipped, MNIST or the drawings are not on this machine (set INKLING_DATA)")
        return
    measure(chosen.preset, chosen.seeds, chosen.count, chosen.models)


if __name__ == "__main__":
    main()
