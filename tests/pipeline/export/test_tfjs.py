import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from pipeline.errors import InklingError
from pipeline.export.tfjs import SHARD_BYTES, layers_model, write_layers_model
from pipeline.training import networks
from pipeline.training.hardware import computing_in

IMAGE = (8, 8, 2)


def toy() -> keras.Model:
    """Two numbers -> three, with weights that can be written down."""
    value = keras.Input((2,), name="value")
    model = keras.Model(value, layers.Dense(3, name="out")(value), name="toy")
    model.set_weights([np.arange(6, dtype=np.float32).reshape(2, 3), np.float32([0.5, -1, 2])])
    return model


def after(layer, shape=IMAGE, **call) -> keras.Model:
    """A network of one layer."""
    value = keras.Input(shape)
    return keras.Model(value, layer(value, **call))


def read(folder) -> tuple[dict, bytes]:
    """What TensorFlow.js puts together: the description, and all shards in order."""
    written = json.loads((folder / "model.json").read_text("utf-8"))
    (group,) = written["weightsManifest"]
    return written, b"".join((folder / path).read_bytes() for path in group["paths"])


def options(model: keras.Model) -> dict:
    """What is written of a network's last layer."""
    return layers_model(model).topology["config"]["layers"][-1]["config"]


def test_the_description_of_a_toy(tmp_path):
    write_layers_model(toy(), tmp_path, {"classes": ["ä", "b", "c"]})
    written, data = read(tmp_path)
    assert written == {
        "format": "layers-model",
        "generatedBy": "Inkling",
        "modelTopology": {
            "class_name": "Model",
            "config": {
                "name": "toy",
                "layers": [
                    {
                        "name": "value",
                        "class_name": "InputLayer",
                        "config": {"name": "value", "trainable": True, "dtype": "float32"}
                        | {"batch_input_shape": [None, 2], "sparse": False},
                        "inbound_nodes": [],
                    },
                    {
                        "name": "out",
                        "class_name": "Dense",
                        "config": {"name": "out", "trainable": True, "dtype": "float32"}
                        | {"units": 3, "activation": "linear", "use_bias": True},
                        "inbound_nodes": [[["value", 0, 0, {}]]],
                    },
                ],
                "input_layers": [["value", 0, 0]],
                "output_layers": [["out", 0, 0]],
            },
        },
        "weightsManifest": [
            {
                "paths": ["group1-shard1of1.bin"],
                "weights": [
                    {"name": "out/kernel", "shape": [2, 3], "dtype": "float32"},
                    {"name": "out/bias", "shape": [3], "dtype": "float32"},
                ],
            }
        ],
        "userDefinedMetadata": {"classes": ["ä", "b", "c"]},
    }
    assert data == np.float32([0, 1, 2, 3, 4, 5, 0.5, -1, 2]).tobytes()


def test_shards_hold_at_most_the_limit(tmp_path):
    write_layers_model(toy(), tmp_path, {}, shard_bytes=16)
    written, data = read(tmp_path)
    names = [f"group1-shard{number}of3.bin" for number in (1, 2, 3)]
    assert written["weightsManifest"][0]["paths"] == names
    assert [(tmp_path / name).stat().st_size for name in names] == [16, 16, 4]
    assert len(data) == 9 * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names, "model.json"]


@settings(max_examples=20, deadline=None)
@given(limit=st.integers(1, 50))
def test_shards_join_to_the_same_bytes_whatever_the_limit(tmp_path_factory, limit):
    folder = tmp_path_factory.mktemp("shards")
    model = toy()
    write_layers_model(model, folder, {}, shard_bytes=limit)
    _, data = read(folder)
    assert data == b"".join(weight.tobytes() for weight in model.get_weights())
    assert max(path.stat().st_size for path in folder.glob("*.bin")) <= limit


def test_a_large_network_is_cut_at_four_mebibytes(tmp_path):
    write_layers_model(after(layers.Dense(2**20, use_bias=False), (2,)), tmp_path, {})
    sizes = {path.name: path.stat().st_size for path in tmp_path.glob("*.bin")}
    assert sizes == {f"group1-shard{n}of2.bin": SHARD_BYTES for n in (1, 2)}
    assert SHARD_BYTES == 4_194_304


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "bfloat16"])
def test_weights_come_back_to_the_byte(tmp_path, precision):
    with computing_in(precision):
        model = networks.build("cnn", (28, 28, 1), 10)
    mean = model.get_layer("batch_norm").moving_mean
    mean.assign(np.linspace(-1, 1, mean.shape[0], dtype=np.float32))
    write_layers_model(model, tmp_path, {})
    written, data = read(tmp_path)
    at = 0
    manifest = written["weightsManifest"][0]["weights"]
    assert [weight["name"] for weight in manifest[6:10]] == [
        f"batch_norm/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    for weight, expected in zip(manifest, model.get_weights(), strict=True):
        count = expected.size
        found = np.frombuffer(data, "<f4", count, at).reshape(weight["shape"])
        assert np.array_equal(found, expected.astype(np.float32))
        at += count * 4
    assert at == len(data)
    dtypes = {layer["config"]["dtype"] for layer in written["modelTopology"]["config"]["layers"]}
    assert dtypes == {"float32"}


def test_a_shared_layer_is_written_once_with_both_its_calls():
    value = keras.Input((4,), name="value")
    shared = layers.Dense(4, name="shared")
    shared(keras.Input((4,)))  # elsewhere
    once = shared(value)
    model = keras.Model(value, layers.Add(name="sum")([shared(once), once]))
    made = layers_model(model)
    written = {layer["name"]: layer for layer in made.topology["config"]["layers"]}
    assert written["shared"]["inbound_nodes"] == [[["value", 0, 0, {}]], [["shared", 0, 0, {}]]]
    assert written["sum"]["inbound_nodes"] == [[["shared", 1, 0, {}], ["shared", 0, 0, {}]]]
    assert list(made.weights) == ["shared/kernel", "shared/bias"]


def test_a_sequential_network_is_written_as_a_graph():
    model = keras.Sequential([keras.Input((3,), name="value"), layers.Dense(1, name="a")])
    written = layers_model(model).topology
    assert written["class_name"] == "Model"
    assert [layer["name"] for layer in written["config"]["layers"]] == ["value", "a"]


def test_options_that_are_named_otherwise():
    assert options(after(layers.LeakyReLU(0.2)))["alpha"] == pytest.approx(0.2)
    assert options(after(layers.Activation("silu")))["activation"] == "swish"
    assert options(after(layers.Reshape((4, -1))))["target_shape"] == [4, 32]
    assert options(after(layers.Softmax(axis=3)))["axis"] == -1
    value = keras.Input(IMAGE)
    joined = layers.Concatenate(axis=-2)([value, value])
    assert options(keras.Model(value, joined))["axis"] == 2


def test_what_passes_its_input_on_is_written_as_that():
    written = layers_model(after(layers.GaussianNoise(0.3, name="noise")))
    entry = written.topology["config"]["layers"][-1]
    assert (entry["class_name"], entry["config"]["activation"]) == ("Activation", "linear")
    assert options(after(layers.Dropout(0.3)))["rate"] == pytest.approx(0.3)
    assert options(after(layers.Flatten(), (5,)))["activation"] == "linear"


def relu(x):
    """Not Keras's, whatever its name."""
    return keras.ops.maximum(x, -1)


class Dense(layers.Dense):
    """Not Keras's, whatever its name; it may compute anything."""


class Untold(layers.Layer):
    """A layer that cannot tell its options."""

    def __init__(self, size, **other):
        super().__init__(**other)
        self.size = size

    def call(self, x):
        return x * self.size


REFUSED = [
    (layers.UpSampling2D, {}, "UpSampling2D", "no such layer"),
    (layers.LayerNormalization, {}, "LayerNormalization", "no such layer"),
    (Dense, {"units": 2}, "Dense", "no such layer"),
    (Untold, {"size": 2}, "Untold", "no such layer"),
    (layers.Conv2D, {"filters": 2, "kernel_size": 3, "groups": 2}, "Conv2D", "groups = 2"),
    (layers.DepthwiseConv2D, {"kernel_size": 3, "dilation_rate": 2}, "Depth", "dilation_rate"),
    (layers.Flatten, {"data_format": "channels_first"}, "Flatten", "channels_first"),
    (layers.MaxPooling2D, {"data_format": "channels_first"}, "MaxPool", "channels_first"),
    (layers.GlobalMaxPooling2D, {"keepdims": True}, "GlobalMax", "keepdims = True"),
    (layers.Dense, {"units": 2, "activation": "hard_sigmoid"}, "Dense", "hard_sigmoid"),
    (layers.Dense, {"units": 2, "activation": relu}, "Dense", "relu"),
    (layers.Dense, {"units": 2, "activation": layers.ReLU(name="own")}, "Dense", "“own”"),
    (layers.ReLU, {"negative_slope": 0.1}, "ReLU", "negative_slope = 0.1"),
    (layers.ReLU, {"threshold": 1.0}, "ReLU", "threshold = 1.0"),
    (layers.ELU, {"alpha": 0.5}, "ELU", "alpha = 0.5"),
    (layers.Softmax, {"axis": 1}, "Softmax", "axis = 1"),
    (layers.Softmax, {"axis": (1, 2)}, "Softmax", "axis"),
    (layers.BatchNormalization, {"axis": 1}, "BatchNorm", "axis = 1"),
    (layers.Rescaling, {"scale": [1.0, 2.0]}, "Rescaling", "scale"),
]


@pytest.mark.parametrize(("kind", "settings", "named", "why"), REFUSED)
def test_what_is_not_covered_is_refused_by_name(tmp_path, kind, settings, named, why):
    with pytest.raises(InklingError) as refused:
        write_layers_model(after(kind(name="the_one", **settings)), tmp_path, {})
    message = str(refused.value)
    assert message.startswith(f"Layer “the_one” ({named}")
    assert why in message
    assert "litert" in message  # what to do
    assert list(tmp_path.iterdir()) == []


def test_names_that_tensorflow_js_cannot_read_are_refused():
    with pytest.raises(InklingError, match=r"“a layer” \(Dense\).*letters"):
        layers_model(after(layers.Dense(2, name="a layer")))
    layers_model(after(layers.ReLU(name="a layer")))  # only weights are found by name


def test_calls_that_tensorflow_js_would_not_make_are_refused():
    with pytest.raises(InklingError, match="training = True"):
        layers_model(after(layers.Dropout(0.5), training=True))
    layers_model(after(layers.Dropout(0.5), training=False))
    value = keras.Input(IMAGE)
    with pytest.raises(InklingError, match=r"\(Add\).*single input"):
        layers_model(keras.Model(value, layers.Add()([value])))
    narrow = keras.Input((8, 2))
    with pytest.raises(InklingError, match=r"\(Add\).*number of axes"):
        layers_model(keras.Model([value, narrow], layers.Add()([value, narrow])))
    with pytest.raises(InklingError, match=r"“add.*” \(Add\) cannot"):
        layers_model(keras.Model(value, value + 1))  # an operation is no layer


def test_a_network_that_is_no_graph_is_refused():
    class Free(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(InklingError, match="not a graph of layers"):
        layers_model(Free())
    inner = keras.Sequential([layers.Dense(2)], name="inner")
    with pytest.raises(InklingError, match=r"“inner” \(Sequential\)"):
        layers_model(after(inner, (3,)))


def test_quantized_weights_are_refused():
    model = after(layers.Dense(2, name="the_one"))
    model.get_layer("the_one").quantize("int8")
    with pytest.raises(InklingError, match=r"“the_one” \(Dense\).*quantized"):
        layers_model(model)


def test_whole_numbers_as_input_are_refused():
    value = keras.Input(IMAGE, dtype="uint8", name="bytes")
    with pytest.raises(InklingError, match=r"“bytes” \(InputLayer\).*uint8"):
        layers_model(keras.Model(value, layers.Rescaling(1 / 255)(value)))
