"""Somebody is killed in the middle of a scoring: every image is scored once all the same."""

import contextlib
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

from pipeline.progress import Progress
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


class Killer:
    """Kills one of some processes soon after each part that is done, ten times in all."""

    def __init__(self, victims: Callable[[], list[int]], seed: int) -> None:
        self._victims, self._random = victims, random.Random(seed)
        self.killed = 0

    def __call__(self, _: Progress) -> None:
        """Kill at a random moment from now, once something got done again."""
        if self.killed < MOMENTS:
            threading.Timer(self._random.uniform(0, 0.3), self._kill).start()

    def _kill(self) -> None:
        if (found := self._victims()) and self.killed < MOMENTS:
            self.killed += 1
            with tally.fault(), contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(found), signal.SIGKILL)


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
    for attempt in range(MOMENTS):  # until all ten moments came
        made = score(
            tiny_run, [images], tmp_path / str(attempt), workers=2, on=on, on_progress=killer
        )
        pd.testing.assert_frame_equal(rows(made.path), undisturbed)
        assert made.done.failed == 0
        if killer.killed == MOMENTS:
            return
    pytest.fail(f"only {killer.killed} moments came")


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
    assert not [one for one in out.glob(".part-*") if one.stat().st_size]


def parts(out: Path) -> set[str]:
    """The parts of a result that are there."""
    return {path.name for path in out.glob(PARTS)}
