"""What trackers are told of a training, and that it goes on whatever they do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.experiment import run_experiment
from pipeline.export.trackers import tracker
from pipeline.export.trackers.choice import TrackerName, Tracking
from pipeline.export.trackers.following import following
from pipeline.jobs import requests, worker
from pipeline.jobs.requests import Training
from pipeline.progress import Discarded, Progress, silent
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.pipeline.export.trackers.conftest import Listener

CONFIG = TrainConfig(dataset="digits", network="pixels", epochs=2, film=False)


def after_epoch(epoch: int) -> Progress:
    return Progress("Training", metrics={"epoch": epoch, "loss": 0.5})


@pytest.mark.process
def test_a_training_is_told_epoch_by_epoch_and_hands_its_run_over(tmp_path, capsys):
    listener, away = Listener(), Listener(away=True)
    run = run_experiment(CONFIG, Store(tmp_path), track=[away, listener])
    key = tracker.key_of(run)
    assert listener.told == [
        ("begin", key, False, 0), ("epoch", 1), ("epoch", 2), ("record", run.id)
    ]  # fmt: skip
    assert run.info.status == "finished"
    said = capsys.readouterr().err
    assert said.count("Listener: Nobody is there.") == 1
    assert "“inkling track RUN --to listener” catches up" in said


def test_each_epoch_is_told_once(tiny_run: Run):
    listener, passed = Listener(), list[Progress]()
    with following([listener], passed.append) as followed:
        for epoch in (1, 1, 2, 2, 2):
            followed.on_progress(after_epoch(epoch))
        followed.published(tiny_run)
    assert listener.told == [("epoch", 1), ("epoch", 2), ("record", tiny_run.id)]
    assert len(passed) == 6
    assert passed[-1].stage == "Tracking"


def test_a_tracker_that_comes_back_gets_the_run(tiny_run: Run, capsys):
    listener = Listener(away=True)
    with following([listener], silent) as followed:
        followed.on_progress(after_epoch(1))
        while "Nobody" not in capsys.readouterr().err:
            followed.on_progress(after_epoch(1))
        listener.away = False
        followed.on_progress(after_epoch(2))
        followed.published(tiny_run)
    assert listener.told == [("record", tiny_run.id)]


def test_a_run_that_cannot_be_handed_over_is_said_with_what_to_do(tiny_run: Run, capsys):
    with following([Listener(away=True)], silent) as followed:
        followed.published(tiny_run)
    said = capsys.readouterr().err
    assert said == (
        "Listener: Nobody is there. The run is kept, and “inkling track "
        f"{tiny_run.id} --to listener” catches up.\n"
    )


def test_a_fault_in_a_tracker_costs_no_training(tiny_run: Run, capsys):
    listener = Listener()
    listener.record = None  # type: ignore[assignment, method-assign]
    with following([listener], silent) as followed:
        followed.published(tiny_run)
    assert "Listener: It failed: TypeError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "how"),
    [(KeyboardInterrupt, "stopped"), (Discarded, "discarded"), (InklingError, "failed")],
)
def test_a_training_without_a_run_is_said_to_have_ended(error: type[BaseException], how: str):
    listener = Listener()
    with pytest.raises(error), following([listener], silent):
        raise error
    assert listener.told == [("end", how)]


def test_a_queued_training_knows_where_it_is_tracked():
    tracking = Tracking.of(
        [TrackerName.MLFLOW], "http://127.0.0.1:5000", "digits", Path("logs"), elsewhere=True
    )
    asked = Training(CONFIG, tracking=tracking)
    again = requests.read(json.loads(requests.write(asked)))
    assert again == asked
    assert Path(again.tracking.tensorboard_dir).is_absolute()
    assert "track" not in requests.write(Training(CONFIG))


def test_the_queue_is_told_where_mlflow_is():
    with pytest.raises(InklingError, match="--mlflow-uri"):
        Tracking.of([TrackerName.MLFLOW], "", "inkling", Path("logs"), elsewhere=True)


def test_the_trainings_of_a_dashboard_are_tracked_as_its_environment_says(tmp_path, monkeypatch):
    asked = list[Tracking]()
    monkeypatch.setattr(worker, "train", lambda *_, resume, tracking, **__: asked.append(tracking))
    monkeypatch.setenv("INKLING_TRACK", "tensorboard mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    monkeypatch.setenv("INKLING_TENSORBOARD", str(tmp_path))
    own = Tracking.of([TrackerName.TENSORBOARD], "", "inkling", tmp_path / "own")
    for request in (Training(CONFIG), Training(CONFIG, tracking=own)):
        worker.carry_out(request, tmp_path, Store(tmp_path), silent)
    both = (TrackerName.TENSORBOARD, TrackerName.MLFLOW)
    assert asked == [Tracking(both, "http://127.0.0.1:5000", "inkling", str(tmp_path)), own]
    monkeypatch.setenv("INKLING_TRACK", "<b>")
    with pytest.raises(InklingError, match="The trackers are mlflow and tensorboard"):
        worker.carry_out(Training(CONFIG), tmp_path, Store(tmp_path), silent)


@pytest.mark.parametrize("name", [*TrackerName])
def test_a_missing_library_is_said_in_a_sentence(name: TrackerName, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda module: None)
    with pytest.raises(InklingError, match=rf"pip install 'inkling\[{name}\]'"):
        Tracking((name,)).trackers()


@pytest.mark.process
def test_nothing_loads_a_tracker_that_is_not_asked_for():
    code = (
        "import sys, pipeline.experiment, pipeline.cli.main, pipeline.jobs.worker\n"
        "from pipeline.export.trackers.choice import Tracking\n"
        "assert Tracking().trackers() == []\n"
        "sys.exit(not {'mlflow', 'tensorboard'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
