"""Image files and ink -> one image of the size that a network takes."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from pipeline.errors import InklingError, reason
from pipeline.ink import drawing, photos
from pipeline.reading import check_regular

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"}
# Only these are opened: Pillow knows others, one of which would start Ghostscript.
FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM")
MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "I", "F"}
MOST_PIXELS = 25_000_000  # enough for a photograph; more only costs memory
MOST_DECLARED = 2 * (Image.MAX_IMAGE_PIXELS or 0)  # what Pillow refuses to open
MOST_PROGRESSIVE = 200_000_000  # numbers in a progressive one: 400 MB

UPRIGHT = {  # what turns an image upright, by the orientation that the camera recorded
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(file: Path | IO[bytes], name: str = "") -> Image.Image:
    """Open and decode an image file, and turn it upright.

    Args:
        file: its path, or the open file.
        name: what to call it in errors, if not by its path.

    Returns:
        Any 8-bit mode. A JPEG of more than 25 million pixels comes at half its size or less.

    Raises:
        InklingError: it is missing, not an image, damaged, or too large (checked before it is
            decoded).
    """
    name = name or str(file)
    if isinstance(file, Path):
        check_regular(file)
    with _decoding(name), _opened(file) as picture:
        size = f"{picture.width}×{picture.height}"
        _check_cost(picture, name)
        _shrink(picture)
        if picture.width * picture.height > MOST_PIXELS:
            raise InklingError(
                f"{name} is {size} pixels; at most {MOST_PIXELS // 10**6} million are "
                "supported. Resize it first."
            )
        picture.load()
        return _eight_bits(_upright(picture))


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    """Say what is wrong with an image file.

    Pillow's decoders raise whatever a damaged file makes them stumble over, struct.error and
    IndexError among them, so all that is not ours counts as damage.
    """
    try:
        yield
    except InklingError:
        raise
    except Image.DecompressionBombError:
        raise InklingError(
            f"{name} has more than {MOST_DECLARED // 10**6} million pixels. Resize it first."
        ) from None
    except UnidentifiedImageError:
        raise InklingError(
            f"{name} is not an image in a supported format; use PNG or JPEG, for example."
        ) from None
    except Exception as error:
        raise InklingError(f"{name} is damaged or cannot be read: {reason(error)}.") from error


@contextmanager
def _opened(file: Path | IO[bytes]) -> Iterator[Image.Image]:
    """Open an image without Pillow's warnings about large ones and bad camera metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(file, formats=FORMATS) as picture:
            yield picture


def _check_cost(picture: Image.Image, name: str) -> None:
    """Check what decoding will cost, before it begins: a small file can hold a huge image."""
    # All of a progressive JPEG is kept at full size, two bytes per number, before it is shrunk.
    most = MOST_PROGRESSIVE // len(picture.getbands())
    if "progressive" in picture.info and picture.width * picture.height > most:
        raise InklingError(
            f"{name} is a progressive JPEG of {picture.width}×{picture.height} pixels; at most "
            f"{most // 10**6} million are supported. Resize it first."
        )
    if picture.mode not in MODES and not picture.mode.startswith("I;16"):
        raise InklingError(
            f"{name} is in the color space {picture.mode}, which is not supported. Save it in RGB "
            "or in grayscale."
        )


def _shrink(picture: Image.Image) -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth of its size; others stay."""
    width, height = picture.size
    times = next((t for t in (1, 2, 4) if width * height <= MOST_PIXELS * t * t), 8)
    if times > 1:
        picture.draft(picture.mode, (width // times, height // times))


def _upright(picture: Image.Image) -> Image.Image:
    """Turn an image upright by the orientation that its camera recorded (EXIF)."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return picture  # the metadata is damaged, the image is not
    way = UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return picture if way is None else picture.transpose(way)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Convert an image of 16 or more bits per pixel to 8: Pillow would clip it to white."""
    if picture.mode not in {"I", "F"} and not picture.mode.startswith("I;16"):
        return picture
    levels = np.asarray(picture, dtype=np.float64)
    levels = levels * (255 / 65535) if levels.max(initial=0) > 255 else levels
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def on_white(picture: Image.Image) -> Image.Image:
    """Put a transparent image on white, as a page shows it; others stay as they are."""
    if not picture.has_transparency_data:
        return picture
    rgba = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def fitted(picture: Image.Image, input_shape: tuple[int, int, int]) -> np.ndarray:
    """Resize a picture to a network's input and change nothing else.

    `web/src/resize.js` gives the same pixels, so exported pages predict what Python does.

    Args:
        picture: a Pillow image of any size and mode.
        input_shape: (height, width, channels) of the network; 1 or 3 channels.

    Returns:
        uint8 `input_shape`.
    """
    height, width, channels = input_shape
    levels = on_white(picture).convert("RGB" if channels == 3 else "L")
    return np.asarray(drawing.resized(levels, width, height)).reshape(input_shape)


def ink_of(picture: Image.Image) -> np.ndarray:
    """Find what is drawn on a picture, and frame it: uint8 (28, 28), 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: there is no ink.
    """
    return drawing.from_pixels(photos.find_ink(picture))
