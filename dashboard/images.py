"""Arrays -> pictures for a page, with crisp pixels; pure."""

import base64
import io
import math

import numpy as np
from PIL import Image

from dashboard.palette import Palette, colored, rgb

GAP = 2  # pixels of paper between the maps of a mosaic, before enlarging


def for_screen(image: np.ndarray, *, mnist_framed: bool, dark: bool) -> np.ndarray:
    """Return an image as people should see it: dark ink on paper, light ink in dark mode.

    Args:
        image: uint8 (height, width, 1) or (height, width, 3).
        mnist_framed: whether it is light ink on black; other images are left as they are.
        dark: whether the page is dark.

    Returns:
        uint8 (height, width) for gray, (height, width, 3) for color.
    """
    shown = image[..., 0] if image.shape[-1] == 1 else image
    return 255 - shown if mnist_framed and not dark else shown


def png(image: np.ndarray, scale: int = 1) -> bytes:
    """Encode an image uint8 (h, w) or (h, w, 3) as PNG, each pixel `scale` pixels wide."""
    if scale > 1:
        image = image.repeat(scale, axis=0).repeat(scale, axis=1)
    file = io.BytesIO()
    Image.fromarray(image).save(file, format="PNG")
    return file.getvalue()


def data_uri(image: np.ndarray, scale: int = 1) -> str:
    """Encode an image as `png` does, in a data URI."""
    return "data:image/png;base64," + base64.b64encode(png(image, scale)).decode("ascii")


def sheet(images: np.ndarray, *, mnist_framed: bool, dark: bool) -> tuple[np.ndarray, int]:
    """Lay many images out as one, row by row, as `for_screen` shows each.

    Args:
        images: uint8 (n, height, width, channels), n at least 1.
        mnist_framed: whether they are light ink on black.
        dark: whether the page is dark.

    Returns:
        uint8 (rows·height, columns·width) or (…, 3), and how many columns there are.
    """
    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    full = np.zeros((rows * columns, height, width, channels), np.uint8)
    full[:count] = images
    tiled = full.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    whole = tiled.reshape(rows * height, columns * width, channels)
    return for_screen(whole, mnist_framed=mnist_framed, dark=dark), columns


def background(image: np.ndarray) -> str:
    """Return the median color of the border of an image, as "#rrggbb".

    Args:
        image: uint8 (height, width, 1) or (height, width, 3).
    """
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    levels = np.median(border, axis=0).astype(np.uint8)
    return "#" + (levels if len(levels) == 3 else levels.repeat(3)).tobytes().hex()


def feature_mosaic(activation: np.ndarray, palette: Palette, columns: int) -> np.ndarray:
    """Lay a layer's feature maps out as one picture.

    Args:
        activation: float (height, width, maps), or (units,), which becomes a strip of cells.
        palette: its paper color stands for 0 and below, its ink for the layer's largest value.
        columns: maps (or cells) in a row.

    Returns:
        uint8 (h, w, 3). One scale for the whole layer, so that maps can be compared.
    """
    maps = activation[None, None, :] if activation.ndim == 1 else activation
    height, width, count = maps.shape
    peak = float(maps.max())
    levels = np.clip(maps / peak, 0, 1) if peak > 0 else np.zeros_like(maps)
    rows = -(-count // columns)
    gap = GAP if height > 1 else 0
    # Every map with the gap to its neighbors; the last row may have fewer maps than the others.
    cells = np.empty((rows * columns, height + gap, width + gap, 3), dtype=np.uint8)
    cells[:] = rgb(palette.surface)
    cells[:count, :height, :width] = colored(np.moveaxis(levels, -1, 0), palette.sequential)
    tiled = cells.reshape(rows, columns, height + gap, width + gap, 3).swapaxes(1, 2)
    whole = tiled.reshape(rows * (height + gap), columns * (width + gap), 3)
    return whole[: len(whole) - gap, : whole.shape[1] - gap]
