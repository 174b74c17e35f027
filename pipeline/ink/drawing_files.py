"""A drawing as files, each of which `inkling predict` reads back."""

import csv
import io
import json

import numpy as np

from pipeline.errors import InklingError, reason
from pipeline.ink.drawing import Strokes


def to_csv(image: np.ndarray) -> str:
    """Write an image as a table of one row: a header `pixel0,pixel1,…`, then its numbers.

    Args:
        image: uint8 (height, width, channels). Row by row, as the network gets it;
            `pandas.read_csv(file).to_numpy().reshape(28, 28)` is the image again.
    """
    lines = [
        ",".join(f"pixel{place}" for place in range(image.size)),
        ",".join(str(level) for level in image.ravel().tolist()),
    ]
    return "\n".join(lines) + "\n"


def from_csv(text: str, input_shape: tuple[int, int, int]) -> list[np.ndarray]:
    """Read images from a table, one row per image; columns with other names are ignored.

    Args:
        text: as `to_csv` writes it.
        input_shape: (height, width, channels) of the images.

    Returns:
        One uint8 array of `input_shape` per row.

    Raises:
        InklingError: a column is missing, or a value is not an integer from 0 to 255.
    """
    rows = csv.reader(io.StringIO(text))
    try:
        header = next(rows, [])
        places = {name.strip(): at for at, name in enumerate(header)}
        size = int(np.prod(input_shape))
        columns = [places[f"pixel{place}"] for place in range(size)]
        # Row by row: as lists of numbers, all of them would take many times as much memory.
        images = [
            np.array([int(row[column]) for column in columns], np.uint8) for row in rows if row
        ]
    except KeyError as missing:
        raise InklingError(
            f"A table of images needs the columns pixel0 to pixel{size - 1} for this network; "
            f"{missing.args[0]} is missing."
        ) from None
    except (ValueError, IndexError, OverflowError, csv.Error) as error:
        raise InklingError(
            f"Every pixel must be an integer from 0 to 255 (line {rows.line_num}: {reason(error)})."
        ) from None
    return [image.reshape(input_shape) for image in images]


def to_json(strokes: Strokes) -> str:
    """Write strokes as `{"strokes": [[[x, y], …], …]}`: a `.json` file, or a line of a `.jsonl`."""
    return json.dumps({"strokes": strokes}) + "\n"
