"""Picture files and ink -> one image of the size a network takes."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from pipeline import drawing
from pipeline.errors import InklingError

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
MOST_PIXELS = 25_000_000  # a photograph; anything larger only costs memory


def open_picture(path: Path) -> Image.Image:
    """Open and decode a picture file.

    Raises:
        InklingError: it is not there, not a picture, damaged, or over 25 million pixels (said
            before it is decoded).
    """
    try:
        with _opened(path) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise InklingError(
                    f"{path} is {width}×{height} pixels; at most {MOST_PIXELS // 10**6} million "
                    "are read. Make it smaller first."
                )
            picture.load()
            return _eight_bits(picture)
    except FileNotFoundError:
        raise InklingError(f"There is no file {path}.") from None
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise InklingError(
            f"{path} is not a picture that can be read; use PNG, JPEG or another common format."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise InklingError(f"{path} is damaged or cannot be read: {error}.") from None


def ink_to_image(ink: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """Fit a framed drawing to a network's input.

    Args:
        ink: uint8 (28, 28) from `drawing`.
        input_shape: (height, width, channels) of the network.

    Returns:
        uint8 `input_shape`; equal to the ink for a 28×28×1 network.
    """
    height, width, channels = input_shape
    if (height, width) != ink.shape:
        resized = Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC)
        ink = np.asarray(resized)
    return np.repeat(ink[..., None], channels, axis=-1)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a picture without Pillow's warning of large ones: its size is checked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(path) as picture:
            yield picture


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring a picture of 16 or more bits a pixel to 8: Pillow would clip it to white."""
    if picture.mode not in {"I", "F"} and not picture.mode.startswith("I;16"):
        return picture
    levels = np.asarray(picture, dtype=np.float64)
    levels = levels * (255 / 65535) if levels.max(initial=0) > 255 else levels
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def picture_to_image(
    picture: Image.Image, input_shape: tuple[int, int, int], *, ink: bool
) -> np.ndarray:
    """Turn any picture into one image for a network.

    Args:
        picture: a Pillow image of any size and mode.
        input_shape: (height, width, channels) of the network.
        ink: whether the network was trained on framed ink, as MNIST is. Then the picture passes
            through `drawing`; else it is only resized.

    Returns:
        uint8 `input_shape`.

    Raises:
        BlankDrawing: ink was expected and there is none.
    """
    if ink:
        return ink_to_image(drawing.from_pixels(drawing.ink_of(picture)), input_shape)
    height, width, channels = input_shape
    fitted = picture.convert("RGB" if channels == 3 else "L").resize((width, height))
    return np.asarray(fitted).reshape(input_shape)
