"""Sweeps that are made, here and by Ray: the same runs, once each, and gone on with."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.data.datasets import open_dataset
from pipeline.progress import Progress
from pipeline.store import searches
from pipeline.store.beginning import settled
from pipeline.store.interrupted import InterruptedTraining, list_interrupted
from pipeline.store.runs import Store
from pipeline.sweeps import sweeping, telling
from pipeline.sweeps.plan import Sweep
from pipeline.sweeps.resources import Resources
from pipeline.training.checkpoint import Checkpoint

pytestmark = pytest.mark.process


def asked(dataset: str, **settings) -> Sweep:
    own = {"networks": ("pixels",), "presets": ("quick",), "seeds": (0, 1), "epochs": 1}
    return Sweep.of(dataset=dataset, **own | settings)


def published(store: Store) -> list[tuple[object, ...]]:
    """What tells the runs of a store apart, oldest seed first."""
    return sorted(
        (run.info.config.seed, run.info.config.network, run.info.metrics.accuracy, run.info.status)
        for run in store.runs()
    )


@pytest.fixture(scope="module")
def here(few_digits, tmp_path_factory) -> Store:
    """A store with a sweep that was made without Ray."""
    store = Store(tmp_path_factory.mktemp("here") / "models")
    assert sweeping.sweep(asked(few_digits), store).trained == 2
    return store


def test_what_is_in_the_store_is_not_trained_again(here, few_digits):
    told: list[Progress] = []
    swept = sweeping.sweep(asked(few_digits), here, on_progress=told.append)
    assert (swept.trained, len(swept.table), told) == (0, 2, [])
    more = sweeping.sweep(asked(few_digits, seeds=(1, 2)), here)
    assert (more.trained, sorted(more.table["seed"])) == (1, [1, 2])
    assert list_interrupted(here) == []


def test_ray_publishes_the_same_runs_and_leaves_nothing_else(own_ray, here, few_digits, tmp_path):
    store, told = Store(tmp_path / "models"), list[Progress]()
    swept = sweeping.sweep(asked(few_digits), store, on_progress=told.append, on="local")
    assert swept.trained == 2
    assert published(store) == [one for one in published(here) if one[0] < 2]
    for run in store.runs():
        assert run.checked() is run
    assert list_interrupted(store) == []
    assert told[-1].done == told[-1].total == 2000
    assert all(progress.stoppable for progress in told)
    again = sweeping.sweep(asked(few_digits), store, on="local")
    assert again.trained == 0


def test_ray_makes_no_more_at_once_than_there_are_cores_for(own_ray, few_digits, tmp_path):
    told = list[Progress]()
    sweeping.sweep(
        asked(few_digits, epochs=150), Store(tmp_path / "models"),
        on_progress=told.append, on="local", resources=Resources(cores=2),
    )  # fmt: skip
    under_way = re.compile(r"(\d) of 2 done; .*seed (\d), epoch")
    assert {one.groups() for progress in told if (one := under_way.match(progress.note))} == {
        ("0", "0"), ("1", "1"),
    }  # fmt: skip


def test_a_training_that_was_interrupted_goes_on_in_a_worker(own_ray, few_digits, tmp_path):
    store = Store(tmp_path / "models")
    plan = asked(few_digits, seeds=(0,), epochs=3)

    class Enough(Exception):
        pass

    def end(progress: Progress) -> None:
        if progress.metrics.get("epoch") == 2:
            raise Enough

    with pytest.raises(Enough):
        sweeping.sweep(plan, store, on_progress=end)
    (place,) = list_interrupted(store)
    before = place.rows()
    assert len(before) == 2
    sweeping.sweep(plan, store, on="local")
    (run,) = store.runs()
    rows = run.history()
    assert len(rows) == 3
    assert rows["seconds"][:2].tolist() == pytest.approx([one["seconds"] for one in before])
    assert not InterruptedTraining(place.folder).exists()


@pytest.mark.parametrize("on", [None, "local"])
def test_one_that_fails_is_noted_and_the_others_go_on(own_ray, few_digits, tmp_path, on):
    store, dataset = Store(tmp_path / "models"), open_dataset(few_digits)
    plan = asked(few_digits, networks=("pixels", "shallow"), seeds=(0,))
    config = settled(plan.first()[1], dataset)
    row = {"epoch": 1, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    checkpoint = Checkpoint(rows=[row], best_epoch=1, network="of another version")
    InterruptedTraining.of(store, config, dataset.fingerprint).save(config, checkpoint)

    swept = sweeping.sweep(plan, store, on=on)
    (failure,) = searches.read(store, dataset.fingerprint)
    assert "built differently" in failure.failed
    assert swept.tried == (failure,)
    assert f"shallow, quick, seed 0 failed: {failure.failed}" in telling.lines(swept)
    assert [run.info.network for run in store.runs()] == ["pixels"]


def test_the_command_line_prints_a_leaderboard_and_json(here, few_digits):
    arguments = [
        "sweep", "--dataset", few_digits, "--networks", "pixels", "--presets", "quick",
        "--seeds", "0-1", "--epochs", "2", "--models", str(here.folder),
    ]  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments], check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    began = {line.partition(":")[0] for line in said.stderr.splitlines()}
    assert began == {"Starting", "Sweeping"}  # nothing that TensorFlow logs
    assert "pixels, quick" in said.stdout
    assert "over 2 seeds" in said.stdout
    facts = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    (standing,) = facts["leaderboard"]
    assert standing["settings"]["network"] == "pixels"
    assert set(standing["runs"]) == {"0", "1"}
    assert facts["trained"] == 0
