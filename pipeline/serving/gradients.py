"""A gradient graph -> activations behind gates and gradients, with LiteRT; never TensorFlow."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.errors import InklingError


@dataclass(frozen=True)
class Explained:
    """What the gradient graph computes of one image.

    Attributes:
        outputs: every layer's output behind its gates, without the batch axis.
        logits: float32 (classes,), before the softmax.
        gradient: of the weighted logits with respect to the image, float32 (height, width,
            channels).
        inner_gradient: with respect to the output of the last convolution, (height, width, maps);
            None if there is none.
    """

    outputs: tuple[np.ndarray, ...]
    logits: np.ndarray
    gradient: np.ndarray
    inner_gradient: np.ndarray | None


class GradientGraph:
    """The graph that `gradient_graph.build` made; thread-safe, calls take turns."""

    def __init__(self, content: bytes) -> None:
        """Load a graph.

        Raises:
            InklingError: it is not a gradient graph.
        """
        # Too slow to import for what explains nothing.
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=content)
            self._interpreter.allocate_tensors()
            signature = self._interpreter.get_signature_runner()
            inputs, outputs = signature.get_input_details(), signature.get_output_details()
            self.classes = int(inputs["weights"]["shape"][-1])
            self._gates = int(inputs["gates"]["shape"][-1]) if "gates" in inputs else 0
        except (ValueError, RuntimeError, KeyError) as error:
            raise InklingError("The gradient graph cannot be loaded: it is damaged.") from error
        self._inputs, self._outputs = (
            {name: int(tensor["index"]) for name, tensor in tensors.items()}
            for tensors in (inputs, outputs)
        )
        layers = sum(name.startswith("output_") for name in outputs)
        self._layers = [f"output_{place}" for place in range(layers)]
        self._lock = threading.Lock()

    @property
    def gates(self) -> int:
        """How many maps and units can be switched off."""
        return self._gates

    def run(
        self, image: np.ndarray, weights: np.ndarray, gates: np.ndarray | None = None
    ) -> Explained:
        """Compute what each layer makes of an image, and the gradient of the weighted logits.

        Args:
            image: float32 (height, width, channels) in [0, 1].
            weights: float (classes,), over the logits; empty if no gradient is asked for.
            gates: float (gates,), by which the maps and units are scaled; None for ones.
        """
        outputs = (*self._layers, "logits", "gradient")
        if "inner_gradient" in self._outputs:
            outputs += ("inner_gradient",)
        found = self._computed(outputs, image, weights, gates)
        return Explained(
            outputs=tuple(found[name] for name in self._layers),
            logits=found["logits"],
            gradient=found["gradient"],
            inner_gradient=found.get("inner_gradient"),
        )

    def gradient(
        self, image: np.ndarray, weights: np.ndarray, gates: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compute the logits and the gradient alone: what methods of many steps need, quicker.

        Args:
            image, weights, gates: see `run`.

        Returns:
            `Explained.logits` and `Explained.gradient`.
        """
        found = self._computed(("logits", "gradient"), image, weights, gates)
        return found["logits"], found["gradient"]

    def logits(self, image: np.ndarray, gates: np.ndarray | None = None) -> np.ndarray:
        """Compute the logits alone: float32 (classes,); for `image` and `gates`, see `run`."""
        return self._computed(("logits",), image, np.zeros(0), gates)["logits"]

    def _computed(
        self,
        outputs: Iterable[str],
        image: np.ndarray,
        weights: np.ndarray,
        gates: np.ndarray | None,
    ) -> dict[str, np.ndarray]:
        """Run the graph, and read some of its outputs without the batch axis."""
        given = {
            "image": np.asarray(image, np.float32)[None],
            "weights": np.zeros((1, self.classes), np.float32),
        }
        if len(weights):
            given["weights"][0] = weights
        if self._gates:
            given["gates"] = np.ones((1, self._gates), np.float32)
            if gates is not None:
                given["gates"][0] = gates
        with self._lock:
            for name, value in given.items():
                self._interpreter.set_tensor(self._inputs[name], value)
            self._interpreter.invoke()
            # Most of them are large: reading those that nobody asks for takes a third of the time.
            return {name: self._interpreter.get_tensor(self._outputs[name])[0] for name in outputs}
