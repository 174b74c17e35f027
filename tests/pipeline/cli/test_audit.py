import json

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.jobs import queue, worker
from pipeline.jobs.requests import Auditing
from pipeline.store import audits
from pipeline.store.audits import Fold
from pipeline.store.runs import Store


@pytest.fixture
def audit(monkeypatch, tmp_path):
    """Call `inkling audit` with options; networks doubt one training label, an 8."""

    def said(config, store, data, report, *, folds, repeats):
        dataset = open_dataset(config.dataset)
        labels = np.concatenate([dataset.y_train, dataset.y_valid, dataset.y_test])
        believed = (np.eye(10)[labels] * 0.999 + 0.0001).astype(np.float32)
        eight = int(np.flatnonzero(labels == 8)[0])
        believed[eight] = np.roll(believed[eight], 1)
        found = Fold(believed, np.round(believed))
        return audits.publish(store, dataset, config, (folds, repeats), found)

    monkeypatch.setattr(worker, "audit", said)

    def call(*options: str):
        return CliRunner().invoke(
            app, ["audit", "--dataset", "digits", "--models", str(tmp_path / "models"), *options]
        )

    return call


def test_the_most_suspicious_labels_are_listed(audit, digits):
    done = audit("--first", "1")
    assert done.exit_code == 0, done.output
    eight = int(np.flatnonzero(digits.y_train == 8)[0])
    assert done.stdout.splitlines() == [
        "1 of 1,797 labels looks wrong to networks that did not learn from them: each of 15 was "
        "asked about the images that it had not seen.",
        f"train {eight:>8}  8 → 9",
    ]


def test_as_json_for_scripts(audit):
    told = json.loads(audit("--first", "3", "--json", "--folds", "4").stdout)
    assert told["folds"] == 4
    assert told["doubted"] == {"train": 1, "valid": 0, "test": 0}
    assert len(told["labels"]) == 1  # nothing else is worth a look
    assert told["labels"][0]["label"] == "8"
    assert told["labels"][0]["predicted"] == "9"


def test_it_waits_in_the_queue_if_asked_to(audit, children, tmp_path):
    done = audit("--queue", "--network", "shallow", "--seed", "3")
    assert "is started" in done.output
    (child,) = children
    (job,) = [*queue.list_jobs(Store(tmp_path / "models"))]
    assert job.folder == child.folder
    config = TrainConfig(dataset="digits", network="shallow", seed=3, preset="quick")
    assert job.request == Auditing(config, folds=5, repeats=3)
    child.end()


def test_stopping_it_says_how_to_go_on(audit, monkeypatch):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "audit", stopped)
    done = audit()
    assert done.exit_code == 130
    assert "The same command goes on with the next network." in done.output


def test_what_is_not_known_is_said(audit):
    done = audit("--network", "huge")
    assert "There is no network named “huge”" in str(done.exception)
