"""A Keras model -> one LiteRT graph that returns every layer's output, verified against Keras."""

import contextlib
import io
from pathlib import Path

import keras
import numpy as np

from pipeline.errors import InklingError, reason
from pipeline.preprocess import to_model_input
from pipeline.quiet import quiet_stderr
from pipeline.serving.inference import LayerInfo, ServingGraph

# At inference these pass their input on unchanged, so as outputs they would alias it.
IDENTITIES = (
    keras.layers.InputLayer,
    keras.layers.Dropout,
    keras.layers.SpatialDropout2D,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
    keras.layers.Identity,
    keras.layers.ActivityRegularization,
)
CHECKED_IMAGES = 32  # on which the serving graph must agree with Keras
TOLERANCE = 1e-4  # of an activation, relative to the layer's largest (at least 1)


class ExportMismatch(RuntimeError):
    """The exported graph does not compute what the Keras model computes."""


def shown_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers whose outputs the serving graph returns, in order."""
    return [layer for layer in model.layers if not isinstance(layer, IDENTITIES)]


def describe_layers(model: keras.Model) -> list[LayerInfo]:
    """Describe the layers whose outputs the serving graph returns, in order."""
    return [
        LayerInfo(
            name=layer.name,
            kind=type(layer).__name__,
            shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
        )
        for layer in shown_layers(model)
    ]


def export_litert(model: keras.Model, path: Path) -> None:
    """Write a functional model's serving graph: float32 (1, h, w, c) in [0, 1] -> all layers."""
    graph = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])
    signature = [keras.InputSpec(shape=(1, *model.input_shape[1:]), dtype="float32")]
    with quiet_stderr(), contextlib.redirect_stdout(io.StringIO()):
        graph.export(path, format="litert", verbose=False, input_signature=signature)


def export_checked(model: keras.Model, path: Path, images: np.ndarray) -> ServingGraph:
    """Write a model's serving graph, and verify it against Keras on the first few images.

    Args:
        model: a functional model.
        path: where the graph goes.
        images: uint8 (n, height, width, channels), such as the validation part.

    Raises:
        ExportMismatch: the graph computes something else.
        InklingError: LiteRT has no operation for one of its layers.
    """
    try:
        export_litert(model, path)
        with quiet_stderr():
            graph = ServingGraph(path)
    except Exception as error:  # what the converter raises is not documented
        raise InklingError(
            f"LiteRT cannot run this network: {reason(error)}. Build it of other layers."
        ) from error
    check_litert(model, graph, images[:CHECKED_IMAGES])
    return graph


def check_litert(model: keras.Model, graph: ServingGraph, images: np.ndarray) -> float:
    """Compare a serving graph with its Keras model on images.

    Args:
        images: uint8 (n, height, width, channels); a few dozen are enough.

    Returns:
        The largest difference of any activation, relative to its layer's largest (at least 1).

    Raises:
        ExportMismatch: it exceeds 1e-4, or a layer is missing.
    """
    shown = shown_layers(model)
    reference = keras.Model(model.inputs, [layer.output for layer in shown])
    expected = [
        np.asarray(output) for output in reference([to_model_input(images)], training=False)
    ]
    worst = 0.0
    for row, image in enumerate(images):
        outputs = graph.activations(image)
        if len(outputs) != len(shown):
            raise ExportMismatch(f"the graph has {len(outputs)} outputs for {len(shown)} layers")
        for layer, wanted, got in zip(shown, expected, outputs, strict=True):
            gap = float(np.abs(wanted[row] - got).max() / max(1.0, np.abs(wanted[row]).max()))
            if not gap <= TOLERANCE:  # not “>”: NaN must fail too
                raise ExportMismatch(f"layer {layer.name} differs from Keras by {gap:.2g}")
            worst = max(worst, gap)
    return worst
