"""Test images -> pictures in a page, crisp on the screen and on paper, within a number of bytes."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.data.datasets import picked
from pipeline.export.report.facts import Answers

SIDE = 112  # pixels, at least, of a picture of its own: what enlarges it may blur it otherwise
MOST = 24  # pictures of a cell
SHEET_BYTES = 1_600_000  # of all cells' pictures, before base 64 makes a third more of them
SAMPLE = 64  # pictures from which the size of all is estimated


@dataclass(frozen=True)
class Cells:
    """The pictures of the confusion matrix's cells, packed as one.

    Attributes:
        source: a data URI; "" if there are none.
        columns: how many pictures there are in a row of it.
        images: by cell (true, predicted), the numbers of its images, in the order of the picture,
            cell after cell.
    """

    source: str
    columns: int
    images: dict[tuple[int, int], np.ndarray]


def on_paper(images: np.ndarray, *, is_ink: bool) -> np.ndarray:
    """Return images as they look on paper: light ink on black becomes dark ink on white.

    Args:
        images: uint8 (…, height, width, channels), 1 channel or 3.
        is_ink: whether they are light ink on black; other images stay as they are.

    Returns:
        uint8 (…, height, width) for gray, (…, height, width, 3) for color.
    """
    shown = images[..., 0] if images.shape[-1] == 1 else images
    return 255 - shown if is_ink else shown


def data_uri(picture: np.ndarray) -> str:
    """Encode one picture, uint8 (h, w) or (h, w, 3), as PNG; small ones are enlarged first."""
    scale = -(-SIDE // max(picture.shape[:2]))
    return _encoded(picture.repeat(scale, axis=0).repeat(scale, axis=1))


def pack(
    images: np.ndarray, answers: Answers, *, is_ink: bool, most_bytes: int = SHEET_BYTES
) -> Cells:
    """Pack the images of each cell, most confident first, as many as fit.

    Every cell gets its first picture before any gets a second, mistakes before what is right.

    Args:
        images: uint8 (n, height, width, channels), the test images.
        answers: what the run says about them.
        is_ink: whether they are light ink on black.
        most_bytes: of the packed picture.
    """
    rows = ranked(answers)
    rows = rows[: _how_many(images, rows, most_bytes)]
    while len(rows):
        cells = _by_cell(answers, rows)
        chosen = np.concatenate(list(cells.values()))
        whole, columns = sheet(on_paper(picked(images, chosen), is_ink=is_ink))
        source = _encoded(whole)
        if len(source) * 3 / 4 <= most_bytes:
            return Cells(source, columns, cells)
        rows = rows[: len(rows) * 3 // 4]  # the estimate was too low
    return Cells("", 0, {})


def ranked(answers: Answers) -> np.ndarray:
    """Sort the images by their place in their own cell, mistakes first: int (m,), the most wanted.

    Args:
        answers: what the run says about them.

    Returns:
        The first `MOST` of each cell.
    """
    order = _cell_after_cell(answers, np.arange(len(answers.label)))
    starts = _starts(answers, order)
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    wanted = np.lexsort((answers.right[order], place))
    return order[wanted[place[wanted] < MOST]]


def sheet(pictures: np.ndarray) -> tuple[np.ndarray, int]:
    """Lay pictures of one size out as one, row by row; return it, and how many are in a row."""
    count, height, width, *channels = pictures.shape
    columns = int(np.ceil(np.sqrt(count)))
    lines = -(-count // columns)
    full = np.zeros((lines * columns, height, width, *channels), np.uint8)
    full[:count] = pictures
    tiled = full.reshape(lines, columns, height, width, *channels).swapaxes(1, 2)
    return tiled.reshape(lines * height, columns * width, *channels), columns


def _how_many(images: np.ndarray, rows: np.ndarray, most_bytes: int) -> int:
    """Estimate how many pictures fit, from some of them."""
    if not len(rows):
        return 0
    some = picked(images, rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(int)])
    each = len(_png(sheet(on_paper(some, is_ink=False))[0])) / len(some)
    return int(most_bytes / each)


def _by_cell(answers: Answers, rows: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    ordered = _cell_after_cell(answers, rows)
    starts = _starts(answers, ordered)
    return {
        (int(answers.label[part[0]]), int(answers.predicted[part[0]])): part
        for part in np.split(ordered, starts[1:])
    }


def _cell_after_cell(answers: Answers, rows: np.ndarray) -> np.ndarray:
    """Sort images by true class, then by prediction, then by confidence, the highest first."""
    keys = (-answers.confidence[rows], answers.predicted[rows], answers.label[rows])
    return rows[np.lexsort(keys)]


def _starts(answers: Answers, rows: np.ndarray) -> np.ndarray:
    """Find where a cell begins among images that are sorted by cell: int (cells,)."""
    cells = np.stack([answers.label[rows], answers.predicted[rows]], axis=1)
    return np.flatnonzero(np.r_[True, (cells[1:] != cells[:-1]).any(axis=1)])


def _encoded(picture: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(_png(picture)).decode("ascii")


def _png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="PNG")
    return file.getvalue()
