"""The runs of a sweep in trackers, read by the trackers' own readers."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.export.trackers.choice import TrackerName, Tracking
from pipeline.progress import Progress
from pipeline.store.runs import Store
from pipeline.sweeps import sweeping
from pipeline.sweeps.plan import Sweep

pytestmark = pytest.mark.process


def asked(dataset: str, **settings) -> Sweep:
    own = {"networks": ("pixels",), "presets": ("quick",), "seeds": (0, 1), "epochs": 1}
    return Sweep.of(dataset=dataset, **own | settings)


def inside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def ids(store: Store) -> set[str]:
    return {run.id for run in store.runs()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def tracking(logs: Path) -> Tracking:
    """In TensorBoard."""
    return Tracking((TrackerName.TENSORBOARD,), tensorboard_dir=str(logs))


def mlflow_runs(uri: str, sweep: str) -> list[Any]:
    """Find the runs of a sweep as MLflow's users do."""
    import mlflow

    asking = mlflow.MlflowClient(uri)
    experiment = asking.get_experiment_by_name("inkling")
    wanted = f"tags.`inkling.sweep` = '{sweep}'"
    return list(asking.search_runs([experiment.experiment_id], wanted))


def compared(folder: Path) -> dict[str, Any]:
    """Read the settings by which TensorBoard compares a run."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    told = EventAccumulator(str(folder)).Reload().PluginTagToContent("hparams")
    start = metadata.parse_session_start_info_plugin_data(told[metadata.SESSION_START_INFO_TAG])
    return dict(start.hparams)


def test_each_run_is_tracked_once_and_those_of_before_at_the_end(
    few_digits, store, logs, tracking, capsys
):
    sweeping.sweep(asked(few_digits, seeds=(0,)), store)
    plan, there = asked(few_digits), list[set[str]]()
    sweeping.sweep(plan, store, on_progress=lambda _: there.append(inside(logs)), tracking=tracking)
    assert set() in there
    assert len(ids(store)) == 2
    assert inside(logs) == ids(store)
    assert {compared(logs / name)["sweep"].string_value for name in ids(store)} == {plan.key}
    written = {path: path.stat().st_mtime_ns for path in logs.rglob("*")}
    assert sweeping.sweep(plan, store, tracking=tracking).trained == 0
    assert {path: path.stat().st_mtime_ns for path in logs.rglob("*")} == written
    assert capsys.readouterr().err == ""


def test_a_run_is_there_before_the_sweep_is_over_and_after_it_was_stopped(
    few_digits, store, logs, tracking
):
    def stop(progress: Progress) -> None:
        if ids(store) and progress.metrics.get("epoch") == 1 and "seed 1" in progress.note:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweeping.sweep(asked(few_digits), store, on_progress=stop, tracking=tracking)
    assert len(ids(store)) == 1
    assert inside(logs) == ids(store)


def test_a_tracker_that_is_away_costs_no_run_and_what_is_said_catches_up(
    few_digits, store, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # where MLflow puts files
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    models = ["--models", str(store.folder)]
    sweep = [
        "sweep", "--dataset", few_digits, "--networks", "pixels", "--presets", "quick",
        "--seeds", "0-1", "--epochs", "1", "--track", "mlflow", *models,
    ]  # fmt: skip
    away = CliRunner().invoke(app, [*sweep, "--mlflow-uri", "http://127.0.0.1:9"])
    assert away.exit_code == 0, away.output
    assert "over 2 seeds" in away.stdout
    assert len(ids(store)) == 2
    assert away.stderr.count("does not answer") == 1
    (command,) = re.findall("“inkling (track .*)” catches up", away.stderr)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    here = CliRunner().invoke(app, [*shlex.split(command), "--mlflow-uri", uri, *models])
    assert here.exit_code == 0, here.output
    found = mlflow_runs(uri, asked(few_digits).key)
    assert {one.info.run_name for one in found} == ids(store)
    assert {one.info.status for one in found} == {"FINISHED"}
    again = CliRunner().invoke(app, [*sweep, "--mlflow-uri", uri])  # has them all
    assert "catches up" not in again.stderr
    assert len(mlflow_runs(uri, asked(few_digits).key)) == 2


@pytest.mark.cluster
def test_a_search_on_ray_tracks_its_runs_and_not_what_it_gave_up(
    own_ray, few_digits, store, logs, tracking
):
    plan = asked(few_digits, networks=("shallow",), epochs=8, learning_rate=(1e-7, 0.02), budget=6)
    swept = sweeping.sweep(plan, store, on="local", tracking=tracking)
    assert swept.tried
    assert inside(logs) == ids(store) == set(swept.table["run"])
