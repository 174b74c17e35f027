"""A network -> one LiteRT graph with gates and gradients, of built-in operations only.

LiteRT has no operations for the gradients of ReLU, max pooling and strided slices, so what the
graph computes forward is written such that its gradient needs none of them. TensorFlow is needed to
build the graph, not to run it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.errors import InklingError
from pipeline.quiet import quiet_stderr
from pipeline.serving.anatomy import Anatomy, Part, Shape, before, window_of, windows
from pipeline.serving.dissection import dissect
from pipeline.serving.gradients import GradientGraph

Tensor = Any
LOWEST = -1e30  # around what is pooled: less than any activation, and finite
TOLERANCE = 1e-4  # relative to the largest value, at least 1


class NoGradients(InklingError):
    """A network has no gradient graph; the message names the layer."""


def build(anatomy: Anatomy) -> bytes:
    """Build the gradient graph of a network.

    Its inputs are `image`, float32 (1, height, width, channels) in [0, 1]; `weights`, float32
    (1, classes), over the logits: one for a class, or +1 and −1 for “why this and not that”; and
    `gates`, float32 (1, gates), ones by default, which scale the maps and units of
    `anatomy.gated`, one layer after the other. Its outputs are `output_<i>`, what each layer
    computes behind its gates; `logits`; `gradient`, of the weighted logits with respect to the
    image; and where there is a convolution, `inner_gradient`, with respect to the output of the
    last one.

    Raises:
        NoGradients: the arithmetic of a layer is not known, or LiteRT has no operation for it.
    """
    if anatomy.unknown:
        raise NoGradients(f"What the layer {anatomy.unknown[0]} computes is not known here.")
    module = tf.Module()
    module.explain = _graph(anatomy)
    try:
        with quiet_stderr():
            functions = [module.explain.get_concrete_function()]
            return bytes(
                tf.lite.TFLiteConverter.from_concrete_functions(functions, module).convert()
            )
    except Exception as error:  # what the converter raises is not documented
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise NoGradients(f"LiteRT has no gradient of this network: {said}.") from error


def check(graph: GradientGraph, model: Any, images: np.ndarray) -> float:
    """Compare a gradient graph with its Keras model on images.

    Args:
        graph: of the model.
        model: a functional Keras model that ends in a softmax.
        images: float32 (n, height, width, channels) in [0, 1]; a few are enough.

    Returns:
        The largest difference of any gradient, relative to its largest value (at least 1).

    Raises:
        NoGradients: it exceeds 1e-4.
    """
    worst = 0.0
    for image in images:
        with tf.GradientTape() as tape:
            given = tf.convert_to_tensor(image[None])
            tape.watch(given)
            probabilities = model(given, training=False)
            label = int(np.argmax(probabilities))
            score = tf.math.log(probabilities[0, label])
        expected = np.asarray(tape.gradient(score, given))[0]
        # The same score in logits: that of the class, less all of them by their probabilities.
        weights = -np.asarray(probabilities)[0]
        weights[label] += 1
        found = graph.run(image, weights).gradient
        gap = float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))
        if not gap <= TOLERANCE:  # not “>”: NaN must fail too
            raise NoGradients(f"The gradient graph differs from Keras by {gap:.2g}.")
        worst = max(worst, gap)
    return worst


def probes(image_shape: tuple[int, int, int]) -> np.ndarray:
    """Return images to compare on: noise, and noise on much blank paper, where values are equal.

    Returns:
        float32 (3, height, width, channels) in [0, 1], the same ones each time.
    """
    images = np.random.default_rng(0).random((3, *image_shape), np.float32)
    images[1:, :, : image_shape[1] // 2] = 0
    return images


def explain(model: Any) -> tuple[Anatomy, bytes | None]:
    """Take a network apart, and build its gradient graph, compared with Keras.

    Args:
        model: a functional Keras model that ends in a softmax.

    Returns:
        Its anatomy; and the graph, None if there is none, for the reason that the anatomy names.
    """
    anatomy = dissect(model)
    try:
        content = build(anatomy)
        check(GradientGraph(content), model, probes(anatomy.image_shape))
    except NoGradients as error:
        return replace(anatomy, no_gradients=str(error)), None
    return anatomy, content


def _graph(anatomy: Anatomy) -> Any:
    classes = anatomy.shapes[-1][-1]
    signature = [
        tf.TensorSpec((1, *anatomy.image_shape), tf.float32, name="image"),
        tf.TensorSpec((1, classes), tf.float32, name="weights"),
    ]
    if anatomy.gates:
        signature.append(tf.TensorSpec((1, anatomy.gates), tf.float32, name="gates"))
    inner = anatomy.last_convolution

    def compute(image: Tensor, weights: Tensor, gates: Tensor = None) -> dict[str, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(image)
            outputs, logits = _forward(anatomy, image, gates)
            score = tf.reduce_sum(logits * weights)
        watched = [image] if inner is None else [image, outputs[inner]]
        gradients = tape.gradient(score, watched, unconnected_gradients="zero")
        # Behind a softmax of its own, the logits are another layer's output. LiteRT.js returns a
        # tensor only once, so they must be a tensor of their own.
        found = {f"output_{place}": output for place, output in enumerate(outputs)}
        found |= {"logits": tf.maximum(logits, LOWEST), "gradient": gradients[0]}
        return found if inner is None else found | {"inner_gradient": gradients[1]}

    return tf.function(compute, input_signature=signature)


def _forward(anatomy: Anatomy, image: Tensor, gates: Tensor) -> tuple[list[Tensor], Tensor]:
    """Compute every layer's output, and the logits."""
    outputs: list[Tensor] = []
    logits, taken, gated = image, 0, set(anatomy.gated)
    for place, part in enumerate(anatomy.parts):
        shape = anatomy.shapes[place]
        given = [image if source < 0 else outputs[source] for source in part.inputs]
        logits = OPS[part.op](part, shape, given)
        output = _activated(part, logits)
        if place in gated:
            count = shape[-1]
            gate = tf.slice(gates, (0, taken), (1, count))
            output = output * tf.reshape(gate, (1,) * len(shape) + (count,))
            taken += count
        outputs.append(output)
    return outputs, logits


def _activated(part: Part, x: Tensor) -> Tensor:
    return tf.nn.softmax(x) if part.activation == "softmax" else ACTIVATIONS[part.activation](x)


def _convolution(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    strides, padding = part.settings["strides"], part.settings["padding"].upper()
    found = tf.nn.conv2d(given[0], part.arrays["kernel"], strides, padding)
    return found + part.arrays["bias"]


def _dense(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    kernel = part.arrays["kernel"]
    rows = tf.reshape(given[0], (-1, len(kernel)))
    return tf.reshape(tf.matmul(rows, kernel) + part.arrays["bias"], (1, *shape))


def _max_pool(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    """Compute the largest value under each window; its gradient goes to the first such place."""
    largest = None
    for cell in _cells(part, shape, given[0], LOWEST):
        if largest is None:
            largest = cell
        else:
            larger = tf.stop_gradient(tf.cast(cell > largest, tf.float32))
            largest = cell * larger + largest * (1 - larger)
    return largest


def _average_pool(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    """Compute the mean under each window; what is beyond the edge is not counted."""
    rows, columns = (
        np.array([last - first for first, last in spans], np.float32)
        for spans in windows(part, given[0].shape[1:3], shape)
    )
    return tf.add_n(_cells(part, shape, given[0], 0.0)) / np.outer(rows, columns)[None, ..., None]


def _cells(part: Part, shape: Shape, x: Tensor, beyond: float) -> list[Tensor]:
    """Return what is at each place of the windows of a pooling layer, row by row.

    Args:
        part: with the `size`, `strides` and `padding` of its windows.
        shape: (down, across, maps): how many windows there are, and how deep they are.
        x: float32 (1, height, width, maps).
        beyond: what is taken to be around it.
    """
    (high, wide), (down, across) = window_of(part)
    height, width = x.shape[1:3]
    rows, columns, maps = shape
    top, left = before(part, (height, width), shape)
    # Whole steps for every place of a window, so that each is a block of a reshaped image.
    tall, broad = rows * down + high, columns * across + wide
    bottom, right = max(0, tall - top - height), max(0, broad - left - width)
    if top or left or bottom or right:
        around = ((0, 0), (top, bottom), (left, right), (0, 0))
        x = tf.pad(x, around, constant_values=beyond)
    cells = []
    for row in range(high):
        for column in range(wide):
            cell = tf.slice(x, (0, row, column, 0), (1, rows * down, columns * across, maps))
            cell = tf.reshape(cell, (rows, down, columns * across, maps))
            cell = tf.slice(cell, (0, 0, 0, 0), (rows, 1, columns * across, maps))
            cell = tf.reshape(cell, (rows, columns, across, maps))
            cell = tf.slice(cell, (0, 0, 0, 0), (rows, columns, 1, maps))
            cells.append(tf.reshape(cell, (1, rows, columns, maps)))
    return cells


def _scale(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    return given[0] * part.arrays["factor"] + part.arrays["offset"]


def _rectify(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    slope = part.arrays.get("slope", part.settings["slope"])
    found = _leaky(given[0], slope)
    most = part.settings["most"]
    return found if most is None else _capped(found, most)


def _leaky(x: Tensor, slope: Any) -> Tensor:
    positive = tf.stop_gradient(tf.cast(x > 0, tf.float32))
    return x * (positive + slope * (1 - positive))


def _capped(x: Tensor, most: float) -> Tensor:
    below = tf.stop_gradient(tf.cast(x < most, tf.float32))
    return x * below + most * (1 - below)


def _pad(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    return tf.pad(given[0], ((0, 0), *part.settings["around"], (0, 0)))


def _crop(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    (top, _), (left, _) = part.settings["around"]
    return tf.slice(given[0], (0, top, left, 0), (1, *shape))


def _enlarge(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
    _, height, width, maps = given[0].shape
    down, across = part.settings["size"]
    found = tf.concat([tf.reshape(given[0], (height, 1, width * maps))] * down, 1)
    found = tf.concat([tf.reshape(found, (height * down, width, 1, maps))] * across, 2)
    return tf.reshape(found, (1, *shape))


def _merged(merge: Callable[[Sequence[Tensor]], Tensor]) -> Callable[..., Tensor]:
    return lambda part, shape, given: merge(given)


def _folded(pair: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def fold(part: Part, shape: Shape, given: Sequence[Tensor]) -> Tensor:
        found = given[0]
        for other in given[1:]:
            found = pair(found, other)
        return found

    return fold


def _own_slope(value: Callable[[Tensor], Tensor], slope: Callable[[Tensor], Tensor]) -> Any:
    """Make a function whose derivative is written out in basic operations."""

    def function(x: Tensor) -> Any:
        return value(x), lambda upstream: upstream * slope(x)

    return tf.custom_gradient(function)


def _erf(x: Tensor) -> Tensor:
    """Compute the error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    t = 1 / (1 + 0.3275911 * tf.abs(x))
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    return tf.sign(x) * (1 - series * tf.exp(-x * x))


def _bell(x: Tensor) -> Tensor:
    """Compute the cumulative normal distribution."""
    return 0.5 * (1 + _erf(x / np.sqrt(2).astype(np.float32)))


def _sigmoid_slope(x: Tensor) -> Tensor:
    share = tf.sigmoid(x)
    return share * (1 - share)


def _within(x: Tensor, low: float, high: float) -> Tensor:
    return tf.cast(x > low, tf.float32) * tf.cast(x < high, tf.float32)


def _elu_slope(x: Tensor, alpha: float = 1.0) -> Tensor:
    positive = tf.cast(x > 0, tf.float32)
    return positive + (1 - positive) * alpha * tf.exp(tf.minimum(x, 0.0))


def _hard_sigmoid(x: Tensor) -> Tensor:
    return tf.clip_by_value(x / 6 + 0.5, 0.0, 1.0)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": lambda x: _leaky(x, 0.0),
    "relu6": lambda x: _capped(_leaky(x, 0.0), 6.0),
    "leaky_relu": lambda x: _leaky(x, 0.2),
    "sigmoid": _own_slope(tf.sigmoid, _sigmoid_slope),
    "tanh": _own_slope(tf.tanh, lambda x: 1 - tf.tanh(x) ** 2),
    "elu": _own_slope(tf.nn.elu, _elu_slope),
    "selu": _own_slope(
        lambda x: SELU_SCALE * (tf.maximum(x, 0.0) + SELU_ALPHA * (tf.exp(tf.minimum(x, 0.0)) - 1)),
        lambda x: SELU_SCALE * _elu_slope(x, SELU_ALPHA),
    ),
    "gelu": _own_slope(
        lambda x: x * _bell(x),
        lambda x: _bell(x) + x * tf.exp(-x * x / 2) / np.sqrt(2 * np.pi).astype(np.float32),
    ),
    "silu": _own_slope(
        lambda x: x * tf.sigmoid(x), lambda x: tf.sigmoid(x) * (1 + x * (1 - tf.sigmoid(x)))
    ),
    "softplus": _own_slope(
        lambda x: tf.maximum(x, 0.0) + tf.math.log(1 + tf.exp(-tf.abs(x))), tf.sigmoid
    ),
    "softsign": _own_slope(lambda x: x / (1 + tf.abs(x)), lambda x: 1 / (1 + tf.abs(x)) ** 2),
    "exponential": _own_slope(tf.exp, tf.exp),
    "hard_sigmoid": _own_slope(_hard_sigmoid, lambda x: _within(x, -3.0, 3.0) / 6),
    "hard_silu": _own_slope(
        lambda x: x * _hard_sigmoid(x),
        lambda x: _hard_sigmoid(x) + x * _within(x, -3.0, 3.0) / 6,
    ),
}
OPS: dict[str, Callable[[Part, Shape, Sequence[Tensor]], Tensor]] = {
    "convolution": _convolution,
    "dense": _dense,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "scale": _scale,
    "rectify": _rectify,
    "pad": _pad,
    "crop": _crop,
    "enlarge": _enlarge,
    "identity": lambda part, shape, given: given[0],
    "flatten": lambda part, shape, given: tf.reshape(given[0], (1, *shape)),
    "reshape": lambda part, shape, given: tf.reshape(given[0], (1, *shape)),
    "permute": lambda part, shape, given: tf.transpose(given[0], (0, *part.settings["order"])),
    "global_average": lambda part, shape, given: tf.reshape(
        tf.reduce_mean(given[0], (1, 2)), (1, *shape)
    ),
    "global_max": lambda part, shape, given: tf.reshape(
        tf.reduce_max(given[0], (1, 2)), (1, *shape)
    ),
    "add": _merged(tf.add_n),
    "average": _merged(lambda given: tf.add_n(given) / len(given)),
    "concatenate": _merged(lambda given: tf.concat(given, -1)),
    "subtract": _folded(tf.subtract),
    "multiply": _folded(tf.multiply),
    "maximum": _folded(tf.maximum),
    "minimum": _folded(tf.minimum),
}
