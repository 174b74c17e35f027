"""What readers find in a source, image by image, and what a network takes of it."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from pipeline.errors import InklingError
from pipeline.ink import inputs

PART = 8_192  # images: what one process scores at a time, and what a kill costs at most
# Parts of what can only be read from its beginning: each reads past those before it, which costs
# little beside scoring as long as they are few.
MOST_READ_PAST = 16
Wanted = Collection[int] | None  # images by their index; None for all
ANY = 2**62  # bytes: where nothing is read into memory as a whole


@dataclass(frozen=True)
class Takes:
    """What a network takes.

    Attributes:
        shape: (height, width, channels) of an image.
        mnist_framed: whether it was trained on ink framed like MNIST's: then the ink of a picture
            is found and framed first, as for every drawing.
    """

    shape: tuple[int, int, int]
    mnist_framed: bool

    def of_picture(self, picture: Image.Image) -> np.ndarray:
        """Turn a picture into what the network gets: uint8 `shape`, as `inkling predict` does.

        Raises:
            InklingError: ink was expected but there is none.
        """
        return inputs.of_picture(picture, self.shape, mnist_framed=self.mnist_framed).image

    def of_array(self, values: np.ndarray, called: str) -> np.ndarray:
        """Give an array of an image the network's shape: uint8, its pixels as they are.

        Args:
            values: integers in [0, 255]: (height, width) or (height, width, channels), or all
                numbers of an image in a row.
            called: what it is, for errors.

        Raises:
            InklingError: it is no such array.
        """
        if values.ndim == 1 and values.size == np.prod(self.shape):
            values = values.reshape(self.shape)
        self.check(values.shape, values.dtype, called)
        return values.astype(np.uint8, copy=False).reshape(self.shape)

    def check(self, shape: tuple[int, ...], kind: "np.dtype[np.generic]", called: str) -> None:
        """Check the shape of an image, without or with channels, and its type.

        Raises:
            InklingError: the network takes others.
        """
        wanted = "×".join(map(str, self.shape))
        if self.shape not in (shape, (*shape, 1)):
            found = "×".join(map(str, shape)) or "no axes"
            raise InklingError(
                f"{called}: expected images of {wanted} (height, width, channels), found {found}. "
                "Resize them first, or score them as image files."
            )
        if kind != np.uint8:
            raise InklingError(
                f"{called}: expected integers from 0 to 255 (uint8), found {kind}. Scale and "
                "convert them first."
            )


@dataclass(frozen=True, eq=False)
class Found:
    """One image of a source, or why there is none.

    Attributes:
        source: the path of the file.
        member: which array, column or file in it; "" if it is the image itself, or holds one array.
        index: its place among the images of the member, from 0; −1 for what is wrong with the file.
        image: uint8, as the network takes it; None if it cannot be read.
        error: why not, in a sentence.
        offset: where in an archive it begins, in bytes; −1 where that says nothing.
    """

    source: str
    member: str
    index: int
    image: np.ndarray | None
    error: str = ""
    offset: int = -1


class Part(Protocol):
    """As much of a source as one process reads at a time.

    A part says all about itself in its `repr`, the state of the file included: by that is known
    whether it was scored already.
    """

    @property
    def path(self) -> str:
        """Of its file, or its first one."""

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read its images, in order; what cannot be read is found as such, and never raises.

        Args:
            takes: what the network takes.
            wanted: by their `Found.index`, those that are wanted of containers; None for all.
        """


@dataclass(frozen=True)
class Unreadable:
    """A source, or the rest of one, that cannot be read."""

    path: str
    reason: str
    member: str = ""

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Find what is wrong with it."""
        yield Found(self.path, self.member, -1, None, self.reason)


def divided(count: int, part: int = PART) -> Iterator[tuple[int, int]]:
    """Divide images into parts: the first one's index, and how many they are."""
    for first in range(0, count, part):
        yield first, min(part, count - first)


def read_past(count: int, part: int = PART) -> Iterator[tuple[int, int]]:
    """Divide images that can only be read from their beginning, as `divided`, into few parts."""
    return divided(count, max(part, math.ceil(count / MOST_READ_PAST)))


def stamp(path: Path) -> str:
    """Tell the state of a file, by which a changed one is scored anew; "" if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"
