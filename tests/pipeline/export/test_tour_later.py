from dataclasses import replace

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.experiment import run_experiment
from pipeline.export import tour_later
from pipeline.export.tour_material import Material
from pipeline.export.tour_networks import Subject
from pipeline.preprocess import to_model_input
from pipeline.prose.texts import texts
from pipeline.serving.shifts import ShiftCurve
from pipeline.store import run_folder
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


def material(digits: Dataset, filmed: Run | None = None, **runs: Run) -> Material:
    subject = Subject("digits", (digits.fingerprint,), digits.class_names, (28, 28, 1), True)
    return Material(texts("en"), subject, runs, digits.x_test, digits.y_test, filmed)


def numbers(material: Material, place: list[int], kind: str) -> np.ndarray:
    start, length = place
    return np.frombuffer(bytes(material.blob.bytes[start : start + length]), kind)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = TrainConfig(dataset="digits", network="pixels", epochs=2)
    return run_experiment(config, Store(tmp_path_factory.mktemp("filmed")))


class TestLearning:
    def test_every_frame_of_a_small_network_can_answer(self, digits, filmed, tiny_run):
        given = material(digits, filmed)
        film = tour_later.learning(given)["film"]
        kept = filmed.film()
        assert film["epochs"][0] == 0
        assert film["epochs"][-1] == 2
        assert film["layers"] == [{"kernel": 0, "bias": 1, "activation": "softmax"}]
        assert film["window"] == [28, 28, 1]
        assert film["pictures"].startswith("The weights of all 10 classes")
        kernel, bias = (
            numbers(given, array["place"], "<f2").reshape(-1, *array["shape"])[-1].astype(float)
            for array in film["arrays"]
        )
        assert np.array_equal(kernel, kept.frames[0][-1])
        images = to_model_input(digits.x_valid[:]).reshape(len(digits.y_valid), -1)
        right = ((images @ kernel + bias).argmax(1) == digits.y_valid).mean()
        assert right == pytest.approx(film["accuracies"][-1], abs=0.01)

    def test_of_a_larger_one_kernels_are_seen(self, digits, tiny_run):
        film = tour_later.learning(material(digits, tiny_run))["film"]
        assert film["layers"] is None
        assert film["window"] == [5, 5, 1]
        assert film["arrays"][film["picture"]]["shape"] == (5, 5, 1, 6)
        assert film["pictures"].startswith("The 6 kernels")

    def test_without_one_or_with_a_damaged_one_there_is_none(self, digits, tiny_run, tmp_path):
        assert tour_later.learning(material(digits)) == {"film": None}
        folder = tmp_path / tiny_run.id
        folder.mkdir()
        (folder / run_folder.FILM).write_bytes(b"no film")
        damaged = replace(tiny_run, folder=folder)
        assert tour_later.learning(material(digits, damaged)) == {"film": None}


class TestShift:
    def test_how_far(self, digits):
        assert tour_later.shift(material(digits)) == {"pixels": (0, 1, 2, 3, 4, 5, 6), "of": ""}

    def test_what_was_measured_is_said(self):
        pixels = tuple(range(7))
        curves = {
            "pixels": ShiftCurve(pixels, (90, 80, 60, 30, 20, 10, 5), 100),
            "shallow": ShiftCurve(pixels, (90,) * 7, 100),
            "cnn": ShiftCurve(pixels, (99, 98, 97, 95, 90, 80, 70), 100),
        }
        found = tour_later.curve(curves, "", texts("en"))
        assert "Pushed by 3 px" in found["said"]
        assert "on 30% of 100 test images, convolutions on 95%" in found["said"]
        assert found["networks"]["pixels"]["accuracy"][3] == 0.3
        low, high = found["networks"]["pixels"]["intervals"][3]
        assert low < 0.3 < high
        assert "30\N{NO-BREAK SPACE}%" in tour_later.curve(curves, "", texts("de"))["said"]

    def test_what_has_learned_from_the_images_is_not_measured_on_them(self):
        curves = {name: ShiftCurve((0, 1, 2), (90, 80, 60), 100) for name in ("pixels", "shallow")}
        found = tour_later.curve(curves, "", texts("en"))
        assert "Pushed by 1 px" in found["said"]
        assert "not measured" in found["said"]
        assert set(found["networks"]) == {"pixels", "shallow"}

    def test_without_images_it_is_said_that_nothing_was_measured(self):
        assert tour_later.curve({}, "these", texts("en")).keys() == {"of", "said"}


class TestTrust:
    def test_the_surest_mistakes_with_their_pictures(self, digits, tiny_run):
        given = material(digits, cnn=tiny_run)
        found = tour_later.trust(given)
        table = tiny_run.predictions(["label", "predicted", "confidence"])
        wrong = table[table["label"] != table["predicted"]]
        surest = wrong.sort_values("confidence", ascending=False).iloc[0]
        first = found["mistakes"][0]
        told = [first[part] for part in ("label", "predicted", "confidence")]
        assert told == surest[["label", "predicted", "confidence"]].tolist()
        image = numbers(given, first["levels"], "u1").reshape(28, 28, 1)
        assert np.array_equal(image, digits.x_test[surest.name])
        assert str(len(wrong)) in found["mistakes_title"]
        assert str(tiny_run.info.metrics.correct) in found["right"]

    def test_what_passing_images_on_leaves(self, digits, tiny_run):
        passed = tour_later.trust(material(digits, cnn=tiny_run))["passed"]
        metrics = tiny_run.info.metrics
        assert passed["choices"][0] == [0, metrics.total - metrics.correct]
        errors = [errors for _, errors in passed["choices"]]
        assert errors == sorted(errors, reverse=True)
        assert passed["total"] == metrics.total
        assert passed["usual"] < len(errors)

    def test_where_the_images_are_gone_it_is_said(self, digits, tiny_run):
        gone = replace(
            material(digits, cnn=tiny_run),
            images=np.empty((0, 28, 28, 1), np.uint8),
            labels=np.empty(0, np.int64),
        )
        found = tour_later.trust(gone)
        assert found["mistakes"] == []
        assert "not at hand here" in found["mistakes_title"]

    def test_a_network_that_stands_in_was_tested_on_other_images(self, digits, tiny_run):
        given = material(digits, cnn=tiny_run)
        other = replace(given, subject=replace(given.subject, fingerprints=("another",)))
        assert tour_later.trust(other)["mistakes"] == []

    def test_the_detector_travels_along(self, digits, tiny_run):
        given = material(digits, cnn=tiny_run)
        part = tour_later.trust(given)["ood"]["parts"][0]
        mean = numbers(given, part["arrays"]["mean"], "<f4")
        assert np.array_equal(mean, tiny_run.ood_detector().parts[0].mean.astype("<f4"))

    def test_without_a_network_there_is_nothing(self, digits):
        assert tour_later.trust(material(digits)) == {}
