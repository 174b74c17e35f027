"""What trackers show as pictures: the confusion matrix, and misread images with what was said."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.export.report.pictures import on_paper, sheet
from pipeline.export.trackers.contents import Contents
from pipeline.words import shorten

PAPER, INK = (255, 255, 255), (38, 38, 38)
RIGHT, WRONG = (0, 114, 178), (213, 94, 0)  # blue and vermilion of Okabe and Ito
NAMED, SIDE = 40, 900  # classes whose names and numbers can be read; pixels of larger matrices
CELL, LETTERS, LARGE = 48, 14, 13  # pixels of a cell, letters of a name, height of its letters
TILE, CAPTION, MARGIN = 112, 34, 6  # pixels of a picture, of what is written under it, between
AXES = "rows: true, columns: predicted"
IN_A_CAPTION = 9  # letters of a class name


def confusion(counts: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Draw a confusion matrix: rows are true classes, columns predicted ones.

    What is right is blue, mistakes are vermilion, each on a scale of its own: next to what is
    right, mistakes would hardly be colored. Where there are few classes, names and counts are
    written.

    Args:
        counts: int (classes, classes).
        names: one per class.

    Returns:
        uint8 (height, width, 3).
    """
    colors = _colors(counts)
    classes = len(counts)
    if classes > NAMED:
        scale = max(1, SIDE // classes)
        return colors.repeat(scale, axis=0).repeat(scale, axis=1)
    short, font = [shorten(name, LETTERS) for name in names], ImageFont.load_default(LARGE)
    left = round(max(font.getlength(name) for name in short)) + 2 * MARGIN
    side = left + classes * CELL
    width = max(side, round(font.getlength(AXES))) + MARGIN
    picture = Image.new("RGB", (width, side + 2 * LARGE), PAPER)
    cells = Image.fromarray(colors).resize((classes * CELL,) * 2, Image.Resampling.NEAREST)
    picture.paste(cells, (left, left))
    pen = ImageDraw.Draw(picture)
    for label, name in enumerate(short):
        middle = left + label * CELL + CELL // 2
        pen.text((left - MARGIN, middle), name, INK, font, anchor="rm")
        _write_upwards(picture, name, (middle, left - MARGIN))
    for true, predicted in np.argwhere(counts):
        place = (left + predicted * CELL + CELL // 2, left + true * CELL + CELL // 2)
        dark = colors[true, predicted].sum() < 3 * 140
        pen.text(place, str(counts[true, predicted]), PAPER if dark else INK, font, anchor="mm")
    pen.text((MARGIN, side + LARGE), AXES, INK, font, anchor="lm")
    return np.asarray(picture)


def misread(told: Contents) -> np.ndarray:
    """Draw the misread images of which the network is most confident, with what was said of each.

    Returns:
        uint8 (n, height, width, 3); none where the images are not on this machine.
    """
    images, is_ink = told.misread_pictures, told.run.info.dataset.mnist_framed
    if images is None or not len(images):
        return np.empty((0, TILE + CAPTION, TILE, 3), np.uint8)
    rows = told.misread.iloc[: len(images)].to_dict("records")
    under = [_caption(row["true"], row["predicted"], row["confidence"]) for row in rows]
    shown = on_paper(images, is_ink=is_ink)
    return np.stack([_tile(image, lines) for image, lines in zip(shown, under, strict=True)])


def together(tiles: np.ndarray) -> np.ndarray:
    """Lay tiles, uint8 (n, height, width, 3), out as one picture."""
    whole, columns = sheet(tiles)
    lines = len(whole) // tiles.shape[1]
    blank = np.full((lines * columns - len(tiles), *tiles.shape[1:]), 255, np.uint8)
    return sheet(np.concatenate([tiles, blank]))[0]


def _caption(true: str, predicted: str, confidence: float) -> tuple[str, str]:
    said = f"{shorten(predicted, IN_A_CAPTION)}, {confidence:.0%}"
    return f"{shorten(true, IN_A_CAPTION)} read as", said


def png(picture: np.ndarray) -> bytes:
    """Encode a picture, uint8 (height, width) or (height, width, 3), as PNG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="PNG")
    return file.getvalue()


def _colors(counts: np.ndarray) -> np.ndarray:
    """Give each cell its color: uint8 (classes, classes, 3)."""
    right = np.eye(len(counts), dtype=bool)
    most = [max(1, counts[part].max(initial=0)) for part in (right, ~right)]
    depth = np.sqrt(counts / np.where(right, *most))[..., None]
    full = np.where(right[..., None], RIGHT, WRONG)
    return (np.array(PAPER) + (full - np.array(PAPER)) * depth).round().astype(np.uint8)


def _tile(image: np.ndarray, lines: tuple[str, str]) -> np.ndarray:
    picture = Image.new("RGB", (TILE, TILE + CAPTION), PAPER)
    shown = Image.fromarray(image).convert("RGB")
    scale = TILE / max(shown.size)
    size = [max(1, round(side * scale)) for side in shown.size]
    picture.paste(shown.resize((size[0], size[1]), Image.Resampling.NEAREST))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(LARGE)
    for number, line in enumerate(lines):
        pen.text((2, TILE + 9 + number * 16), line, INK, font, anchor="lm")
    return np.asarray(picture)


def _write_upwards(picture: Image.Image, text: str, place: tuple[int, int]) -> None:
    """Write a text from a place upwards."""
    font = ImageFont.load_default(LARGE)
    line = Image.new("L", (LETTERS * LARGE, 2 * LARGE), 0)
    ImageDraw.Draw(line).text((0, LARGE), text, 255, font, anchor="lm")
    turned = line.rotate(90, expand=True)
    picture.paste(INK, (place[0] - LARGE, place[1] - turned.height), turned)
