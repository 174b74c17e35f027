"""How fast Inkling's networks learn MNIST, and how accurate they become.

- `python benchmarks/training.py speed`: seconds until an epoch ends with 99.0% test accuracy, for
  the widely used Keras tutorial network and for `--preset quick`.
- `python benchmarks/training.py quick`: test accuracy of `--preset quick` for five seeds; each must
  reach 99.0%. Its settings were chosen on validation images, with other seeds.
- `python benchmarks/training.py ladder`: every network: parameters, seconds, accuracy, calibration.
- `python benchmarks/training.py best`: `--preset best` with three seeds (40 minutes or more).

By default, it runs the first three. With `--models DIR`, the last two keep their runs there, and do
not repeat those that are there already. `--seeds N` takes fewer or more seeds. Needs MNIST: set
INKLING_DATA.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import mean_sd, show
from pipeline.config import NETWORKS
from pipeline.data.datasets import find_named
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store

SEEDS = 3
QUICK_SEEDS = 5
GOAL = 0.99

# One process per training; both measure test accuracy after each epoch, with the clock stopped.
CLOCK = """
import sys, time
import keras, numpy as np
from pipeline.data.datasets import open_dataset
from pipeline.training import hardware

class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.x, self.y = np.float32(data.x_test[:]) / 255, data.y_test[:]
        self.seconds = 0.0
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self.started
        guesses = self.model.predict(self.x, batch_size=1000, verbose=0).argmax(axis=1)
        accuracy = float((guesses == self.y).mean())
        print(f"{epoch + 1} {self.seconds} {accuracy} {device}", flush=True)
        if accuracy >= 0.99:
            self.model.stop_training = True

data, seed = open_dataset("mnist"), int(sys.argv[1])
device = ", ".join(hardware.detect(convolutional=True).devices)
"""

# The network of "Simple MNIST convnet" (Chollet, keras.io): Adam at its defaults, batches of 128,
# a tenth of the training images for validation.
TUTORIAL = (
    CLOCK
    + """
from keras import layers
keras.utils.set_random_seed(seed)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Flatten(), layers.Dropout(0.5), layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, x_valid = (np.float32(images[:]) / 255 for images in (data.x_train, data.x_valid))
model.fit(x, data.y_train[:], batch_size=128, epochs=25, verbose=0,
          validation_data=(x_valid, data.y_valid[:]), callbacks=[Clock()])
"""
)

QUICK = (
    CLOCK
    + """
from pipeline.training import fit as training
from pipeline.config import TrainConfig
from pipeline.training.loop import InThisProcess

run = InThisProcess.run
def with_clock(self, model, lesson, first_epoch, callbacks):
    run(self, model, lesson, first_epoch, [*callbacks, Clock()])
InThisProcess.run = with_clock
config = TrainConfig(dataset="mnist", preset="quick", seed=seed)
training.fit(config.resolved(len(data.y_train)), data)
"""
)

QUICK_TO_ITS_END = """
import sys
import numpy as np
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.training import fit as training

data = open_dataset("mnist")
config = TrainConfig(dataset="mnist", preset="quick", seed=int(sys.argv[1]))
trained = training.fit(config.resolved(len(data.y_train)), data)
images = np.float32(data.x_test[:]) / 255
guesses = trained.model.predict(images, batch_size=1000, verbose=0).argmax(axis=1)
accuracy = float((guesses == data.y_test).mean())
print(trained.best_epoch, trained.seconds, accuracy, *trained.hardware.devices)
"""


def measured(code: str, seed: int) -> tuple[int, float, float, str]:
    """Train once in a process of its own; return what it prints.

    Returns:
        The epoch, seconds, test accuracy, and the device that it ran on.
    """
    done = subprocess.run(
        [sys.executable, "-c", code, str(seed)],
        check=True, capture_output=True, text=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    epoch, seconds, accuracy, device = done.stdout.splitlines()[-1].split(maxsplit=3)
    return int(epoch), float(seconds), float(accuracy), device


def seconds_to_goal(code: str, seed: int) -> tuple[int, float, float, str]:
    """Train once; return what `measured` does of the first epoch at the goal."""
    epoch, seconds, accuracy, device = measured(code, seed)
    return epoch, seconds if accuracy >= GOAL else math.inf, accuracy, device


def speed(seeds: int) -> None:
    """Print the seconds to 99% for both, and their ratio."""
    results: dict[str, list[tuple[int, float, float, str]]] = {"tutorial network": [], "quick": []}
    for seed in range(seeds):
        results["tutorial network"].append(seconds_to_goal(TUTORIAL, seed))
        results["quick"].append(seconds_to_goal(QUICK, seed))
    rows, medians = [], []
    for name, found in results.items():
        epochs, seconds, accuracies, devices = zip(*found, strict=True)
        medians.append(statistics.median(seconds))
        rows.append(
            [
                name,
                "  ".join(map(str, epochs)),
                "  ".join(f"{value:.1f}" for value in seconds),
                f"{medians[-1]:.1f}",
                "  ".join(f"{100 * value:.2f}" for value in accuracies),
            ]
        )
    rows.append(["ratio", "", "", f"{medians[0] / medians[1]:.1f}×", ""])
    show(
        f"Time to 99.0% test accuracy on MNIST, seeds 0 to {seeds - 1}, on {devices[0]}",
        ["", "epochs", "seconds", "median", "test accuracy, %"],
        rows,
    )


def quick(seeds: int) -> None:
    """Print the test accuracy of `quick` for each seed, and whether all reach the goal."""
    found = [measured(QUICK_TO_ITS_END, seed) for seed in range(seeds)]
    rows: list[list[str]] = [
        [f"seed {seed}", f"{seconds:.1f}", f"{100 * accuracy:.2f}"]
        for seed, (_, seconds, accuracy, _) in enumerate(found)
    ]
    accuracies = [100 * accuracy for _, _, accuracy, _ in found]
    seconds = statistics.mean(row[1] for row in found)
    rows.append(["mean ± sd", f"{seconds:.1f}", mean_sd(accuracies)])
    reached = sum(accuracy >= GOAL for _, _, accuracy, _ in found)
    rows.append([f"at least {GOAL:.1%}", "", f"{reached} of {seeds}"])
    show(
        f"`cnn --preset quick` on MNIST, on {found[0][3]}",
        ["", "seconds", "test accuracy, %"],
        rows,
    )


def train(store: Path, network: str, preset: str, seed: int = 0) -> Run:
    """Train a run with `inkling train` and return it, unless the store has the same one already."""
    for run in Store(store).runs():
        config = run.info.config
        wanted = ("mnist", network, preset, seed)
        if (config.dataset, config.network, config.preset, config.seed) == wanted:
            return run
    subprocess.run(
        [
            sys.executable, "-m", "pipeline.cli", "train", "--dataset", "mnist",
            "--network", network, "--preset", preset, "--seed", str(seed), "--models", str(store),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return Store(store).open("latest")


def row(name: str, run: Run) -> list[str]:
    """Return a run as a row of the table."""
    info, metrics = run.info, run.info.metrics
    return [
        name,
        f"{info.parameters:,}",
        f"{info.config.epochs}",
        f"{info.timings['training']:.0f}",
        f"{100 * metrics.accuracy:.2f}",
        f"{100 * metrics.accuracy_low:.2f}–{100 * metrics.accuracy_high:.2f}",
        f"{metrics.calibration_error:.4f}",
    ]


HEADER = [
    "",
    "parameters",
    "epochs",
    "seconds",
    "accuracy, %",
    "95% interval",
    "calibration error",
]


def ladder(store: Path, preset: str) -> None:
    """Print the results of every network with a preset."""
    rows = [row(name, train(store, name, preset)) for name in NETWORKS]
    show(f"Every network on MNIST, preset {preset}", HEADER, rows)


def best(store: Path, seeds: int) -> None:
    """Print the results of the best preset for a few seeds, and their mean."""
    runs = [train(store, "cnn", "best", seed) for seed in range(seeds)]
    rows = [row(f"seed {seed}", run) for seed, run in enumerate(runs)]
    mean = statistics.mean(run.info.metrics.accuracy for run in runs)
    rows.append(["mean", "", "", "", f"{100 * mean:.2f}", "", ""])
    show("`cnn --preset best` on MNIST", HEADER, rows)


def main() -> None:
    """Run the benchmarks named on the command line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", nargs="*", default=["speed", "quick", "ladder"])
    arguments.add_argument("--models", type=Path)
    arguments.add_argument("--seeds", type=int, help="by default 3, and 5 for quick")
    arguments.add_argument("--preset", default="default", help="of the ladder")
    chosen = arguments.parse_args()
    if find_named("mnist") is None:
        print("training: skipped, MNIST is not on this machine (set INKLING_DATA)")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = chosen.models or Path(folder)
        for what in chosen.what:
            if what == "speed":
                speed(chosen.seeds or SEEDS)
            elif what == "quick":
                quick(chosen.seeds or QUICK_SEEDS)
            elif what == "ladder":
                ladder(store, chosen.preset)
            else:
                best(store, chosen.seeds or SEEDS)


if __name__ == "__main__":
    main()
