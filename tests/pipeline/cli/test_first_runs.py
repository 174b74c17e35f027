"""What is trained first and what is said meanwhile; the trainings themselves are stand-ins here.

`tests/browser/test_first_minute.py` trains them.
"""

import pytest

from pipeline.cli import first_runs
from pipeline.cli.first_runs import train_first
from pipeline.config import TrainConfig
from pipeline.export import tour_networks
from pipeline.jobs import worker
from pipeline.progress import Progress
from pipeline.store.runs import Store
from tests.pipeline.store.test_runs import results

FIRST = list(first_runs.FIRST)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def trained(monkeypatch, store) -> list[str]:
    """The networks trained so far; "interrupted" or "stopped" in it ends the next training so."""
    asked: list[str] = []

    def train(config: TrainConfig, into: Store, data, report, *, resume: bool):
        report(Progress("Training", 1, 2, "epoch 1 of 2"))
        if asked and asked[-1] == "interrupted":
            raise KeyboardInterrupt
        stopped = bool(asked) and asked[-1] == "stopped"
        asked.append(config.network)
        status = "stopped" if stopped else "finished"
        return into.publish(*results(len(asked), config=config, status=status))

    monkeypatch.setattr(worker, "train", train)
    return asked


def test_all_are_trained_and_the_last_is_the_newest(store, trained, capsys):
    assert train_first(store)
    assert trained == FIRST
    assert store.open("latest").info.config.network == FIRST[-1] == "cnn"
    said = capsys.readouterr().err.splitlines()
    assert said[1:3] == ["1 of 4  pixels: training", "1 of 4  pixels: 50.0% accuracy"]
    assert len(said) == 1 + 2 * len(FIRST)


def test_no_step_of_the_tour_lacks_a_network():
    assert set(tour_networks.NETWORKS) <= set(FIRST)


def test_nothing_is_trained_twice(store, trained, capsys):
    store.publish(*results())
    assert not train_first(store)
    assert (trained, capsys.readouterr().err) == ([], "")


def test_the_bundled_run_is_no_reason_to_skip_it(tmp_path, trained):
    bundled = Store(tmp_path / "elsewhere").publish(*results()).folder
    assert train_first(Store(tmp_path / "models", bundled))
    assert trained == FIRST


@pytest.mark.parametrize("how", ["interrupted", "stopped"])
def test_ctrl_c_keeps_what_there_is_and_skips_the_rest(store, trained, capsys, monkeypatch, how):
    real = worker.train

    def train(config, *arguments, **named):
        if config.network == FIRST[1]:
            trained.append(how)
        return real(config, *arguments, **named)

    monkeypatch.setattr(worker, "train", train)
    assert train_first(store)
    kept = [run.info.config.network for run in reversed(store.runs())]
    assert kept == FIRST[: 2 if how == "stopped" else 1]
    assert f"Stopped. Kept: {', '.join(kept)}." in capsys.readouterr().err


def test_a_bar_per_network_on_a_terminal(store, trained, capsys, monkeypatch):
    monkeypatch.setattr(first_runs.sys.stderr, "isatty", lambda: True)
    assert train_first(store)
    said = capsys.readouterr().err
    for place, network in enumerate(FIRST, start=1):
        assert f"{place} of 4  {network}" in said


def test_shares_of_the_whole_only_grow(store):
    seen = []
    report = first_runs._reporter("cnn", lambda network, done, words: seen.append((done, words)))
    for stage in ("Starting", "Training", "Exporting", "Evaluating", "Mapping"):
        report(Progress(stage, 0, 1))
    report(Progress("Training", 1, 2, "epoch 1 of 2"))
    report(Progress("Done", 1, 1))
    shares = [done for done, _ in seen]
    assert shares[:5] == sorted(shares[:5])
    assert seen[5] == (44, "epoch 1 of 2")
    assert len(seen) == 6
