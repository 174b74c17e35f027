"""The model that MLflow serves. A copy of this file is in each: it needs neither Inkling nor
TensorFlow, only LiteRT, NumPy and pandas, and is run by MLflow alone."""

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ai_edge_litert.interpreter import Interpreter
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class ImageClassifier(PythonModel):
    """Images -> classes, by the graph that Inkling itself predicts with."""

    def load_context(self, context: Any) -> None:
        """Load the graph, and the names of its classes, its input and its probabilities."""
        names = json.loads(Path(context.artifacts["names"]).read_text("utf-8"))
        self._classes = names["classes"]
        self._input, self._output = names["input"]["name"], names["probabilities"]
        # Kept, because the signature's runner does not keep it.
        self._interpreter = Interpreter(context.artifacts["graph"])
        self._run = self._interpreter.get_signature_runner()
        self._turns = threading.Lock()  # an interpreter is not thread-safe

    def predict(
        self, context: Any, model_input: np.ndarray, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Predict images.

        Args:
            context: unused.
            model_input: uint8 (n, height, width, channels), pixels from 0 to 255.
            params: unused.

        Returns:
            One row per image: `predicted`, a class name; `confidence`, its probability; and
            `probabilities`, a list in the order of the classes.
        """
        with self._turns:
            found = np.array([self._probabilities(image) for image in model_input])
        found = found.reshape(-1, len(self._classes)).astype(np.float64)
        return pd.DataFrame(
            {
                "predicted": [self._classes[label] for label in found.argmax(axis=1)],
                "confidence": found.max(axis=1, initial=0),
                "probabilities": found.tolist(),
            }
        )

    def _probabilities(self, image: np.ndarray) -> np.ndarray:
        pixels = image[None].astype(np.float32) / np.float32(255)
        return self._run(**{self._input: pixels})[self._output][0]


set_model(ImageClassifier())
