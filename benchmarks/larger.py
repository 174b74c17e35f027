"""Memory and time of a training of images that are many: they are streamed from their file.

`python benchmarks/larger.py [--images N] [--network NAME] [--folder DIR]` makes up N images of
32×32×3 (2,000,000 by default, of which a tenth is the test part), prepares them, and trains one
epoch of `--preset quick` in a process of its own. It needs 13 GB of disk for 2,000,000.

`python benchmarks/larger.py small` compares an epoch of MNIST from memory, as ever, with the same
epoch streamed, one after the other in the same process. Needs MNIST: set INKLING_DATA.

Memory is what the process itself has allocated (RssAnon and RssShmem of /proc/self/status, every
20 ms), beyond what it has once TensorFlow is loaded and has trained on a few images. What the
system keeps of files (RssFile, the page cache) is not counted: it gives that away whenever somebody
needs it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.table import show

CLASSES, SIDE, CHUNK = 10, 32, 50_000


class Memory:
    """The most that this process has had since it was last asked."""

    def __init__(self) -> None:
        """Begin to look."""
        self._peak = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            self._peak = max(self._peak, own_megabytes())
            time.sleep(0.02)

    def peak(self) -> float:
        """Return it, in MB, and begin anew."""
        found, self._peak = max(self._peak, own_megabytes()), own_megabytes()
        return found


def own_megabytes() -> float:
    """Return what this process has allocated, in MB: without the files that it has mapped."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return (
        sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem")))
        / 1024
    )


def make_up(folder: Path, count: int) -> None:
    """Write images that can be told apart: noise, brighter where their class says."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for part, number in (("train", count - count // 10), ("test", count // 10)):
        shape = (number, SIDE, SIDE, 3)
        labels = random.integers(0, CLASSES, number)
        np.save(folder / f"{part}_labels.npy", labels)
        with (folder / f"{part}_images.npy").open("wb") as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": "|u1", "fortran_order": False, "shape": shape}
            )
            for first in range(0, number, CHUNK):
                some = labels[first : first + CHUNK]
                images = random.integers(0, 200, (len(some), *shape[1:]), np.uint8)
                images[np.arange(len(some)), 3 * some] += 50
                file.write(images.tobytes())


@contextmanager
def measured(rows: list[list[str]], memory: Memory, base: float, name: str) -> Iterator[None]:
    """Add a row with the seconds and the peak of a block."""
    memory.peak()
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    rows.append([name, f"{seconds:.1f}", f"{memory.peak() - base:,.0f}"])


def large(source: Path, network: str) -> None:
    """Prepare, open and learn the images in a folder, in this process."""
    from pipeline.config import TrainConfig
    from pipeline.data.datasets import open_dataset
    from pipeline.training import fit as training

    memory, rows = Memory(), list[list[str]]()
    few = open_dataset("digits")
    training.fit(TrainConfig(network=network, epochs=1).resolved(len(few.y_train)), few)
    base = own_megabytes()
    with measured(rows, memory, base, "prepare: read, check, split, copy, hash"):
        dataset = open_dataset(str(source))
    with measured(rows, memory, base, "open"):
        dataset = open_dataset(str(source))
    config = TrainConfig(dataset=str(source), network=network, preset="quick", epochs=1)
    with measured(rows, memory, base, "an epoch, calibration included"):
        trained = training.fit(config.resolved(len(dataset.y_train)), dataset)
    gigabytes = dataset.x_train.nbytes / 1e9
    accuracy = trained.history["val_accuracy"].iloc[-1]
    show(
        f"`{network} --preset quick`, {dataset.counts['train']:,} training images ({gigabytes:.1f} "
        f"GB); {accuracy:.1%} of the validation part right; {base:,.0f} MB before",
        ["", "seconds", "peak of memory beyond that, MB"],
        rows,
    )


def small(rounds: int) -> None:
    """Time epochs of MNIST from memory and from its file, in turns."""
    from pipeline.config import TrainConfig
    from pipeline.data.datasets import open_dataset
    from pipeline.training import fit as training
    from pipeline.training import streaming

    mnist, known = open_dataset("mnist"), streaming.IN_MEMORY
    config = TrainConfig(dataset="mnist", preset="quick", network="shallow", epochs=2)
    found: dict[str, list[float]] = {"from memory": [], "streamed": []}
    for _ in range(rounds):
        for name, most in (("from memory", known), ("streamed", 0)):
            streaming.IN_MEMORY = most
            trained = training.fit(config.resolved(len(mnist.y_train)), mnist)
            found[name].append(float(trained.history["seconds"].iloc[-1]))  # nothing is traced
    rows = [[name, *(f"{one:.2f}" for one in seconds)] for name, seconds in found.items()]
    show("An epoch of MNIST, seconds", ["", *map(str, range(1, rounds + 1))], rows)


def main() -> None:
    """Do what was asked for."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", nargs="?", choices=["large", "small", "learn"], default="large")
    arguments.add_argument("--images", type=int, default=2_000_000)
    arguments.add_argument("--network", default="shallow")
    arguments.add_argument("--folder", type=Path, help="on a disk with room")
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    if chosen.what == "small":
        small(chosen.rounds)
    elif chosen.what == "learn":
        large(chosen.folder, chosen.network)
    else:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            source = Path(folder) / "made-up"
            make_up(source, chosen.images)
            own = {**os.environ, "INKLING_CACHE": f"{folder}/cache", "TF_CPP_MIN_LOG_LEVEL": "3"}
            command = [sys.executable, __file__, "learn", "--folder", str(source)]
            subprocess.run([*command, "--network", chosen.network], check=True, env=own)


if __name__ == "__main__":
    main()
