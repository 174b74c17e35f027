import json
import struct

import numpy as np
import pytest

from pipeline.export import inside_spec
from pipeline.serving.anatomy import IMAGE, Anatomy, Part
from pipeline.serving.receptive_field import receptive_fields
from pipeline.store.run_folder import Run


@pytest.fixture(scope="module")
def unpacked(tiny_run: Run) -> tuple[dict, bytes]:
    anatomy, gradients = tiny_run.anatomy(), tiny_run.gradient_bytes()
    packed = inside_spec.describe(tiny_run, anatomy, gradients, "Go elsewhere.").packed()
    (length,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + length]), packed[4 + length :]


def test_weights_and_graph_arrive_as_they_are(unpacked, tiny_run: Run):
    facts, blob = unpacked
    anatomy = tiny_run.anatomy()
    start, size = facts["graph"]
    assert blob[start : start + size] == tiny_run.gradient_bytes()
    assert [layer["op"] for layer in facts["layers"]] == [part.op for part in anatomy.parts]
    for layer, part in zip(facts["layers"], anatomy.parts, strict=True):
        assert layer["arrays"].keys() == part.arrays.keys()
        for name, (first, length, shape) in layer["arrays"].items():
            array = np.frombuffer(blob[first : first + length], "<f4").reshape(shape)
            assert np.array_equal(array, part.arrays[name])


def test_receptive_fields_and_shares_travel_along(unpacked, tiny_run: Run):
    facts, blob = unpacked
    assert sum(layer["share"] for layer in facts["layers"]) == pytest.approx(1)
    for layer, field in zip(facts["layers"], receptive_fields(tiny_run.anatomy()), strict=True):
        start, length = layer["rows"]
        rows = np.frombuffer(blob[start : start + length], "<i4").reshape(-1, 2)
        assert np.array_equal(rows, field.rows)


def test_it_is_known_which_layers_can_be_negative():
    parts = (
        Part("conv", "convolution", (IMAGE,), "relu"),
        Part("pool", "max_pool", (0,)),
        Part("norm", "scale", (1,)),
        Part("both", "concatenate", (1, 2)),
        Part("clipped", "rectify", (3,), settings={"slope": 0.0, "most": None}),
        Part("leaky", "rectify", (4,), settings={"slope": 0.2, "most": None}),
        Part("out", "dense", (5,), "softmax"),
    )
    anatomy = Anatomy((4, 4, 1), ((4, 4, 2),) * 6 + ((3,),), parts)
    assert inside_spec._signed(anatomy) == [False, False, True, True, False, True, False]
