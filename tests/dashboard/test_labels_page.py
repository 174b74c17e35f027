import json
import shutil

import numpy as np
import pytest

from dashboard import loaders
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Auditing
from pipeline.store import audits, reviews, suspicion
from pipeline.store.audits import Audit, Fold
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text


@pytest.fixture
def store(tiny_run: Run, tmp_path) -> Store:
    """A store of the test's own, with the tiny run in it."""
    own = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, own.folder / tiny_run.id)
    return own


def tiles(at) -> list[dict]:
    """The tiles of the page's gallery."""
    sent = [json.loads(part.proto.json or "{}") for part in at.get("bidi_component")]
    return next(data["tiles"] for data in sent if "tiles" in data)


@pytest.fixture
def order(tiny_run: Run, digits: Dataset) -> list[int]:
    """All test images, the most suspicious label first."""
    found = suspicion.of_test_images([tiny_run], digits.y_train)
    most_confident_first = np.argsort(-tiny_run.predictions()["confidence"], kind="stable")
    return sorted(most_confident_first.tolist(), key=lambda image: -found[image])


def test_the_least_likely_labels_come_first(app, order):
    at = app("labels")
    assert [tile["id"] for tile in tiles(at)] == order[:60]
    assert f"Test image {order[0]}, " in text(at)
    assert "No image is marked so far." in text(at)
    assert at.get("download_button")[0].proto.disabled


def test_the_selection_narrows_the_labels(app, tiny_run: Run):
    threes = tiny_run.predictions()["label"] == 3
    at = app("labels", true="3")
    assert {tile["id"] for tile in tiles(at)} <= set(np.flatnonzero(threes).tolist())
    assert f"{threes.sum()} images, least likely label first" in text(at)


def test_other_networks_are_asked_too(app, tiny_run: Run, store):
    assert "Where the network finds" in text(app("labels", store))
    shutil.copytree(tiny_run.folder, store.folder / "20990101-000000-digits-lenet5-ffff")
    assert "Where 2 networks find" in text(app("labels", store))


def test_a_mark_shows_on_its_tile_and_among_the_marked(app, tiny_run: Run, store, order):
    first, second = order[:2]
    at = app("labels", store)
    at.button(key="mark_wrong label").click().run()  # of the first, which is shown
    assert reviews.read(store).of(tiny_run.info.dataset.fingerprint, int(first)) == ("wrong label",)
    assert "Marked so far: **1** (1 as wrong label)." in text(at)
    assert tiles(at)[0]["detail"] == "wrong label"
    reviews.add(store, tiny_run.info.dataset.fingerprint, int(second), "hm")
    at.segmented_control(key="labels_shown").set_value("Marked").run()
    assert [(tile["id"], tile["detail"]) for tile in tiles(at)] == [
        (first, "wrong label"), (second, "hm"),
    ]  # fmt: skip
    at.button(key="mark_wrong label").click().run()  # takes it back
    assert [tile["id"] for tile in tiles(at)] == [second]


def test_marks_are_handed_on_with_words_for_the_classes(tiny_run: Run, store, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    fingerprint, row = tiny_run.info.dataset.fingerprint, tiny_run.predictions().iloc[17]
    reviews.add(store, fingerprint, 17, "ambiguous")
    reviews.add(store, fingerprint, 17, "=odd")
    reviews.add(store, fingerprint, 600, "ambiguous")  # an image that the run does not have
    reviews.add(store, "another", 18, "ambiguous")
    table = loaders.marks_table(store.open("latest"))
    assert list(table) == [
        "index", "label", "predicted", "confidence", "tag", "should_be", "time",
    ]  # fmt: skip
    assert table["index"].tolist() == [17, 17]
    assert table["tag"].tolist() == ["ambiguous", "=odd"]
    assert table["label"].tolist() == [str(int(row["label"]))] * 2
    assert table["predicted"].tolist() == [str(int(row["predicted"]))] * 2
    assert table["confidence"].tolist() == pytest.approx([row["confidence"]] * 2)


def test_the_right_class_can_be_given_with_a_wrong_label(app, tiny_run: Run, store, order):
    fingerprint, worst = tiny_run.info.dataset.fingerprint, order[0]
    true = str(tiny_run.predictions()["label"].iloc[worst])
    at = app("labels", store)
    key = f"should_be_{worst}"
    assert not [box for box in at.selectbox if box.key == key]
    at.button(key="mark_wrong label").click().run()
    assert at.selectbox(key=key).options == [name for name in tiny_run.class_names if name != true]
    other = at.selectbox(key=key).options[4]
    at.selectbox(key=key).select(other).run()
    assert reviews.read(store).should_be(fingerprint, worst) == other
    assert at.selectbox(key=key).value == other
    assert loaders.marks_table(tiny_run)["should_be"].tolist() == [other]
    at.button(key="mark_wrong label").click().run()  # takes it back
    at.button(key="mark_wrong label").click().run()
    assert at.selectbox(key=key).value is None


def test_lines_that_cannot_be_read_are_told(app, tiny_run: Run, store):
    reviews.add(store, tiny_run.info.dataset.fingerprint, 17, "ambiguous")
    assert "could not be read" not in text(app("labels", store))
    with (store.folder / reviews.REVIEWS).open("a") as file:
        file.write('{"dataset": "cut o\n')
    at = app("labels", store)
    assert "1 line of it could not be read and was skipped; nothing else is lost." in text(at)
    assert "Marked so far: **1** (1 as ambiguous)." in text(at)
    assert str(store.folder / reviews.REVIEWS) in text(at)
    assert not at.get("download_button")[0].proto.disabled


def test_where_nothing_is_marked_the_page_says_so(app):
    at = app("labels")
    at.segmented_control(key="labels_shown").set_value("Marked").run()
    assert "no images" in at.info[0].value
    assert not at.exception


def test_numbers_without_pictures(app, tiny_run: Run, store):
    path = store.folder / tiny_run.id / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"] |= {"fingerprint": "0" * 64, "name": "fashion_mnist"}
    path.write_text(json.dumps(raw))
    worst = int(tiny_run.predictions()["loss"].argmax())
    reviews.add(store, "0" * 64, worst, "odd")
    at = app("labels", store)
    assert r"“fashion\_mnist” are not on this machine" in text(at)
    assert at.dataframe[0].value["note"].tolist()[:2] == ["odd", ""]
    assert at.dataframe[0].value.index[0] == worst


def test_several_are_marked_at_once_and_undone(app, tiny_run: Run, store, order):
    fingerprint = tiny_run.info.dataset.fingerprint
    reviews.add(store, fingerprint, order[1], "wrong label")
    at = app("labels", store)
    assert at.number_input(key="mark_count_600").value == 60  # those of a page
    at.number_input(key="mark_count_600").set_value(3).run()
    at.button(key="mark_several_wrong label").click().run()
    assert reviews.read(store).tagged(fingerprint, "wrong label") == set(order[:3])
    assert "Marked 2 images as wrong label." in text(at)
    assert "Marked so far: **3**" in text(at)
    at.button(key="undo_several").click().run()
    assert reviews.read(store).tagged(fingerprint, "wrong label") == {order[1]}  # as before
    assert "undo_several" not in {button.key for button in at.button}


@pytest.mark.parametrize("name", ["mistakes", "confusion_matrix"])
def test_a_selection_is_marked_at_once(app, tiny_run: Run, store, name):
    table = tiny_run.predictions()
    wrong = table[(table["label"] == 8) & (table["predicted"] != 8)].index
    assert len(wrong) > 1
    at = app(name, store, true="8", outcome="wrong")
    at.button(key="mark_several_ambiguous").click().run()
    marked = reviews.read(store).tagged(tiny_run.info.dataset.fingerprint, "ambiguous")
    assert marked == set(wrong)


def test_nothing_is_marked_in_read_only(app, monkeypatch):
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    at = app("labels")
    assert not any(str(button.key).startswith("mark_") for button in at.button)


class TestTrainingImages:
    DOUBTED = (7, 40)  # training images; their networks and neighbors say one class more

    @pytest.fixture
    def audit(self, store, digits: Dataset) -> Audit:
        labels = np.concatenate([digits.y_train, digits.y_valid, digits.y_test])
        believed = (np.eye(10)[labels] * 0.9 + 0.01).astype(np.float32)
        for image, sure in zip(self.DOUBTED, (0.95, 0.9), strict=True):
            believed[image] = np.roll(np.r_[sure, [(1 - sure) / 9] * 9], labels[image] + 1)
        config = TrainConfig(dataset="digits", network="shallow").resolved(1000)
        return audits.publish(store, digits, config, (5, 2), Fold(believed, np.round(believed)))

    def test_without_an_audit_one_is_offered(self, app, store, children):
        at = app("labels", store)
        assert "labels of all 1,797 images can be checked" in text(at)
        assert not [one for one in at.segmented_control if one.key == "labels_part"]
        next(one for one in at.button if one.label == "Check all labels").click().run()
        (job,) = list_jobs(store)
        assert job.request == Auditing(TrainConfig(dataset="digits", preset="quick"), 5, 3)
        children[0].end()

    def test_it_is_not_offered_in_read_only(self, app, store, monkeypatch):
        monkeypatch.setenv("INKLING_READ_ONLY", "1")
        at = app("labels", store)
        assert "`inkling audit --dataset digits` does it" in text(at)
        assert "Check all labels" not in [one.label for one in at.button]

    def test_the_least_likely_come_first(self, app, store, audit, digits):
        at = app("labels", store)
        assert "can be checked" not in text(at)
        at.segmented_control(key="labels_part").set_value("Training images").run()
        assert not at.exception
        assert "**1** of the 1,077 labels of the training part looks wrong" in text(at)
        assert [tile["id"] for tile in tiles(at)[:2]] == list(self.DOUBTED)
        label = digits.y_train[7]
        assert tiles(at)[0]["caption"] == f"{label} → {(label + 1) % 10}"
        assert "Training image 7, 0.3% probability" in text(at)
        assert "10 networks (shallow, preset default) were trained" in text(at)

    def test_classes_narrow_them_and_an_address_names_one(self, app, store, audit, digits):
        threes = np.flatnonzero(digits.y_train == 3)
        at = app("labels", store, true="3", labels_part="training-images", labels_image_train="40")
        assert {tile["id"] for tile in tiles(at)} <= set(threes.tolist())
        assert "Training image 40, " in text(at)
        at = app("labels", store, labels_part="training-images", labels_image_train="99999")
        assert "Training image 7, " in text(at)  # there is no such image

    def test_marks_are_kept_apart_from_those_of_test_images(self, app, store, audit, digits):
        at = app("labels", store, labels_part="training-images")
        at.button(key="mark_wrong label").click().run()
        place = reviews.place(digits.fingerprint, "train")
        assert reviews.read(store).of(place, 7) == ("wrong label",)
        assert reviews.read(store).of(digits.fingerprint, 7) == ()
        assert "Marked so far: **1** (1 as wrong label)." in text(at)
        assert tiles(at)[0]["detail"] == "wrong label"
        at.segmented_control(key="labels_shown").set_value("Marked").run()
        assert [tile["id"] for tile in tiles(at)] == [7]
        at.segmented_control(key="labels_part").set_value("Test images").run()
        assert "No image is marked so far." in text(at)

    def test_its_networks_are_asked_about_test_images_too(
        self, app, store, audit, digits, tiny_run
    ):
        found = audit.table("test")["suspicion"].to_numpy()
        assert np.any(found != suspicion.of_test_images([tiny_run], digits.y_train))
        first = [tile["id"] for tile in tiles(app("labels", store))[:20]]
        assert [found[image] for image in first] == sorted(found, reverse=True)[:20]

    def test_a_damaged_audit_is_told_and_the_rest_is_shown(self, app, store, audit):
        audit.path.write_bytes(b"cut off")
        at = app("labels", store)
        assert "is damaged, or from another version" in at.warning[0].value
        assert len(tiles(at)) == 60
