"""What may change about a published run, and what may not: names, notes, additions, deletion."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import atomic
from pipeline.access import READ_ONLY
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.corruption_sheet import CorruptionSheet, Turned, UnderCorruption
from pipeline.analysis.strangers import Strangers
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.ink.drawing import Drawing
from pipeline.serving.anatomy import Anatomy
from pipeline.store import bundled, corrections, reviews, run_folder
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_folder import LONGEST_NAME, LONGEST_NOTE, Damaged, Run
from pipeline.store.run_info import Evaluation, Robustness
from pipeline.store.runs import RunMissing, Store
from pipeline.training.checkpoint import Checkpoint
from tests.pipeline.store.test_runs import results


@pytest.fixture
def with_bundled(tmp_path) -> Store:
    """A store with a run of its own, and a bundled one beside it that is newer."""
    elsewhere = Store(tmp_path / "elsewhere").publish(*results(30))
    place = elsewhere.folder.rename(tmp_path / "elsewhere" / "the-bundled-one")
    store = Store(tmp_path / "models", place)
    store.publish(*results(10))
    return store


def everything(folder: Path) -> dict[str, bytes]:
    """The files below a folder, without locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


ANATOMY = Anatomy((1, 1, 1), (), ())


def other_result(run: Run) -> Evaluation:
    dataset = run.info.dataset.model_copy(update={"name": "other", "fingerprint": "0123456789"})
    return Evaluation(dataset=dataset, metrics=run.info.metrics, created=run.info.created)


def measured(run: Run) -> Robustness:
    created = run.info.created
    return Robustness(by_norm={}, images=0, seed=0, iterations=0, created=created)


def sheet(run: Run) -> CorruptionSheet:
    under = UnderCorruption(name="fog", severity=5, published=True, correct=3, images=4)
    turned = Turned(degrees=0, correct=4, images=4)
    return CorruptionSheet(under=(under,), turned=(turned,), created=run.info.created)


def met(run: Run) -> Strangers:
    return Strangers(groups=(), threshold=1, created=run.info.created)


def test_the_bundled_run_comes_after_those_of_the_store(with_bundled):
    own, other = with_bundled.runs()
    assert (own.bundled, other.bundled) == (False, True)
    assert other.id == "the-bundled-one"
    assert with_bundled.open("latest").id == own.id
    with_bundled.delete(own)
    assert with_bundled.open("latest").id == other.id


def test_a_store_that_holds_the_bundled_run_lists_it_once(with_bundled):
    store = Store(with_bundled.bundled.parent, with_bundled.bundled)
    (run,) = store.runs()
    assert run.bundled
    with pytest.raises(InklingError, match="comes with Inkling"):
        store.delete(run)
    (run.folder / run_folder.GRAPH).unlink()
    (damaged,) = store.entries()
    assert isinstance(damaged, Damaged)
    with pytest.raises(InklingError, match="comes with Inkling"):
        store.delete(damaged)


def test_a_run_of_the_same_id_in_the_store_counts(with_bundled):
    shutil.copytree(with_bundled.bundled, with_bundled.folder / "the-bundled-one")
    assert [run.bundled for run in with_bundled.runs()] == [False, False]


def test_what_is_added_to_the_bundled_run_is_kept_in_the_store(with_bundled):
    before = everything(with_bundled.bundled)
    run = with_bundled.open("the-bundled-one")
    run.describe(name="The one that came along", note="Try it.")
    run.add_evaluation(other_result(run))
    again = with_bundled.open("The one that came along")
    assert (again.id, again.about.note) == (run.id, "Try it.")
    assert [found.dataset.name for found in again.evaluations()] == ["other"]
    assert again.version != run.version
    assert everything(with_bundled.bundled) == before
    assert Store(with_bundled.folder).runs()[0].id == with_bundled.runs()[0].id


def test_features_added_to_the_bundled_run_are_read_again(with_bundled):
    run = with_bundled.runs()[-1]
    features = pd.DataFrame({"distance": np.float32([0.5, 0.25])})
    (run.folder / run_folder.FEATURES).unlink(missing_ok=True)
    assert run.features() is None
    run.add_features(features)
    assert not (run.folder / run_folder.FEATURES).exists()
    assert with_bundled.runs()[-1].features()["distance"].tolist() == [0.5, 0.25]


def test_the_bundled_run_is_found_installed_and_in_the_repository(tmp_path, monkeypatch):
    monkeypatch.delenv(bundled.BUNDLED)
    assert bundled.bundled_run() == Path(__file__).parents[3] / "models" / "mnist-cnn"
    packages = tmp_path / "site-packages"
    monkeypatch.setattr(bundled, "__file__", str(packages / "pipeline" / "store" / "bundled.py"))
    assert bundled.bundled_run() is None
    (packages / "inkling_models" / "mnist-cnn").mkdir(parents=True)
    assert bundled.bundled_run() == packages / "inkling_models" / "mnist-cnn"
    monkeypatch.setenv(bundled.BUNDLED, "")
    assert bundled.bundled_run() is None
    assert Store.default(tmp_path).entries() == []


def test_a_run_is_named_and_noted_on(store):
    run = store.publish(*results())
    assert (run.about.name, run.about.note) == ("", "")
    run.describe(name="  The   first\none ", note=" Line 1\nline 2 ")
    run = store.open("The first one")
    assert (run.about.name, run.about.note) == ("The first one", "Line 1\nline 2")
    run.describe(note="")
    run = store.open(run.id)
    assert (run.about.name, run.about.note) == ("The first one", "")
    for said in ({"name": "x" * (LONGEST_NAME + 1)}, {"note": "x" * (LONGEST_NOTE + 1)}):
        with pytest.raises(InklingError, match="can have up to"):
            run.describe(**said)
    assert store.open(run.id).about == run.about
    (run.folder / run_folder.ABOUT).write_text('{"name": 5')
    assert store.open(run.id).about.name == ""


def test_a_deleted_run_is_gone_at_once(store, monkeypatch):
    run, other = (store.publish(*results(minute)) for minute in (1, 2))
    seen = []

    def listing(folder):
        seen.append([entry.id for entry in store.entries()])
        real(folder)

    real = shutil.rmtree
    monkeypatch.setattr(atomic.shutil, "rmtree", listing)
    store.delete(run)
    assert seen == [[other.id]]
    assert [path.name for path in store.folder.iterdir()] == [other.id]
    with pytest.raises(RunMissing, match="already deleted"):
        store.delete(run)
    (other.folder / run_folder.GRAPH).unlink()
    (damaged,) = store.entries()
    store.delete(damaged)
    assert store.entries() == []


def test_a_version_changes_with_every_file_of_a_run(store, random):
    run = store.publish(*results())
    seen = {run.version}
    points = random.normal(size=(30, 4))
    for change in (
        lambda: run.add_features(pd.DataFrame({"distance": np.float32([1, 2])})),
        lambda: run.add_ood_detector(ood.fit({-1: points}, np.arange(30) % 2, {-1: points})),
        lambda: run.add_anatomy(ANATOMY, b"graph"),
        lambda: run.add_excitations({}),
        lambda: run.add_robustness(measured(run)),
        lambda: run.add_corruption_sheet(sheet(run)),
        lambda: run.add_strangers(met(run)),
        lambda: run.add_evaluation(other_result(run)),
        lambda: run.describe(name="named"),
        lambda: (run.folder / run_folder.GRAPH).write_bytes(b"other"),
    ):
        change()
        seen.add(store.runs()[0].version)
    assert len(seen) == 11
    before = store.versions()
    assert store.versions() == before
    (run.folder / run_folder.GRAPH).write_bytes(b"cut")
    assert store.versions() != before


def test_a_read_only_dashboard_changes_nothing(store, random, monkeypatch):
    run = store.publish(*results())
    points = random.normal(size=(30, 4))
    detector = ood.fit({-1: points}, np.arange(30) % 2, {-1: points})
    config = TrainConfig(network="pixels", epochs=9)
    place = InterruptedTraining.of(store, config, "f")
    place.save(config, Checkpoint())
    drawing = Drawing.of_strokes([[[0, 0], [9, 0], [3, 15]]])
    added = corrections.add(store, label="7", class_names="0123456789", drawing=drawing)
    before = everything(store.folder)
    monkeypatch.setenv(READ_ONLY, "1")
    writers = {
        "publish": lambda: store.publish(*results(1)),
        "delete": lambda: store.delete(run),
        "check": store.check_writable,
        "describe": lambda: run.describe(name="new"),
        "features": lambda: run.add_features(pd.DataFrame({"distance": np.float32([1, 2])})),
        "detector": lambda: run.add_ood_detector(detector),
        "anatomy": lambda: run.add_anatomy(ANATOMY, b"graph"),
        "excitations": lambda: run.add_excitations({}),
        "robustness": lambda: run.add_robustness(measured(run)),
        "corruptions": lambda: run.add_corruption_sheet(sheet(run)),
        "strangers": lambda: run.add_strangers(met(run)),
        "evaluation": lambda: run.add_evaluation(other_result(run)),
        "review": lambda: reviews.add(store, "f", 1, "wrong label"),
        "correction": lambda: corrections.add(
            store, label="1", class_names="0123456789", drawing=drawing
        ),
        "undo": lambda: corrections.take_back(store, added.id),
        "save": lambda: place.save(config, Checkpoint()),
        "forget": place.forget,
    }
    for name, write in writers.items():
        with pytest.raises(InklingError, match="read-only"):
            write()
        assert everything(store.folder) == before, name
