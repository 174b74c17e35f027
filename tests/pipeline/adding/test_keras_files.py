"""Files that somebody else made: sound ones are loaded, all others are one sentence."""

import json
import os
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.adding import keras_files
from pipeline.errors import InklingError
from tests import strangers


def refusal(path) -> str:
    with pytest.raises(InklingError) as caught:
        keras_files.load(path, path.name)
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.fixture
def sound(tmp_path):
    return strangers.saved(strangers.tutorial(), tmp_path)


def members(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, content: dict[str, bytes], compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_a_sound_file_is_loaded(sound):
    model = keras_files.load(sound, sound.name)
    assert model.count_params() == strangers.tutorial().count_params()


class TestFiles:
    def test_what_is_no_regular_file(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.keras")
        assert "not a regular file" in refusal(tmp_path / "pipe.keras")  # and nothing waits for it
        assert "is a folder" in refusal(tmp_path)
        assert "There is no file" in refusal(tmp_path / "nowhere.keras")
        with pytest.raises(InklingError, match="not the path of a file"):
            keras_files.check(tmp_path / "a\0.keras", "it")

    def test_h5_by_its_name_and_by_its_content(self, tmp_path):
        old = tmp_path / "old.h5"
        old.write_bytes(b"")
        assert "old format .h5" in refusal(old)
        renamed = tmp_path / "renamed.keras"
        renamed.write_bytes(keras_files.HDF5 + bytes(100))
        assert "old format .h5" in refusal(renamed)

    @pytest.mark.parametrize("name", ["text.keras", "text.zip"])
    def test_what_is_no_archive(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"hello" * 100)
        assert "not a .keras file" in refusal(tmp_path / name)

    def test_damage(self, sound):
        whole = sound.read_bytes()
        sound.write_bytes(whole[: len(whole) // 2])
        assert "is damaged" in refusal(sound)
        at = len(whole) // 2
        sound.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        assert "is damaged" in refusal(sound)

    def test_weights_of_another_network(self, sound, tmp_path):
        other = members(strangers.saved(strangers.logits(), tmp_path, "other.keras"))
        content = members(sound) | {keras_files.WEIGHTS: other[keras_files.WEIGHTS]}
        assert "cannot load" in refusal(packed(sound, content))

    @pytest.mark.parametrize("left_out", [keras_files.WEIGHTS, keras_files.CONFIG])
    def test_a_part_is_missing(self, sound, left_out):
        content = members(sound)
        del content[left_out]
        assert f"({left_out})" in refusal(packed(sound, content))

    def test_more_than_a_network_has(self, sound):
        said = refusal(packed(sound, members(sound) | {"../../evil.py": b"import os"}))
        assert "“../../evil.py”" in said


class TestBombs:
    def test_what_unpacks_to_many_times_its_size(self, sound):
        content = members(sound) | {keras_files.WEIGHTS: bytes(300 * 2**20)}
        packed(sound, content, zipfile.ZIP_DEFLATED)
        assert sound.stat().st_size < 2**20
        assert "unpacks to more than 100 times" in refusal(sound)

    def test_what_declares_more_than_the_limit(self, sound, monkeypatch):
        monkeypatch.setattr(keras_files, "MOST_BYTES", 100_000)
        content = members(sound) | {keras_files.WEIGHTS: os.urandom(100_001)}
        assert "too much for a network" in refusal(packed(sound, content))

    def test_what_holds_more_than_it_declares(self, sound):
        packed(sound, members(sound) | {keras_files.WEIGHTS: bytes(2**20)}, zipfile.ZIP_DEFLATED)
        content = bytearray(sound.read_bytes())
        small = (1000).to_bytes(4, "little")
        while (at := content.find((2**20).to_bytes(4, "little"))) >= 0:  # in both its headers
            content[at : at + 4] = small
        sound.write_bytes(content)
        assert "is damaged" in refusal(sound)

    def test_a_description_that_is_nested_without_end(self, sound):
        deep = b'{"class_name": "Sequential", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        said = refusal(packed(sound, members(sound) | {keras_files.CONFIG: deep}))
        assert "nested too deeply" in said


@keras.saving.register_keras_serializable("theirs")
class Attention(layers.Dense):
    """A layer that only its author knows."""


class TestWhatWouldRunCode:
    def test_a_lambda_layer_is_named(self, tmp_path):
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Lambda(lambda x: x / 2, name="halve"),
                layers.Flatten(),
            ]
        )
        assert "the Lambda layer “halve”" in refusal(strangers.saved(model, tmp_path))

    def test_a_custom_layer_is_named(self, tmp_path):
        model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), Attention(10)])
        assert "custom object “Attention”" in refusal(strangers.saved(model, tmp_path))

    def test_a_custom_activation_is_named(self, tmp_path):
        def wiggle(x):
            return keras.ops.sin(x)

        model = keras.Sequential([keras.Input((4,)), layers.Dense(10, activation=wiggle)])
        assert "custom object “wiggle”" in refusal(strangers.saved(model, tmp_path))

    @pytest.mark.parametrize(
        ("object_", "said"),
        [
            ({"module": "builtins", "class_name": "eval", "config": {}}, "custom object “eval”"),
            ({"module": "os", "class_name": "function", "config": "system"}, "“system”"),
            ({"module": "keras.utils", "class_name": "function", "config": "get_file"}, "get_file"),
            ({"module": "keras.layers", "class_name": "TFSMLayer", "config": {}}, "runs code"),
            ({"module": "keras.layers", "class_name": "StringLookup", "config": {}}, "reads files"),
            ({"module": "kerasX", "class_name": "Dense", "config": {}}, "custom object “Dense”"),
        ],
    )
    def test_whatever_is_not_keras_own_is_refused_wherever_it_hides(self, object_, said):
        network = {"class_name": "Sequential", "module": "keras", "config": {"layers": [[object_]]}}
        with pytest.raises(InklingError, match=said):
            keras_files.check_config(network, "it")

    def test_how_it_was_compiled_does_not_matter(self, tmp_path):
        model = strangers.logits()
        model.compile(loss=lambda true, predicted: keras.ops.sum(predicted), optimizer="adam")
        path = strangers.saved(model, tmp_path)
        assert not keras_files.load(path, path.name).compiled

    def test_a_network_of_raw_operations_is_loaded(self, tmp_path):
        image = keras.Input((28, 28))
        x = layers.Flatten()(keras.ops.expand_dims(image, -1) * 2)
        path = strangers.saved(keras.Model(image, layers.Dense(10)(x)), tmp_path)
        assert np.prod(keras_files.load(path, path.name).output_shape[1:]) == 10

    @pytest.mark.parametrize(
        "config", ["[]", "{}", "3", '{"class_name": "Dense", "module": "keras"}']
    )
    def test_what_is_no_network(self, config):
        with pytest.raises(InklingError, match=r"does not describe|is a Dense"):
            keras_files.check_config(json.loads(config), "it")
