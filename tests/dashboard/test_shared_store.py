"""Dashboards and a command line that share a store in a bucket of a real S3 server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard import loaders
from pipeline.cli.main import app
from pipeline.errors import InklingError
from pipeline.store import corrections, integrity, promotions, reviews
from pipeline.store.remote import RemoteStore
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.store.shared import Shared
from tests.dashboard.conftest import opened
from tests.faults.writers import DRAWN
from tests.gate import FULL, Refusal
from tests.pipeline.store.test_refusals import gate

__all__ = ["gate"]
pytestmark = pytest.mark.process
NAMES = tuple("0123456789")


@pytest.fixture
def shared(bucket, tiny_run, tmp_path, monkeypatch) -> RemoteStore:
    """A store in a bucket with the tiny run, which another machine put there."""
    with monkeypatch.context() as patch:
        patch.setenv("INKLING_CACHE", str(tmp_path / "there"))
        return sent(tiny_run, bucket)


def sent(run: Run, bucket: str) -> RemoteStore:
    """Send a copy of a run to a store in a bucket: the store."""
    store = Store.default(bucket)
    assert isinstance(store, RemoteStore)
    draft = store.folder / ".outgoing" / run.id
    shutil.copytree(run.folder, draft)
    vouched(draft)
    store._send_waiting()
    return store


def vouched(folder: Path) -> None:
    """Let a run know the hashes of all its files, as every run does that was not altered."""
    path = folder / "run.json"
    hashes = {one.name: integrity.digest(one) for one in folder.iterdir() if one.suffix != ".json"}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"hashes": hashes}), "utf-8")


@pytest.fixture
def open_page(bucket, tmp_path, monkeypatch):
    """Open a page on this machine, a second after the last look: a callable."""

    def page(name: str) -> AppTest:
        monkeypatch.setenv("INKLING_MODELS", bucket)
        monkeypatch.setattr("pipeline.store.shared.cache_folder", lambda: tmp_path / "here")
        Shared.at(bucket)._seen.until = 0.0
        return opened(name, monkeypatch)

    return page


@pytest.fixture
def inkling(bucket, tmp_path, monkeypatch):
    """Give a command on the store, a second after the last look: a callable, what it printed."""

    def command(*arguments: str, models: str = bucket) -> str:
        monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "command line"))
        Shared.at(models)._seen.until = 0.0
        done = CliRunner().invoke(app, [*arguments, "--models", models])
        if done.exception:
            raise done.exception
        return done.stdout

    return command


def test_pages_show_a_shared_store_and_what_others_do_to_it(shared, open_page, line, tiny_run):
    at = open_page("overview")
    assert at.selectbox(key="run_picker").options
    run = shared.open(tiny_run.id)
    run.describe(name="Ours")
    promotions.promote(shared.folder, run, because="It is the first.")
    reviews.add(shared, run.info.dataset.fingerprint, 3, "ambiguous")
    corrections.add(shared, label="3", class_names=NAMES, drawing=DRAWN)
    at = open_page("confusion_matrix")
    assert any("Ours" in option for option in at.selectbox(key="run_picker").options)
    assert loaders.is_default(tiny_run.id)
    assert loaders.marks().tagged(run.info.dataset.fingerprint) == {3}
    open_page("corrections")
    assert [kept.label for kept in loaders.corrections().standing] == ["3"]
    line.cut()
    at = open_page("overview")
    (away,) = [one.value for one in at.sidebar.warning]
    assert "cannot be reached" in away
    assert "as old as the last look" in away
    line.mend()
    assert not open_page("overview").sidebar.warning


def test_pages_say_why_a_shared_store_cannot_be_read(gate, shared, open_page, monkeypatch):
    bar = []
    shared.open("latest").describe(name="Ours")
    monkeypatch.setattr("pipeline.store.shared.MANY", 1)
    monkeypatch.setattr(
        loaders.st, "progress", lambda *told: bar.append(told) or loaders.st.empty()
    )
    gate.refuses = lambda *_: Refusal(403, "SignatureDoesNotMatch", "No.")
    (said,) = [one.value for one in open_page("overview").error]
    assert "the secret does not fit the access key" in said.replace("\\", "")
    gate.refuses = lambda *_: None
    assert not open_page("overview").error
    ((share, said),) = bar  # what it is moved on to later is asked of the bar itself
    assert (share, said.replace("\\", "")) == (
        0.0,
        f"Reading: 0 of 2 descriptions in {shared.where}",
    )


def test_pages_of_a_store_that_is_full_go_on(gate, shared, open_page, tiny_run, tmp_path):
    open_page("overview")
    draft = Store.default().folder / ".outgoing" / "20990101-000000-d-pixels-aaaa"
    shutil.copytree(tiny_run.folder, draft)
    gate.refuses = lambda method, path: FULL if method == "PUT" else None
    at = open_page("confusion_matrix")
    assert not at.error
    assert at.selectbox(key="run_picker").options
    (note,) = [one.value for one in at.sidebar.warning]
    assert "is full. Free some space there" in note.replace("\\", "")
    assert "A run that is done waits on this machine" in note


def test_a_command_line_works_on_a_shared_store(shared, inkling, tmp_path, tiny_run):
    assert [one["id"] for one in json.loads(inkling("runs", "--json"))] == [tiny_run.id]
    assert "is called “Ours”" in inkling("name", "latest", "Ours")
    assert "is the default run" in inkling("promote", "Ours", "--because", "It is the only one.")
    assert "“Ours”  (default)" in inkling("runs", "--check")
    assert "accuracy" not in inkling("rule", "--no-accuracy")
    with pytest.raises(InklingError, match="aws s3 sync"):
        inkling("backup", str(tmp_path / "a.tar"))
    assert "is deleted" in inkling("delete", "default", "--yes")
    shared.shared._seen.until = 0.0
    assert shared.entries() == []
    with pytest.raises(InklingError, match="bucket does not exist"):
        inkling("runs", models="s3://no-such-bucket/x")


def test_nothing_of_it_is_loaded_for_a_folder(tmp_path):
    code = (
        "import sys; from pipeline.cli.options import store_at; "
        f"store_at({str(tmp_path)!r}).entries(); "
        "print([name for name in ('fsspec', 's3fs', 'botocore') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
