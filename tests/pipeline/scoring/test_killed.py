"""Somebody is killed in the middle of a scoring: every image is scored once all the same."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.scoring.result import PARTS
from pipeline.scoring.score import score
from tests import tally

pytestmark = [pytest.mark.process, pytest.mark.cluster]
MOMENTS = 10
COPIES = 20  # of 600 images: some seconds of work


@pytest.fixture(scope="module")
def images(tmp_path_factory, digits) -> Path:
    """Test images of the tiny run, many times over, as `.npy` files of some parts each."""
    folder = tmp_path_factory.mktemp("images")
    for number in range(COPIES):
        np.save(folder / f"{number:02}.npy", digits.x_test[..., 0])
    return folder


@pytest.fixture(scope="module")
def undisturbed(images, tiny_run, tmp_path_factory) -> pd.DataFrame:
    """All rows, where nobody is killed."""
    return rows(score(tiny_run, [images], tmp_path_factory.mktemp("out") / "out", workers=2).path)


def rows(out: Path) -> pd.DataFrame:
    """All rows of a result."""
    return pd.read_parquet(out)


class Killer(threading.Thread):
    """Kills one of some processes at random moments, until it is stopped."""

    def __init__(self, victims: Callable[[], list[int]], seed: int) -> None:
        super().__init__(daemon=True)
        self._victims, self._random = victims, random.Random(seed)
        self.killed, self._over = 0, threading.Event()

    def run(self) -> None:
        """Kill, ten times at most."""
        while self.killed < MOMENTS and not self._over.wait(self._random.uniform(0, 1.5)):
            if found := self._victims():
                with tally.fault():
                    os.kill(self._random.choice(found), signal.SIGKILL)
                    self.killed += 1

    def stop(self) -> None:
        """Kill no more."""
        self._over.set()
        self.join()


def children() -> list[int]:
    """The processes that this one has started."""
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def actors() -> list[int]:
    """The actors of Ray Data on this machine that score."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes().startswith(b"ray::MapWorker"):
                found.append(int(place.parent.name))
        except OSError:  # it has just ended
            continue
    return found


@pytest.mark.parametrize("on", [None, "local"])
def test_workers_are_killed_at_ten_random_moments(
    tmp_path, images, tiny_run, undisturbed, on, request
):
    if on:
        request.getfixturevalue("own_ray")
    killer = Killer(actors if on else children, seed=1)
    killer.start()
    try:
        for attempt in range(MOMENTS):  # until all ten moments came
            out = tmp_path / str(attempt)
            made = score(tiny_run, [images], out, workers=2, on=on)
            pd.testing.assert_frame_equal(rows(made.path), undisturbed)
            assert made.done.failed == 0
            if killer.killed == MOMENTS:
                break
    finally:
        killer.stop()
    assert killer.killed == MOMENTS


def test_the_command_is_killed_at_ten_random_moments(tmp_path, images, tiny_store, undisturbed):
    out, moment = tmp_path / "out", random.Random(2)
    command = [
        sys.executable, "-m", "pipeline.cli", "score", "latest", str(images), "--out", str(out),
        "--workers", "2", "--models", str(tiny_store.folder),
    ]  # fmt: skip
    for _ in range(MOMENTS):
        with tally.fault():
            started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            before = parts(out)
            deadline = time.monotonic() + 120
            wanted = moment.randint(1, 3)  # parts, so that each gets on
            while started.poll() is None and time.monotonic() < deadline:
                if len(parts(out)) - len(before) >= wanted:
                    time.sleep(moment.uniform(0, 0.2))
                    break
                time.sleep(0.01)
            started.kill()
            started.wait()
            assert before <= parts(out)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    pd.testing.assert_frame_equal(rows(out), undisturbed)
    assert not [one for one in out.iterdir() if one.name.startswith(".part")]


def parts(out: Path) -> set[str]:
    """The parts of a result that are there."""
    return {path.name for path in out.glob(PARTS)}
