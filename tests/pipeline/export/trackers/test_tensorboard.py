"""TensorBoard's folders, read by TensorBoard's own readers."""

import dataclasses
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.export.trackers.tensorboard import TensorBoardTracker
from pipeline.export.trackers.tracker import Underway
from pipeline.store.run_folder import Run
from tests.faults.test_disk_full import limited

TRAINING = Underway(TrainConfig(network="pixels"), None, datetime.now(UTC), "place")  # type: ignore[arg-type]
ROW = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.9, "seconds": 2.0}


@pytest.fixture
def training(tiny_run: Run) -> Underway:
    """A training on the dataset of the tiny run."""
    return dataclasses.replace(TRAINING, dataset=tiny_run.info.dataset)


def read(folder: Path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    return found.Reload()


def series(folder: Path, tag: str) -> list[tuple[int, float]]:
    from tensorboard.util.tensor_util import make_ndarray

    return [(e.step, float(make_ndarray(e.tensor_proto))) for e in read(folder).Tensors(tag)]


def test_the_folder_of_a_run_has_its_numbers_and_pictures(tmp_path, tiny_run: Run):
    place = TensorBoardTracker(tmp_path).record(tiny_run)
    assert Path(place) == tmp_path / tiny_run.id
    history = tiny_run.history()
    expected = [(int(row.epoch), pytest.approx(row.val_accuracy)) for row in history.itertuples()]
    assert series(tmp_path / tiny_run.id, "validation/accuracy") == expected
    ((step, accuracy),) = series(tmp_path / tiny_run.id, "test/accuracy")
    assert (step, accuracy) == (0, pytest.approx(tiny_run.info.metrics.accuracy))
    found = read(tmp_path / tiny_run.id)
    wide, high, *tiles = found.Tensors("misread/one by one")[0].tensor_proto.string_val
    wrong = tiny_run.info.metrics.total - tiny_run.info.metrics.correct
    assert len(tiles) == min(wrong, 60)
    assert Image.open(io.BytesIO(tiles[0])).size == (int(wide), int(high))
    settings = found.Tensors("settings")[0].tensor_proto.string_val[0].decode()
    assert "lenet5" in settings
    assert "confusion matrix" in found.Tags()["tensors"]


def test_runs_can_be_compared_by_their_settings(tmp_path, tiny_run: Run):
    from tensorboard.plugins.hparams import metadata

    TensorBoardTracker(tmp_path).record(tiny_run)
    told = read(tmp_path / tiny_run.id).PluginTagToContent("hparams")
    start = metadata.parse_session_start_info_plugin_data(told[metadata.SESSION_START_INFO_TAG])
    assert start.group_name == tiny_run.id
    assert start.hparams["network"].string_value == "lenet5"
    assert start.hparams["epochs"].number_value == len(tiny_run.history())
    assert start.hparams["parameters"].number_value == tiny_run.info.parameters
    assert start.hparams["corrections"].WhichOneof("kind") == "bool_value"
    end = metadata.parse_session_end_info_plugin_data(told[metadata.SESSION_END_INFO_TAG])
    assert end.end_time_secs > start.start_time_secs


def test_the_projector_finds_what_it_shows(tmp_path, tiny_run: Run):
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig

    folder = Path(TensorBoardTracker(tmp_path).record(tiny_run))
    text = (folder / "projector_config.pbtxt").read_text("utf-8")
    (shown,) = text_format.Parse(text, ProjectorConfig()).embeddings
    vectors = np.loadtxt(folder / shown.tensor_path, delimiter="\t")
    assert list(vectors.shape) == list(shown.tensor_shape)
    head, *lines = (folder / shown.metadata_path).read_text("utf-8").splitlines()
    assert head.split("\t") == ["index", "true", "predicted", "confidence", "right"]
    assert len(lines) == len(vectors)
    first = lines[0].split("\t")
    row = tiny_run.predictions().iloc[int(first[0])]
    assert (first[1], first[2]) == (str(int(row.label)), str(int(row.predicted)))
    assert first[4] == "no"  # misread ones come first
    wide, high = shown.sprite.single_image_dim
    sprite = Image.open(folder / shown.sprite.image_path)
    assert (sprite.width // wide) * (sprite.height // high) >= len(vectors)


def test_a_run_is_there_once_however_often_it_is_tracked(tmp_path, tiny_run: Run):
    for _ in range(2):
        TensorBoardTracker(tmp_path).record(tiny_run)
    assert [path.name for path in tmp_path.iterdir()] == [tiny_run.id]
    assert len(list((tmp_path / tiny_run.id).glob("events*"))) == 1
    assert len(series(tmp_path / tiny_run.id, "training/loss")) == len(tiny_run.history())


def test_nobody_elses_folder_is_replaced(tmp_path, tiny_run: Run):
    (tmp_path / tiny_run.id).mkdir()
    (tmp_path / tiny_run.id / "mine").touch()
    with pytest.raises(InklingError, match="--tensorboard-dir"):
        TensorBoardTracker(tmp_path).record(tiny_run)
    assert (tmp_path / tiny_run.id / "mine").exists()


def test_curves_are_there_while_it_trains(tmp_path, tiny_run: Run, training: Underway):
    tracker = TensorBoardTracker(tmp_path)
    tracker.begin(training)
    tracker.epoch({"epoch": 1, **ROW})
    (live,) = tmp_path.iterdir()
    assert series(live, "validation/accuracy") == [(1, pytest.approx(0.9))]
    tracker.record(tiny_run)
    assert [path.name for path in tmp_path.iterdir()] == [tiny_run.id]


def test_an_interrupted_training_goes_on_in_its_folder(tmp_path, training: Underway):
    for number in (1, 2):  # the first was killed
        tracker = TensorBoardTracker(tmp_path)
        rows = tuple({"epoch": epoch, **ROW} for epoch in range(1, number))
        tracker.begin(dataclasses.replace(training, rows=rows, resumed=number > 1))
        tracker.epoch({"epoch": number, **ROW})
    (live,) = tmp_path.iterdir()
    assert [step for step, _ in series(live, "training/loss")] == [1, 2]
    TensorBoardTracker(tmp_path).begin(training)  # or begins anew
    (live,) = tmp_path.iterdir()
    assert "training/loss" not in read(live).Tags()["tensors"]


def test_what_was_discarded_leaves_nothing(tmp_path, training: Underway):
    tracker = TensorBoardTracker(tmp_path)
    tracker.begin(training)
    tracker.end("discarded")
    assert list(tmp_path.iterdir()) == []


def test_names_of_classes_are_not_trusted(tmp_path, odd_run: Run):
    folder = Path(TensorBoardTracker(tmp_path / "logs").record(odd_run))
    found = read(folder)
    assert "<script>" not in found.Tensors("classes")[0].tensor_proto.string_val[0].decode()
    assert "test_recall/0_etc" in found.Tags()["tensors"]
    assert "test_recall/3_3" not in found.Tags()["tensors"]
    assert "test_recall/3" in found.Tags()["tensors"]
    lines = (folder / "metadata.tsv").read_text("utf-8").splitlines()
    assert {line.count("\t") for line in lines} == {4}
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [odd_run.id]


@pytest.mark.parametrize("most", [0, 1_000, 30_000])  # bytes that a file may have
def test_on_a_full_disk_a_run_is_there_as_it_was_or_not_at_all(tmp_path, tiny_run: Run, most: int):
    with pytest.raises(InklingError, match="larger than is allowed"), limited(most):
        TensorBoardTracker(tmp_path / "new").record(tiny_run)
    assert not list(tmp_path.glob("new/*"))
    TensorBoardTracker(tmp_path / "old").record(tiny_run)
    with pytest.raises(InklingError, match="larger than is allowed"), limited(most):
        TensorBoardTracker(tmp_path / "old").record(tiny_run)
    assert [path.name for path in (tmp_path / "old").iterdir()] == [tiny_run.id]
    assert len(series(tmp_path / "old" / tiny_run.id, "training/loss")) == len(tiny_run.history())


def test_curves_on_a_full_disk_are_said_in_a_sentence(tmp_path, training: Underway):
    tracker = TensorBoardTracker(tmp_path)
    tracker.begin(training)
    with pytest.raises(InklingError, match="larger than is allowed"), limited(0):
        tracker.epoch({"epoch": 1, **ROW})
