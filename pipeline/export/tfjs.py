"""A Keras model -> a TensorFlow.js layers model: the folder that `tf.loadLayersModel` reads.

TensorFlow.js (4.22) knows the layers and options of Keras 2 and ignores options that it does not
know. So each layer is written from a list of those that are known to compute the same there,
option by option; whatever is not on the list is refused by name, never silently dropped.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import keras
import numpy as np
from keras import activations, layers

from pipeline.errors import InklingError
from pipeline.serving.litert import IDENTITIES
from pipeline.words import counted

MODEL = "model.json"
SHARD_BYTES = 4 * 2**20  # as in TensorFlow.js's own converter, for browser caches

# By function, not by name: a custom “relu” is another function. Left out are those that
# TensorFlow.js lacks or computes differently (hard_sigmoid: 0.2 x + 0.5 there, x / 6 + 0.5 here).
ACTIVATIONS = {
    activations.elu: "elu",
    activations.gelu: "gelu",
    activations.linear: "linear",
    activations.log_softmax: "log_softmax",
    activations.mish: "mish",
    activations.relu: "relu",
    activations.relu6: "relu6",
    activations.selu: "selu",
    activations.sigmoid: "sigmoid",
    activations.silu: "swish",
    activations.softmax: "softmax",
    activations.softplus: "softplus",
    activations.softsign: "softsign",
    activations.tanh: "tanh",
}
# Options that only training uses, and those that every layer has.
UNREAD = re.compile(r"name|trainable|dtype|seed|.*_(initializer|regularizer|constraint)")
WEIGHT_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._]*")

Shape = tuple[int | None, ...]
Config = dict[str, Any]


@dataclass(frozen=True)
class LayersModel:
    """The parts of a TensorFlow.js layers model.

    Attributes:
        topology: the layers and how they are connected, in the style of Keras 2.
        weights: float32 arrays by their names there, such as "conv1/kernel", in order.
    """

    topology: Config
    weights: dict[str, np.ndarray]


@dataclass(frozen=True)
class _Call:
    """One call of a layer: where its inputs come from, and their shapes with the batch axis."""

    sources: tuple[tuple[str, int, int], ...]
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class _Use:
    """A layer and all its calls; a shared one has several."""

    layer: Any
    calls: tuple[_Call, ...] = ()

    def refuse(self, why: str) -> NoReturn:
        raise InklingError(
            f"Layer “{self.layer.name}” ({type(self.layer).__name__}) cannot be exported to "
            f"TensorFlow.js: {why}. Export the run as litert, which supports every layer, or train "
            "a network without it."
        )

    def rank(self) -> int:
        """How many axes its inputs have, with the batch axis."""
        ranks = {len(shape) for call in self.calls for shape in call.shapes}
        if len(ranks) != 1:
            self.refuse("its inputs differ in their number of axes")
        return ranks.pop()


# (the layer in use, the option's name, its value in Keras) -> options in TensorFlow.js.
Option = Callable[[_Use, str, Any], Config]


def _same(use: _Use, option: str, value: Any) -> Config:
    return {option: value}


def _unread(use: _Use, option: str, value: Any) -> Config:
    return {}


def _only(*accepted: Any) -> Option:
    """Accept only the values that TensorFlow.js, which lacks the option, computes with."""

    def check(use: _Use, option: str, value: Any) -> Config:
        if value not in accepted:
            use.refuse(f"{option} = {value} is not supported there")
        return {}

    return check


def _one_of(*accepted: Any) -> Option:
    def copy(use: _Use, option: str, value: Any) -> Config:
        return _only(*accepted)(use, option, value) | {option: value}

    return copy


def _named(name: str) -> Option:
    return lambda use, option, value: {name: value}


def _number(use: _Use, option: str, value: Any) -> Config:
    if not isinstance(value, int | float):
        use.refuse(f"{option} is not a single number")
    return {option: value}


def _activation(use: _Use, option: str, value: Any) -> Config:
    # Layers can be activations too, and are not always hashable.
    function = use.layer.activation
    known = next((name for ours, name in ACTIVATIONS.items() if ours is function), None)
    if known is None:
        name = value if isinstance(value, str) else getattr(function, "name", function)
        use.refuse(f"the activation “{name}” is unknown there, or computed differently")
    return {option: known}


def _last_axis(use: _Use, option: str, value: Any) -> Config:
    if value not in (-1, use.rank() - 1, [-1], (-1,)):
        use.refuse(f"{option} = {value} is not the last axis")
    return {option: -1}


def _positive_axis(use: _Use, option: str, value: Any) -> Config:
    # TensorFlow.js takes every negative axis for the last one.
    return {option: value % use.rank()}


def _target_shape(use: _Use, option: str, value: Sequence[int]) -> Config:
    # With an open axis, TensorFlow.js does not know the size for the layers after it.
    found = {_filled(use, value, shape[1:]) for call in use.calls for shape in call.shapes}
    if len(found) != 1:
        use.refuse("it is called with inputs of different sizes")
    return {option: list(found.pop())}


def _filled(use: _Use, target: Sequence[int], given: Shape) -> tuple[int, ...]:
    if -1 not in target:
        return tuple(target)
    if None in given:
        use.refuse("the size of its input is not fixed")
    rest = math.prod(side for side in target if side != -1)
    whole = math.prod(side or 0 for side in given)
    return tuple(whole // rest if side == -1 else side for side in target)


def _batch_shape(use: _Use, option: str, value: Shape) -> Config:
    return {"batch_input_shape": [None, *value[1:]]}


def _one_input(use: _Use) -> None:
    if any(len(call.shapes) != 1 for call in use.calls):
        use.refuse("it has several inputs")


def _several_alike(use: _Use) -> None:
    if any(len(call.shapes) < 2 for call in use.calls):
        use.refuse("it has only a single input")
    use.rank()


def _up_to_four_axes(use: _Use) -> None:
    _one_input(use)
    if not 2 <= use.rank() <= 4:
        use.refuse(f"its input has {counted(use.rank(), 'axis', 'axes')}")


@dataclass(frozen=True)
class _Kind:
    """How a kind of layer is written.

    Attributes:
        options: by their names in Keras; None if none matters at inference.
        weights: the Keras layer's attribute by the weight's name in TensorFlow.js, in its order.
        constant: options that are always written.
        name: of the class there, if it differs.
        check: refuses inputs that TensorFlow.js cannot take.
    """

    options: Mapping[str, Option] | None = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    constant: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    check: Callable[[_Use], None] = _one_input


_LAST = {"data_format": _one_of("channels_last")}
_WINDOW = {"padding": _one_of("valid", "same"), "strides": _same, **_LAST}
_UNITS: dict[str, Option] = {"activation": _activation, "use_bias": _same}
_CONV = {"kernel_size": _same, **_WINDOW, **_UNITS}
_KERNEL = {"kernel": "kernel", "bias": "bias"}
_POOL = _Kind({"pool_size": _same, **_WINDOW})
_GLOBAL_POOL = _Kind({**_LAST, "keepdims": _only(False)})
_MERGE = _Kind(check=_several_alike)
_IDENTITY = _Kind(None, constant={"activation": "linear"}, name="Activation")

KINDS: dict[type, _Kind] = {
    **dict.fromkeys(IDENTITIES, _IDENTITY),
    layers.InputLayer: _Kind(
        {
            "batch_shape": _batch_shape,
            "sparse": _only(False),
            "ragged": _only(False),
            "optional": _only(False),
        },
        constant={"sparse": False},
    ),
    layers.Dropout: _Kind({"rate": _same, "noise_shape": _unread}),
    layers.Dense: _Kind({"units": _same, **_UNITS, "quantization_config": _only(None)}, _KERNEL),
    layers.Conv2D: _Kind(
        {"filters": _same, **_CONV, "dilation_rate": _same, "groups": _only(1)}, _KERNEL
    ),
    layers.DepthwiseConv2D: _Kind(
        # TensorFlow.js reads its dilation but ignores it.
        {"depth_multiplier": _same, **_CONV, "dilation_rate": _only((1, 1), [1, 1], 1)},
        {"depthwise_kernel": "kernel", "bias": "bias"},
    ),
    layers.SeparableConv2D: _Kind(
        {"filters": _same, "depth_multiplier": _same, **_CONV, "dilation_rate": _same},
        {
            "depthwise_kernel": "depthwise_kernel",
            "pointwise_kernel": "pointwise_kernel",
            "bias": "bias",
        },
    ),
    layers.MaxPooling2D: _POOL,
    layers.AveragePooling2D: _POOL,
    layers.GlobalMaxPooling2D: _GLOBAL_POOL,
    layers.GlobalAveragePooling2D: _GLOBAL_POOL,
    layers.ZeroPadding2D: _Kind({"padding": _same, **_LAST}),
    layers.Flatten: _Kind(_LAST),
    layers.Reshape: _Kind({"target_shape": _target_shape}),
    layers.Activation: _Kind({"activation": _activation}),
    layers.ReLU: _Kind({"max_value": _same, "negative_slope": _only(0), "threshold": _only(0)}),
    layers.LeakyReLU: _Kind({"negative_slope": _named("alpha")}),
    layers.ELU: _Kind({"alpha": _one_of(1)}),
    layers.Softmax: _Kind({"axis": _last_axis}),
    layers.BatchNormalization: _Kind(
        {
            # Along another axis, TensorFlow.js's CPU backend reads the statistics wrongly.
            "axis": _last_axis,
            "momentum": _same,
            "epsilon": _same,
            "center": _same,
            "scale": _same,
            "synchronized": _unread,
            "renorm": _only(False),
            "renorm_clipping": _unread,
            "renorm_momentum": _unread,
        },
        {
            "gamma": "gamma",
            "beta": "beta",
            "moving_mean": "moving_mean",
            "moving_variance": "moving_variance",
        },
        check=_up_to_four_axes,
    ),
    layers.Rescaling: _Kind({"scale": _number, "offset": _number}),
    layers.Add: _MERGE,
    layers.Average: _MERGE,
    layers.Maximum: _MERGE,
    layers.Minimum: _MERGE,
    layers.Multiply: _MERGE,
    layers.Concatenate: _Kind({"axis": _positive_axis}, check=_several_alike),
}


def layers_model(model: keras.Model) -> LayersModel:
    """Describe a Keras model as TensorFlow.js reads it, always in float32.

    Args:
        model: functional or sequential, with layers of KINDS only; branches, shared layers and
            several inputs or outputs are fine.

    Raises:
        InklingError: a layer, or an option of one, is not supported; the message names it.
    """
    if not getattr(model, "inputs", None):
        raise InklingError(
            f"The network “{model.name}” is not a graph of layers, so it cannot be exported to "
            "TensorFlow.js. Build it with keras.Sequential or keras.Model(inputs, outputs)."
        )
    graph = keras.Model(model.inputs, model.outputs)  # also for a sequential model
    operations = {operation.name: operation for operation in graph.operations}
    for operation in operations.values():
        # Before asking any layer for its options: not every layer can list them.
        if type(operation) not in KINDS:
            _Use(operation).refuse("TensorFlow.js has no such layer, or computes it differently")
    config = graph.get_config()
    described: list[Config] = []
    weights: dict[str, np.ndarray] = {}
    for entry in config["layers"]:
        layer = operations[entry["name"]]
        use = _Use(layer, tuple(_calls(layer, entry["inbound_nodes"])))
        kind = _kind(use)
        described.append(_written(use, kind))
        weights |= _weights(use, kind)
    return LayersModel(
        topology={
            "class_name": "Model",
            "config": {
                "name": model.name,
                "layers": described,
                "input_layers": [list(place) for place in _places(config["input_layers"])],
                "output_layers": [list(place) for place in _places(config["output_layers"])],
            },
        },
        weights=weights,
    )


def write_layers_model(
    model: keras.Model, folder: Path, about: Mapping[str, Any], shard_bytes: int = SHARD_BYTES
) -> None:
    """Write model.json and the weights, in files of at most `shard_bytes`, into a folder.

    Args:
        model: as for `layers_model`.
        folder: must exist.
        about: what `model.getUserDefinedMetadata()` returns in TensorFlow.js.
        shard_bytes: the most in one file.

    Raises:
        InklingError: as `layers_model`.
    """
    made = layers_model(model)
    data = b"".join(weight.tobytes() for weight in made.weights.values())
    starts = range(0, len(data), shard_bytes)
    shards = {
        f"group1-shard{number}of{len(starts)}.bin": data[start : start + shard_bytes]
        for number, start in enumerate(starts, start=1)
    }
    manifest = [
        {"name": name, "shape": list(weight.shape), "dtype": "float32"}
        for name, weight in made.weights.items()
    ]
    content = {
        "format": "layers-model",
        "generatedBy": "Inkling",
        "modelTopology": made.topology,
        "weightsManifest": [{"paths": list(shards), "weights": manifest}] if shards else [],
        "userDefinedMetadata": about,
    }
    for name, shard in shards.items():
        (folder / name).write_bytes(shard)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    (folder / MODEL).write_text(text, encoding="utf-8")


def _kind(use: _Use) -> _Kind:
    kind = KINDS[type(use.layer)]
    # TensorFlow.js fails on flattening what is flat already.
    return _IDENTITY if type(use.layer) is layers.Flatten and use.rank() == 2 else kind


def _written(use: _Use, kind: _Kind) -> Config:
    """Write a layer, its options and its calls."""
    layer = use.layer
    kind.check(use)
    if getattr(layer, "quantization_mode", None) is not None:
        use.refuse("its weights are quantized")
    for dtype in (layer.compute_dtype, layer.dtype):  # an input layer's own is the second
        if not dtype.startswith(("float", "bfloat")):
            use.refuse(f"its values are {dtype}")
    config: Config = {"name": layer.name, "trainable": layer.trainable, "dtype": "float32"}
    for option, value in layer.get_config().items():
        if kind.options is None or UNREAD.fullmatch(option):
            continue
        if option not in kind.options:
            use.refuse(f"its option {option} is unknown there")
        config |= kind.options[option](use, option, value)
    return {
        "name": layer.name,
        "class_name": kind.name or type(layer).__name__,
        "config": {**config, **kind.constant},
        "inbound_nodes": [[[*source, {}] for source in call.sources] for call in use.calls],
    }


def _weights(use: _Use, kind: _Kind) -> dict[str, np.ndarray]:
    found = {
        f"{use.layer.name}/{name}": variable
        for name, attribute in kind.weights.items()
        if (variable := getattr(use.layer, attribute)) is not None
    }
    if len(found) != len(use.layer.weights):
        use.refuse("its weights are not those of such a layer there")
    if found and not WEIGHT_NAME.fullmatch(use.layer.name):
        use.refuse("its name may have only ASCII letters, digits and . _ - there")
    return {
        name: np.ascontiguousarray(keras.ops.convert_to_numpy(variable), dtype="<f4")
        for name, variable in found.items()
    }


def _calls(layer: Any, nodes: Sequence[Mapping[str, Any]]) -> Iterator[_Call]:
    """Read where a layer's inputs come from."""
    use = _Use(layer)
    for node in nodes:
        given, *others = node["args"] or [None]
        tensors = given if isinstance(given, list) else [given]
        for name, value in [*node["kwargs"].items(), *((str(other), other) for other in others)]:
            if value is not None and (name, value) != ("training", False):
                use.refuse(f"it is called with {name} = {value}")
        if not tensors or not all(_is_tensor(tensor) for tensor in tensors):
            use.refuse("it is called with something that is not a layer's output")
        configs = [tensor["config"] for tensor in tensors]
        yield _Call(
            sources=tuple(tuple(config["keras_history"]) for config in configs),
            shapes=tuple(tuple(config["shape"]) for config in configs),
        )


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _places(nested: Any) -> Iterator[tuple[str, int, int]]:
    """Find the [layer, call, output] of a model's inputs or outputs, however they are nested."""
    if isinstance(nested, Mapping):
        nested = list(nested.values())
    if len(nested) == 3 and isinstance(nested[0], str):
        yield tuple(nested)
    else:
        for part in nested:
            yield from _places(part)
