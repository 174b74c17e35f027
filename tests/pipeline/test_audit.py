"""Whole audits, with networks that learn in a second or two."""

import numpy as np
import pytest

from pipeline.audit import audit
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.progress import Progress
from pipeline.store import audits
from pipeline.store.runs import Store

FLIPPED = np.arange(5, 100, 10)  # of the training images
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def flipped(tmp_path_factory, digits) -> TrainConfig:
    """A dataset of digits, ten of whose training labels are wrong, and how to ask about it."""
    path = tmp_path_factory.mktemp("flipped") / "flipped.npz"
    labels = digits.y_train[:600].copy()
    labels[FLIPPED] = (labels[FLIPPED] + 1) % 10
    np.savez(
        path,
        x_train=digits.x_train[:600],
        y_train=labels,
        x_test=digits.x_test[:100],
        y_test=digits.y_test[:100],
    )
    return TrainConfig(dataset=str(path), network="shallow", epochs=12, batch_size=32)


def test_wrong_labels_are_found_in_every_part_and_an_audit_goes_on(flipped, tmp_path):
    store, said = Store(tmp_path / "models"), list[Progress]()

    def stop_at_second(progress: Progress) -> None:
        said.append(progress)
        if progress.note.startswith("network 2 of 4, epoch 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(flipped, store, on_progress=stop_at_second, folds=2, repeats=2)
    assert not list((store.folder / audits.FOLDER).glob("*.parquet"))
    again = list[Progress]()
    made = audit(flipped, store, on_progress=again.append, folds=2, repeats=2)
    notes = [progress.note for progress in again]
    assert not any(note.startswith("network 1 of 4") for note in notes)  # asked already
    assert notes[-1] == "700 labels"
    checking = [progress for progress in said + again if progress.stage == "Checking labels"]
    assert all(progress.stoppable and not progress.history for progress in checking)
    done = [progress.done for progress in again if progress.stage == "Checking labels"]
    assert done == sorted(done)
    assert 1000 <= done[0] < done[-1] <= 4000

    assert made.facts.counts == {"train": 540, "valid": 60, "test": 100}
    found = made.most_suspicious(20)
    labels = made.table("train")["label"].to_numpy()
    assert set(found["part"]) <= {"train", "valid", "test"}
    first = found.head(10)
    right = (first["predicted"] + 1) % 10 == first["label"]  # as they were flipped
    assert right.sum() >= 8
    assert sum(made.facts.doubted.values()) >= 8
    assert len(labels) == 540
    assert not list((store.folder / audits.FOLDER).glob("*/fold-*"))


def test_a_class_of_too_few_images_is_said_at_once(flipped, tmp_path):
    with pytest.raises(InklingError, match="each class needs 90"):
        audit(flipped, Store(tmp_path / "models"), folds=90)
