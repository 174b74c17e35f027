"""MLflow's database and files, read by MLflow's own client, and its model, loaded by MLflow."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.export.trackers.mlflow import MlflowTracker
from pipeline.export.trackers.tracker import Underway
from pipeline.store.run_folder import Run

pytestmark = pytest.mark.process  # its database takes seconds to make
ROW = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.9, "seconds": 2.0}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of MLflow's."""
    MlflowTracker(uri_of(path := tmp_path_factory.mktemp("mlflow") / "made.db"), "first")._found(
        "none", "none"
    )
    return path


@pytest.fixture
def uri(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of its own for each test, and its files beside it."""
    monkeypatch.chdir(tmp_path)  # where MLflow puts files
    return uri_of(Path(shutil.copy(database, tmp_path / "mlflow.db")))


def uri_of(path: Path) -> str:
    return f"sqlite:///{path}"


def client(uri: str):
    import mlflow

    return mlflow.MlflowClient(uri)


def runs(uri: str, experiment: str = "inkling"):
    asked = client(uri)
    found = asked.get_experiment_by_name(experiment)
    return [] if found is None else list(asked.search_runs([found.experiment_id]))


@pytest.fixture
def training(tiny_run: Run) -> Underway:
    """A training on the dataset of the tiny run."""
    config, dataset = TrainConfig(network="pixels"), tiny_run.info.dataset
    return Underway(config, dataset, datetime.now(UTC), "0123abcd")


def test_a_run_is_there_with_all_it_has_and_once(uri: str, tiny_run: Run):
    for _ in range(2):
        MlflowTracker(uri, "inkling").record(tiny_run)
    (found,) = runs(uri)
    assert (found.info.run_name, found.info.status) == (tiny_run.id, "FINISHED")
    assert found.data.params["network"] == "lenet5"
    assert found.data.params["dataset_fingerprint"] == tiny_run.info.dataset.fingerprint
    metrics = tiny_run.info.metrics
    assert found.data.metrics["test/accuracy"] == pytest.approx(metrics.accuracy)
    assert found.data.metrics["test_recall/7_7"] == pytest.approx(metrics.classes[7].recall)
    asked, history = client(uri), tiny_run.history()
    for column, name in (("loss", "training/loss"), ("val_accuracy", "validation/accuracy")):
        curve = asked.get_metric_history(found.info.run_id, name)
        assert [entry.step for entry in curve] == history["epoch"].tolist()
        assert [entry.value for entry in curve] == pytest.approx(history[column].tolist())
    drawn = {one.path for one in asked.list_artifacts(found.info.run_id, "inkling")}
    assert drawn == {
        "inkling/confusion_matrix.png", "inkling/misread.csv", "inkling/misread.png"
    }  # fmt: skip
    files = {Path(one.path).name for one in asked.list_artifacts(found.info.run_id, "run")}
    assert files == {path.name for path in tiny_run.folder.iterdir()}
    assert len(found.outputs.model_outputs) == 1


def test_its_model_predicts_as_inkling_does_and_needs_no_tensorflow(
    uri: str, tmp_path, tiny_run: Run, digits: Dataset
):
    MlflowTracker(uri, "inkling").record(tiny_run)
    (found,) = runs(uri)
    np.save(tmp_path / "images.npy", digits.x_test[:20])
    code = (
        "import sys, mlflow, numpy as np\n"
        f"model = mlflow.pyfunc.load_model('runs:/{found.info.run_id}/model')\n"
        "table = model.predict(np.load('images.npy'))\n"
        "table.to_json('said.json', orient='records', double_precision=15)\n"
        "try: model.predict(np.load('images.npy') / 255)\n"
        "except Exception as error: print(error)\n"
        "needed = ('tensorflow', 'keras', 'pipeline')\n"
        "sys.exit(', '.join(name for name in needed if name in sys.modules) or None)"
    )
    asked = {**os.environ, "MLFLOW_TRACKING_URI": uri}
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env=asked, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "uint8" in done.stdout  # other pixels are refused
    said = json.loads((tmp_path / "said.json").read_text())
    expected = tiny_run.graph().probabilities(digits.x_test[:20])
    assert np.allclose([row["probabilities"] for row in said], expected, atol=1e-6)
    names = tiny_run.class_names
    assert [row["predicted"] for row in said] == [names[at] for at in expected.argmax(axis=1)]
    assert [row["confidence"] for row in said] == pytest.approx(expected.max(axis=1).tolist())


def test_curves_are_there_while_it_trains_and_the_run_is_the_same(
    uri: str, tiny_run: Run, training: Underway
):
    training = dataclasses.replace(
        training, config=tiny_run.info.config, created=tiny_run.info.created
    )
    tracker = MlflowTracker(uri, "inkling")
    tracker.begin(training)
    tracker.epoch({"epoch": 1, **ROW})
    (found,) = runs(uri)
    assert found.info.status == "RUNNING"
    assert found.data.metrics["validation/accuracy"] == 0.9
    MlflowTracker(uri, "inkling").record(tiny_run)  # as another process would
    (after,) = runs(uri)
    assert (after.info.run_id, after.info.status) == (found.info.run_id, "FINISHED")
    curve = client(uri).get_metric_history(found.info.run_id, "training/loss")
    assert sorted(entry.step for entry in curve) == tiny_run.history()["epoch"].tolist()


def test_a_training_that_was_killed_goes_on_in_its_run(uri: str, training: Underway):
    for number in (1, 2):
        rows = tuple({"epoch": epoch, **ROW} for epoch in range(1, number))
        tracker = MlflowTracker(uri, "inkling")
        tracker.begin(dataclasses.replace(training, rows=rows, resumed=number > 1))
        tracker.epoch({"epoch": number, **ROW})
    (found,) = runs(uri)
    curve = client(uri).get_metric_history(found.info.run_id, "training/loss")
    assert [entry.step for entry in curve] == [1, 2]
    MlflowTracker(uri, "inkling").begin(training)  # or begins anew
    assert sorted(one.info.status for one in runs(uri)) == ["KILLED", "RUNNING"]


@pytest.mark.parametrize(("how", "left"), [("failed", ["FAILED"]), ("discarded", [])])
def test_a_training_without_a_run_says_how_it_ended(uri: str, training: Underway, how, left):
    tracker = MlflowTracker(uri, "inkling")
    tracker.begin(training)
    tracker.end(how)
    assert [one.info.status for one in runs(uri)] == left


def test_names_of_classes_are_not_trusted(uri: str, odd_run: Run):
    MlflowTracker(uri, "inkling").record(odd_run)
    (found,) = runs(uri)
    assert {"test_recall/0_etc", "test_recall/1_script_alert_1_script", "test_recall/3"} <= {
        *found.data.metrics
    }


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://user:secret@127.0.0.1:9", "http://127.0.0.1:9 does not answer."),
        ("nonsense://here", "nonsense://here could not be used"),
    ],
)
def test_a_server_that_is_away_is_said_in_a_sentence(uri: str, said: str, tiny_run: Run):
    with pytest.raises(InklingError) as error:
        MlflowTracker(uri, "inkling").record(tiny_run)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_deleted_experiment_is_said_in_a_sentence(uri: str, tiny_run: Run):
    asked = client(uri)
    asked.delete_experiment(asked.create_experiment("inkling"))
    with pytest.raises(InklingError, match="--mlflow-experiment"):
        MlflowTracker(uri, "inkling").record(tiny_run)
