import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.errors import InklingError
from pipeline.store.runs import RunMissing, Store
from tests.pipeline.store.test_runs import results


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def inkling(store: Store, *arguments: str, answer: str = ""):
    return CliRunner().invoke(app, [*arguments, "--models", str(store.folder)], input=answer)


def test_a_run_is_named_and_listed_so(store):
    run = store.publish(*results())
    assert "is called “My best”" in inkling(store, "name", run.id, "My best").output
    assert "Line 1" in inkling(store, "name", "My best", "--note", "Line 1\nLine 2").output
    listed = inkling(store, "runs").output
    assert f"{run.id}  “My best”\n" in listed
    assert "  Line 1\n  Line 2\n" in listed
    (row,) = json.loads(inkling(store, "runs", "--json").output)
    assert (row["name"], row["id"], row["bundled"]) == ("My best", run.id, False)
    assert "has no name" in inkling(store, "name", run.id, "").output
    assert inkling(store, "name", run.id).exit_code == 2


def test_a_run_is_deleted_after_a_word(store):
    run, other = (store.publish(*results(minute)) for minute in (1, 2))
    refused = inkling(store, "delete", run.id, answer="n\n")
    assert refused.exit_code == 1
    assert len(store.runs()) == 2
    assert inkling(store, "delete", run.id, answer="y\n").exit_code == 0
    assert [entry.id for entry in store.entries()] == [other.id]
    (other.folder / "model.tflite").unlink()
    assert "is deleted" in inkling(store, "delete", other.id, "--yes").output
    assert store.entries() == []
    assert isinstance(inkling(store, "delete", other.id, "--yes").exception, RunMissing)


def test_the_bundled_run_cannot_be_deleted(store, monkeypatch, tmp_path):
    bundled = Store(tmp_path / "elsewhere").publish(*results())
    monkeypatch.setenv("INKLING_BUNDLED", str(bundled.folder))
    assert "(comes with Inkling)" in inkling(store, "runs").output
    done = inkling(store, "delete", bundled.id, "--yes")
    assert isinstance(done.exception, InklingError)
    assert bundled.folder.is_dir()
