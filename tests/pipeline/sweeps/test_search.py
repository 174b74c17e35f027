"""Searches by Ray Tune: what others do better than is given up, noted, and not tried again."""

import tempfile
from pathlib import Path

import pytest

from pipeline.data.datasets import open_dataset
from pipeline.errors import InklingError
from pipeline.progress import Progress
from pipeline.store import searches
from pipeline.store.interrupted import list_interrupted
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.sweeps import sweeping, telling
from pipeline.sweeps.plan import Sweep
from pipeline.sweeps.resources import Resources

pytestmark = [pytest.mark.process, pytest.mark.cluster]
EPOCHS, BUDGET = 8, 6


def asked(dataset: str, **settings) -> Sweep:
    """A search in which most learning rates are far too low to learn anything."""
    own = {
        "networks": ("shallow",), "presets": ("quick",), "seeds": (0, 1), "epochs": EPOCHS,
        "learning_rate": (1e-7, 0.02), "budget": BUDGET,
    }  # fmt: skip
    return Sweep.of(dataset=dataset, **own | settings)


def inside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def store(own_ray, few_digits, tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("searched") / "models")


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def swept(store, told, few_digits) -> sweeping.Swept:
    return sweeping.sweep(asked(few_digits), store, on_progress=told.append, on="local")


def test_what_does_worse_is_given_up_and_the_others_are_whole_runs(swept, store, few_digits):
    given_up = searches.read(store, open_dataset(few_digits).fingerprint)
    assert set(given_up) == set(swept.tried)
    assert 1 <= len(given_up) <= BUDGET - 1
    for one in given_up:
        assert not one.failed
        assert 2 <= len(one.history) < EPOCHS
    # The preset's own settings, and at most two others, with both seeds; the others with one.
    runs = store.runs()
    assert len(runs) == swept.trained == len(swept.table)
    assert {run.info.status for run in runs} == {"finished"}
    assert all(len(run.history()) == EPOCHS and run.checked() is run for run in runs)
    first = [run for run in runs if run.info.config.seed == 0]
    assert len(first) + len(given_up) == BUDGET + 1
    assert max(swept.table["val_accuracy"]) > max(one.val_accuracy for one in given_up)
    assert f"gave up {len(given_up)} training" in "\n".join(telling.lines(swept))
    assert list_interrupted(store) == []
    assert not list((store.folder / ".checkpoints").glob("*/*"))


def test_the_same_search_tries_nothing_again(swept, store, few_digits):
    told: list[Progress] = []
    before = {run.id for run in store.runs()}
    for on in ("local", None):
        again = sweeping.sweep(asked(few_digits), store, on_progress=told.append, on=on)
        assert (again.trained, told, again.tried) == (0, [], swept.tried)
    assert {run.id for run in store.runs()} == before


def test_progress_is_told_as_it_goes(swept, told):
    shares = [progress.done / progress.total for progress in told if progress.total]
    assert len({progress.note for progress in told}) > BUDGET
    assert shares[-1] == 1
    assert any("given up after epoch" in progress.note for progress in told)
    assert {progress.run_id for progress in told if progress.run_id} == set(swept.table["run"])


def test_a_search_prints_nothing_and_leaves_no_files(
    swept, store, few_digits, tmp_path, monkeypatch, capfd
):
    place, here = tmp_path / "scratch", tmp_path / "here"
    for folder in (place, here):
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.chdir(here)
    before = inside(Path.home())
    more = asked(few_digits, budget=BUDGET + 1)
    sweeping.sweep(more, store, on="local")
    assert inside(place) == inside(here) == inside(Path.home()) - before == set()
    assert capfd.readouterr() == ("", "")


def test_one_that_is_stopped_goes_on_and_keeps_what_it_knew(own_ray, few_digits, tmp_path):
    store, plan = Store(tmp_path / "models"), asked(few_digits, budget=3, epochs=100)

    def stop(progress: Progress) -> None:
        if progress.metrics.get("epoch", 0) >= 3:  # not every epoch is told
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweeping.sweep(plan, store, on_progress=stop, on="local")
    kept = {place.key: place.rows() for place in list_interrupted(store)}
    assert kept
    swept = sweeping.sweep(plan, store, on="local")
    assert list_interrupted(store) == []
    went_on = [
        run for run in store.runs() for rows in kept.values()
        if run.history()["seconds"][: len(rows)].tolist()
        == pytest.approx([row["seconds"] for row in rows])
    ]  # fmt: skip
    given_up = {one.key for one in swept.tried}
    assert len(went_on) + len(given_up & set(kept)) == len(kept)
    assert all(isinstance(entry, Run) for entry in store.entries())


def test_more_than_any_machine_has_is_refused(own_ray, few_digits, tmp_path):
    store = Store(tmp_path / "models")
    for plan in (asked(few_digits), asked(few_digits, learning_rate=None)):
        for too_much in (Resources(gpus=8), Resources(cores=64), Resources(memory=10**15)):
            with pytest.raises(InklingError, match="no machine of the Ray cluster has that") as no:
                sweeping.sweep(plan, store, on="local", resources=too_much)
            assert "1 × 2 cores" in str(no.value)
    assert store.runs() == list_interrupted(store) == []
