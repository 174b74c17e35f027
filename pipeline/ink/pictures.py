"""Picture files and ink -> one image of the size a network takes."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from pipeline.errors import InklingError
from pipeline.ink import drawing, photos

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
MOST_PIXELS = 25_000_000  # a photograph; anything larger only costs memory

UPRIGHT = {  # what turns a picture upright, by the orientation that a camera noted
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(file: Path | IO[bytes], name: str = "") -> Image.Image:
    """Open and decode a picture, and turn it as the camera was held.

    Args:
        file: its path, or the open file.
        name: what to call it in errors, if not by its path.

    Returns:
        Any mode of 8 bits. A JPEG of more than 25 million pixels comes at half its size or less.

    Raises:
        InklingError: it is not there, not a picture, damaged, or too large (said before it is
            decoded).
    """
    name = name or str(file)
    try:
        with _opened(file) as picture:
            size = f"{picture.width}×{picture.height}"
            _shrink(picture)
            if picture.width * picture.height > MOST_PIXELS:
                raise InklingError(
                    f"{name} is {size} pixels; at most {MOST_PIXELS // 10**6} million "
                    "are read. Make it smaller first."
                )
            picture.load()
            return _eight_bits(_upright(picture))
    except FileNotFoundError:
        raise InklingError(f"There is no file {name}.") from None
    except Image.DecompressionBombError:
        raise InklingError(f"{name} has too many pixels. Make it smaller first.") from None
    except UnidentifiedImageError:
        raise InklingError(
            f"{name} is not a picture that can be read; use PNG, JPEG or another common format."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise InklingError(f"{name} is damaged or cannot be read: {error}.") from None


@contextmanager
def _opened(file: Path | IO[bytes]) -> Iterator[Image.Image]:
    """Open a picture without Pillow's warnings, of large ones and of what cameras noted badly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(file) as picture:
            yield picture


def _shrink(picture: Image.Image) -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth of its size; others stay."""
    width, height = picture.size
    times = next((t for t in (1, 2, 4) if width * height <= MOST_PIXELS * t * t), 8)
    if times > 1:
        picture.draft(picture.mode, (width // times, height // times))


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera noted that it was held (EXIF)."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return picture  # the note is damaged, the picture is whole
    way = UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return picture if way is None else picture.transpose(way)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring a picture of 16 or more bits a pixel to 8: Pillow would clip it to white."""
    if picture.mode not in {"I", "F"} and not picture.mode.startswith("I;16"):
        return picture
    levels = np.asarray(picture, dtype=np.float64)
    levels = levels * (255 / 65535) if levels.max(initial=0) > 255 else levels
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def picture_to_image(
    picture: Image.Image, input_shape: tuple[int, int, int], *, mnist_framed: bool
) -> np.ndarray:
    """Turn any picture into one image for a network.

    Args:
        picture: a Pillow image of any size and mode.
        input_shape: (height, width, channels) of the network.
        mnist_framed: whether the network was trained on ink framed as MNIST's is. Then the
            picture passes through `drawing`; otherwise it is only resized.

    Returns:
        uint8 `input_shape`.

    Raises:
        BlankDrawing: ink was expected and there is none.
    """
    if mnist_framed:
        return drawing.ink_to_image(drawing.from_pixels(photos.find_ink(picture)), input_shape)
    height, width, channels = input_shape
    fitted = picture.convert("RGB" if channels == 3 else "L").resize((width, height))
    return np.asarray(fitted).reshape(input_shape)
