import errno
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis import excitation
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.corruption_sheet import (
    CorruptionSheet,
    Mistake,
    Turned,
    UnderCorruption,
)
from pipeline.errors import InklingError
from pipeline.serving.anatomy import IMAGE, Anatomy, Part
from pipeline.store import run_folder
from pipeline.store.run_folder import Damaged, RunDamaged
from pipeline.store.run_info import Evaluation, Robustness, UnderChange
from pipeline.store.runs import Store
from pipeline.training.film import Film
from tests.pipeline.store.test_changing_runs import other_result
from tests.pipeline.store.test_runs import results


def test_a_published_run_reads_back_as_written(store):
    written = store.publish(*results())
    read = store.open(written.id)
    assert read.info == written.info
    assert read.class_names == ("ä", "b")
    assert read.info.parameters == 7
    assert read.predictions().equals(results()[1].predictions)
    assert list(read.predictions(["label"]).columns) == ["label"]
    assert read.history()["loss"].tolist() == [0.5]


@pytest.mark.parametrize("broken", [*run_folder.REQUIRED, run_folder.INFO])
def test_a_run_without_a_file_is_listed_with_the_reason(store, broken):
    run = store.publish(*results(1))
    whole = store.publish(*results(0))
    (run.folder / broken).unlink()
    damaged, other = store.entries()
    assert isinstance(damaged, Damaged)
    assert broken in damaged.reason
    assert other.id == whole.id == store.open("latest").id
    with pytest.raises(RunDamaged, match="missing"):
        store.open(run.id)


@pytest.mark.parametrize("name", [*run_folder.REQUIRED, run_folder.INFO])
def test_a_file_cut_off_half_way_is_noticed(store, name):
    run = store.publish(*results())
    raw = (run.folder / name).read_bytes()
    (run.folder / name).write_bytes(raw[: len(raw) // 2])
    (damaged,) = store.entries()
    assert isinstance(damaged, Damaged)
    assert name in damaged.reason


@pytest.mark.parametrize("content", ["[]", "null", "{}", '{"format": 1}', "\0", '"text"'])
def test_run_json_of_any_kind_takes_nothing_down(store, content):
    run = store.publish(*results())
    (run.folder / run_folder.INFO).write_text(content)
    (damaged,) = store.entries()
    assert "run.json" in damaged.reason


def test_a_newer_format_is_named(store):
    run = store.publish(*results())
    raw = json.loads((run.folder / run_folder.INFO).read_text()) | {"format": 99, "metrics": "new"}
    (run.folder / run_folder.INFO).write_text(json.dumps(raw))
    (damaged,) = store.entries()
    assert "newer version of Inkling (format 99" in damaged.reason


def test_garbage_in_a_file_of_the_right_size_is_said_when_it_is_read(store):
    run = store.publish(*results())
    path = run.folder / run_folder.PREDICTIONS
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(RunDamaged, match=r"predictions\.parquet"):
        store.open(run.id).predictions()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "permission denied"),
    ],
)
def test_a_fault_in_the_middle_of_a_write_leaves_the_store_as_it_was(store, error, words):
    store.publish(*results())
    before = sorted(store.folder.iterdir())

    def fail(path):
        path.write_bytes(b"half")
        raise error

    with pytest.raises(InklingError, match=words):
        store.publish(*results(1, write_graph=fail))
    assert sorted(store.folder.iterdir()) == before
    with pytest.raises(KeyboardInterrupt):
        store.publish(
            *results(1, write_graph=lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        )
    assert sorted(store.folder.iterdir()) == before


def test_features_are_optional_and_can_be_added(store):
    run = store.publish(*results())
    assert run.features() is None
    features = pd.DataFrame({"distance": np.float32([1, 2])})
    run.add_features(features)
    assert store.open(run.id).features(["distance"]).equals(features)
    other = store.publish(*results(minute=1, features=features))
    assert other.features().equals(features)


def test_an_ood_detector_is_optional_and_can_be_added(store, random):
    points = random.normal(size=(30, 4))
    found = ood.fit({-1: points}, np.arange(30) % 2, {-1: points})
    run = store.publish(*results())
    assert run.ood_detector() is None
    run.add_ood_detector(found)
    other = store.publish(*results(minute=1, ood_detector=found))
    for read in (store.open(run.id).ood_detector(), other.ood_detector()):
        assert read.score({-1: points}).tolist() == found.score({-1: points}).tolist()


def test_an_anatomy_is_optional_and_can_be_added(store):
    kernel = np.arange(6, dtype=np.float32).reshape(2, 3)
    part = Part("last", "dense", (IMAGE,), "softmax", {}, {"kernel": kernel})
    found = Anatomy((1, 2, 1), ((3,),), (part,))
    run = store.publish(*results())
    assert run.anatomy() is None
    assert run.gradient_bytes() is None
    run.add_anatomy(found, b"graph")
    other = store.publish(*results(minute=1, anatomy=found, gradients=b"graph"))
    for again in (store.open(run.id), other):
        assert again.gradient_bytes() == b"graph"
        (read,) = again.anatomy().parts
        assert np.array_equal(read.arrays["kernel"], kernel)


def test_what_was_measured_under_adversarial_changes_is_kept_with_the_run(store):
    run = store.publish(*results())
    assert run.robustness() is None
    for accuracy in (0.25, 0.5):  # the second replaces the first
        under = UnderChange(budgets=(0, 0.1), accuracy=(1, accuracy))
        found = Robustness(
            by_norm={"linf": under}, images=8, seed=0, iterations=20, created=run.info.created
        )
        run.add_robustness(found)
        assert store.open(run.id).robustness() == found
    (run.folder / run_folder.ROBUSTNESS).write_text("{")  # it can be measured again
    assert store.open(run.id).robustness() is None


def test_what_was_measured_on_corrupted_images_is_kept_with_the_run(store):
    run = store.publish(*results())
    assert run.corruption_sheet() is None
    under = UnderCorruption(
        name="fog", severity=5, published=True, correct=3, images=4,
        mistakes=(Mistake(index=7, predicted=1, confidence=0.9),),
    )  # fmt: skip
    turned = (Turned(degrees=0, correct=4, images=4),)
    found = CorruptionSheet(under=(under,), turned=turned, created=run.info.created)
    run.add_corruption_sheet(found)
    assert store.open(run.id).corruption_sheet() == found
    (run.folder / run_folder.CORRUPTIONS).write_text("{")  # it can be measured again
    assert store.open(run.id).corruption_sheet() is None


def test_what_excites_its_maps_is_optional_and_can_be_added(store, random):
    watch = excitation.Watch()
    watch.see(random.random((12, 3, 3, 2), np.float32), np.arange(12))
    found = {4: watch.found()}
    run = store.publish(*results())
    assert run.excitations() is None
    run.add_excitations(found)
    other = store.publish(*results(minute=1, excitations=found))
    for again in (store.open(run.id), other):
        assert np.array_equal(again.excitations()[4].images, found[4].images)
    for content in (b"", b"PK\3\4 cut off", b"no archive"):
        (run.folder / run_folder.EXCITING).write_bytes(content)
        with pytest.raises(RunDamaged, match=r"exciting\.npz of run .* cannot be read"):
            run.excitations()


def test_a_film_is_optional(store):
    assert store.publish(*results()).film() is None
    film = Film.begin({"a/kernel": np.zeros((2, 3))}, is_whole=True)
    film = film.with_frame(0, 1.5, 0.25, {"a/kernel": np.ones((2, 3))})
    run = store.publish(*results(minute=1, film=film))
    again = store.open(run.id).film()
    assert again.losses.tolist() == [1.5]
    assert again.frames[0].tolist() == [[[1, 1, 1], [1, 1, 1]]]
    for content in (b"", b"PK\3\4 cut off", b"no archive"):
        (run.folder / run_folder.FILM).write_bytes(content)
        with pytest.raises(RunDamaged, match=r"film\.npz of run .* is not as it was written"):
            run.film()


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut off", b"no archive", "[]", '{"parts": [0]}'])
def test_a_damaged_anatomy_is_said_when_it_is_read(store, content):
    run = store.publish(*results())
    path = run.folder / run_folder.ANATOMY
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with path.open("wb") as file:
            np.savez(file, anatomy=np.frombuffer(content.encode(), np.uint8))
    with pytest.raises(RunDamaged, match=r"anatomy.npz of run .* cannot be read"):
        run.anatomy()


def test_a_damaged_ood_detector_is_said_when_it_is_read(store, random):
    points = random.normal(size=(30, 4))
    run = store.publish(
        *results(ood_detector=ood.fit({-1: points}, np.arange(30) % 2, {-1: points}))
    )
    path = run.folder / run_folder.OOD_DETECTOR
    whole = path.read_bytes()
    with np.load(path) as arrays:
        kept = dict(arrays)
    other = {
        "parts": {name: value for name, value in kept.items() if name != "basis_0"},
        "shapes": kept | {"mean_0": np.zeros(3)},
        "objects": kept | {"threshold": np.array([None])},
        "nothing": {},
    }
    files = [b"", b"x" * len(whole), whole[: len(whole) // 2]]
    for arrays in other.values():
        file = io.BytesIO()
        np.savez(file, **arrays)
        files.append(file.getvalue())
    for content in files:
        path.write_bytes(content)
        with pytest.raises(RunDamaged, match=r"out_of_distribution\.npz"):
            store.open(run.id).ood_detector()


def test_evaluations_on_other_datasets_are_kept_with_the_run(store):
    run = store.publish(*results())
    for correct in (1, 2):  # the second replaces the first
        metrics = run.info.metrics.model_copy(update={"correct": correct})
        dataset = run.info.dataset.model_copy(update={"name": "other", "fingerprint": "0123456789"})
        run.add_evaluation(Evaluation(dataset=dataset, metrics=metrics, created=run.info.created))
    (found,) = store.open(run.id).evaluations()
    assert (found.dataset.name, found.metrics.correct) == ("other", 2)
    (run.folder / "evaluations" / "cut.json").write_text("{")
    assert len(run.evaluations()) == 1


def test_all_files_of_a_run_are_found_with_what_was_added(store, tmp_path):
    bundled = store.publish(*results())
    other = Store(tmp_path / "other", bundled=bundled.folder)
    run = other.open("latest")
    kept = {path.name for path in bundled.folder.iterdir()}
    assert set(run.files()) == kept
    run.describe(name="Another")
    run.add_evaluation(other_result(run))
    added = run.files().keys() - kept
    assert sorted(Path(name).parts[0] for name in added) == ["about.json", "evaluations"]
    assert all(path.is_file() for path in run.files().values())


def test_files_that_are_not_as_written_are_not_handed_out(store):
    run = store.publish(*results())
    (run.folder / run_folder.PREDICTIONS).write_bytes(b"another")
    with pytest.raises(RunDamaged, match="not as it was written"):
        run.files()
