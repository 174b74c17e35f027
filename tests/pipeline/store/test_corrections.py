import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from pipeline import access
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.experiment import run_experiment
from pipeline.ink import drawing
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, interrupted, teaching
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_info import RunInfo
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training.batches import Plan, training_batches
from pipeline.training.checkpoint import Checkpoint, ExtraExamples

DIGITS = tuple("0123456789")
SEVEN = [[[60, 60], [200, 60], [121, 220.123]]]
ONE = [[[70.0, 60.0], [60.0, 220.0]]]
HELD_BACK = [[[60.0, 60.0], [60.0, 220.0]]]  # by its pixels
QUICK = TrainConfig(dataset="digits", network="pixels", epochs=2).resolved(1077)


def keep(store: Store, label: str = "7", **other) -> corrections.Correction:
    given = {"class_names": DIGITS} | other
    strokes, ink = given.pop("strokes", SEVEN), given.pop("ink", None)
    drawn = Drawing.of_strokes(strokes) if ink is None else Drawing(ink)
    return corrections.add(store, label=label, drawing=drawn, **given)


def lines(store: Store) -> list[dict]:
    return list(map(json.loads, (store.folder / corrections.CORRECTIONS).read_text().splitlines()))


def test_a_correction_stands_until_it_is_taken_back(store):
    assert corrections.read(store) == corrections.Corrections((), 0)
    seven = keep(store, predicted="1", run="r")
    one = keep(store, "1", strokes=ONE)
    read = corrections.read(store)
    assert read.standing == (seven, one)
    assert (seven.label, seven.predicted, seven.run) == ("7", "1", "r")
    assert np.array_equal(seven.image, drawing.from_strokes(SEVEN))
    assert lines(store)[0]["strokes"] == [[[60, 60], [200, 60], [121, 220.1]]]
    corrections.take_back(store, seven.id)
    assert corrections.read(store).standing == (one,)
    with pytest.raises(InklingError, match="was already undone"):
        corrections.take_back(store, seven.id)
    with pytest.raises(InklingError, match="was already undone"):
        corrections.take_back(store, "anothers")
    assert len(lines(store)) == 3  # nothing is ever removed


def test_many_are_taken_back_at_once(store):
    seven, one, four = keep(store), keep(store, "1", strokes=ONE), keep(store, "4")
    corrections.take_back(store, one.id)
    corrections.take_back(store, seven.id, one.id)  # somebody else was faster with the second
    assert corrections.read(store) == corrections.Corrections((four,), 0)
    assert [line.get("undo") for line in lines(store)[3:]] == [one.id, seven.id]
    with pytest.raises(InklingError, match="These corrections were already undone"):
        corrections.take_back(store, seven.id, one.id)


def test_one_takes_the_place_of_another_in_one_line(store):
    first, other = keep(store, "1"), keep(store, "4")
    changed = keep(store, "7", instead_of=first.id)
    assert corrections.read(store).standing == (other, changed)
    assert len(lines(store)) == 3


def test_another_class_for_one_leaves_it_where_it_is(store):
    first, other = keep(store, "1", predicted="4", run="r"), keep(store, "4", strokes=ONE)
    corrections.relabel(store, first.id, "7")
    changed, same = corrections.read(store).standing
    assert (changed.id, changed.label, changed.predicted, changed.run) == (first.id, "7", "4", "r")
    assert changed.ink == first.ink
    assert same == other
    assert lines(store)[2]["strokes"] == lines(store)[0]["strokes"]
    assert lines(store)[2]["undo"] == first.id  # which earlier versions understand, too
    corrections.relabel(store, first.id, "9")
    assert [one.label for one in corrections.read(store).standing] == ["9", "4"]
    corrections.take_back(store, first.id)
    assert corrections.read(store).standing == (other,)


def test_another_class_is_refused_in_a_sentence(store, monkeypatch):
    kept = keep(store, "1")
    with pytest.raises(InklingError, match="“ten” is not one of the classes: 0, 1"):
        corrections.relabel(store, kept.id, "ten")
    size = (store.folder / corrections.CORRECTIONS).stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(corrections, "MOST_FILE_BYTES", 2 * size)
        with pytest.raises(InklingError, match="move that file away"):
            corrections.relabel(store, kept.id, "7")
    monkeypatch.setenv(access.READ_ONLY, "1")
    with pytest.raises(InklingError, match="read-only"):
        corrections.relabel(store, kept.id, "7")
    monkeypatch.delenv(access.READ_ONLY)
    assert corrections.read(store).standing == (kept,)
    corrections.take_back(store, kept.id)
    with pytest.raises(InklingError, match="was undone meanwhile"):
        corrections.relabel(store, kept.id, "7")


def test_the_fitting_ones_are_counted_and_handed_on(store):
    keep(store, "7")
    keep(store, "7", strokes=ONE)
    keep(store, "1", strokes=ONE)
    keep(store, "b", class_names=("a", "b"))
    read = corrections.read(store)
    assert read.counts(DIGITS) == {"1": 1, "7": 2}
    assert read.counts(["a", "b"]) == {"b": 1}
    assert read.counts(("b", "a")) == {}
    assert [one.label for one in read.fitting(DIGITS)] == ["7", "7", "1"]
    assert read.fitting(("x",)) == ()


def test_a_training_learns_all_but_those_that_are_held_back(store, digits):
    keep(store, "1", strokes=HELD_BACK)
    with pytest.raises(InklingError, match=r"held back as a test.*so far all of them are"):
        teaching.to_learn(corrections.read(store), digits)
    keep(store, "7")
    keep(store, "1", strokes=ONE)
    read = corrections.read(store)
    assert [one.held_back for one in read.standing] == [True, False, False]
    assert read.counts(DIGITS) == {"1": 2, "7": 1}
    extra = teaching.to_learn(read, digits)
    assert extra.labels.tolist() == [7, 1]
    assert extra.labels.dtype == np.int64
    assert np.array_equal(extra.images[1, ..., 0], drawing.from_strokes(ONE))
    assert extra.images.dtype == np.uint8


def test_a_test_image_that_was_drawn_over_is_kept_as_ink(store):
    ink = np.zeros((28, 28), np.uint8)
    ink[3, 4] = 200
    keep(store, strokes=None, ink=ink)
    assert np.array_equal(corrections.read(store).standing[0].image, ink)
    assert "strokes" not in lines(store)[0]


def straight(strokes: int, points: int) -> list[list[list[float]]]:
    """Strokes of so many points in all."""
    each = points // strokes
    return [[[10.0 + i, 1234.5 + s] for i in range(each)] for s in range(strokes)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"label": "ten"}, "“ten” is not one of the classes: 0, 1"),
        ({"strokes": []}, "blank"),
        ({"strokes": [[], []]}, "blank"),
        ({"strokes": straight(1, 5001)}, "1 stroke with 5,001 points"),
        ({"strokes": [*straight(200, 200), []]}, "201 strokes"),
        ({"strokes": [[[0, 0], [float("nan"), 1]]]}, "finite"),
        ({"strokes": [[[0, 0], [float("inf"), 1]]]}, "finite"),
        ({"strokes": [[[0, 0], [1e308, 1], [-1e308, 1]]]}, "1e[+]308 from zero"),
        ({"strokes": [[[0, 0, 0]]]}, "list of .x, y. points"),
        ({"strokes": [5]}, "list of strokes"),
        ({"strokes": None, "ink": np.zeros((28, 28), np.uint8)}, "blank"),
        ({"strokes": None, "ink": np.ones((28, 28))}, "uint8 .28, 28., got float64 .28, 28."),
        ({"strokes": None, "ink": np.ones((28, 28, 1), np.uint8)}, r"got uint8 .28, 28, 1."),
        ({"strokes": None, "ink": "ink"}, "got str"),
        ({"predicted": "x" * 2**17}, "bytes"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(store, given, sentence):
    with pytest.raises(InklingError, match=sentence):
        keep(store, **given)
    assert not (store.folder / corrections.CORRECTIONS).exists()


def test_the_largest_drawing_is_kept(store):
    keep(store, strokes=straight(200, 5000))
    assert len(corrections.read(store).standing) == 1


def test_no_more_than_so_many_stand(store, monkeypatch):
    monkeypatch.setattr(corrections, "MOST_STANDING", 3)
    first, *_ = (keep(store) for _ in range(3))
    with pytest.raises(InklingError, match="already 3 corrections"):
        keep(store)
    changed = keep(store, "1", instead_of=first.id)  # takes no more room
    corrections.take_back(store, changed.id)
    keep(store)
    assert len(corrections.read(store).standing) == 3


def test_the_file_does_not_grow_without_end(store, monkeypatch):
    keep(store)
    size = (store.folder / corrections.CORRECTIONS).stat().st_size
    monkeypatch.setattr(corrections, "MOST_FILE_BYTES", 2 * size)
    keep(store)
    with pytest.raises(InklingError, match="move that file away"):
        keep(store)


def test_read_only_keeps_and_undoes_nothing(store, monkeypatch):
    kept = keep(store)
    monkeypatch.setenv(access.READ_ONLY, "1")
    with pytest.raises(InklingError, match="read-only"):
        keep(store)
    with pytest.raises(InklingError, match="read-only"):
        corrections.take_back(store, kept.id)
    assert corrections.read(store).standing == (kept,)


@pytest.mark.process
def test_two_processes_at_once_lose_nothing(store):
    code = f"""
import sys
from pathlib import Path
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections
from pipeline.store.runs import Store
for _ in range(50):
    kept = corrections.add(
        Store(Path({str(store.folder)!r})), label=sys.argv[1], class_names={DIGITS!r},
        drawing=Drawing.of_strokes({SEVEN!r}),
    )
"""
    people = [subprocess.Popen([sys.executable, "-c", code, label]) for label in "47"]
    assert [person.wait(timeout=120) for person in people] == [0, 0]
    read = corrections.read(store)
    assert read.counts(DIGITS) == {"4": 50, "7": 50}
    assert read.damaged == 0


def test_a_line_that_was_cut_off_loses_nothing_else(store):
    keep(store, "1")
    keep(store, "2")
    path = store.folder / corrections.CORRECTIONS
    path.write_bytes(path.read_bytes()[:-20])
    keep(store, "3")
    read = corrections.read(store)
    assert read.counts(DIGITS) == {"1": 1, "3": 1}
    assert read.damaged == 1


@pytest.mark.parametrize(
    "change",
    [
        {"label": "ten"}, {"label": 7}, {"ink": "AAAA"}, {"ink": 5}, {"ink": "é"}, {"id": ""},
        {"ink": "A" * 1044 + "AA=="}, {"class_names": "0123456789"}, {"class_names": [1, 7]},
        {"undo": 5}, {"time": None},
    ],
)  # fmt: skip
def test_lines_that_are_no_corrections_are_counted(store, change):
    keep(store)
    (line,) = lines(store)
    path = store.folder / corrections.CORRECTIONS
    path.write_text(json.dumps(line | change) + "\n[1]\nnull\n{}\n")
    assert corrections.read(store) == corrections.Corrections((), 4)


@pytest.mark.parametrize(
    ("number", "images", "wanted"),
    [(12, 54_000, 20), (12, 1077, 20), (100, 1077, 2), (5000, 1077, 1), (0, 1077, 20)],
)  # a fifth of an epoch is a quarter of the images: 1077 / 4 / 100 = 2.7
def test_many_corrections_are_shown_less_often_each(number, images, wanted):
    assert teaching.repeats(number, images) == wanted


class TestTraining:
    @pytest.mark.process
    def test_a_run_says_what_it_learned_from(self, store, digits: Dataset, tiny_run):
        keep(store, "7")
        keep(store, "1", strokes=ONE)
        keep(store, "1", strokes=HELD_BACK)
        keep(store, "b", class_names=("a", "b"))
        run = run_experiment(QUICK.model_copy(update={"corrections": True}), store)
        assert run.info.corrections == {"1": 1, "7": 1}
        assert run.info.never_learned_held_back
        assert run.info.config.corrections
        assert run.info.dataset.fingerprint == digits.fingerprint
        assert run.info.metrics.total == 600
        assert (
            "It also learned from 2 corrections: 1 × “1”, 1 × “7”." in run.info.model_card["Data"]
        )
        assert store.open(run.id).info == run.info
        assert tiny_run.info.corrections == {}
        assert "corrections" not in tiny_run.info.model_card["Data"]

    def test_an_epoch_shows_each_as_often_as_asked(self, digits):
        """The batches of an epoch hold every training image once and every extra one so often."""
        few = dataclasses.replace(digits, x_train=digits.x_train[:20], y_train=digits.y_train[:20])
        extra = ExtraExamples(np.full((2, 28, 28, 1), 7, np.uint8), np.array([3, 4]), repeats=5)
        extra.images[1] = 9
        config = QUICK.model_copy(update={"batch_size": 10, "epochs": 1})
        plan = Plan.of(config, few, [extra])
        assert plan.steps == 3
        batches = list(training_batches(few, [extra], config, plan, first_epoch=0))
        images = np.concatenate([np.asarray(x) for x, _ in batches]) * 255
        labels = np.concatenate([np.asarray(y) for _, y in batches])
        for level, label in ((7, 3), (9, 4)):
            mine = (images.round() == level).all(axis=(1, 2, 3))
            assert mine.sum() == 5
            assert (labels[mine] == label).all()
        others = ~np.isin(images[:, 0, 0, 0].round(), (7, 9))
        assert sorted(labels[others]) == sorted(few.y_train)

    @pytest.mark.process
    def test_it_is_deterministic_and_learns_the_corrections(self, digits):
        """Blots that no digit looks like are given a class, and the network takes them for it."""
        blots = np.zeros((3, 28, 28, 1), np.uint8)
        blots[:, :6, :6] = 255
        blots[1, 0, 0], blots[2, 1, 1] = 0, 0
        extra = ExtraExamples(blots, np.full(3, 4), repeats=20)
        config = QUICK.model_copy(update={"epochs": 4})
        first, again = (training.fit(config, digits, extra=extra).model for _ in range(2))
        for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
            assert np.array_equal(one, other)
        without = training.fit(config, digits).model
        share, before = (
            model.predict(blots / np.float32(255), verbose=0)[:, 4].min()
            for model in (first, without)
        )
        assert share > 0.8
        assert share > before

    @pytest.mark.process
    def test_no_correction_changes_nothing(self, digits):
        one, other = (
            training.fit(QUICK, digits, extra=extra).model.get_weights()
            for extra in (None, ExtraExamples(digits.x_train[:0], digits.y_train[:0], 20))
        )
        assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))

    @pytest.mark.process
    def test_resuming_goes_on_with_the_corrections_it_began_with(self, store, digits):
        config = TrainConfig(
            dataset="digits", network="shallow", epochs=4, corrections=True, augmentation=0.5
        )
        config = config.resolved(len(digits.y_train))
        place = InterruptedTraining.of(store, config, digits.fingerprint)

        def keep_two(checkpoint):
            if len(checkpoint.rows) <= 2:
                place.save(config, checkpoint)

        keep(store, "7")
        extra = teaching.to_learn(corrections.read(store), digits)
        whole = training.fit(config, digits, on_checkpoint=keep_two, extra=extra)
        keep(store, "1", strokes=ONE)
        resumed = run_experiment(interrupted.newest(store).config(), store, resume=True)
        assert resumed.info.corrections == {"7": 1}
        columns = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
        assert np.allclose(resumed.history()[columns], whole.history[columns], rtol=1e-12, atol=0)

    def test_where_none_fits_it_says_so_before_training(self, store, digits):
        config = QUICK.model_copy(update={"corrections": True})
        keep(store, "b", class_names=("a", "b"))
        with pytest.raises(InklingError, match="none with its classes yet"):
            run_experiment(config, store)
        keep(store, "7")
        pictures = dataclasses.replace(digits, mnist_framed=False)
        with pytest.raises(InklingError, match="not drawings"):
            teaching.to_learn(corrections.read(store), pictures)

    def test_they_are_brought_to_the_images_shape(self, store, digits):
        keep(store, "7")
        color = np.zeros((5, 14, 14, 3), np.uint8)
        small = dataclasses.replace(digits, x_train=color)
        extra = teaching.to_learn(corrections.read(store), small)
        assert extra.images.shape == (1, 14, 14, 3)
        assert extra.labels.tolist() == [7]


class TestOlder:
    def test_runs_without_the_new_fields_are_read(self, tiny_run):
        raw = json.loads(tiny_run.info.model_dump_json())
        del raw["corrections"], raw["holds_back"], raw["config"]["corrections"]
        info = RunInfo.model_validate(raw)
        assert info.corrections == {}
        assert info.never_learned_held_back
        assert not RunInfo.model_validate(raw | {"corrections": {"7": 1}}).never_learned_held_back
        assert not info.config.corrections

    def test_interrupted_trainings_are_found_and_read(self, tmp_path):
        # As it was kept before there were corrections: this name, and no word of them within.
        config = TrainConfig(dataset="digits", network="pixels", epochs=9)
        place = InterruptedTraining.of(Store(tmp_path), config, "f")
        assert place.key == "b1a3332424a2b5c3"
        place.save(config, Checkpoint([{"val_accuracy": 0.5, "val_loss": 1.0}], best_epoch=1))
        with np.load(place.folder / interrupted.STATE) as kept:
            arrays = {name: kept[name] for name in kept.files if not name.startswith("extra")}
        facts = json.loads(str(arrays["facts"]))
        del facts["repeats"]
        arrays["facts"] = np.array(json.dumps(facts))
        np.savez(place.folder / interrupted.STATE, **arrays)
        raw = json.loads((place.folder / interrupted.SETTINGS).read_text())
        del raw["corrections"], raw["allographs"], raw["disturbance"]
        (place.folder / interrupted.SETTINGS).write_text(json.dumps(raw))
        assert place.config() == config.model_copy(update={"allographs": 0, "disturbance": 0})
        assert place.load().extra.shown == 0
        assert place.load().best_epoch == 1

    def test_with_and_without_corrections_are_two_trainings(self, tmp_path):
        keys = {
            InterruptedTraining.of(Store(tmp_path), TrainConfig(corrections=learns), "f").key
            for learns in (False, True)
        }
        assert len(keys) == 2


def test_the_newest_fitting_drawing_can_be_followed(store, digits):
    assert teaching.newest_drawing(corrections.read(store), digits) is None
    keep(store, "3", class_names=digits.class_names)
    newest = keep(store, "5", class_names=digits.class_names)
    keep(store, "x", class_names=("x", "y"))
    image, label = teaching.newest_drawing(corrections.read(store), digits)
    assert label == 5
    assert np.array_equal(image[..., 0], newest.image)
