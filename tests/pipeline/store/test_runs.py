import dataclasses
import errno
import shutil
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipeline import atomic
from pipeline.analysis import metrics as evaluation
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.serving.inference import LayerInfo
from pipeline.store.run_folder import RunFiles
from pipeline.store.run_info import DatasetInfo, RunInfo
from pipeline.store.runs import RunMissing, Store

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


def test_a_copied_folder_is_a_run_under_its_new_name(store):
    run = store.publish(*results())
    shutil.copytree(run.folder, store.folder / "my-best")
    assert store.open("my-best").info.metrics == run.info.metrics


def test_other_folders_in_the_store_are_left_alone(store):
    store.publish(*results())
    (store.folder / ".draft").mkdir()
    (store.folder / "notes").mkdir()
    assert len(store.entries()) == 1


def test_a_write_that_falls_short_on_a_full_disk_is_said_plainly(tmp_path, monkeypatch):
    """NumPy and HDF5 raise an OSError without a number then."""

    def short():
        with atomic.whole_folder(tmp_path / "a"):
            raise OSError(message)

    message = "844368 requested and 307072 written"
    with pytest.raises(InklingError, match="disk is full"):
        short()
    message = "Can't synchronously write data"
    with pytest.raises(OSError, match="synchronously"):
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
