"""What disturbed images and calm epochs are worth: errors on clean images and on corrupted ones.

`python benchmarks/disturbance.py [--epochs N] [--seeds N]` trains `cnn --preset best`, shortened
and without allographs, on half of MNIST's training images: with neither, with disturbed images, and
with calm epochs at the end as well. Errors are those on the other half and on the validation
images; corrupted ones are every eighth validation image under each of MNIST-C's corruptions. The
test images are not looked at. A training takes three to six minutes on one core. Needs MNIST: set
INKLING_DATA.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline.analysis.corruptions import applicable, corrupt
from pipeline.config import PRESETS, TrainConfig
from pipeline.data.datasets import Dataset, find_named, open_dataset
from pipeline.preprocess import to_model_input
from pipeline.training import fit as training

HALF = 7  # seed of the split
EVERY = 8  # of the validation images is corrupted


def halved(dataset: Dataset) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """Return the dataset with half of its training part, and the images and labels of the rest."""
    order = np.random.default_rng(HALF).permutation(len(dataset.y_train))
    taken, left = np.array_split(order, 2)
    images = np.concatenate([dataset.x_train[left], dataset.x_valid[:]])
    labels = np.concatenate([dataset.y_train[left], dataset.y_valid[:]])
    half = replace(dataset, x_train=dataset.x_train[taken], y_train=dataset.y_train[taken])
    return half, images, labels


def right(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return which images uint8 (n, 28, 28, 1) are classified correctly: bool (n,)."""
    found = model.predict(to_model_input(images), batch_size=500, verbose=0)
    return found.argmax(axis=1) == labels


def measured(dataset: Dataset, share: float, calm: float, epochs: int, seed: int) -> list[str]:
    """Train once; return a row of the table."""
    half, images, labels = halved(dataset)
    PRESETS["best"] = replace(PRESETS["best"], calm=calm)
    config = TrainConfig(
        dataset="mnist", preset="best", epochs=epochs, disturbance=share, seed=seed, film=False
    )
    model = training.fit(config.resolved(len(half.y_train)), half).model
    some, theirs = dataset.x_valid[::EVERY], dataset.y_valid[::EVERY]
    under = {
        name: right(model, corrupt(some, name), theirs).mean() for name in applicable(is_ink=True)
    }
    worst = min(under, key=lambda name: under[name])
    return [
        f"{share:.0%}",
        f"{calm:.0%}",
        f"{seed}",
        f"{(~right(model, images, labels)).sum()} of {len(labels):,}",
        f"{100 * np.mean(list(under.values())):.1f}",
        f"{100 * under[worst]:.1f}, {worst.replace('_', ' ')}",
    ]


def main() -> None:
    """Print a row per share and seed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--epochs", type=int, default=10)
    arguments.add_argument("--seeds", type=int, default=1)
    chosen = arguments.parse_args()
    if find_named("mnist") is None:
        print("disturbance: skipped, MNIST is not on this machine (set INKLING_DATA)")
        return
    dataset, best = open_dataset("mnist"), PRESETS["best"]
    setups = [(0.0, 0.0), (best.disturbance, 0.0), (best.disturbance, best.calm)]
    show(
        f"`cnn --preset best` after {chosen.epochs} epochs on half of MNIST's training images",
        ["disturbed", "calm epochs", "seed", "errors", "corrupted, %", "worst, %"],
        [
            measured(dataset, share, calm, chosen.epochs, seed)
            for share, calm in setups
            for seed in range(chosen.seeds)
        ],
    )


if __name__ == "__main__":
    main()
