"""A functional Keras model -> its anatomy: the arithmetic of every layer that is shown."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from pipeline.serving.anatomy import IMAGE, OTHER, Anatomy, Part
from pipeline.serving.litert import shown_layers

Found = tuple[str, dict[str, Any], dict[str, np.ndarray]]  # operation, settings, arrays

ARGUMENTLESS = {
    layers.Flatten: "flatten",
    layers.GlobalAveragePooling2D: "global_average",
    layers.GlobalMaxPooling2D: "global_max",
    layers.Add: "add",
    layers.Subtract: "subtract",
    layers.Multiply: "multiply",
    layers.Average: "average",
    layers.Maximum: "maximum",
    layers.Minimum: "minimum",
    layers.Activation: "identity",
    layers.Softmax: "identity",
}
KNOWN_ACTIVATIONS = {
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh",
    "softplus", "softsign", "exponential", "hard_sigmoid", "hard_silu", "softmax",
}  # fmt: skip


def dissect(model: keras.Model) -> Anatomy:
    """Describe the arithmetic of a network.

    Args:
        model: a functional model with one input, (batch, height, width, channels), and one output.

    Returns:
        Its anatomy; a layer whose arithmetic is not known here has the operation OTHER.
    """
    shown = shown_layers(model)
    sources = _sources(model, shown)
    parts = tuple(_part(layer, sources[layer.name]) for layer in shown)
    height, width, channels = model.input_shape[1:]
    shapes = tuple(tuple(layer.output.shape[1:]) for layer in shown)
    return Anatomy((height, width, channels), shapes, parts)


def _sources(model: keras.Model, shown: list[layers.Layer]) -> dict[str, tuple[int, ...] | None]:
    """Return the places of the layers that each layer takes.

    None if it is applied twice, or takes what an operation gives that is no layer.
    """
    places = {layer.name: place for place, layer in enumerate(shown)}
    made: dict[int, int] = {}  # by a tensor: the place of the layer that computes it
    found: dict[str, tuple[int, ...] | None] = {}
    # A layer may be part of other models, too; nothing public tells their nodes apart.
    own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    for layer in model.layers:
        nodes = [node for node in layer._inbound_nodes if id(node) in own]
        sources = [made.get(id(tensor)) for tensor in nodes[0].input_tensors]
        known = [place for place in sources if place is not None]
        found[layer.name] = tuple(known) if len(nodes) == 1 and known == sources else None
        passed_on = sources[0] if sources else IMAGE
        place = places.get(layer.name, passed_on)
        for node in nodes:
            for tensor in node.output_tensors:
                if place is not None:  # what comes of an operation that is no layer is not known
                    made[id(tensor)] = place
    return found


def _part(layer: layers.Layer, sources: tuple[int, ...] | None) -> Part:
    unknown = Part(layer.name, OTHER, sources or ())
    reader = _READERS.get(type(layer))
    activation = _activation(layer)
    if sources is None or activation is None:
        return unknown
    if type(layer) in ARGUMENTLESS:
        return Part(layer.name, ARGUMENTLESS[type(layer)], sources, activation)
    found = reader(layer) if reader else None
    if found is None:
        return unknown
    op, settings, arrays = found
    arrays = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
    return Part(layer.name, op, sources, activation, settings, arrays)


def _activation(layer: layers.Layer) -> str | None:
    """Name the activation that a layer applies at its end; None if it is not known here."""
    if isinstance(layer, layers.Softmax):
        return "softmax" if layer.axis == -1 and layer.output.ndim == 2 else None
    if isinstance(layer, layers.ReLU | layers.LeakyReLU | layers.ELU | layers.PReLU):
        return "linear"  # it is their operation
    function = getattr(layer, "activation", None)
    if function is None:
        return "linear"
    name = getattr(function, "__name__", "")
    if name == "softmax" and len(layer.output.shape) != 2:
        return None
    return name if name in KNOWN_ACTIVATIONS else None


def _convolution(layer: layers.Conv2D) -> Found | None:
    kernel = np.asarray(layer.kernel)
    kernel = _without_groups(kernel, layer.groups)
    return _convolved(layer, kernel, layer.bias if layer.use_bias else None)


def _depthwise(layer: layers.DepthwiseConv2D) -> Found | None:
    kernel = _without_depth(np.asarray(layer.kernel))
    return _convolved(layer, kernel, layer.bias if layer.use_bias else None)


def _separable(layer: layers.SeparableConv2D) -> Found | None:
    depthwise = _without_depth(np.asarray(layer.depthwise_kernel))
    pointwise = np.asarray(layer.pointwise_kernel)[0, 0]
    return _convolved(layer, depthwise @ pointwise, layer.bias if layer.use_bias else None)


def _convolved(layer: Any, kernel: np.ndarray, bias: Any) -> Found | None:
    if layer.data_format != "channels_last" or layer.padding not in ("same", "valid"):
        return None
    kernel = _dilated(kernel, *_pair(layer.dilation_rate))
    bias = np.zeros(kernel.shape[-1]) if bias is None else np.asarray(bias)
    settings = {"strides": _pair(layer.strides), "padding": layer.padding}
    return "convolution", settings, {"kernel": kernel, "bias": bias}


def _without_groups(kernel: np.ndarray, groups: int) -> np.ndarray:
    """Return the kernel of the same convolution without groups: zeros where a map does not look."""
    if groups == 1:
        return kernel
    height, width, depth, maps = kernel.shape
    whole = np.zeros((height, width, depth * groups, maps), kernel.dtype)
    each = maps // groups
    for group in range(groups):
        of_group = slice(group * each, (group + 1) * each)
        whole[:, :, group * depth : (group + 1) * depth, of_group] = kernel[..., of_group]
    return whole


def _without_depth(kernel: np.ndarray) -> np.ndarray:
    """Return a depthwise kernel (height, width, inputs, multiplier) as that of a convolution."""
    height, width, inputs, multiplier = kernel.shape
    whole = np.zeros((height, width, inputs, inputs * multiplier), kernel.dtype)
    for map_ in range(inputs * multiplier):
        at, copy = divmod(map_, multiplier)
        whole[:, :, at, map_] = kernel[:, :, at, copy]
    return whole


def _dilated(kernel: np.ndarray, down: int, across: int) -> np.ndarray:
    """Return the kernel of the same convolution without dilation, with zeros in between."""
    if (down, across) == (1, 1):
        return kernel
    height, width = (kernel.shape[0] - 1) * down + 1, (kernel.shape[1] - 1) * across + 1
    whole = np.zeros((height, width, *kernel.shape[2:]), kernel.dtype)
    whole[::down, ::across] = kernel
    return whole


def _dense(layer: layers.Dense) -> Found | None:
    kernel = np.asarray(layer.kernel)
    bias = np.asarray(layer.bias) if layer.use_bias else np.zeros(kernel.shape[-1])
    return "dense", {}, {"kernel": kernel, "bias": bias}


def _pooling(op: str) -> Callable[[Any], Found | None]:
    def read(layer: Any) -> Found | None:
        if layer.data_format != "channels_last":
            return None
        settings = {
            "size": _pair(layer.pool_size),
            "strides": _pair(layer.strides or layer.pool_size),
            "padding": layer.padding,
        }
        return op, settings, {}

    return read


def _batch_norm(layer: layers.BatchNormalization) -> Found | None:
    if layer.axis not in (-1, layer.output.ndim - 1):
        return None
    factor = 1 / np.sqrt(np.asarray(layer.moving_variance) + layer.epsilon)
    if layer.scale:
        factor = factor * np.asarray(layer.gamma)
    offset = -np.asarray(layer.moving_mean) * factor
    if layer.center:
        offset = offset + np.asarray(layer.beta)
    return "scale", {}, {"factor": factor, "offset": offset}


def _rescaling(layer: layers.Rescaling) -> Found | None:
    channels = layer.output.shape[-1]
    factor, offset = (np.broadcast_to(part, channels) for part in (layer.scale, layer.offset))
    return "scale", {}, {"factor": factor, "offset": offset}


def _normalization(layer: layers.Normalization) -> Found | None:
    channels = layer.output.shape[-1]
    mean, variance = (np.asarray(part).reshape(-1) for part in (layer.mean, layer.variance))
    if layer.invert or mean.size not in (1, channels):
        return None
    factor = np.broadcast_to(1 / np.maximum(np.sqrt(variance), keras.config.epsilon()), channels)
    return "scale", {}, {"factor": factor, "offset": -mean * factor}


def _relu(layer: layers.ReLU) -> Found | None:
    if layer.threshold:
        return None
    most = None if layer.max_value is None else float(layer.max_value)
    return "rectify", {"slope": float(layer.negative_slope), "most": most}, {}


def _leaky_relu(layer: layers.LeakyReLU) -> Found | None:
    return "rectify", {"slope": float(layer.negative_slope), "most": None}, {}


def _prelu(layer: layers.PReLU) -> Found | None:
    return "rectify", {"slope": None, "most": None}, {"slope": np.asarray(layer.alpha)}


def _reshape(layer: layers.Layer) -> Found | None:
    return "reshape", {}, {}


def _permute(layer: layers.Permute) -> Found | None:
    return "permute", {"order": list(layer.dims)}, {}


def _padding(layer: layers.ZeroPadding2D) -> Found | None:
    if layer.data_format != "channels_last":
        return None
    return "pad", {"around": [list(side) for side in layer.padding]}, {}


def _cropping(layer: layers.Cropping2D) -> Found | None:
    if layer.data_format != "channels_last":
        return None
    return "crop", {"around": [list(side) for side in layer.cropping]}, {}


def _upsampling(layer: layers.UpSampling2D) -> Found | None:
    if layer.data_format != "channels_last" or layer.interpolation != "nearest":
        return None
    return "enlarge", {"size": _pair(layer.size)}, {}


def _concatenate(layer: layers.Concatenate) -> Found | None:
    return ("concatenate", {}, {}) if layer.axis in (-1, layer.output.ndim - 1) else None


def _pair(value: Any) -> tuple[int, int]:
    down, across = (value, value) if isinstance(value, int) else value
    return int(down), int(across)


_READERS: dict[type, Callable[[Any], Found | None]] = {
    layers.Conv2D: _convolution,
    layers.DepthwiseConv2D: _depthwise,
    layers.SeparableConv2D: _separable,
    layers.Dense: _dense,
    layers.MaxPooling2D: _pooling("max_pool"),
    layers.AveragePooling2D: _pooling("average_pool"),
    layers.BatchNormalization: _batch_norm,
    layers.Rescaling: _rescaling,
    layers.Normalization: _normalization,
    layers.ReLU: _relu,
    layers.LeakyReLU: _leaky_relu,
    layers.PReLU: _prelu,
    layers.Reshape: _reshape,
    layers.Permute: _permute,
    layers.ZeroPadding2D: _padding,
    layers.Cropping2D: _cropping,
    layers.UpSampling2D: _upsampling,
    layers.Concatenate: _concatenate,
}
