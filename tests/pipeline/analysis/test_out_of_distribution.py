import dataclasses
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.class_planes import MOST_NUMBERS
from pipeline.analysis.out_of_distribution import IMAGE, OodDetector
from pipeline.serving import features, litert
from pipeline.training import networks
from tests.pipeline.analysis.test_class_planes import BY_HAND


def test_a_score_adds_what_each_part_finds():
    other = dataclasses.replace(BY_HAND, layer=2, spread=2.0)
    both = OodDetector((BY_HAND, other), threshold=1.0)
    x = np.array([[0.0, np.e, 0]])  # ln e is 1
    assert both.score({IMAGE: x, 2: x}) == pytest.approx([1.5])
    assert both.is_ood(1.5)
    assert not both.is_ood(1.0)


def lines(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of two classes in ten dimensions, each along a line of its own."""
    labels = np.arange(count) % 2
    points = random.normal(0, 0.1, (count, 10)) + 5
    points[np.arange(count), 1 + labels] += random.normal(0, 3, count)
    points[:, 0] += 4 * labels
    return points, labels


def test_what_lies_along_a_class_is_usual_and_what_lies_across_is_out_of_distribution(random):
    (train, labels), (valid, _) = lines(random, 400), lines(random, 200)
    found = ood.fit({3: train}, labels, {3: valid})
    along, across = np.full((1, 10), 5.0), np.full((1, 10), 5.0)
    along[0, 1] += 7  # further than most, on the line of the first class
    across[0, 5] += 1.5
    assert not found.is_ood(found.score({3: along})[0])
    assert found.is_ood(found.score({3: across})[0])


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 300), st.integers(0, 99))
def test_four_of_a_hundred_validation_images_lie_above(count, seed):
    random = np.random.default_rng(seed)
    (train, labels), (valid, _) = lines(random, 100), lines(random, count)
    found = ood.fit({IMAGE: train}, labels, {IMAGE: valid})
    above = (found.score({IMAGE: valid}) > found.threshold).sum()
    assert abs(above - 0.04 * count) <= 1


@pytest.mark.parametrize(("training", "dimensions"), [(2, 1), (3, 5), (30, 2000)])
def test_few_images_and_long_vectors_are_enough(random, training, dimensions):
    train = random.normal(size=(training, dimensions))
    found = ood.fit({0: train}, np.arange(training) % 2, {0: train[:1]})
    assert np.isfinite(found.score({0: train})).all()
    assert found.parts[0].basis.size <= MOST_NUMBERS


def test_no_validation_image_is_said(random):
    train = random.normal(size=(10, 4))
    with pytest.raises(ValueError, match="none"):
        ood.fit({0: train}, np.arange(10) % 2, {0: train[:0]})


def test_what_is_read_is_what_was_saved(random):
    (train, labels), (valid, _) = lines(random, 400), lines(random, 50)
    found = ood.fit({IMAGE: train, 0: train}, labels, {IMAGE: valid, 0: valid})
    file, again = io.BytesIO(), io.BytesIO()
    found.save(file)
    read = ood.load(io.BytesIO(file.getvalue()))
    assert read.threshold == found.threshold
    seen = {IMAGE: valid, 0: valid}
    assert read.score(seen).tolist() == found.score(seen).tolist()
    read.save(again)
    assert again.getvalue() == file.getvalue()


@pytest.mark.parametrize("name", networks.BUILDERS)
@pytest.mark.parametrize("variant", ["standard", "deep"])
def test_the_layer_before_the_last_gives_the_features(name, variant, random):
    import keras

    model = networks.build(name, (28, 28, 1), 10, variant=variant)
    images = random.integers(0, 256, (3, 28, 28, 1)).astype(np.uint8)
    layer = litert.shown_layers(model)[features.feature_layer(model)]
    outputs = keras.Model(model.inputs, layer.output)([images.astype(np.float32) / 255])
    assert np.asarray(outputs).reshape(3, -1) == pytest.approx(features.features(model, images))


def test_a_network_that_looks_at_the_image_alone_has_no_such_layer():
    import keras

    image = keras.Input((4,))
    one = keras.Model(image, keras.layers.Dense(2)(keras.layers.Dropout(0.5)(image)))
    assert features.feature_layer(one) == IMAGE


def test_a_run_finds_noise_out_of_distribution_but_not_its_own_images(tiny_run, digits, random):
    found, graph = tiny_run.ood_detector(), tiny_run.graph()
    assert [part.layer for part in found.parts] == [IMAGE, 2, len(tiny_run.info.layers) - 2]

    def share_ood(images: np.ndarray) -> float:
        scores = [found.score_activations(image, graph.activations(image)) for image in images]
        return float(np.mean([found.is_ood(score) for score in scores]))

    assert share_ood(digits.x_valid[:]) == pytest.approx(0.04, abs=0.01)
    assert share_ood(digits.x_test[:]) < 0.12
    assert share_ood(random.integers(0, 256, (20, 28, 28, 1)).astype(np.uint8)) == 1


@pytest.mark.parametrize(
    ("name", "variant", "layer"),
    [
        ("cnn", "standard", "conv2"),
        ("cnn", "deep", "conv2b"),
        ("lenet5", "standard", "conv2"),
        ("shallow", "standard", None),
    ],
)
def test_the_averages_of_a_middle_layers_maps_are_looked_at_too(name, variant, layer, random):
    import keras

    model = networks.build(name, (28, 28, 1), 10, variant=variant)
    images = random.integers(0, 256, (3, 28, 28, 1)).astype(np.uint8)
    found, middle = features.vectors(model, images), features.middle_layer(model)
    last = features.feature_layer(model)
    assert found[IMAGE] == pytest.approx(images.reshape(3, -1) / 255)
    assert found[last] == pytest.approx(features.features(model, images), rel=1e-5, abs=1e-6)
    if layer is None:
        assert (middle, list(found)) == (IMAGE, [IMAGE, last])
        return
    assert litert.shown_layers(model)[middle].name == layer
    maps = keras.Model(model.inputs, model.get_layer(layer).output)([images / 255])
    assert found[middle] == pytest.approx(np.asarray(maps).mean(axis=(1, 2)), abs=1e-5)
