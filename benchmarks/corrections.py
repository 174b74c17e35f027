"""What corrections are worth: trainings with each correction shown 1, 5, 20 or 50 times per epoch.

`python benchmarks/corrections.py [--preset quick] [--seeds N] [--repeats N …]` trains a `cnn` on
MNIST without allographs and corrections, takes its errors on drawings by four people as corrections
(a dozen, or all) and trains again with them. It prints each network's accuracy on the *other*
drawings by the same people and on MNIST's validation images; the test images are not used.

Half of the drawings by the first four writers of `$INKLING_DATA/drawings/pen-digits-dev.jsonl` give
corrections, the other half is for measuring. No choice here depends on the other sixteen writers.
"""

import argparse
import json
import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, find_named, open_dataset
from pipeline.ink import drawing
from pipeline.preprocess import to_model_input
from pipeline.training import fit as training
from pipeline.training.checkpoint import ExtraExamples

WRITERS = range(1, 5)
DOZEN = 12
FILE = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"


@dataclass(frozen=True)
class Drawings:
    """Drawings as images of MNIST's shape: uint8 (n, 28, 28, 1) and int64 (n,)."""

    images: np.ndarray
    labels: np.ndarray

    def some(self, rows: np.ndarray | slice) -> "Drawings":
        """Select some of them."""
        return Drawings(self.images[rows], self.labels[rows])


@dataclass(frozen=True)
class Result:
    """One network's accuracies, in [0, 1], and the drawings it got wrong."""

    drawn: float
    valid: float
    wrong: np.ndarray  # bool, of the half that gives corrections


def drawings_of_writers() -> Drawings:
    """Read the drawings by the chosen writers, in the file's order."""
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    rows = [row for row in rows if row["writer"] in WRITERS]
    ink = np.stack([drawing.from_strokes(row["strokes"]) for row in rows])[..., None]
    return Drawings(ink, np.array([row["label"] for row in rows], np.int64))


def trained(
    config: TrainConfig, mnist: Dataset, given: Drawings, counted: Drawings, extra: ExtraExamples
) -> Result:
    """Train once and measure."""
    model = training.fit(config, mnist, extra=extra).model

    def right(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return model.predict(to_model_input(images), verbose=0).argmax(axis=1) == labels

    return Result(
        right(counted.images, counted.labels).mean(),
        right(np.asarray(mnist.x_valid), mnist.y_valid).mean(),
        ~right(given.images, given.labels),
    )


def measure(preset: str, seeds: int, times: list[int]) -> None:
    """Train with and without corrections, and print a table."""
    mnist, drawings = open_dataset("mnist"), drawings_of_writers()
    given, counted = drawings.some(slice(0, None, 2)), drawings.some(slice(1, None, 2))
    found: dict[tuple[str, str], list[Result]] = {}
    for seed in range(seeds):
        config = TrainConfig(dataset="mnist", preset=preset, seed=seed, allographs=0)
        config = config.resolved(len(mnist.y_train))
        rival = trained(config, mnist, given, counted, ExtraExamples())
        found.setdefault(("none", "–"), []).append(rival)
        mistakes = given.some(rival.wrong)
        for name, some in (("a dozen", mistakes.some(slice(DOZEN))), ("all", mistakes)):
            for repeats in times:
                extra = ExtraExamples(some.images, some.labels, repeats)
                result = trained(config, mnist, given, counted, extra)
                found.setdefault((name, str(repeats)), []).append(result)
                print(f"seed {seed}, {name} ({len(some.labels)}), {repeats} times: "
                      f"{result.drawn:.4f} {result.valid:.4f}", file=sys.stderr)  # fmt: skip
    rows = []
    for (name, repeats), results in found.items():
        drawn, valid = [r.drawn for r in results], [r.valid for r in results]
        each = "  ".join(f"{100 * share:.1f}" for share in drawn)
        mean = f"{100 * statistics.mean(drawn):.1f}"
        rows.append([name, repeats, each, mean, f"{100 * statistics.mean(valid):.2f}"])
    mistakes_each = ", ".join(str(int(r.wrong.sum())) for r in found["none", "–"])
    show(
        f"`cnn --preset {preset}` on MNIST with corrections by {len(WRITERS)} people: accuracy on "
        f"{len(counted.labels)} other drawings by them, for each seed, and on MNIST's validation "
        f"images. All corrections: {mistakes_each} of {len(given.labels)} drawings",
        ["corrections", "times per epoch", "drawings, %", "mean", "MNIST validation, %"],
        rows,
    )


def main() -> None:
    """Run the benchmark as the command line says."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--preset", default="quick")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--repeats", type=int, nargs="+", default=[1, 5, 20, 50])
    chosen = arguments.parse_args()
    if find_named("mnist") is None or not FILE.is_file():
        print("corrections: skipped, MNIST or the drawings are not on this machine "
              "(set INKLING_DATA)")  # fmt: skip
        return
    measure(chosen.preset, chosen.seeds, chosen.repeats)


if __name__ == "__main__":
    main()
