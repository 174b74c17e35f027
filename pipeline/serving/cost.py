"""How many multiplications each layer of a network takes for one image; pure."""

import math

import numpy as np

from pipeline.serving.anatomy import Anatomy, Part, Shape


def multiplications(anatomy: Anatomy) -> list[int]:
    """Count the multiplications of every layer, in order.

    Those of a padded border are counted, as they are computed; where a kernel never looks (groups,
    dilation), there is nothing to multiply. Activation functions are not counted.
    """
    pairs = zip(anatomy.parts, anatomy.shapes, strict=True)
    return [_of(part, shape) for part, shape in pairs]


def _of(part: Part, shape: Shape) -> int:
    values = math.prod(shape)
    if part.op in ("convolution", "dense"):
        return values // shape[-1] * int(np.count_nonzero(part.arrays["kernel"]))
    if part.op in ("scale", "average_pool", "global_average", "average"):
        return values
    if part.op == "multiply":
        return values * (len(part.inputs) - 1)
    return 0
