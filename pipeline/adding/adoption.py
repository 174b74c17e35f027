"""A Keras model that somebody else made -> a functional one like ours: [0, 1] -> probabilities.

Its layers are copied one by one, with their weights, into float32. What does nothing outside
training is left out; what it needs in front and at its end is added as layers of their own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from keras import layers

from pipeline.errors import InklingError, reason
from pipeline.preprocess import RANGES, PixelRange, Pixels, to_model_input
from pipeline.serving.litert import IDENTITIES
from pipeline.words import percent

End = Literal["softmax", "probabilities", "logits"]
UNIT, BYTES = RANGES["unit"], RANGES["bytes"]
Shape = tuple[int, int, int]

SAMPLE = 500  # validation images that are read to tell one kind of network from another
BATCH = 100
SUM_TOLERANCE = 1e-3  # of probabilities, which sum to 1
ABOUT_AS_GOOD = 0.02  # of accuracies
SAME, SAME_IN_HALF = 1e-3, 0.05  # of probabilities; where the original computed in 16 bits
BOUNDED = {"sigmoid", "hard_sigmoid", "tanh", "softsign"}  # neither logits nor probabilities
# Layers in front of the first one that says which pixels it takes.
ARRANGING = (
    layers.InputLayer, layers.Reshape, layers.Flatten, layers.Permute, layers.Resizing,
    layers.CenterCrop, layers.ZeroPadding2D, layers.Cropping2D, *IDENTITIES,
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """How a network reads validation images: accuracy, mean confidence, mean log loss."""

    accuracy: float
    confidence: float
    loss: float


@dataclass(frozen=True)
class Adopted:
    """A network like ours, and what was found out about the one it was made from.

    Attributes:
        model: functional, float32 (n, height, width, channels) in [0, 1] -> probabilities.
        ends_in: "softmax"; "probabilities", which no softmax at its end says; or "logits".
        takes: the name of one of the RANGES.
        found: sentences: what was found, and what was changed.
    """

    model: keras.Model
    ends_in: End
    takes: str
    found: tuple[str, ...]


def adopt(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    classes: int,
    called: str,
    pixels: Pixels | None = None,
) -> Adopted:
    """Make a network like ours from one that somebody else made.

    Args:
        model: as it was loaded.
        images: validation images, uint8 (n, height, width, channels); the first 500 are read.
        labels: their classes, int (n,).
        classes: how many there are.
        called: the network's name, for messages.
        pixels: which it takes, if somebody knows; None to find it out.

    Raises:
        InklingError: it does not fit the images or the classes, or does not give numbers.
    """
    image_shape: Shape = images.shape[1:]
    _check_one_in_one_out(model, called)
    _check_weights(model, called)
    inner = keras.Model(model.inputs[0], model.outputs[0])
    arranged = _arranged(tuple(inner.inputs[0].shape[1:]), image_shape, called)
    _check_outputs(inner, classes, called)
    if _activation(_last(model)) in BOUNDED:
        raise InklingError(
            f"{called} ends in {_activation(_last(model))}, which answers yes or no for each class "
            "on its own. Save it with softmax, or without an activation, at its end."
        )
    sample = to_model_input(images[:SAMPLE])
    told = _told_by_somebody(pixels) if pixels else pixels_told_by(model)
    takes, outputs, said = _pixel_range(inner, arranged, sample, labels[:SAMPLE], called, told)
    ends_in = _end(model, outputs)
    in_front = None if _arranges_itself(inner) else arranged
    adopted, left_out = _rebuilt(inner, image_shape, in_front, takes, ends_in, called)
    tolerance = SAME if _in_float32(inner) else SAME_IN_HALF
    _check_same(adopted, sample, _probabilities(outputs, ends_in), tolerance, called)
    found = [_END_SAID[ends_in], said, *_changes(in_front, left_out)]
    found += _warning(outputs, labels[:SAMPLE], classes)
    return Adopted(adopted, ends_in, takes.name, tuple(found))


def _check_one_in_one_out(model: keras.Model, called: str) -> None:
    if not model.built or not getattr(model, "inputs", None):
        raise InklingError(
            f"{called} is not built: it has no input shape and no weights yet. Train it, or give "
            "it an Input layer, and save it again."
        )
    for what, found in (("input", model.inputs), ("output", model.outputs)):
        if len(found) != 1:
            raise InklingError(
                f"{called} has {len(found)} {what}s; a classifier of images has one. Save the part "
                "of it that turns an image into its class."
            )


def _check_weights(model: keras.Model, called: str) -> None:
    if not model.count_params():
        raise InklingError(f"{called} has no weights: it has learned nothing.")
    for layer in model._flatten_layers(include_self=False):
        if not all(np.isfinite(np.asarray(weights, np.float32)).all() for weights in layer.weights):
            raise InklingError(
                f"The weights of layer “{layer.name[:80]}” of {called} are not all finite numbers: "
                "its training failed. Train it again with a lower learning rate."
            )


def _check_outputs(model: keras.Model, classes: int, called: str) -> None:
    shape = tuple(model.outputs[0].shape[1:])
    if len(shape) != 1:
        raise InklingError(
            f"The output of {called} is {_sides(shape)}, not one number per class. Save it with a "
            "Flatten or a global pooling layer before its end."
        )
    if shape[0] != classes:
        raise InklingError(
            f"{called} tells {shape[0]} classes apart, the dataset has {classes}. Choose the "
            "dataset that it was trained on."
        )


def _arranged(wanted: tuple[int | None, ...], image: Shape, called: str) -> tuple[int, ...] | None:
    """Return the shape that images must be brought into; None if they fit as they are."""
    height, width, channels = image
    if len(wanted) == 3 and all(
        side in (None, own) for side, own in zip(wanted, image, strict=True)
    ):
        return None
    flat, gray = (height * width * channels,), (height, width)
    if wanted == flat or (wanted == gray and channels == 1):
        return flat if wanted == flat else gray
    hint = "Choose the dataset that it was trained on"
    if len(wanted) == 3 and wanted[:2] == image[:2]:
        hint = f"It is for {'grayscale' if wanted[2] == 1 else 'color'} images. {hint}"
    elif len(wanted) == 3 and wanted[1:] == image[:2]:
        hint = "Its channels come first. Build it with channels last"
    raise InklingError(
        f"{called} takes {_sides(wanted)}, the dataset's images are {_sides(image)}. {hint}."
    )


def _arranges_itself(model: keras.Model) -> bool:
    """Whether all that a network does with an image is to bring it into a shape of its own."""
    first = [
        node.operation
        for nodes in model._nodes_by_depth.values()
        for node in nodes
        if any(tensor is model.inputs[0] for tensor in node.input_tensors)
    ]
    return all(isinstance(layer, layers.Flatten | layers.Reshape) for layer in first)


def _sides(shape: Sequence[int | None]) -> str:
    return "×".join("?" if side is None else str(side) for side in shape) or "a single number"


def _run(
    model: keras.Model, images: np.ndarray, shape: tuple[int, ...] | None, pixels: PixelRange
) -> np.ndarray:
    """Compute a network's outputs: float64 (n, classes)."""
    given = images * np.float32(pixels.scale) + np.float32(pixels.offset)
    given = given if shape is None else given.reshape(len(given), *shape)
    parts = [
        np.asarray(model(given[start : start + BATCH], training=False), np.float64)
        for start in range(0, len(given), BATCH)
    ]
    return np.concatenate(parts)


def _pixel_range(
    model: keras.Model,
    shape: tuple[int, ...] | None,
    images: np.ndarray,
    labels: np.ndarray,
    called: str,
    told: tuple[PixelRange, str] | None,
) -> tuple[PixelRange, np.ndarray, str]:
    """Find out which pixels a network takes; return its outputs for them, and say how it is known.

    Somebody or its layers have told, or else it is the range whose images it reads best.
    """
    tried = RANGES.values() if told is None else (told[0],)
    outputs = {one: _run(model, images, shape, one) for one in tried}
    finite = {one: found for one, found in outputs.items() if np.isfinite(found).all()}
    if not finite:
        raise InklingError(
            f"The predictions of {called} are not all finite numbers (NaN). Train it again with a "
            "lower learning rate."
        )
    if told is not None:
        return told[0], finite[told[0]], told[1]
    read = {one: _reading(found, labels) for one, found in finite.items()}
    best = best_read(read)
    others = "; ".join(
        f"{pixels.name}: {percent(one.accuracy)}, {percent(one.confidence)}"
        for pixels, one in read.items()
        if pixels is not best
    )
    return best, finite[best], (
        f"It is given pixels from {best.name}. No layer says what it was trained on, but of "
        f"{len(labels)} validation images it reads {percent(read[best].accuracy)} that way, with a "
        f"mean confidence of {percent(read[best].confidence)} ({others})."
    )  # fmt: skip


def _told_by_somebody(pixels: Pixels) -> tuple[PixelRange, str]:
    takes = RANGES[pixels]
    return takes, f"It is given pixels from {takes.name}, as it was added with that choice."


def best_read(read: Mapping[PixelRange, Reading]) -> PixelRange:
    """Choose the pixels that a network was most likely trained on.

    Many networks read images 255 times as bright about as well, but by far too surely; and images
    255 times too dark without being sure of anything.
    """
    most = max(one.accuracy for one in read.values())
    good = [pixels for pixels in read if read[pixels].accuracy >= most - ABOUT_AS_GOOD]
    sure = [one for one in good if read[one].confidence >= read[one].accuracy / 2] or good
    dark = [one for one in sure if one is not BYTES] or sure
    return min(dark, key=lambda one: read[one].loss)


def pixels_told_by(model: keras.Model) -> tuple[PixelRange, str] | None:
    """Tell from a network's first layers which pixels it takes, and say so; None if in doubt."""
    first = next((layer for layer in _leaves(model) if not _only_arranges(layer)), None)
    if isinstance(first, layers.Rescaling):
        spread, most = float(np.max(np.abs(first.scale))), 4.0
    elif isinstance(first, layers.Normalization) and not first.invert:
        spread, most = 1 / max(float(np.sqrt(np.max(np.asarray(first.variance)))), 1e-6), 30.0
    else:
        return None
    if 255 * spread <= most:
        found = BYTES
    elif 0.2 <= spread <= most:
        found = UNIT
    else:
        return None
    return found, (
        f"Its layer “{first.name}” ({type(first).__name__}) expects pixels from {found.name}."
    )


def _only_arranges(layer: layers.Layer) -> bool:
    return isinstance(layer, ARRANGING) or _does_nothing(layer)


def _leaves(model: keras.Model) -> list[layers.Layer]:
    """List the layers, those of inner networks in their place."""
    found: list[layers.Layer] = []
    for layer in model.layers:
        found += _leaves(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def _last(model: keras.Model) -> layers.Layer:
    last = model.layers[-1]
    return _last(last) if isinstance(last, keras.Model) else last


def _activation(layer: layers.Layer) -> str:
    if isinstance(layer, layers.Softmax):
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _end(model: keras.Model, outputs: np.ndarray) -> End:
    """Tell probabilities from logits: by what they sum to, since no name is needed for that."""
    if _sum_to_one(outputs):
        return "softmax" if _activation(_last(model)) == "softmax" else "probabilities"
    return "logits"


_END_SAID: dict[End, str] = {
    "softmax": "It ends in a softmax.",
    "probabilities": "Its outputs are probabilities: for every image they sum to 1.",
    "logits": "Its outputs are logits: a softmax was added at its end.",
}


def _probabilities(outputs: np.ndarray, ends_in: End) -> np.ndarray:
    if ends_in != "logits":
        return outputs
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _reading(outputs: np.ndarray, labels: np.ndarray) -> Reading:
    found = _probabilities(outputs, "probabilities" if _sum_to_one(outputs) else "logits")
    true = np.maximum(found[np.arange(len(labels)), labels], 1e-12)
    right = (outputs.argmax(axis=1) == labels).mean()
    return Reading(float(right), float(found.max(axis=1).mean()), float(-np.log(true).mean()))


def _sum_to_one(outputs: np.ndarray) -> bool:
    gap = np.abs(outputs.sum(axis=1) - 1).max()
    return bool(gap < SUM_TOLERANCE and outputs.min() >= 0)


def _does_nothing(layer: layers.Layer) -> bool:
    """Whether a layer passes its input on unchanged outside training, as augmentation does."""
    if isinstance(layer, layers.InputLayer):
        return False
    if isinstance(layer, (*IDENTITIES, layers.AlphaDropout)):
        return True
    if type(layer) is layers.Activation and _activation(layer) == "linear":
        return True
    random = type(layer).__name__.startswith("Random")
    return random and layer.built and tuple(layer.output.shape) == tuple(layer.input.shape)


def _rebuilt(
    inner: keras.Model,
    image_shape: Shape,
    shape: tuple[int, ...] | None,
    pixels: PixelRange,
    ends_in: End,
    called: str,
) -> tuple[keras.Model, list[str]]:
    """Copy a network behind what it needs in front; and name the layers that were left out."""
    copies = _Copies()
    x = image = keras.Input(image_shape, name=copies.name("image"))
    if pixels is not UNIT:
        name = copies.name("pixels")
        x = layers.Rescaling(pixels.scale, pixels.offset, name=name)(x)
    if shape is not None:
        x = layers.Reshape(shape, name=copies.name("arranged"))(x)
    try:
        (x,) = copies.replay(inner, x)
        copies.fill()
        if ends_in == "logits":
            x = layers.Softmax(name=copies.name("softmax"), dtype="float32")(x)
        return keras.Model(image, x, name="added"), copies.left_out
    except Exception as error:  # what a layer raises that cannot be built anew is not documented
        raise InklingError(
            f"{called} cannot be built anew layer by layer: {reason(error)}."
        ) from error


class _Copies:
    """Copies of a network's layers, with unique names."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self._names: set[str] = set()
        self._pairs: list[tuple[layers.Layer, layers.Layer]] = []

    def name(self, wanted: str) -> str:
        """Return a name that no other layer has, of characters that TensorFlow takes."""
        wanted = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted)
        if not re.match(r"[A-Za-z0-9.]", wanted):
            wanted = f"layer{wanted}"
        name, number = wanted, 1
        while name in self._names:
            name, number = f"{wanted}_{number}", number + 1
        self._names.add(name)
        return name

    def replay(self, model: keras.Model, given: Any) -> list[Any]:
        """Apply copies of a network's layers to other tensors, and return what it then returns.

        Inner networks are unfolded.
        """
        made: dict[int, layers.Layer] = {}

        def copy(operation: Any) -> Any:
            if isinstance(operation, keras.Model) or not isinstance(operation, layers.Layer):
                return operation
            if id(operation) not in made:
                made[id(operation)] = self._copy(operation)
            return made[id(operation)]

        def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(operation, keras.Model):
                inner = keras.Model(operation.inputs, operation.outputs)
                outputs = self.replay(inner, args[0])
                return outputs[0] if len(outputs) == 1 else outputs
            if isinstance(operation, layers.Layer) and _does_nothing(operation):
                return args[0]
            found = operation(*args, **kwargs)
            if isinstance(operation, layers.Reshape | layers.Flatten) and (
                found.shape == args[0].shape
            ):
                return args[0]  # the image has that shape already
            return found

        # Keras's own clone_model neither unfolds inner networks nor leaves layers out.
        found = model._run_through_graph(given, operation_fn=copy, call_fn=call)
        return list(keras.tree.flatten(found))

    def _copy(self, layer: layers.Layer) -> layers.Layer:
        if _does_nothing(layer):
            self.left_out.append(layer.name)
            return layer
        settings = layer.get_config() | {"name": self.name(layer.name)}
        if "dtype" in settings:
            settings["dtype"] = "float32"
        copied = type(layer).from_config(settings)
        self._pairs.append((layer, copied))
        return copied

    def fill(self) -> None:
        """Copy the weights, once all layers are built."""
        for layer, copied in self._pairs:
            copied.set_weights(layer.get_weights())
            if isinstance(copied, layers.Normalization):
                copied.finalize_state()  # or its mean stays that of its creation


def _in_float32(model: keras.Model) -> bool:
    return all(layer.compute_dtype == "float32" for layer in _leaves(model))


def _check_same(
    model: keras.Model, images: np.ndarray, expected: np.ndarray, tolerance: float, called: str
) -> None:
    gap = float(np.abs(_run(model, images, None, UNIT) - expected).max())
    if not gap <= tolerance:  # not “>”: NaN must fail too
        raise InklingError(
            f"{called} cannot be built anew layer by layer: the probabilities of the copy differ "
            f"by {gap:.2g}. Save it with layers that compute the same each time."
        )


def _changes(shape: tuple[int, ...] | None, left_out: Sequence[str]) -> list[str]:
    said = []
    if shape is not None:
        said.append(f"A layer in front arranges the image as {_sides(shape)} numbers.")
    if left_out:
        named = ", ".join(f"“{name}”" for name in left_out)
        said.append(f"Left out, because they only matter in training: {named}.")
    return said


def _warning(outputs: np.ndarray, labels: np.ndarray, classes: int) -> list[str]:
    """Warn of a network that hardly reads the dataset."""
    right = _reading(outputs, labels).accuracy
    if right > 1.5 / classes:
        return []
    return [
        f"It reads {percent(right)} of the validation images, hardly better than guessing: perhaps "
        "its classes are in another order, or it was trained on other images."
    ]
