"""A cluster of two nodes on loopback: all that Ray does uses both, and outlives its head node."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

import numpy as np
import pandas as pd
import pytest

from pipeline.scoring.result import PARTS
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import tally
from tests.pipeline.export.trackers.servers import free_port
from tests.pipeline.sweeps.test_killed import check_whole
from tests.pipeline.training.test_on_ray import PATIENCE, wait_until

pytestmark = [pytest.mark.process, pytest.mark.cluster]
HEAD, OTHER = "127.0.0.2", "127.0.0.3"
EPOCHS, IMAGES = 900, 80_000  # some seconds of work: not done when the head node is lost


@contextmanager
def two_nodes(*, outside: bool = False) -> Iterator[tuple[str, Callable[[], None]]]:
    """Start two nodes with a core each; give their address, and what kills their head.

    The address is that for machines of the cluster, or for those outside.
    """
    port, clients = free_port(), free_port()
    folder = tempfile.mkdtemp(prefix="ray-")  # short, as sockets want it
    start = ["start", "--num-cpus=1", "--object-store-memory=200000000"]
    head = [
        f"--node-ip-address={HEAD}", "--head", f"--port={port}", f"--temp-dir={folder}",
        "--include-dashboard=false", f"--ray-client-server-port={clients}",
    ]  # fmt: skip
    other = [f"--node-ip-address={OTHER}", f"--address={HEAD}:{port}"]
    try:
        for options in (head, other):
            subprocess.run(
                [sys.executable, "-m", "ray.scripts.scripts", *start, *options],
                check=True, capture_output=True, timeout=PATIENCE,
            )  # fmt: skip
        on = f"ray://{HEAD}:{clients}" if outside else f"{HEAD}:{port}"
        yield on, lambda: kill_all(of_ray(folder, "/gcs_server "))
    finally:
        wait_until(lambda: not kill_all(of_ray(folder)))
        rmtree(folder, ignore_errors=True)


def of_ray(folder: str, name: str = "") -> list[int]:
    """The processes of a cluster by its folder, or those with such a name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            said = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if folder in said and name in said and process.name != str(os.getpid()):
                found.append(int(process.name))
    return found


def kill_all(pids: list[int]) -> bool:
    """Kill processes; return whether there were any."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(pids)


@pytest.fixture
def work(few_digits, digits, tiny_run, tmp_path) -> dict[str, list[str]]:
    """What takes a while and needs two cores, each in a folder of its own."""
    images = digits.x_test[..., 0]
    np.save(tmp_path / "many.npy", np.tile(images, (-(-IMAGES // len(images)), 1, 1))[:IMAGES])
    sweep = [
        "sweep", "--dataset", few_digits, "--networks", "shallow", "--presets", "quick",
        "--epochs", str(EPOCHS), "--models", str(tmp_path / "models"), "--seeds",
    ]  # fmt: skip
    return {
        "sweep": [*sweep, "0-1"],
        "search": [*sweep, "0", "--learning-rate", "0.001..0.02", "--budget", "1"],
        "train": [
            "train", "--dataset", few_digits, "--network", "shallow", "--preset", "quick",
            "--epochs", str(EPOCHS), "--workers", "2", "--models", str(tmp_path / "models"),
        ],
        "score": [
            "score", tiny_run.id, str(tmp_path / "many.npy"), "--out", str(tmp_path / "out"),
            "--models", str(tiny_run.folder.parent),
        ],
    }  # fmt: skip


def command(work: list[str], on: str, said: Path) -> subprocess.Popen:
    """Give a command of Inkling's."""
    with said.open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *work, "--on", on], stdout=log, stderr=log
        )


def check_done(kind: str, few_digits: str, folder: Path) -> None:
    """Check that work is whole."""
    if kind == "score":
        table = pd.read_parquet(folder / "out")
        assert sorted(table["index"]) == list(range(IMAGES))
        return
    store = Store(folder / "models")
    if kind == "train":
        (run,) = store.entries()
        assert isinstance(run, Run)
        assert run.info.status == "finished"
        return
    check_whole(store, few_digits, trainings=2, epochs=EPOCHS)


@pytest.mark.parametrize(
    ("kind", "outside"),
    [("sweep", False), ("sweep", True), ("search", False), ("train", False), ("score", False)],
)
def test_a_head_node_that_is_lost_is_said_and_the_same_command_goes_on(
    kind, outside, work, few_digits, tmp_path
):
    begun = f"out/{PARTS}" if kind == "score" else "models/.checkpoints/*/*"
    with tally.fault():
        with two_nodes(outside=outside) as (on, lose):
            said = tmp_path / "said.txt"
            first = command(work[kind], on, said)
            try:
                wait_until(lambda: any(tmp_path.glob(begun)) or first.poll() is not None)
                lose()
                assert first.wait(PATIENCE) == 1, said.read_text()
            finally:
                first.kill()
            assert "The head node of the Ray cluster" in said.read_text()
            assert "the same command goes on" in said.read_text()
            assert "Traceback" not in said.read_text()
        with two_nodes(outside=outside) as (on, _):
            again = command(work[kind], on, said)
            assert again.wait(PATIENCE) == 0, said.read_text()
        check_done(kind, few_digits, tmp_path)
