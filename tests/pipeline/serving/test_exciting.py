"""What excites each map of a network, against its layers' outputs on all images at once."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.analysis.excitation import NONE, Excitation
from pipeline.preprocess import to_model_input
from pipeline.serving.dissection import dissect
from pipeline.serving.examples import Example, examples
from pipeline.serving.exciting import what_excites
from pipeline.serving.inference import ServingGraph
from pipeline.serving.litert import export_litert, shown_layers
from pipeline.serving.receptive_field import receptive_fields

PLACES = {"conv": 0, "pool": 1, "norm": 2, "flatten": 3, "hidden": 4, "probabilities": 5}


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    image = keras.Input((12, 12, 1))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(6, activation="sigmoid", name="hidden")(x)
    model = keras.Model(image, layers.Dense(3, activation="softmax", name="probabilities")(x))
    kernel, bias = model.get_layer("conv").weights
    kernel.assign(np.where(np.arange(4) == 1, -1, kernel))  # map 1 is dead: it sees nothing bright
    bias.assign([0.1, -1, 0, 0])
    return model


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (230, 12, 12, 1), np.uint8)


@pytest.fixture(scope="module")
def found(model, images, tmp_path_factory) -> dict[int, Excitation]:
    return what_excites(exported(model, tmp_path_factory.mktemp("graph")), dissect(model), images)


def exported(model: keras.Model, folder: Path) -> ServingGraph:
    export_litert(model, folder / "model.tflite")
    return ServingGraph(folder / "model.tflite")


def test_each_layer_is_watched_on_all_images(model, images, found):
    every = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])
    outputs = [np.asarray(output) for output in every([to_model_input(images)])]
    assert list(found) == [place for name, place in PLACES.items() if name != "flatten"]
    for place, layer in found.items():
        whole = outputs[place].reshape(len(images), -1, outputs[place].shape[-1])
        peaks = whole.max(axis=1)
        strongest = np.sort(peaks, axis=0)[::-1][:9].T
        alive = ~layer.dead
        assert layer.activations[alive] == pytest.approx(strongest[alive], abs=1e-5)
        for map_ in np.flatnonzero(alive):
            at = layer.images[map_]
            assert len(set(at)) == 9
            assert peaks[at, map_] == pytest.approx(layer.activations[map_], abs=1e-5)
            if outputs[place].ndim == 4:
                there = outputs[place][at, layer.rows[map_], layer.columns[map_], map_]
                assert there == pytest.approx(layer.activations[map_], abs=1e-5)
    for name in ("conv", "pool", "norm"):
        assert found[PLACES[name]].dead.tolist() == [False, True, False, False]


def test_an_example_shows_what_the_peak_saw(model, images, found):
    """The convolution's activation, computed anew from nothing but the patch."""
    fields = receptive_fields(dissect(model))
    kernel, bias = (np.asarray(weight) for weight in model.get_layer("conv").weights)
    seen = examples(found[0], fields[0], 2)
    assert [example.image for example in seen] == found[0].images[2].tolist()
    for example in seen:
        (top, bottom), (left, right) = example.rows, example.columns
        patch = images[example.image, top : bottom + 1, left : right + 1] / 255
        assert (patch * kernel[..., 2]).sum() + bias[2] == pytest.approx(example.activation, 1e-5)
    strongest = examples(found[PLACES["pool"]], fields[PLACES["pool"]], 2)[0]
    (top, bottom), (left, right) = strongest.rows, strongest.columns
    assert (bottom - top, right - left) == (3, 3)
    assert strongest.image == seen[0].image
    assert strongest.activation == pytest.approx(seen[0].activation)


def test_a_unit_of_a_dense_layer_sees_the_whole_image(model, found):
    place = PLACES["hidden"]
    layer = found[place]
    (strongest, *_) = examples(layer, receptive_fields(dissect(model))[place], 5)
    activation = pytest.approx(float(layer.activations[5, 0]))
    assert strongest == Example(int(layer.images[5, 0]), (0, 11), (0, 11), activation)


def test_a_dead_map_has_no_examples_nor_has_one_beyond_those_looked_at(model, found):
    field = receptive_fields(dissect(model))[0]
    assert examples(found[0], field, 1) == []
    assert examples(found[0], field, 4) == []


def test_fewer_images_than_examples_are_enough(model, images, tmp_path):
    some = what_excites(exported(model, tmp_path), dissect(model), images[:3])
    hidden = some[PLACES["hidden"]].images
    assert (hidden[:, 3:] == NONE).all()
    assert not (hidden[:, :2] == NONE).any()
