"""`inkling add`, as it is typed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from pipeline.cli import add as command
from pipeline.cli.main import app
from pipeline.config import TrainConfig
from pipeline.jobs import queue
from pipeline.jobs.requests import Training
from pipeline.store.runs import Store
from tests import strangers

QUICK = Training(TrainConfig(dataset="digits", network="pixels"))


def add(store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", "add", *arguments]
    return subprocess.run(
        [*command, "--models", str(store.folder)], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


@pytest.mark.process
def test_it_prints_what_was_found_and_nothing_else(tmp_path, digits):
    store = Store(tmp_path / "models")
    model = strangers.knowing(digits.x_train, digits.y_train, 1)
    path = str(strangers.saved(model, tmp_path, "mean.keras"))
    told = add(store, path, "--dataset", "digits", "--name", "The mean")
    assert told.returncode == 0, told.stderr
    run = store.open("The mean")
    lines = told.stdout.splitlines()
    assert lines[0] == run.id
    assert lines[1].startswith(f"Right on {run.info.metrics.correct:,} of 600 test images (")
    assert "Its outputs are logits: a softmax was added at its end." in lines
    # A short stage may pass between two looks, so which of them are told is up to the machine.
    assert re.search("^(Starting|Loading|Checking|Evaluating|Mapping)", told.stderr, re.MULTILINE)
    listed = [sys.executable, "-m", "pipeline.cli", "runs", "--models", str(store.folder)]
    runs = subprocess.run(listed, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "never seen" not in runs  # nobody here knows
    assert lines[1] in runs
    as_json = add(store, path, "--dataset", "digits", "--pixels", "bytes", "--json")
    added = json.loads(as_json.stdout)["added"]
    assert (added["file"], added["takes"]) == ("mean.keras", "0 to 255")


@pytest.mark.process
@pytest.mark.parametrize(
    ("file", "said"), [("nowhere.keras", "There is no file nowhere.keras"), ("old.h5", ".h5")]
)
def test_what_cannot_be_added_is_a_sentence(tmp_path, file, said):
    store = Store(tmp_path / "models")
    (tmp_path / "old.h5").write_bytes(b"x")
    told = add(store, str(tmp_path / file), "--dataset", "digits")
    assert told.returncode == 1
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
    assert store.entries() == []


class TestWaiting:
    """While another job runs; what happens meanwhile happens whenever the command looks again."""

    @pytest.fixture
    def store(self, tmp_path) -> Store:
        return Store(tmp_path / "models")

    @pytest.fixture
    def added(self, store, children, monkeypatch):
        """Call `inkling add` beside a training; return what came of it."""

        queue.add([QUICK], store)

        def call(*meanwhile: Callable[[], object]):
            left = iter(meanwhile)
            monkeypatch.setattr(command, "time", Mock(sleep=lambda seconds: next(left)()))
            where = ["--dataset", "digits", "--models", str(store.folder)]
            return CliRunner().invoke(app, ["add", "x.keras", *where])

        return call

    def test_it_waits_until_the_job_that_runs_is_done(self, store, children, added):
        done = added(
            children[0].end,
            lambda: children[1].end("failed", message="There is no file x.keras."),
        )
        assert "Waiting: for its turn" in done.stderr
        assert str(done.exception) == "There is no file x.keras."
        assert len(children) == 2

    def test_ctrl_c_takes_it_out_of_the_queue(self, store, children, added):
        done = added(Mock(side_effect=KeyboardInterrupt))
        assert "taken out of the queue" in str(done.exception)
        assert queue.waiting(store) == []
        assert len(children) == 1
