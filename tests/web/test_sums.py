"""The sums that the page writes out are what Keras computes, for every operation there is.

The graph that the page reads its activations from is compared with Keras where it is made, in
`tests/pipeline/serving/test_gradient_graph.py`.
"""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.export.inside_spec import part_facts
from pipeline.export.packing import Blob
from pipeline.serving import gradient_graph
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.dissection import dissect
from pipeline.serving.litert import shown_layers
from tests.pipeline.serving.test_gradient_graph import STACKS, branched, colorful, of_layers
from tests.web.javascript import call

POSITIONS = 12


def merged() -> keras.Model:
    """What merges two layers, and is in none of the other models; one is smaller than the other."""
    image = keras.Input((12, 12, 2))
    one, other = layers.Conv2D(2, 3, padding="same")(image), layers.Activation("tanh")(image)
    x = layers.Subtract()([one, other])
    x = layers.Average()([x, layers.Minimum()([one, other])])
    x = layers.Multiply()([x, layers.Dense(2)(layers.GlobalAveragePooling2D(keepdims=True)(x))])
    return keras.Model(image, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))


MODELS = {
    "branched": branched,
    "colorful": colorful,
    **{name: lambda parts=parts: of_layers((12, 12, 2), *parts) for name, parts in STACKS.items()},
    "merged": merged,
}


def described(anatomy: Anatomy, place: int) -> dict[str, Any]:
    """A layer as `web/src/inside/view.js` hands it to the sums."""
    blob, part = Blob(), anatomy.parts[place]
    facts = part_facts(part, anatomy, place, blob)
    arrays = {
        name: {"values": array.ravel().tolist(), "shape": array.shape}
        for name, array in part.arrays.items()
    }
    return facts | {"arrays": arrays, "shape": anatomy.shapes[place]}


@pytest.mark.parametrize("name", MODELS)
def test_every_sum_ends_in_the_activation_that_keras_computes(name: str, random):
    keras.utils.set_random_seed(5)
    model = MODELS[name]()
    for weight in model.weights:
        spread = random.normal(0, 0.1, weight.shape)
        weight.assign(np.abs(weight + spread) if "variance" in weight.path else weight + spread)
    anatomy = dissect(model)
    every = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])
    image = gradient_graph.probes(anatomy.image_shape)[1]
    outputs = [np.asarray(output[0]) for output in every([image[None]], training=False)]
    cases, expected = [], []
    for place, part in enumerate(anatomy.parts):
        given = [image if source < 0 else outputs[source] for source in part.inputs]
        found = outputs[place].ravel()
        places = random.integers(0, found.size, POSITIONS).tolist()
        inputs = [{"values": x.ravel().tolist(), "shape": x.shape} for x in given]
        cases.append([described(anatomy, place), inputs, places])
        expected.append(found[places])
    for part, sums, values in zip(
        anatomy.parts, call("inside/sums.js", "sumsAt", cases), expected, strict=True
    ):
        after = [one["after"] for one in sums]
        assert np.allclose(after, values, atol=1e-4, rtol=1e-4), part
        for one in sums:
            assert_adds_up(one)


def assert_adds_up(one: dict[str, Any]) -> None:
    """What is written as the result is what the terms make."""
    parts = [term["part"] for term in one["terms"]]
    made = {
        "sum": lambda: sum(parts), "mean": lambda: np.mean(parts), "largest": lambda: max(parts),
        "smallest": lambda: min(parts), "product": lambda: np.prod(parts),
        "copy": lambda: sum(parts),
    }[one["form"]]()  # fmt: skip
    assert one["before"] == pytest.approx(made + (one["bias"] or 0), abs=1e-6)
    for term in one["terms"]:
        # A capped ReLU multiplies, and then cuts off.
        if term["weight"] is not None and one["before"] != 6:
            assert term["part"] == pytest.approx(term["weight"] * term["value"])


def test_every_operation_is_among_them():
    tried = {part.op for build in MODELS.values() for part in dissect(build()).parts}
    assert tried == set(gradient_graph.OPS)


def test_every_activation_is_the_graphs():
    points = np.linspace(-7, 7, 57, dtype=np.float32)
    for name, function in gradient_graph.ACTIVATIONS.items():
        layer = {"op": "identity", "activation": name, "shape": [57], "settings": {}, "arrays": {}}
        given = [{"values": points.tolist(), "shape": [57]}]
        (sums,) = call("inside/sums.js", "sumsAt", [[layer, given, list(range(57))]])
        assert np.allclose([one["after"] for one in sums], function(points), atol=1e-5), name
