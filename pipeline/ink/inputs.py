"""Pictures, drawings and files to predict -> images for a network.

The command line and the pages use the same functions, so both predict the same.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.errors import InklingError, reason
from pipeline.ink import drawing, drawing_files, pictures
from pipeline.ink.drawing import Drawing
from pipeline.reading import check_regular, read_text

TEXTS = {".json", ".jsonl", ".csv"}
MOST_JSON = 2**20  # characters of a drawing: several times what 5,000 points take
MOST_CSV = 2**26  # bytes: about 35,000 images of 28×28


@dataclass(frozen=True, eq=False)
class Given:
    """One image to predict.

    Attributes:
        image: uint8 (height, width, channels), as the network gets it.
        drawing: the drawing it is made of; None if it is an image and not ink.
    """

    image: np.ndarray
    drawing: Drawing | None = None


def of_drawing(drawn: Drawing, input_shape: tuple[int, int, int]) -> Given:
    """Fit a drawing to a network's input (height, width, channels)."""
    return Given(drawn.image(input_shape), drawn)


def of_picture(
    picture: Image.Image, input_shape: tuple[int, int, int], *, mnist_framed: bool
) -> Given:
    """Turn a picture of any size and mode into what a network gets.

    Args:
        picture: a Pillow image.
        input_shape: (height, width, channels) of the network.
        mnist_framed: whether the network was trained on ink framed like MNIST's. If so, the ink is
            found and framed; otherwise the picture is resized, in its own colors.

    Raises:
        BlankDrawing: ink was expected but there is none.
    """
    if mnist_framed:
        return of_drawing(Drawing(pictures.ink_of(picture)), input_shape)
    return Given(pictures.fitted(picture, input_shape))


@dataclass(frozen=True)
class Item:
    """One thing to predict.

    Attributes:
        file: its path, as given.
        line: in a `.jsonl` or `.csv` file, counted from 1; None for a file of one drawing.
        image: uint8 (height, width, channels), or None if it could not be read.
        error: why not, in a sentence.
    """

    file: str
    line: int | None
    image: np.ndarray | None
    error: str = ""


def read_all(
    files: Iterable[Path], input_shape: tuple[int, int, int], *, mnist_framed: bool
) -> Iterator[Item]:
    """Read image files, strokes and tables of pixels.

    Args:
        files: each an image; a `.json` of `{"strokes": [[[x, y], …], …]}` (or the bare list), or
            a `.jsonl` of such lines; or a `.csv` with one row per image (see `drawing_files`),
            which the network gets as it is.
        input_shape: (height, width, channels) of the network.
        mnist_framed: whether images pass through `drawing`, as for networks trained on digits.

    Yields:
        One item per drawing, in order.
    """
    for file in files:
        if file.suffix in TEXTS:
            yield from _read_text(file, input_shape)
            continue
        try:
            picture = pictures.open_picture(file)
            given = of_picture(picture, input_shape, mnist_framed=mnist_framed)
            yield Item(str(file), None, given.image)
        except InklingError as error:
            yield Item(str(file), None, None, str(error))


def _read_text(file: Path, input_shape: tuple[int, int, int]) -> Iterator[Item]:
    try:
        if file.suffix == ".jsonl":
            yield from _read_lines(file, input_shape)
        elif file.suffix == ".json":
            yield _read_strokes(file, None, read_text(file, MOST_JSON), input_shape)
        else:
            images = drawing_files.from_csv(read_text(file, MOST_CSV), input_shape)
            for number, image in enumerate(images, start=2):  # the header is line 1
                yield Item(str(file), number, image)
    except InklingError as error:
        yield Item(str(file), None, None, str(error))
    except (OSError, UnicodeDecodeError) as error:
        yield Item(str(file), None, None, f"The file cannot be read: {error}.")


def _read_lines(file: Path, input_shape: tuple[int, int, int]) -> Iterator[Item]:
    """Read a file of a drawing a line: however many there are, one at a time is in memory."""
    check_regular(file)
    with file.open(encoding="utf-8") as lines:
        for number in itertools.count(1):
            line = lines.readline(MOST_JSON + 1)
            if not line:
                return
            if len(line) > MOST_JSON:
                said = f"It is longer than the {MOST_JSON:,} characters that a drawing may take."
                yield Item(str(file), number, None, said)
                return  # what follows is the rest of this line
            if line.strip():
                yield _read_strokes(file, number, line, input_shape)


def _read_strokes(
    file: Path, number: int | None, text: str, input_shape: tuple[int, int, int]
) -> Item:
    try:
        value = json.loads(text)
        strokes = value.get("strokes") if isinstance(value, dict) else value
        if not isinstance(strokes, list) or not all(isinstance(s, list) for s in strokes):
            raise InklingError('Expected {"strokes": [[[x, y], …], …]}.')
        drawing.check_number(strokes)
        ink = drawing.from_strokes(strokes)
        return Item(str(file), number, drawing.ink_to_image(ink, input_shape))
    except json.JSONDecodeError as error:
        return Item(str(file), number, None, f"It is not valid JSON ({error.msg}).")
    except RecursionError:
        return Item(str(file), number, None, "It is nested too deeply to be a drawing.")
    except InklingError as error:
        return Item(str(file), number, None, str(error))
    except ValueError as error:  # a whole number of thousands of digits
        return Item(str(file), number, None, f"It cannot be read: {reason(error)}.")
