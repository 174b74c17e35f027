"""What the real servers of MLflow and TensorBoard say of a training that was tracked."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.data.datasets import Dataset
from pipeline.export.trackers.pictures import CAPTION, TILE
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.pipeline.export.trackers.servers import (
    asked,
    free_port,
    mlflow_process,
    mlflow_server,
    serving,
    told,
)

pytestmark = pytest.mark.cluster
TRAIN = ["train", "--dataset", "digits", "--network", "pixels", "--no-film", "--epochs"]


def inkling(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line with a store in a folder."""
    models = [] if command[0] == "job" else ["--models", str(folder / "models")]
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *command, *models],
        check=False, capture_output=True, text=True, cwd=folder, env=os.environ,
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers keep what they are given."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[str]:
    """MLflow's server."""
    with mlflow_server(place, free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def run(place: Path, server: str) -> Run:
    """A run that was tracked as it was trained, and twice afterwards."""
    places = ["--mlflow-uri", server, "--tensorboard-dir", str(place / "logs")]
    trackers = ["mlflow", "tensorboard"]
    done = inkling(place, *TRAIN, "3", *(f"--track={name}" for name in trackers), *places)
    assert done.returncode == 0, done.stderr
    assert "MLflow" not in done.stderr.replace("writing the run to MLflow", "")
    for _ in range(2):
        again = inkling(place, "track", "latest", *(f"--to={name}" for name in trackers), *places)
        assert again.returncode == 0, again.stderr
    return Store(place / "models").open("latest")


@pytest.fixture(scope="module")
def tracked(server: str, run: Run) -> dict[str, Any]:
    """What MLflow's server says of the run."""
    (found,) = runs_of(server)
    return found


def runs_of(server: str) -> list[dict[str, Any]]:
    """Ask MLflow's server for all runs."""
    api = f"{server}/api/2.0/mlflow"
    experiment = told(f"{api}/experiments/get-by-name?experiment_name=inkling")["experiment"]
    body = {"experiment_ids": [experiment["experiment_id"]]}
    return list(told(f"{api}/runs/search", body)["runs"])


def test_mlflows_server_has_the_run_once(server: str, run: Run, tracked: dict[str, Any]):
    assert (tracked["info"]["run_name"], tracked["info"]["status"]) == (run.id, "FINISHED")
    run_id = tracked["info"]["run_id"]
    values = {one["key"]: one["value"] for one in tracked["data"]["metrics"]}
    assert values["test/accuracy"] == pytest.approx(run.info.metrics.accuracy)
    query = urllib.parse.urlencode({"run_id": run_id, "metric_key": "validation/accuracy"})
    curve = told(f"{server}/api/2.0/mlflow/metrics/get-history?{query}")["metrics"]
    expected = run.history()["val_accuracy"].tolist()
    assert [one["step"] for one in curve] == [1, 2, 3]
    assert [one["value"] for one in curve] == pytest.approx(expected)
    query = urllib.parse.urlencode({"run_uuid": run_id, "path": "run/run.json"})
    assert json.loads(asked(f"{server}/get-artifact?{query}"))["id"] == run.id
    query = urllib.parse.urlencode({"run_uuid": run_id, "path": "inkling/misread.png"})
    assert Image.open(io.BytesIO(asked(f"{server}/get-artifact?{query}"))).format == "PNG"


def test_what_mlflow_serves_answers_as_inkling_predict_does(
    server: str, place: Path, tracked: dict[str, Any], digits: Dataset
):
    images = digits.x_test[:12]
    with (place / "images.csv").open("w", newline="") as file:
        head = [f"pixel{number}" for number in range(images[0].size)]
        csv.writer(file).writerows([head, *images.reshape(len(images), -1).tolist()])
    done = inkling(place, "predict", "latest", str(place / "images.csv"), "--json")
    assert done.returncode == 0, done.stderr
    expected = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(expected) == len(images)
    url = f"http://127.0.0.1:{free_port()}"
    model = f"runs:/{tracked['info']['run_id']}/model"
    module = ["mlflow", "models", "serve", "--model-uri", model, "--env-manager", "local"]
    module += ["--host", "127.0.0.1", "--port", url.rpartition(":")[2]]
    with serving(module, place, f"{url}/ping", {"MLFLOW_TRACKING_URI": server}):
        answer = told(f"{url}/invocations", {"inputs": images.tolist()})["predictions"]
    assert [one["predicted"] for one in answer] == [one["predicted"] for one in expected]
    for one, said in zip(answer, expected, strict=True):
        assert one["confidence"] == pytest.approx(said["confidence"], abs=2e-6)
        assert one["probabilities"] == pytest.approx([*said["probabilities"].values()], abs=2e-6)


def test_tensorboard_shows_the_run_with_its_pictures_and_its_projector(place: Path, run: Run):
    port = free_port()
    url = f"http://127.0.0.1:{port}/data"
    module = ["tensorboard.main", "--logdir", str(place / "logs"), "--port", str(port)]
    module += ["--host", "127.0.0.1", "--load_fast", "false"]
    with serving(module, place, f"{url}/environment"):
        while run.id not in told(f"{url}/runs"):  # it reads in a thread of its own
            pass
        assert told(f"{url}/runs") == [run.id]
        query = urllib.parse.urlencode({"run": run.id, "tag": "training/loss"})
        points = told(f"{url}/plugin/scalars/scalars?{query}")
        expected = run.history()["loss"].tolist()
        assert [step for _, step, _ in points] == [1, 2, 3]
        assert [value for _, _, value in points] == pytest.approx(expected, rel=1e-5)
        tags = told(f"{url}/plugin/images/tags")[run.id]
        assert {"confusion matrix", "misread/all", "misread/one by one"} <= tags.keys()
        shown = {"run": run.id, "tag": "misread/one by one", "sample": 0}
        query = urllib.parse.urlencode(shown)
        (first,) = told(f"{url}/plugin/images/images?{query}")
        encoded = asked(f"{url}/plugin/images/individualImage?{first['query']}")
        picture = Image.open(io.BytesIO(encoded))
        assert (picture.format, picture.size) == ("PNG", (TILE, TILE + CAPTION))
        assert told(f"{url}/plugin/text/tags")[run.id]
        hparams = f"{url}/plugin/hparams"
        compared = {one["name"] for one in told(f"{hparams}/experiment", {})["hparamInfos"]}
        assert {"network", "epochs", "learning_rate", "seed", "parameters"} <= compared
        wanted = {"colParams": [{"hparam": "network"}], "sliceSize": 5,
                  "allowedStatuses": ["STATUS_SUCCESS"]}  # fmt: skip
        (group,) = told(f"{hparams}/session_groups", wanted)["sessionGroups"]
        assert group["hparams"]["network"] == "pixels"
        final = {one["name"]["tag"]: one["value"] for one in group["metricValues"]}
        assert final["test/accuracy"] == pytest.approx(run.info.metrics.accuracy)
        projector = f"{url}/plugin/projector"
        query = urllib.parse.urlencode({"run": run.id, "name": "features"})
        (info,) = told(f"{projector}/info?{query}")["embeddings"]
        tensor = np.frombuffer(asked(f"{projector}/tensor?{query}"), np.float32)
        assert len(tensor) == info["tensorShape"][0] * info["tensorShape"][1]
        lines = asked(f"{projector}/metadata?{query}").decode().splitlines()
        assert len(lines) == info["tensorShape"][0] + 1
        assert Image.open(io.BytesIO(asked(f"{projector}/sprite_image?{query}"))).format == "PNG"


@pytest.mark.parametrize(
    ("fault", "most"),
    [(signal.SIGKILL, 20), (signal.SIGSTOP, 80)],  # seconds that its end may take longer for it
    ids=["killed", "hanging"],
)
def test_a_server_that_dies_in_a_training_costs_it_seconds_and_catches_up(
    tmp_path: Path, fault: signal.Signals, most: int
):
    port, folder = free_port(), tmp_path
    uri = f"http://127.0.0.1:{port}"
    with mlflow_process(folder, port) as process:
        command = [*TRAIN, "40", "--track", "mlflow", "--mlflow-uri", uri]
        training = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *command, "--models", str(folder / "models")],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert training.stderr is not None
        lines, published = list[str](), 0.0
        for line in training.stderr:
            lines.append(line)
            if "epoch 10 of" in line:
                os.killpg(process.pid, fault)
            published = published or time.monotonic() * line.startswith("Tracking")
        assert training.wait() == 0
        assert published
        assert time.monotonic() - published < most
    said = "".join(lines)
    assert said.count("does not answer") == 1
    assert "The training goes on" in said
    assert "“inkling track RUN --to mlflow” catches up" in said
    run = Store(folder / "models").open("latest")
    assert len(run.history()) == 40
    with mlflow_server(folder, port) as url:
        done = inkling(folder, "track", run.id, "--to", "mlflow", "--mlflow-uri", url)
        assert done.returncode == 0, done.stderr
        (found,) = runs_of(url)
        assert found["info"]["status"] == "FINISHED"
        query = {"run_id": found["info"]["run_id"], "metric_key": "training/loss"}
        api = f"{url}/api/2.0/mlflow/metrics/get-history?{urllib.parse.urlencode(query)}"
        curve = told(f"{api}&max_results=1000")["metrics"]
        assert sorted(one["step"] for one in curve) == [*range(1, 41)]
