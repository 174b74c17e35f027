import dataclasses
import errno
import io
import json
import shutil
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipeline import atomic
from pipeline.analysis import metrics as evaluation
from pipeline.analysis import out_of_distribution as ood
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.serving.inference import LayerInfo
from pipeline.store import runs
from pipeline.store.run_info import DatasetInfo, RunInfo
from pipeline.store.runs import Damaged, RunDamaged, RunFiles, RunMissing, Store

FILES = {field.name for field in dataclasses.fields(RunFiles)}


def results(minute: int = 0, **changes) -> tuple[RunInfo, RunFiles]:
    table = evaluation.predictions_table(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]))
    values = {
        "status": "finished",
        "created": datetime(2026, 1, 1, 12, minute, tzinfo=UTC),
        "config": TrainConfig(epochs=1, learning_rate=0.1),
        "dataset": DatasetInfo(
            name="Größe & co",
            fingerprint="f",
            class_names=("ä", "b"),
            counts={"test": 2},
            mnist_framed=True,
        ),
        "input_shape": (28, 28, 1),
        "layers": (LayerInfo(name="p", kind="Dense", shape=(2,), parameters=7),),
        "metrics": evaluation.summarize(table, ("ä", "b")),
        "best_epoch": 1,
        "temperature": 1.1,
        "hardware": {"devices": ["CPU"], "precision": "float32"},
        "model_card": {"Limits": "many"},
        "note": "",
        "timings": {"training": 1.5},
        "history": pd.DataFrame({"epoch": [1], "loss": [0.5]}),
        "predictions": table,
        "write_model": lambda path: path.write_bytes(b"model"),
        "write_graph": lambda path: path.write_bytes(b"graph"),
    } | changes
    info = {name: value for name, value in values.items() if name not in FILES}
    return RunInfo(**info), RunFiles(**{name: values[name] for name in FILES & values.keys()})


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def test_a_published_run_reads_back_as_written(store):
    written = store.publish(*results())
    read = store.open(written.id)
    assert read.info == written.info
    assert read.class_names == ("ä", "b")
    assert read.info.parameters == 7
    assert read.predictions().equals(results()[1].predictions)
    assert list(read.predictions(["label"]).columns) == ["label"]
    assert read.history()["loss"].tolist() == [0.5]


def test_ids_sort_by_time_and_are_safe(store):
    ids = [store.publish(*results(minute)).id for minute in (30, 5, 59)]
    assert [run.id for run in store.runs()] == sorted(ids, reverse=True)
    assert store.open("latest").id == ids[2]
    assert all(set(run_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for run_id in ids)


def test_a_run_is_found_by_part_of_its_id(store):
    first, second = (store.publish(*results(minute)) for minute in (1, 2))
    assert store.open(first.id[-4:]).id == first.id
    assert store.open(second.id[9:15]).id == second.id  # the time, in the middle
    with pytest.raises(RunMissing, match="Several runs match"):
        store.open("20260101")
    for unknown in ("nothing", "", "../models"):
        with pytest.raises(RunMissing, match=second.id):
            store.open(unknown)


def test_an_empty_store_says_what_to_do(store):
    assert store.entries() == []
    with pytest.raises(RunMissing, match="inkling train"):
        store.open("latest")


@pytest.mark.parametrize("broken", [*runs.REQUIRED, runs.INFO])
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


@pytest.mark.parametrize("name", [*runs.REQUIRED, runs.INFO])
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
    (run.folder / runs.INFO).write_text(content)
    (damaged,) = store.entries()
    assert "run.json" in damaged.reason


def test_a_newer_format_is_named(store):
    run = store.publish(*results())
    raw = json.loads((run.folder / runs.INFO).read_text()) | {"format": 99, "metrics": "new"}
    (run.folder / runs.INFO).write_text(json.dumps(raw))
    (damaged,) = store.entries()
    assert "newer version of Inkling (format 99" in damaged.reason


def test_garbage_in_a_file_of_the_right_size_is_said_when_it_is_read(store):
    run = store.publish(*results())
    path = run.folder / runs.PREDICTIONS
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(RunDamaged, match=r"predictions\.parquet"):
        store.open(run.id).predictions()


def test_a_copied_folder_is_a_run_under_its_new_name(store):
    run = store.publish(*results())
    shutil.copytree(run.folder, store.folder / "my-best")
    assert store.open("my-best").info.metrics == run.info.metrics


def test_other_folders_in_the_store_are_left_alone(store):
    store.publish(*results())
    (store.folder / ".draft").mkdir()
    (store.folder / "notes").mkdir()
    assert len(store.entries()) == 1


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


def test_a_write_that_falls_short_on_a_full_disk_is_said_plainly(tmp_path, monkeypatch):
    """NumPy and HDF5 raise an OSError without a number then."""

    def short():
        with atomic.whole_folder(tmp_path / "a"):
            raise OSError("844368 requested and 307072 written")

    with pytest.raises(OSError, match="requested"):
        short()
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(atomic.shutil, "disk_usage", lambda place: usage)
    with pytest.raises(InklingError, match="disk is full"):
        short()
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "models")
    with pytest.raises(InklingError, match="--models"):
        store.check_writable()
    with pytest.raises(InklingError, match="a file, not a folder"):
        store.publish(*results())
    with pytest.raises(InklingError, match="cannot be read"):
        Store(tmp_path / "file").entries()


def test_a_text_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    atomic.write_text(path, "first")
    atomic.write_text(path, "second")
    assert path.read_text() == "second"

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(InklingError, match="disk is full"):
        atomic.write_text(path, "third")
    assert path.read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_renamed_run_keeps_its_place_in_time(store):
    old, new = store.publish(*results(1)), store.publish(*results(2))
    old.folder.rename(store.folder / "zebra")
    assert [entry.id for entry in store.entries()] == [new.id, "zebra"]


def test_one_rows_probabilities_are_read_alone(store, monkeypatch):
    monkeypatch.setattr(runs, "ROWS_A_GROUP", 2)
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.5, 0.5]])
    table = evaluation.predictions_table(np.array([0, 1, 1, 1, 0]), shares)
    run = store.publish(*results(predictions=table))
    for index, row in enumerate(shares):
        assert run.probabilities(index) == pytest.approx(row)


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


def test_a_damaged_ood_detector_is_said_when_it_is_read(store, random):
    points = random.normal(size=(30, 4))
    run = store.publish(
        *results(ood_detector=ood.fit({-1: points}, np.arange(30) % 2, {-1: points}))
    )
    path = run.folder / runs.OOD_DETECTOR
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
        run.add_evaluation(
            runs.Evaluation(dataset=dataset, metrics=metrics, created=run.info.created)
        )
    (found,) = store.open(run.id).evaluations()
    assert (found.dataset.name, found.metrics.correct) == ("other", 2)
    (run.folder / "evaluations" / "cut.json").write_text("{")
    assert len(run.evaluations()) == 1


def test_tables_are_small_and_read_back_bit_by_bit(store, random):
    """A dictionary of values of which hardly one repeats would take more than the values."""
    shares = random.dirichlet(np.full(10, 0.05), 5000).astype(np.float32)
    table = evaluation.predictions_table(random.integers(0, 10, 5000), shares)
    run = store.publish(*results(predictions=table))
    assert run.predictions().equals(table)
    whole = table.memory_usage(index=False).sum()
    assert (run.folder / runs.PREDICTIONS).stat().st_size < 0.8 * whole
