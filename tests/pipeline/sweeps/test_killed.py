"""Sweeps on Ray meet faults: workers are killed, the disk is full, the store is away."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.data.datasets import open_dataset
from pipeline.errors import InklingError
from pipeline.progress import Progress
from pipeline.store import searches
from pipeline.store.interrupted import list_interrupted
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.sweeps import sweeping
from pipeline.sweeps.plan import Sweep
from tests import tally
from tests.faults.small_disk import UNSHARE, is_half
from tests.faults.test_disk_full import may_mount
from tests.pipeline.training.test_on_ray import PATIENCE, kill, wait_until

pytestmark = [pytest.mark.process, pytest.mark.cluster]
MOMENTS, SEED = 10, 11
RATES = "1e-6..0.02"
SEEDS, EPOCHS, LONG = 8, 100, 500
# What Ray calls its processes: those that train (a task, Tune's), and those there are one of.
TRAINING = ("ray::shallow", "ray::ImplicitF")
DESK, SEARCHER = "ray::Desk", "ray::Searcher"
# The same command twice, on a disk that is too small at first. Says how each ended.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=1m tmpfs "$DISK"
"$@" --models "$DISK/models" 2> "$SAID"; echo $?
cp -r "$DISK/models" "$FIRST"
mount -o remount,size=100m "$DISK"
"$@" --models "$DISK/models" > /dev/null; echo $?
cp -r "$DISK/models" "$SECOND"
"""


def command(dataset: str, *, search: bool, epochs: int = EPOCHS, seeds: int = SEEDS) -> list[str]:
    """A sweep of as many trainings, or a search of as many settings with one seed."""
    settings = ["--seeds", f"0-{seeds - 1}"]
    if search:
        settings = ["--seeds", "0", "--learning-rate", RATES, "--budget", str(seeds - 1)]
    return [
        sys.executable, "-m", "pipeline.cli", "sweep", "--dataset", dataset, "--networks",
        "shallow", "--presets", "quick", "--epochs", str(epochs), "--on", "local", *settings,
    ]  # fmt: skip


def check_whole(store: Store, dataset: str, *, trainings: int, epochs: int) -> None:
    """Check that each training of a sweep is a whole run, or was given up, and nothing is left."""
    given_up = searches.read(store, open_dataset(dataset).fingerprint)
    assert not any(one.failed for one in given_up)
    assert all(isinstance(entry, Run) for entry in store.entries())
    assert len(store.runs()) + len(given_up) == trainings
    assert len(store.runs()) >= 1
    for run in store.runs():
        assert run.checked() is run
        assert (run.info.status, len(run.history())) == ("finished", epochs)
    assert list_interrupted(store) == []


def workers_of(group: int, names: tuple[str, ...] = TRAINING) -> list[int]:
    """The processes that a command started, by their names; without any, those that train now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text()
            if name.startswith(names) and descends(int(folder.name), group):
                found.append(int(folder.name))
        except OSError:  # it has ended
            continue
    return found


def descends(pid: int, ancestor: int) -> bool:
    """Whether a process was started by another one, or by one that it started."""
    while pid not in (0, ancestor):
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return pid == ancestor


def sweep_while_killing(
    sweep: list[str], store: Store, moments: random.Random, most: int, said: Path
) -> int:
    """Give a command, and kill a process that trains at random moments; return how many."""
    killed = 0
    with said.open("w") as log:
        started = subprocess.Popen(
            [*sweep, "--models", str(store.folder)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        while killed < most and started.poll() is None:
            time.sleep(moments.uniform(4, 14))  # a worker takes some seconds to load TensorFlow
            if victims := workers_of(started.pid):
                with tally.fault():
                    killed += kill(moments.choice(victims))
                    assert all(isinstance(entry, Run) for entry in store.entries())
        assert started.wait(PATIENCE) == 0, said.read_text()
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
    return killed


@pytest.mark.parametrize("search", [False, True], ids=["plain", "search"])
def test_workers_killed_at_ten_random_moments_cost_no_run(few_digits, tmp_path, search):
    moments, killed = random.Random(SEED), 0
    for attempt in range(MOMENTS):  # until all ten moments came
        store = Store(tmp_path / f"{attempt}")
        sweep, said = command(few_digits, search=search), tmp_path / f"{attempt}.txt"
        killed += sweep_while_killing(sweep, store, moments, MOMENTS - killed, said)
        check_whole(store, few_digits, trainings=SEEDS, epochs=EPOCHS)
        if killed == MOMENTS:
            break
    if not search:  # they went on where they were, to the same end
        alone = Store(tmp_path / "alone")
        plan = Sweep.of(
            dataset=few_digits, networks=("shallow",), presets=("quick",), epochs=EPOCHS,
            seeds=(0, 1),
        )  # fmt: skip
        sweeping.sweep(plan, alone)
        for run in alone.runs():
            (same,) = [one for one in store.runs() if one.info.config == run.info.config]
            assert same.history()["val_loss"].tolist() == pytest.approx(
                run.history()["val_loss"].tolist(), rel=1e-3
            )


@pytest.mark.parametrize(
    ("search", "name"),
    [(False, DESK), (True, DESK), (True, SEARCHER)],
    ids=["plain-desk", "search-desk", "searcher"],
)
def test_what_there_is_one_of_is_killed_and_the_same_command_goes_on(
    few_digits, tmp_path, search, name
):
    store = Store(tmp_path / "models")
    sweep = command(few_digits, search=search, epochs=LONG, seeds=2)
    with tally.fault():
        started = subprocess.Popen(
            [*sweep, "--models", str(store.folder)], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            # One has ended an epoch.
            wait_until(lambda: any((store.folder / ".checkpoints").glob("*/*")))
            (victim,) = workers_of(started.pid, (name,))
            assert kill(victim)
            said = started.communicate(timeout=PATIENCE)[1]
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
        assert (started.returncode, "Traceback" in said) == (1, False), said
        assert "A part of the Ray cluster was lost" in said
        assert "the same command goes on" in said
        assert list_interrupted(store)
        again = subprocess.run(
            [*sweep, "--models", str(store.folder)], check=False, capture_output=True, text=True,
            timeout=PATIENCE,
        )  # fmt: skip
        assert again.returncode == 0, again.stderr
        check_whole(store, few_digits, trainings=2, epochs=LONG)


@pytest.mark.skipif(not may_mount(), reason="users may not mount a small disk here (unshare)")
@pytest.mark.parametrize("search", [False, True], ids=["plain", "search"])
def test_on_a_full_disk_it_is_said_and_the_same_command_goes_on(few_digits, tmp_path, search):
    places = {name: tmp_path / name.lower() for name in ("DISK", "FIRST", "SECOND", "SAID")}
    places["DISK"].mkdir()
    sweep = command(few_digits, search=search, epochs=4, seeds=6)
    done = subprocess.run(
        [*UNSHARE, "sh", "-c", ON_A_SMALL_DISK, "sh", *sweep], check=False, capture_output=True,
        text=True, timeout=PATIENCE, env=os.environ | {k: str(v) for k, v in places.items()},
    )  # fmt: skip
    said = places["SAID"].read_text().splitlines()[-1]
    assert done.stdout.split() == ["1", "0"], (said, done.stderr)
    with tally.fault():
        assert "could not be written: the disk is full. Free some space" in said
        assert "Traceback" not in places["SAID"].read_text()
        first = Store(places["FIRST"])
        assert all(isinstance(entry, Run) for entry in first.entries())
        assert not [path for path in places["FIRST"].rglob(".*") if is_half(path)]
        second = Store(places["SECOND"])
        assert {run.id for run in first.runs()} < {run.id for run in second.runs()}
        check_whole(second, few_digits, trainings=6, epochs=4)


@pytest.mark.parametrize("search", [False, True], ids=["plain", "search"])
def test_a_store_that_goes_away_is_said_and_the_same_sweep_goes_on(
    own_ray, few_digits, bucket, line, tmp_path, monkeypatch, search
):
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "cache"))
    store = Store.default(bucket)
    differing = {"learning_rate": (1e-6, 0.02), "budget": 3, "seeds": (0,)} if search else {}
    plan = Sweep.of(
        **{"networks": ("pixels",), "presets": ("quick",), "epochs": 4, "seeds": (0, 1, 2, 3)}
        | differing, dataset=few_digits,
    )  # fmt: skip

    def cut(progress: Progress) -> None:
        if progress.run_id:
            line.cut()

    with tally.fault():
        with pytest.raises(InklingError, match="cannot be reached"):
            sweeping.sweep(plan, store, on_progress=cut, on="local")
        line.mend()
        swept = sweeping.sweep(plan, Store.default(bucket), on="local")
        found = Store.default(bucket)
        assert len(found.runs()) == len(swept.table)
        check_whole(found, few_digits, trainings=4, epochs=4)
