import dataclasses
import io

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.experiment import run_experiment
from pipeline.preprocess import to_model_input
from pipeline.store import run_folder
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.training import film as films
from pipeline.training import fit as training
from pipeline.training import networks
from pipeline.training.batches import Plan
from pipeline.training.camera import Subject
from pipeline.training.film import Film, moments
from pipeline.training.looks import Followed, Look, Looks, look_bytes

PIXELS = TrainConfig(network="pixels", epochs=3, batch_size=128).resolved(1077)


def read_again(film: Film) -> Film:
    file = io.BytesIO()
    film.save(file)
    file.seek(0)
    return films.load(file)


class TestMoments:
    def test_all_epochs_and_some_of_the_first(self):
        assert moments(3, 16, 15_700) == {0, 1, 2, 4, 8, 16, 32, 48}

    def test_an_epoch_of_one_step_has_nothing_within(self):
        assert moments(2, 1, 100) == {0, 1, 2}

    @pytest.mark.parametrize("size", [800, 15_700, 26_004, 400_000])
    @pytest.mark.parametrize("epochs", [1, 2, 60, 1000])
    def test_never_more_than_fits_and_always_both_ends(self, epochs, size):
        found = moments(epochs, 32, size)
        assert {0, 32 * epochs} <= found
        assert len(found) <= max(2, min(films.MOST_FRAMES, films.MOST_BYTES // size))

    def test_ever_sparser(self):
        ends = sorted(moment // 32 for moment in moments(60, 32, 15_700) if moment >= 32)
        gaps = np.diff(ends)
        assert gaps[0] == 1
        assert gaps[-1] > 3
        assert len(ends) > 20


class TestSubject:
    def test_a_small_network_is_filmed_whole(self):
        model = networks.build("perceptron", (28, 28, 1), 10)
        found = Subject.of(model)
        assert found.units is None
        weights = found.weights()
        assert list(weights) == [
            "hidden1/kernel", "hidden1/bias", "hidden2/kernel", "hidden2/bias",
            "probabilities/kernel", "probabilities/bias",
        ]  # fmt: skip
        assert all(map(np.array_equal, weights.values(), model.get_weights()))
        assert Subject.of(networks.build("pixels", (28, 28, 1), 26)).units is None

    @pytest.mark.parametrize(
        ("network", "image_shape", "name", "shape"),
        [
            ("shallow", (28, 28, 1), "hidden/kernel", (784, 16)),
            ("cnn", (28, 28, 1), "conv1/kernel", (5, 5, 1, 16)),
            ("cnn", (32, 32, 3), "conv1/kernel", (5, 5, 3, 16)),
            ("pixels", (64, 64, 3), "probabilities/kernel", (12_288, 1)),
        ],
    )
    def test_of_a_larger_one_the_first_kernels(self, network, image_shape, name, shape):
        found = Subject.of(networks.build(network, image_shape, 10)).weights()
        assert {name: value.shape for name, value in found.items()} == {name: shape}


def test_a_film_is_read_as_it_was_written(random):
    weights = {"a/kernel": random.normal(size=(3, 2)), "a/bias": np.array([1e9, 0.5])}
    film = Film.begin(weights, is_whole=True).with_frame(0, 2.3, 0.1, weights)
    film = film.with_frame(0.5, 1.2, 0.6, {name: -value for name, value in weights.items()})
    again = read_again(film)
    assert again.names == ("a/kernel", "a/bias")
    assert again.is_whole
    assert again.epochs.tolist() == [0, 0.5]
    assert again.losses.tolist() == pytest.approx([2.3, 1.2])
    assert again.accuracies.tolist() == pytest.approx([0.1, 0.6])
    assert np.allclose(again.frames[0][1], -weights["a/kernel"], rtol=1e-3)
    assert again.frames[1][0].tolist() == [films.LARGEST, 0.5]  # what is too large is cut off


def test_a_film_with_a_frame_missing_is_refused(random):
    film = Film.begin({"a": random.normal(size=2)}, is_whole=True)
    film = film.with_frame(0, 1, 1, {"a": np.zeros(2)})
    with pytest.raises(ValueError, match="once per frame"):
        dataclasses.replace(film, losses=np.empty(0, np.float32))


def test_later_kinds_of_numbers_are_ignored(random):
    film = Film.begin({"a": random.normal(size=2)}, is_whole=True)
    again = Film.of_members(film.members() | {"matrix": np.zeros(3)})
    assert again.names == film.names


class TestLooks:
    def look(self, random, classes=3):
        return Look(
            np.arange(classes**2).reshape(classes, classes),
            random.dirichlet(np.ones(classes), size=2),
            random.uniform(-1, 1, size=(4, 2)).astype(np.float32),
        )

    def filmed(self, random, classes=3, frames=2):
        drawn = np.full((1, 5, 5, 1), 7, np.uint8)
        followed = Followed(*(np.array(part, np.int32) for part in ([0, 1, 2, 0], [5, -1], [2, 1])),
                            drawn)  # fmt: skip
        film = Film.begin({"a": np.zeros(2)}, Looks.begin(followed, classes), is_whole=True)
        seen = [self.look(random, classes) for _ in range(frames)]
        for number, look in enumerate(seen):
            film = film.with_frame(number, 1, 1, {"a": np.zeros(2)}, look)
        return film, seen

    def test_they_are_read_as_they_were_written(self, random):
        film, seen = self.filmed(random)
        again = read_again(film).looks
        assert again.followed.labels.tolist() == [0, 1, 2, 0]
        assert again.followed.pinned.tolist() == [5, -1]
        assert again.followed.drawn.shape == (1, 5, 5, 1)
        assert np.array_equal(again.matrices[1], seen[1].matrix)
        assert np.allclose(again.probabilities[0], seen[0].probabilities, atol=1e-3)
        assert np.allclose(again.newest_places(), seen[1].places, atol=1 / 127)

    def test_the_last_frame_alone(self, random):
        film, seen = self.filmed(random)
        last = film.last()
        assert last.epochs.tolist() == [1]
        assert len(last.looks) == 1
        assert np.allclose(last.looks.newest_places(), seen[1].places, atol=1 / 127)

    def test_of_very_many_classes_no_matrix_is_kept(self, random):
        film, _ = self.filmed(random, classes=101)
        assert read_again(film).looks.matrices.shape == (2, 0, 0)
        assert look_bytes(film.looks.followed, 101) == 2 * 101 * 2 + 4 * 2

    def test_a_film_of_an_earlier_version_has_none(self, random):
        film = Film.begin({"a": np.zeros(2)}, is_whole=True)
        assert read_again(film.with_frame(0, 1, 1, {"a": np.zeros(2)})).looks is None

    @pytest.mark.parametrize("part", ["looks_places", "looks_matrices", "followed_labels"])
    def test_a_damaged_one_is_refused(self, random, part):
        members = self.filmed(random)[0].members()
        with pytest.raises((ValueError, KeyError)):
            Film.of_members({name: value for name, value in members.items() if name != part})
        with pytest.raises(ValueError, match="once per frame"):
            Film.of_members(members | {"looks_places": members["looks_places"][:1]})


class TestFilming:
    def test_from_noise_to_the_end(self, digits):
        trained = training.fit(PIXELS, digits)
        film = trained.film
        assert film is not None
        steps = Plan.of(PIXELS, digits, ()).steps
        expected = [step / steps for step in sorted(moments(3, steps, 15_700))]
        assert film.epochs.tolist() == pytest.approx(expected)
        assert film.accuracies[-1] > 2 * film.accuracies[0]
        assert film.losses[0] > 2 > film.losses[-1]
        # At the end of an epoch, the history's own numbers.
        ends = np.isin(film.epochs, [1, 2, 3])
        assert film.losses[ends].tolist() == pytest.approx(trained.history["val_loss"].tolist())
        # Every frame has its matrix, which says the same.
        shares = [matrix.trace() / matrix.sum() for matrix in film.looks.matrices]
        assert shares == pytest.approx(film.accuracies.tolist())
        # Without layers before the last one its logits are mapped, which move while it learns.
        assert not np.array_equal(film.looks.places[0], film.looks.places[-1])
        # A frame predicts what its accuracy says.
        kernel, bias = (frames[-1].astype(np.float32) for frames in film.frames)
        images = to_model_input(digits.x_valid[:]).reshape(len(digits.y_valid), -1)
        right = (images @ kernel + bias).argmax(1) == digits.y_valid
        assert right.mean() == pytest.approx(film.accuracies[-1], abs=0.01)

    @pytest.mark.process
    def test_it_changes_nothing(self, digits):
        config = TrainConfig(network="lenet5", epochs=2, augmentation=0.5).resolved(1077)
        with_film, without = (
            training.fit(config.model_copy(update={"film": film}), digits) for film in (True, False)
        )
        assert without.film is None
        for one, other in zip(
            with_film.model.get_weights(), without.model.get_weights(), strict=True
        ):
            assert np.array_equal(one, other)
        measured = ["loss", "accuracy", "val_loss", "val_accuracy"]
        assert with_film.history[measured].equals(without.history[measured])

    @pytest.mark.process
    def test_a_resumed_training_goes_on_with_its_film(self, digits, tmp_path):
        place = InterruptedTraining.of(Store(tmp_path), PIXELS, digits.fingerprint)

        def keep_two(checkpoint):
            if len(checkpoint.rows) <= 2:
                place.save(PIXELS, checkpoint)

        whole = training.fit(PIXELS, digits, on_checkpoint=keep_two).film
        resumed = training.fit(PIXELS, digits, checkpoint=place.load()).film
        assert np.array_equal(whole.epochs, resumed.epochs)
        assert all(map(np.array_equal, whole.frames, resumed.frames))
        assert np.array_equal(whole.looks.matrices, resumed.looks.matrices)
        assert np.allclose(whole.looks.places, resumed.looks.places, atol=1)
        assert np.array_equal(whole.looks.probabilities, resumed.looks.probabilities)
        # A checkpoint of an earlier version has none: the film says where it begins.
        late = training.fit(
            PIXELS, digits, checkpoint=dataclasses.replace(place.load(), film=None)
        ).film
        assert late.epochs.tolist() == [3]

    def test_with_or_without_it_a_training_is_the_same_to_resume(self, digits, tmp_path):
        store = Store(tmp_path)
        with_film, without = (
            InterruptedTraining.of(
                store, PIXELS.model_copy(update={"film": film}), digits.fingerprint
            )
            for film in (True, False)
        )
        assert with_film == without


class TestInTheRun:
    @pytest.mark.process
    def test_a_run_keeps_it_and_it_is_small(self, few_digits, tmp_path):
        config = TrainConfig(dataset=few_digits, network="perceptron", epochs=60, batch_size=500)
        run = run_experiment(config, Store(tmp_path))
        film = run.film()
        assert film is not None
        assert film.epochs[-1] == 60
        assert (run.folder / run_folder.FILM).stat().st_size <= 500_000
        (run.folder / run_folder.FILM).write_bytes(b"no film")
        with pytest.raises(run_folder.RunDamaged, match=r"film\.npz .* is not as it was written"):
            run.film()

    @pytest.mark.process
    def test_or_does_not(self, few_digits, tmp_path):
        config = TrainConfig(dataset=few_digits, network="pixels", epochs=1, film=False)
        assert run_experiment(config, Store(tmp_path)).film() is None
