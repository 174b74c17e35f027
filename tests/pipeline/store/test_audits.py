import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.progress import Discarded
from pipeline.store import audits
from pipeline.store.audits import Audit, Fold, Unfinished

CONFIG = TrainConfig(dataset="made")


@pytest.fixture
def made() -> Dataset:
    """Six images of two classes: three to learn from, one to choose by, two to test."""
    images, labels = np.zeros((6, 4, 4, 1), np.uint8), np.array([0, 1, 0, 1, 0, 1])
    return Dataset(
        "made", ("ant", "bee"), images[:3], labels[:3], images[3:4], labels[3:4],
        images[4:], labels[4:], fingerprint="f" * 64, mnist_framed=False,
    )  # fmt: skip


@pytest.fixture
def audit(store, made) -> Audit:
    """Networks and neighbors believe the labels, but for the third of the training part."""
    sure = np.array([[0.9, 0.1], [0.1, 0.9], [0.05, 0.95], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]])
    found = Fold(sure.astype(np.float32), np.round(sure))
    return audits.publish(store, made, CONFIG, (2, 1), found)


def test_an_audit_is_read_part_by_part(store, made, audit):
    assert audits.read(store, made.fingerprint) == audit
    train, test = audit.table("train"), audit.table("test")
    assert train["index"].tolist() == [0, 1, 2]
    assert train["label"].tolist() == [0, 1, 0]
    assert train["predicted"].tolist() == [0, 1, 1]
    assert train["suspicion"].argmax() == 2
    assert train["suspicion"].to_numpy() == pytest.approx(-np.log([0.95, 0.95, 0.025]), abs=1e-5)
    assert train["doubted"].tolist() == [False, False, True]
    assert test["index"].tolist() == [0, 1]
    assert audit.probabilities("test") == pytest.approx(np.array([[0.7, 0.3], [0.4, 0.6]]))
    assert audit.of_image("valid", 0) == pytest.approx(np.array([0.2, 0.8]))
    assert audit.facts.counts == {"train": 3, "valid": 1, "test": 2}
    assert audit.facts.doubted == {"train": 1, "valid": 0, "test": 0}
    assert audit.facts.accuracy == pytest.approx(5 / 6)
    assert audit.facts.class_names == ("ant", "bee")


def test_the_most_suspicious_come_first_whatever_their_part(audit):
    found = audit.most_suspicious(2)
    assert list(zip(found["part"], found["index"], strict=True)) == [("train", 2), ("test", 1)]


def test_a_later_audit_takes_the_place_of_an_earlier_one(store, made, audit):
    believed = np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 0, 1]]
    audits.publish(store, made, CONFIG, (3, 2), Fold(believed, believed))
    now = audits.read(store, made.fingerprint)
    assert now is not None
    assert (now.facts.folds, now.facts.repeats) == (3, 2)
    assert now.most_suspicious(9).empty  # nothing is worth a look
    assert now.facts.doubted["train"] == 0
    assert audits.read(store, "0" * 64) is None


def test_a_store_lists_no_audit_as_a_run(store, audit):
    assert store.entries() == []


@pytest.mark.parametrize("text", [b"", b"PAR1 cut off"])
def test_a_damaged_audit_is_told_in_a_sentence(store, made, audit, text):
    audit.path.write_bytes(text)
    with pytest.raises(InklingError, match="damaged, or from another version"):
        audits.read(store, made.fingerprint)
    with pytest.raises(InklingError, match="Delete that file"):
        audit.table("train")


def test_what_networks_said_is_kept_until_the_audit_is_done(store):
    place = Unfinished.of(store, CONFIG, (5, 1), "f" * 64)
    assert place != Unfinished.of(store, CONFIG, (5, 2), "f" * 64)
    assert place != Unfinished.of(store, CONFIG.model_copy(update={"seed": 1}), (5, 1), "f" * 64)
    said = Fold(np.full((3, 2), 0.5, np.float32), np.zeros((3, 2), np.float32))
    with place.held():
        assert place.load(0, 3) is None
        place.save(0, said)
        with pytest.raises(InklingError, match="already running"), place.held():
            pass
    kept = place.load(0, 3)
    assert kept is not None
    assert kept.probabilities.tolist() == said.probabilities.tolist()
    assert place.load(0, 4) is None  # of other images
    (place.folder / "fold-0.npz").write_bytes(b"PK cut off")
    assert place.load(0, 3) is None
    with pytest.raises(Discarded), place.held():
        raise Discarded
    assert not place.folder.exists()


def test_nothing_is_audited_in_read_only(store, made, monkeypatch):
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    with pytest.raises(InklingError, match="read-only"):
        audits.publish(store, made, CONFIG, (2, 1), Fold(np.ones((6, 2)), np.ones((6, 2))))
    with pytest.raises(InklingError, match="read-only"), Unfinished(store.folder / "x").held():
        pass
