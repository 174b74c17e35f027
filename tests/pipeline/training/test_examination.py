"""What is measured on the validation part after an epoch, and what is seen meanwhile."""

import dataclasses
import io

import keras
import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.preprocess import to_model_input
from pipeline.training import fit as training
from pipeline.training import looks, networks, snapshot
from pipeline.training.examination import Examiner, followed, mapped

PIXELS = TrainConfig(network="pixels", epochs=2, batch_size=128).resolved(1077)


def examiner(dataset, network="lenet5", drawing=None):
    model = networks.build(network, dataset.image_shape, len(dataset.class_names))
    loss = keras.losses.sparse_categorical_crossentropy
    found = Examiner(dataset, loss, followed(dataset, drawing))
    found.set_model(model)
    found.on_train_begin()
    return found, model


@pytest.mark.parametrize("network", ["pixels", "lenet5"])
def test_it_measures_what_keras_measures(digits, network):
    found, model = examiner(digits, network)
    logs = {"loss": 1.0}
    found.on_epoch_end(0, logs)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = to_model_input(digits.x_valid[:])
    loss, accuracy = model.evaluate(images, digits.y_valid, verbose=0)
    assert logs["val_loss"] == pytest.approx(loss, rel=1e-5)
    assert logs["val_accuracy"] == pytest.approx(accuracy)
    # The matrix counts the same images.
    look = found.newest.look
    assert look.matrix.sum() == len(digits.y_valid)
    assert look.matrix.trace() / look.matrix.sum() == pytest.approx(accuracy)
    assert look.matrix.sum(axis=1).tolist() == np.bincount(digits.y_valid).tolist()
    pinned = found.followed.pinned
    assert np.allclose(look.probabilities, model(images[pinned]), atol=1e-5)
    assert look.places.shape == (len(found.followed.labels), 2)
    # On the images of the map alone, which here are all.
    assert found.at_once().loss == pytest.approx(loss, rel=1e-5)


def test_a_network_that_diverged_shows_nothing(digits):
    found, model = examiner(digits, "pixels")
    model.set_weights([weights * np.nan for weights in model.get_weights()])
    logs = {}
    found.on_epoch_end(0, logs)
    assert np.isnan(logs["val_loss"])
    assert found.newest.look is None


class TestFollowed:
    def test_five_images_of_five_classes(self, digits):
        found = followed(digits)
        assert found.pinned_labels.tolist() == [0, 2, 4, 7, 9]
        assert digits.y_valid[found.pinned].tolist() == [0, 2, 4, 7, 9]
        assert np.array_equal(found.labels, digits.y_valid)  # there are fewer than 1,000

    def test_a_drawing_takes_the_place_of_one(self, digits):
        drawing = np.full(digits.image_shape, 9, np.uint8)
        found = followed(digits, (drawing, 3))
        assert found.pinned_labels.tolist()[-1] == 3
        assert (found.pinned < 0).tolist() == [False] * 4 + [True]
        pictures = found.pictures(digits.x_valid)
        assert np.array_equal(pictures[-1], drawing)
        assert np.array_equal(pictures[0], digits.x_valid[found.pinned[0]])

    def test_of_two_classes_there_are_several_of_each(self, digits):
        two = np.asarray(digits.y_valid) < 2
        few = dataclasses.replace(digits, x_valid=digits.x_valid[two], y_valid=digits.y_valid[two])
        found = followed(few)
        assert sorted(found.pinned_labels.tolist()) == [0, 0, 0, 1, 1]
        assert len(set(found.pinned.tolist())) == 5

    def test_the_map_has_a_thousand_at_most(self):
        assert len(mapped(6000)) == looks.MAPPED
        assert mapped(3).tolist() == [0, 1, 2]


def test_after_each_epoch_there_is_something_to_see(digits):
    told = []
    drawing = np.full(digits.image_shape, 9, np.uint8), 3
    trained = training.fit(PIXELS, digits, told.append, drawing=drawing)
    shown = [progress for progress in told if progress.picture is not None]
    assert [len(progress.history) for progress in shown] == [1, 2]
    assert shown[-1].seconds_left == 0
    assert shown[-1].images_per_second > 0
    file = io.BytesIO()
    shown[-1].picture(file)
    file.seek(0)
    again = snapshot.load(file)
    assert list(again.rows) == trained.history.to_dict("records")
    assert (again.epochs, again.class_names) == (2, tuple(digits.class_names))
    assert again.moment.epochs.tolist() == [2]
    assert again.moment.accuracies[0] == pytest.approx(trained.history["val_accuracy"].iloc[-1])
    assert np.array_equal(again.pictures[-1], drawing[0])
    assert np.array_equal(again.moment.looks.matrices[-1], trained.film.looks.matrices[-1])


def test_without_a_film_there_is_the_same_to_see(digits):
    told = []
    training.fit(PIXELS.model_copy(update={"film": False}), digits, told.append)
    assert sum(progress.picture is not None for progress in told) == 2
