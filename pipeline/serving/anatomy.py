"""What a network is made of: every layer's arithmetic, its inputs and its weights; without Keras.

The serving graph says what each layer computes; the anatomy says how. From it the gradient graph is
built, sums are written out, and receptive fields are computed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

IMAGE = -1  # as an input: the image itself
OTHER = "other"  # the arithmetic of a layer that is not known here
ARRANGING = ("flatten", "reshape", "permute")  # operations that compute nothing new
MOST_SCALED = 2.0  # times: as far as the page offers to scale a map
_DESCRIPTION = "anatomy"  # the member of the file that holds all but the arrays

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """The arithmetic of one layer.

    Attributes:
        name: of the layer, unique in the network.
        op: what it computes, as `gradient_graph.OPS` names it; OTHER if that is not known.
        inputs: the layers it takes, by their place in `Anatomy.parts`; IMAGE for the image.
        activation: what is applied to the result, a key of `gradient_graph.ACTIVATIONS` or
            "softmax".
        settings: numbers of the operation, such as `strides`; JSON values.
        arrays: its weights, float32. A convolution's `kernel` is (height, width, inputs, maps),
            whatever its groups and dilation: where a map does not look, it holds zeros.
    """

    name: str
    op: str
    inputs: tuple[int, ...]
    activation: str = "linear"
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Anatomy:
    """The arithmetic of a network.

    Attributes:
        image_shape: (height, width, channels).
        shapes: of each layer's output, without the batch axis.
        parts: one per layer that the serving graph shows, in its order.
        no_gradients: a sentence: why there is no gradient graph; "" if there is one.
    """

    image_shape: tuple[int, int, int]
    shapes: tuple[Shape, ...]
    parts: tuple[Part, ...]
    no_gradients: str = ""

    def shape(self, layer: int) -> Shape:
        """Return the shape of a layer's output, or of the image."""
        return self.image_shape if layer == IMAGE else self.shapes[layer]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the layers whose arithmetic is not known."""
        return tuple(part.name for part in self.parts if part.op == OTHER)

    @property
    def gated(self) -> tuple[int, ...]:
        """The layers whose maps or units can be switched off, by their places.

        Not the last one, whose outputs are the classes, nor what only arranges its input anew.
        """
        places = range(len(self.parts) - 1)
        return tuple(place for place in places if self.parts[place].op not in ARRANGING)

    @property
    def last_convolution(self) -> int | None:
        """The place of the last convolution; None if there is none."""
        places = [place for place, part in enumerate(self.parts) if part.op == "convolution"]
        return places[-1] if places else None

    @property
    def gates(self) -> int:
        """How many maps and units can be switched off, in all layers together."""
        return sum(self.shapes[layer][-1] for layer in self.gated)

    def gates_of(self, pairs: Any) -> np.ndarray | None:
        """Turn [gate, factor] pairs, unchecked, into one factor per map and unit.

        Returns:
            float32 (gates,), ones where nothing is said; None if that is no such list, or empty.
        """
        factors = np.ones(self.gates, np.float32)
        try:
            for gate, factor in pairs or ():
                if not 0 <= float(factor) <= MOST_SCALED or not 0 <= gate < self.gates:
                    return None
                factors[gate] = factor
        except (TypeError, ValueError, IndexError):
            return None
        return factors if (factors != 1).any() else None

    def save(self, file: IO[bytes]) -> None:
        """Write it as .npz; nothing in it is pickled."""
        described = {
            "image_shape": self.image_shape,
            "shapes": self.shapes,
            "no_gradients": self.no_gradients,
            "parts": [
                {
                    "name": part.name,
                    "op": part.op,
                    "inputs": part.inputs,
                    "activation": part.activation,
                    "settings": dict(part.settings),
                    "arrays": list(part.arrays),
                }
                for part in self.parts
            ],
        }
        text = np.frombuffer(json.dumps(described).encode(), np.uint8)
        arrays = {
            f"{place}_{name}": array.astype("<f4")
            for place, part in enumerate(self.parts)
            for name, array in part.arrays.items()
        }
        np.savez_compressed(file, allow_pickle=False, **{_DESCRIPTION: text}, **arrays)


def window_of(part: Part) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the size and the strides of the window that a convolution or pooling layer slides."""
    size = part.arrays["kernel"].shape[:2] if "kernel" in part.arrays else part.settings["size"]
    (high, wide), (down, across) = size, part.settings["strides"]
    return (high, wide), (down, across)


def before(part: Part, given: Shape, shape: Shape) -> tuple[int, int]:
    """Return how many rows and columns of padding a layer has above and left of its input.

    Args:
        part: a convolution or pooling layer.
        given: (height, width, …) of its input.
        shape: (height, width, …) of its output.
    """
    if part.settings["padding"] == "valid":
        return 0, 0
    size, strides = window_of(part)
    top, left = (
        max(0, (shape[axis] - 1) * strides[axis] + size[axis] - given[axis]) // 2 for axis in (0, 1)
    )
    return top, left


def windows(part: Part, given: Shape, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Return what each window of a layer covers of its input, without the padding.

    Args:
        part, given, shape: see `before`.

    Returns:
        int (height, 2) of the output, the first row and the one behind the last; and its columns,
        int (width, 2).
    """
    padding, (size, strides) = before(part, given, shape), window_of(part)
    spans = []
    for axis in (0, 1):
        first = np.arange(shape[axis]) * strides[axis] - padding[axis]
        both = np.stack([first, first + size[axis]], 1)
        spans.append(np.clip(both, 0, given[axis]))
    return spans[0], spans[1]


def load(file: IO[bytes]) -> Anatomy:
    """Read what `Anatomy.save` wrote.

    Raises:
        OSError, ValueError, KeyError, EOFError, BadZipFile: the file is damaged.
    """
    with np.load(file, allow_pickle=False) as members:
        described = json.loads(members[_DESCRIPTION].tobytes())
        try:
            parts = tuple(
                Part(
                    name=part["name"],
                    op=part["op"],
                    inputs=tuple(part["inputs"]),
                    activation=part["activation"],
                    settings=part["settings"],
                    arrays={name: members[f"{place}_{name}"] for name in part["arrays"]},
                )
                for place, part in enumerate(described["parts"])
            )
            height, width, channels = described["image_shape"]
            shapes = tuple(tuple(shape) for shape in described["shapes"])
            return Anatomy((height, width, channels), shapes, parts, described["no_gradients"])
        except TypeError as error:  # a list where an object should be, and the like
            raise ValueError("its description is malformed") from error
