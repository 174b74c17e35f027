"""What allographs are worth: trainings with and without them, on other people's hands and on MNIST.

`python benchmarks/allographs.py [--preset default] [--shares SHARE …] [--seeds SEED …]` trains a
`cnn` on MNIST for each share and seed. For each it prints the mistakes on MNIST's validation
images, those between 1 and 7 among them, and the accuracy on
`$INKLING_DATA/drawings/pen-digits-dev.jsonl` (see `drawing.py`): as strokes, of the writer who is
read worst, and as pixels of a 28-pixel pen. The test images are not used.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.drawing import canvas, framed, inked
from benchmarks.table import mean_sd, show
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, find_named, open_dataset
from pipeline.preprocess import to_model_input
from pipeline.training import fit as training

FILE = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"
THICK = 28  # canvas pixels, the widest pen of the Draw page
FORMS = (".0f", ".0f", ".2f", ".2f", ".2f", ".0f")  # of what is measured


@dataclass(frozen=True)
class Drawings:
    """What people drew: images uint8 (n, 28, 28), labels and writers int (n,)."""

    strokes: np.ndarray
    thick: np.ndarray
    labels: np.ndarray
    writers: np.ndarray


def read(some: int | None) -> Drawings:
    """Read the drawings, all of them or the first."""
    rows = [json.loads(line) for line in FILE.read_text().splitlines()][:some]
    return Drawings(
        inked([row["strokes"] for row in rows]),
        np.stack([framed(canvas(row["strokes"], THICK)) for row in rows]),
        np.array([row["label"] for row in rows]),
        np.array([row["writer"] for row in rows]),
    )


def predicted(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Predict images (n, 28, 28, 1): int (n,)."""
    return model.predict(to_model_input(images), batch_size=500, verbose=0).argmax(axis=1)


def measured(config: TrainConfig, mnist: Dataset, drawn: Drawings) -> list[float]:
    """Train once; return what the table's columns have."""
    trained = training.fit(config.resolved(len(mnist.y_train), digits=True), mnist)
    said, true = predicted(trained.model, np.asarray(mnist.x_valid)), np.asarray(mnist.y_valid)
    one_or_seven = np.isin(said, (1, 7)) & np.isin(true, (1, 7)) & (said != true)
    right = predicted(trained.model, drawn.strokes[..., None]) == drawn.labels
    worst = min(right[drawn.writers == writer].mean() for writer in np.unique(drawn.writers))
    thick = predicted(trained.model, drawn.thick[..., None]) == drawn.labels
    shares = (100 * float(share) for share in (right.mean(), worst, thick.mean()))
    return [int((said != true).sum()), int(one_or_seven.sum()), *shares, trained.seconds]


def main() -> None:
    """Run the benchmark as the command line says."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--preset", default="default")
    arguments.add_argument("--shares", type=float, nargs="+", default=[0, 0.1])
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments.add_argument("--some", type=int, default=None, help="only the first N drawings")
    chosen = arguments.parse_args()
    if find_named("mnist") is None or not FILE.is_file():
        print("allographs: skipped, MNIST or the drawings are not on this machine "
              "(set INKLING_DATA)")  # fmt: skip
        return
    mnist, drawn, rows = open_dataset("mnist"), read(chosen.some), list[list[str]]()
    for share in chosen.shares:
        found = []
        for seed in chosen.seeds:
            config = TrainConfig(
                dataset="mnist", preset=chosen.preset, allographs=share, seed=seed, film=False
            )
            found.append(measured(config, mnist, drawn))
            numbers = (f"{one:{form}}" for one, form in zip(found[-1], FORMS, strict=True))
            rows.append([f"{share:.0%}", str(seed), *numbers])
            print(" ".join(rows[-1]), file=sys.stderr)
        columns = zip(zip(*found, strict=True), FORMS, strict=True)
        rows.append([f"{share:.0%}", "mean ± sd", *(mean_sd(one, form) for one, form in columns)])
    show(
        f"`cnn --preset {chosen.preset}` on MNIST: mistakes on {len(mnist.y_valid):,} validation "
        f"images, and accuracy on {len(drawn.labels):,} pen digits",
        [
            "allographs", "seed", "mistakes", "of these 1 and 7", "strokes, %", "worst writer, %",
            f"pen of {THICK} pixels, %", "seconds",
        ],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
