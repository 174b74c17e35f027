"""The serving graph -> probabilities and activations, with LiteRT; never imports TensorFlow."""

import math
import threading
from collections.abc import Collection
from pathlib import Path

import numpy as np
from pydantic import BaseModel, NonNegativeInt, PositiveInt

from pipeline.errors import InklingError
from pipeline.preprocess import to_model_input


class LayerInfo(BaseModel):
    """A layer whose output the serving graph returns.

    Attributes:
        name: unique in the network.
        kind: its Keras class, such as "Conv2D".
        shape: of its output, without the batch axis.
        parameters: how many it has, trainable or not.
    """

    name: str
    kind: str
    shape: tuple[PositiveInt, ...]
    parameters: NonNegativeInt

    @property
    def drawn_shape(self) -> tuple[int, ...]:
        """How its output is drawn: (height, width, maps) or (units,).

        A matrix, such as a recurrent layer's, is one map; what has more axes is a row of units.
        """
        if len(self.shape) == 2:
            return (*self.shape, 1)
        return self.shape if len(self.shape) == 3 else (math.prod(self.shape),)


class ServingGraph:
    """A LiteRT graph that returns every layer's output, one image at a time.

    Thread-safe: its interpreter is not, so calls take turns.
    """

    def __init__(self, source: Path | bytes) -> None:
        """Load a graph from a file, or from its bytes.

        Raises:
            InklingError: the file is missing or not a LiteRT graph.
        """
        # Too slow to import for commands that predict nothing.
        from ai_edge_litert.interpreter import Interpreter

        try:
            content = source.read_bytes() if isinstance(source, Path) else source
            self._interpreter = Interpreter(model_content=content)
            self._interpreter.allocate_tensors()
            (self._input,) = self._interpreter.get_input_details()
            # The outputs are shuffled; only the signature says which is which, as in "output_12".
            signature = self._interpreter.get_signature_runner()
            (self._input_name,) = signature.get_input_details()
            outputs = signature.get_output_details()
            names = sorted(outputs, key=lambda name: int(name.removeprefix("output_")))
            self._outputs = [outputs[name] for name in names]
        except (OSError, ValueError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is damaged"
            called = f"network {source}" if isinstance(source, Path) else "network"
            raise InklingError(f"The {called} cannot be loaded: {reason}.") from error
        self._lock = threading.Lock()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image."""
        _, height, width, channels = (int(side) for side in self._input["shape"])
        return height, width, channels

    @property
    def input_name(self) -> str:
        """The name of the image in the graph's signature."""
        return self._input_name

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Predict images.

        Args:
            images: uint8 (n, height, width, channels).

        Returns:
            float32 (n, classes); each row sums to 1.
        """
        return self.outputs(images, ())[0]

    def outputs(
        self, images: np.ndarray, layers: Collection[int]
    ) -> tuple[np.ndarray, dict[int, np.ndarray]]:
        """Predict images, and return what some layers give for them.

        Args:
            images: uint8 (n, height, width, channels).
            layers: their places among the run's layers.

        Returns:
            float32 (n, classes), each row sums to 1; and float32 (n, …) by layer.
        """
        wanted = {layer: self._outputs[layer] for layer in (*layers, len(self._outputs) - 1)}
        found = {
            layer: np.empty((len(images), *output["shape"][1:]), np.float32)
            for layer, output in wanted.items()
        }
        with self._lock:
            for start in range(
                0, len(images), 1000
            ):  # a million float images may not fit in memory
                batch = self._checked(images[start : start + 1000])
                for row, image in enumerate(batch, start=start):
                    self._run(image)
                    for layer, output in wanted.items():
                        found[layer][row] = self._interpreter.get_tensor(output["index"])[0]
        return found[len(self._outputs) - 1], found

    def activations(self, image: np.ndarray) -> list[np.ndarray]:
        """Return every layer's output for one image.

        Args:
            image: uint8 (height, width, channels).

        Returns:
            One float32 array per layer, in the order of the run's layers, without the batch axis:
            (height, width, maps) or (units,). The last one holds the probabilities.
        """
        with self._lock:
            self._run(self._checked(image[None])[0])
            return [self._interpreter.get_tensor(output["index"])[0] for output in self._outputs]

    def _checked(self, images: np.ndarray) -> np.ndarray:
        if images.shape[1:] != self.input_shape:
            raise ValueError(f"the network takes {self.input_shape}, got {images.shape[1:]}")
        return to_model_input(images)

    def _run(self, image: np.ndarray) -> None:
        self._interpreter.set_tensor(self._input["index"], image[None])
        self._interpreter.invoke()
