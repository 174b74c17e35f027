"""Overhead of `inkling train` over a bare `model.fit` of the same network on the same images.

Both train `cnn` on MNIST with the same batch size and optimizer, alternately, each in its own
process; the first epoch of each (tracing) is not counted. Needs MNIST: set INKLING_DATA.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline.data.datasets import find_named
from pipeline.store.runs import Store

ROUNDS, EPOCHS = 3, 3

BARE = f"""
import json, time
import keras, numpy as np
from pipeline.data.datasets import open_dataset
from pipeline.training.networks import build

data = open_dataset("mnist")
model = build("cnn", data.image_shape, 10)
loss = "sparse_categorical_crossentropy"
model.compile(optimizer=keras.optimizers.Adam(), loss=loss, metrics=["accuracy"])
class Clock(keras.callbacks.Callback):
    seconds = []
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.started)
x, x_valid = (np.float32(images) / 255 for images in (data.x_train, data.x_valid))
model.fit(
    x, data.y_train, batch_size=128, epochs={EPOCHS}, validation_data=(x_valid, data.y_valid),
    callbacks=[Clock()], verbose=0,
)
print(json.dumps(Clock.seconds))
"""


def bare() -> list[float]:
    """Return the seconds per epoch of a bare model.fit."""
    done = subprocess.run(
        [sys.executable, "-c", BARE], check=True, capture_output=True, text=True, env=_environment()
    )
    return list(json.loads(done.stdout.splitlines()[-1]))


def inkling() -> list[float]:
    """Return the seconds per epoch of `inkling train`."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable, "-m", "pipeline.cli", "train", "--dataset", "mnist",
                "--network", "cnn", "--epochs", str(EPOCHS), "--models", folder,
            ],
            check=True, capture_output=True, env=_environment(),
        )  # fmt: skip
        return Store(Path(folder)).open("latest").history()["seconds"].tolist()


def _environment() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


def main() -> None:
    """Measure both alternately and print the overhead."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    rounds: int = arguments.parse_args().rounds
    if find_named("mnist") is None:
        print("overhead: skipped, MNIST is not on this machine (set INKLING_DATA)")
        return
    seconds: dict[str, list[float]] = {"bare model.fit": [], "inkling train": []}
    for _ in range(rounds):
        seconds["bare model.fit"] += bare()[1:]
        seconds["inkling train"] += inkling()[1:]
    theirs, ours = (statistics.median(values) for values in seconds.values())
    rows = [[name, f"{statistics.median(v):.2f}", f"{min(v):.2f}"] for name, v in seconds.items()]
    rows.append(["overhead", f"{100 * (ours / theirs - 1):+.1f}%", ""])
    show("`cnn` on MNIST (54,000 images)", ["", "seconds per epoch, median", "fastest"], rows)


if __name__ == "__main__":
    main()
