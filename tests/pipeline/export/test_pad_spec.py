import json
import shutil
import struct
from dataclasses import replace

import numpy as np
import pytest

from pipeline import words
from pipeline.export import packing, pad_spec
from pipeline.ink import drawing
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.run_folder import Run, RunDamaged


def test_what_is_packed_can_be_read_where_it_lies(tiny_run: Run):
    packed = pad_spec.describe([tiny_run, tiny_run], ["one", "two"], "Go elsewhere.").packed()
    (length,) = struct.unpack_from("<I", packed)
    facts = json.loads(packed[4 : 4 + length])
    blob = packed[4 + length :]
    assert facts["frame"] == drawing.FRAME
    assert facts["shape"] == [28, 28, 1]
    assert facts["words"] == words.PAD
    assert facts["advice"] == "Go elsewhere."
    assert [run["label"] for run in facts["runs"]] == ["one", "two"]
    for run in facts["runs"]:
        start, size = run["graph"]
        assert blob[start : start + size] == tiny_run.graph_path.read_bytes()
        assert (4 + length + start) % packing.ALIGNMENT == 0
        assert [layer["name"] for layer in run["layers"]] == [
            layer.name for layer in tiny_run.info.layers
        ]
        assert run["classes"] == list("0123456789")


def test_what_is_usual_travels_along(tiny_run: Run):
    spec = pad_spec.describe([tiny_run], ["it"], "")
    (described,) = [run["ood"] for run in spec.facts["runs"]]
    usual = tiny_run.ood_detector()
    assert usual is not None
    assert described["threshold"] == usual.threshold
    for part, kept in zip(described["parts"], usual.parts, strict=True):
        assert part["classes"] == 10
        for name, (start, size) in part["arrays"].items():
            array = np.frombuffer(spec.blob[start : start + size], "<f4")
            assert np.array_equal(array, getattr(kept, name).ravel())


@pytest.mark.parametrize("method", pad_spec.METHODS)
def test_where_the_first_run_looks_travels_if_it_is_wanted(tiny_run: Run, method: str):
    plain = pad_spec.describe([tiny_run, tiny_run], ["one", "two"], "")
    spec = pad_spec.describe([tiny_run, tiny_run], ["one", "two"], "", method)
    # The pad keeps its networks when another map is chosen: what they are must stay the same.
    assert spec.facts | {"overlay": None} == plain.facts
    assert spec.blob.startswith(plain.blob)
    overlay, anatomy = spec.facts["overlay"], tiny_run.anatomy()
    assert anatomy is not None
    start, size = overlay["gradients"]
    assert spec.blob[start : start + size] == tiny_run.gradient_bytes()
    assert overlay["method"] == method
    assert overlay["gates"] == anatomy.gates
    assert overlay["last_convolution"] == anatomy.last_convolution
    assert f"overlay_{method}" in spec.facts["words"]


def test_a_run_that_was_not_taken_apart_has_no_overlay(tiny_run: Run, tmp_path):
    folder = tmp_path / tiny_run.id
    shutil.copytree(tiny_run.folder, folder)
    for name in ("anatomy.npz", "gradients.tflite"):
        (folder / name).unlink()
    spec = pad_spec.describe([replace(tiny_run, folder=folder)], ["it"], "", "gradient")
    assert spec.facts["overlay"] is None


def test_a_run_of_before_travels_without(tiny_run: Run, tmp_path):
    folder = tmp_path / tiny_run.id
    shutil.copytree(tiny_run.folder, folder)
    (folder / "out_of_distribution.npz").unlink()
    spec = pad_spec.describe([replace(tiny_run, folder=folder)], ["it"], "")
    assert spec.facts["runs"][0]["ood"] is None


def test_a_network_of_other_images_is_given_images_as_they_are(tiny_run: Run):
    dataset = tiny_run.info.dataset.model_copy(update={"mnist_framed": False})
    info = tiny_run.info.model_copy(update={"input_shape": (32, 40, 3), "dataset": dataset})
    facts = pad_spec.describe([replace(tiny_run, info=info)], ["it"], "").facts
    assert facts["shape"] == (32, 40, 3)
    assert facts["frame"] is None
    assert "draw" not in json.dumps(facts["words"]).lower()


def test_a_graph_that_is_gone_is_a_damaged_run(tiny_run: Run, tmp_path):
    with pytest.raises(RunDamaged, match=r"model\.tflite of run"):
        pad_spec.describe([replace(tiny_run, folder=tmp_path)], ["it"], "")


@pytest.mark.parametrize(
    ("shape", "columns", "gives"),
    [
        ((28, 28, 6), 8, "6\xa0feature maps of\xa028×28"),
        ((4, 6, 1), 8, "1\xa0feature map of\xa06×4"),
        ((7, 7, 48), 16, "48\xa0feature maps of\xa07×7"),
        ((10,), 10, "10\xa0values"),
        ((1008,), 64, "1,008\xa0values"),
    ],
)
def test_layers_in_words(shape, columns, gives):
    layer = LayerInfo(name="x", kind="Odd", shape=shape, parameters=0)
    assert layer_words.columns(shape) == columns
    assert layer_words.gives(layer) == gives
    assert layer_words.does(layer) == "transforms its input"
