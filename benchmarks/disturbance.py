"""What disturbing training images is worth: errors on clean images, accuracy on corrupted ones.

`python benchmarks/disturbance.py [SHARE …] [--epochs N] [--seeds N]` trains `cnn --preset best`,
shortened and without allographs, on half of MNIST's training images, with each share of them
disturbed, none and a quarter by default. Errors are those on the other half and on the validation
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
from pipeline.config import TrainConfig
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


def measured(dataset: Dataset, share: float, epochs: int, seed: int) -> list[str]:
    """Train once; return a row of the table."""
    half, images, labels = halved(dataset)
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
        f"{seed}",
        f"{(~right(model, images, labels)).sum()} of {len(labels):,}",
        f"{100 * np.mean(list(under.values())):.1f}",
        f"{100 * under[worst]:.1f}, {worst.replace('_', ' ')}",
    ]


def main() -> None:
    """Print a row per share and seed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("shares", nargs="*", type=float, default=[0.0, 0.25])
    arguments.add_argument("--epochs", type=int, default=10)
    arguments.add_argument("--seeds", type=int, default=1)
    chosen = arguments.parse_args()
    if find_named("mnist") is None:
        print("disturbance: skipped, MNIST is not on this machine (set INKLING_DATA)")
        return
    dataset = open_dataset("mnist")
    show(
        f"`cnn --preset best` after {chosen.epochs} epochs on half of MNIST's training images",
        ["disturbed", "seed", "errors", "corrupted, %", "worst, %"],
        [
            measured(dataset, share, chosen.epochs, seed)
            for share in chosen.shares
            for seed in range(chosen.seeds)
        ],
    )


if __name__ == "__main__":
    main()
