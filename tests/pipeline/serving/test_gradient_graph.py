"""The gradient graph computes what Keras computes, for every layer that is known."""

import io

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.errors import InklingError
from pipeline.serving import anatomy, gradient_graph
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.dissection import dissect
from pipeline.serving.gradients import GradientGraph
from pipeline.serving.litert import shown_layers
from pipeline.training import networks

pytestmark = pytest.mark.process  # a second each, to convert networks
NETWORKS = [(name, "standard") for name in networks.BUILDERS] + [("cnn", "deep")]


def of_layers(shape, *between: layers.Layer) -> keras.Model:
    """A network of some layers, with three classes."""
    image = x = keras.Input(shape)
    for layer in between:
        x = type(layer).from_config(layer.get_config())(x)  # a new one: networks share none
    if len(x.shape) == 4:
        x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(3, activation="softmax")(x))


def branched() -> keras.Model:
    image = keras.Input((12, 12, 2))
    left = layers.Conv2D(4, 3, padding="same", activation="relu", name="left")(image)
    right = layers.Conv2D(4, 5, padding="same", activation="tanh", name="right")(image)
    x = layers.Concatenate()([layers.Add()([left, right]), layers.Maximum()([left, right]), image])
    x = layers.Multiply()([x, layers.Activation("sigmoid")(x)])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(3, activation="softmax")(x))


def colorful() -> keras.Model:
    """64×64 in color, with a scaling layer of its own and logits before a softmax layer."""
    image = keras.Input((64, 64, 3))
    x = layers.Rescaling(255.0)(image)
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
    x = layers.LeakyReLU()(x)
    x = layers.SeparableConv2D(12, 3, dilation_rate=2, activation="silu")(x)
    x = layers.AveragePooling2D(3, 2, padding="same")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(3)(layers.Dropout(0.5)(x))
    return keras.Model(image, layers.Softmax()(x))


STACKS = {
    "convolutions": [
        layers.Conv2D(4, 3, strides=(1, 2), padding="same", activation="relu"),
        layers.Conv2D(4, 3, groups=2, padding="same", activation="elu"),
        layers.Conv2D(4, 3, dilation_rate=(2, 1), activation="selu"),
        layers.DepthwiseConv2D(3, depth_multiplier=3, activation="gelu"),
    ],
    "maximum pooling": [
        layers.Conv2D(4, 2, activation="relu"),  # of much blank paper: many are equal
        layers.MaxPooling2D(3, 1, padding="same"),
        layers.MaxPooling2D(3, 2, padding="same"),
        layers.MaxPooling2D((2, 3)),
        layers.GlobalMaxPooling2D(),
    ],
    "average pooling": [
        layers.AveragePooling2D(3, 1, padding="same"),
        layers.AveragePooling2D(2),
        layers.Conv2D(4, 3, activation="softplus"),
        layers.AveragePooling2D(3),
    ],
    "arranged": [
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        layers.Cropping2D(2),
        layers.Permute((2, 1, 3)),
        layers.UpSampling2D((2, 3)),
        layers.Reshape((22, -1, 2)),
        layers.Conv2D(2, 3, strides=3, activation="leaky_relu"),
    ],
    "by value": [
        layers.Normalization(mean=[0.2, 0.4], variance=[0.1, 0.3]),
        layers.Dense(5, activation="hard_sigmoid"),
        layers.PReLU(),
        layers.Conv2D(3, 3, activation="softsign"),
        layers.Flatten(),
        *(layers.Dense(8, activation=name) for name in ("relu6", "hard_silu", "exponential")),
    ],
}
MODELS = {
    **{
        f"{name} {variant}": lambda name=name, variant=variant: networks.build(
            name, (28, 28, 1), 10, variant
        )
        for name, variant in NETWORKS
    },
    "branched": branched,
    "colorful": colorful,
    **{name: lambda parts=parts: of_layers((12, 12, 2), *parts) for name, parts in STACKS.items()},
}


@pytest.fixture(scope="module", params=MODELS)
def dissected(request) -> tuple[keras.Model, Anatomy, GradientGraph]:
    keras.utils.set_random_seed(3)
    model = MODELS[request.param]()
    for weight in model.weights:  # no bias is zero, no batch is normal
        spread = np.random.default_rng(len(weight.path)).normal(0, 0.1, weight.shape)
        weight.assign(np.abs(weight + spread) if "variance" in weight.path else weight + spread)
    found = dissect(model)
    return model, found, GradientGraph(gradient_graph.build(found))


def test_every_layer_and_gradient_is_that_of_keras(dissected):
    model, _, graph = dissected
    every = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])
    images = gradient_graph.probes(model.input_shape[1:])
    for image in images:
        expected = every([image[None]], training=False)
        found = graph.run(image, ()).outputs
        for wanted, got in zip(expected, found, strict=True):
            assert np.allclose(wanted[0], got, atol=1e-4, rtol=1e-4)
    assert gradient_graph.check(graph, model, images) < 1e-5


def test_the_gradient_alone_is_the_same(dissected):
    _, found, graph = dissected
    image, weights = gradient_graph.probes(found.image_shape)[0], np.arange(graph.classes)
    whole = graph.run(image, weights)
    logits, gradient = graph.gradient(image, weights)
    assert np.array_equal(logits, whole.logits)
    assert np.array_equal(gradient, whole.gradient)
    off = np.zeros(found.gates)
    assert np.array_equal(graph.gradient(image, weights, off)[0], graph.run(image, (), off).logits)


def test_a_gate_scales_a_map(dissected):
    _, found, graph = dissected
    image = gradient_graph.probes(found.image_shape)[0]
    before = graph.run(image, ()).outputs
    assert graph.gates == found.gates
    taken = 0
    for layer in found.gated:
        gates = np.ones(found.gates)
        gates[taken] = 0.5  # the layer's first map
        taken += found.shapes[layer][-1]
        after = graph.run(image, (), gates).outputs
        assert all(np.array_equal(a, b) for a, b in zip(before[:layer], after[:layer], strict=True))
        assert np.allclose(after[layer][..., 0], before[layer][..., 0] / 2)
        assert np.array_equal(after[layer][..., 1:], before[layer][..., 1:])


def test_the_anatomy_is_read_back_as_it_was_written(dissected):
    _, found, _ = dissected
    file = io.BytesIO()
    found.save(file)
    file.seek(0)
    again = anatomy.load(file)
    assert again.shapes == found.shapes
    for part, other in zip(found.parts, again.parts, strict=True):
        assert (part.name, part.op, part.inputs) == (other.name, other.op, other.inputs)
        assert all(np.array_equal(part.arrays[name], other.arrays[name]) for name in part.arrays)


def test_a_layer_nobody_has_seen_is_named():
    @keras.saving.register_keras_serializable("tests")
    class Wavy(layers.Layer):
        def call(self, x):
            return keras.ops.sin(x)

    model = of_layers((8, 8, 1), layers.Conv2D(2, 3), Wavy(name="wavy"))
    found = dissect(model)
    assert found.unknown == ("wavy",)
    assert [part.inputs for part in found.parts] == [(-1,), (0,), (1,), (2,)]
    again, content = gradient_graph.explain(model)
    assert content is None
    assert again.no_gradients == "What the layer wavy computes is not known here."


def test_a_layer_used_twice_is_named():
    image = keras.Input((8, 8, 1))
    twice = layers.Conv2D(1, 3, padding="same", name="twice")
    x = layers.Flatten()(twice(twice(image)))
    model = keras.Model(image, layers.Dense(3, activation="softmax")(x))
    assert dissect(model).unknown == ("twice",)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut off", b"not a graph"])
def test_a_damaged_graph_is_one_sentence(content):
    with pytest.raises(InklingError, match="cannot be loaded"):
        GradientGraph(content)


def test_a_graph_that_computes_something_else_is_not_kept(monkeypatch):
    monkeypatch.setitem(gradient_graph.ACTIVATIONS, "relu", lambda x: x)
    found, content = gradient_graph.explain(networks.build("shallow", (8, 8, 1), 3))
    assert content is None
    assert "differs from Keras" in found.no_gradients
