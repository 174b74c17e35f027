import numpy as np

from pipeline.serving.anatomy import IMAGE, Anatomy, Part
from pipeline.serving.cost import multiplications

SLIDING = {"strides": (1, 1), "padding": "same"}


def test_multiplications_of_a_network_worked_out_by_hand():
    grouped = np.ones((1, 1, 2, 2), np.float32)
    grouped[0, 0, 0, 1] = grouped[0, 0, 1, 0] = 0  # each map looks at one map only
    parts = (
        Part("conv", "convolution", (IMAGE,), "relu", SLIDING, {"kernel": np.ones((3, 3, 1, 2))}),
        Part("grouped", "convolution", (0,), "linear", SLIDING, {"kernel": grouped}),
        Part("both", "multiply", (0, 1)),
        Part("norm", "scale", (2,)),
        Part("pool", "max_pool", (3,)),
        Part("flat", "flatten", (4,)),
        Part("out", "dense", (5,), "softmax", {}, {"kernel": np.ones((8, 3))}),
    )
    shapes = ((4, 5, 2), (4, 5, 2), (4, 5, 2), (4, 5, 2), (2, 2, 2), (8,), (3,))
    anatomy = Anatomy((4, 5, 1), shapes, parts)
    assert multiplications(anatomy) == [
        20 * 9 * 2, 20 * 2, 40, 40, 0, 0, 24,
    ]  # fmt: skip
