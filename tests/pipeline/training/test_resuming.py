"""Weights that fit into a network are not yet of that network."""

import keras
import pytest

from pipeline.config import DEEP, TrainConfig
from pipeline.store.interrupted import InterruptedTraining
from pipeline.training import networks
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.hardware import computing_in
from pipeline.training.resuming import TrainingFailed, restore

BEST = TrainConfig(network="cnn", variant=DEEP)


@pytest.fixture(scope="module")
def deep() -> keras.Model:
    model = networks.build("cnn", (28, 28, 1), 10, DEEP)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def padded(deep) -> keras.Model:
    """The deep network of earlier versions, whose first convolution was padded."""

    def as_before(layer: keras.Layer) -> keras.Layer:
        change = {"padding": "same"} if layer.name == "conv1" else {}
        return layer.from_config(layer.get_config() | change)

    return keras.models.clone_model(deep, clone_function=as_before)


def test_a_checkpoint_whose_weights_fit_by_chance_is_refused(deep, padded, tmp_path):
    assert [w.shape for w in padded.weights] == [w.shape for w in deep.weights]
    place = InterruptedTraining(tmp_path / "abc")
    row = {"epoch": 1, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0}
    place.save(BEST, Checkpoint([row], network=networks.fingerprint(padded)))
    with pytest.raises(TrainingFailed, match="Start it again, or discard it"):
        restore(deep, place.load(), BEST)


def test_one_that_does_not_say_its_network_is_refused_where_networks_have_changed(deep):
    """Others go on: `tests/kept` has one."""
    with pytest.raises(TrainingFailed, match="built differently"):
        restore(deep, Checkpoint(), BEST)


def test_the_same_network_on_another_machine_is_the_same(deep):
    with computing_in("mixed_float16"):
        elsewhere = networks.build("cnn", (28, 28, 1), 10, DEEP)
    assert networks.fingerprint(elsewhere) == networks.fingerprint(deep)
