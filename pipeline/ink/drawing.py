"""Strokes or pixels of a drawing -> 28×28 ink: the only route for drawn digits.

The target is what MNIST's digits look like (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based
learning applied to document recognition"): scaled, keeping their proportions, so that the longer
side fills a box of 20×20, then placed in 28×28 with the center of mass in the middle, in light
ink on black.
"""

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.errors import InklingError
from pipeline.ink.pen import edge_distance
from pipeline.words import counted

SIZE = 28  # side of the result, pixels
BOX = 20  # side of the box that the ink fills, pixels
MIDDLE = 14.0  # where the center of mass goes, in pixel-center coordinates: 14.0 is what MNIST has
BOX_SLACK = 2  # pixels by which digits in MNIST, and those framed here, miss the box
MIDDLE_SLACK = 1  # the same for the middle
SMALLEST_SIDE = 1e-9  # of a drawing, in its own unit: anything smaller is a dot
PEN = 2.4  # width of the pen, pixels of the result: about the median of MNIST's training images
MOST_STROKES = 200  # accepted in one drawing
MOST_POINTS = 5_000  # accepted in one drawing
LARGEST = 1e12  # from zero, of any coordinate: differences of huge ones overflow
FURTHEST = 100_000.0  # from zero, of an accepted coordinate
# What an implementation in another language needs; see `from_strokes` and `checked_ink`.
FRAME = {
    "size": SIZE,
    "box": BOX,
    "middle": MIDDLE,
    "pen": PEN,
    "smallest_side": SMALLEST_SIDE,
    "most_strokes": MOST_STROKES,
    "most_points": MOST_POINTS,
}
FAINTEST = 24  # gray levels by which ink must differ from its background
FINE = 200  # side to which ink is scaled before its pen is measured, pixels
FINE_ENOUGH = 40  # side below which a pen cannot be measured, pixels
INKED = 128  # gray level from which a fine pixel is ink
RIDGE = 7  # side of the window in which a ridge point is a maximum, fine pixels
THINNEST_PART = 0.2  # quantile of stroke widths: crossings and blots do not count
MOST_THINNED = 0.8  # of a stroke's width
LEAST_RIM = 0.5  # fine pixels; less changes nothing

Strokes = Sequence[Sequence[Sequence[float]]]


class BlankDrawing(InklingError):
    """There is no ink."""

    def __init__(self) -> None:
        super().__init__("The drawing is blank: no ink was found. Draw something first.")


def from_strokes(strokes: Strokes, pen: float = PEN) -> np.ndarray:
    """Render strokes with a pen in proportion to the digit.

    Args:
        strokes: a list of strokes, each a list of `[x, y]` points in any unit, y downward. Their
            position on the canvas and their size make no difference.
        pen: its width, pixels of the result, below BOX.

    Returns:
        uint8 (28, 28), 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: there are no points.
        InklingError: a point is not two finite numbers.
    """
    segments = _segments(strokes)
    _check_reach(segments, LARGEST)
    points = segments.reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max())
    # A dot has no size: it becomes one touch of the pen.
    scale = (BOX - pen) / side if side > SMALLEST_SIDE else 1.0
    segments = (segments - (low + high) / 2) * scale + MIDDLE
    ink = _ink(segments, pen)
    shift = _shift_to_middle(ink)
    return np.rint(_ink(segments + shift, pen) * 255).astype(np.uint8)


def checked_ink(strokes: Strokes) -> np.ndarray:
    """Validate strokes from an untrusted source, and render them as `from_strokes` does.

    Returns:
        uint8 (28, 28), 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: there are no points.
        InklingError: they are not strokes, too many, or too far out.
    """
    check_number(strokes)
    _check_reach(_segments(strokes), FURTHEST)
    return from_strokes(strokes)


def check_number(strokes: Strokes) -> None:
    """Check that a drawing from an untrusted source has only as many points as people draw.

    Raises:
        InklingError: it has, or they are not strokes.
    """
    try:
        points = sum(len(stroke) for stroke in strokes)
    except TypeError:
        raise InklingError("A drawing must be a list of strokes, each a list of points.") from None
    if len(strokes) > MOST_STROKES or points > MOST_POINTS:
        raise InklingError(
            f"This drawing has {counted(len(strokes), 'stroke')} with {counted(points, 'point')}; "
            f"up to {MOST_STROKES:,} strokes with {MOST_POINTS:,} points are accepted. Use fewer."
        )


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing.

    Attributes:
        ink: uint8 (28, 28), 0 is paper and 255 is ink.
        strokes: what the ink was rendered from; None if it started from an image.

    Raises:
        InklingError: the ink is something else.
    """

    ink: np.ndarray
    strokes: Strokes | None = None

    def __post_init__(self) -> None:
        ink: object = self.ink
        if not isinstance(ink, np.ndarray) or ink.dtype != np.uint8 or ink.shape != (SIZE, SIZE):
            came = f"{ink.dtype} {ink.shape}" if isinstance(ink, np.ndarray) else type(ink).__name__
            raise InklingError(f"The ink of a drawing must be uint8 ({SIZE}, {SIZE}), got {came}.")

    @classmethod
    def of_strokes(cls, strokes: Strokes) -> "Drawing":
        """Render strokes from an untrusted source; raises as `checked_ink`."""
        return cls(checked_ink(strokes), strokes)

    def image(self, input_shape: tuple[int, int, int]) -> np.ndarray:
        """Fit the drawing to a network's input; see `ink_to_image`."""
        return ink_to_image(self.ink, input_shape)


@dataclass(frozen=True)
class Edit:
    """A stroke over an image.

    Attributes:
        points: `[x, y]`, y downward.
        width: of the pen, in the same unit.
        color: of the pen: a level from 0 to 255 for each channel of the image.
    """

    points: Sequence[Sequence[float]]
    width: float
    color: Sequence[int]


def edited(image: np.ndarray, edits: Sequence[Edit], across: float) -> np.ndarray:
    """Draw over an image: nothing is moved or scaled.

    Args:
        image: uint8 (height, width, channels).
        edits: in the order they were made.
        across: width of the box they were drawn in, which shows the whole image, in their unit.

    Returns:
        uint8, shape as `image`.
    """
    height, width, _ = image.shape
    scale = width / across
    changed = image.astype(np.float64)
    for edit in edits:
        # The center of the first pixel is half a pixel from the edge.
        lines = _segments([edit.points]) * scale - 0.5
        touched = _ink(lines, edit.width * scale, height, width)[..., None]
        changed += touched * (np.array(edit.color, np.float64) - changed)
    return np.rint(changed).astype(np.uint8)


def from_pixels(ink: np.ndarray) -> np.ndarray:
    """Frame the ink of a picture as MNIST does, and bring its pen to MNIST's width.

    A thick pen fills the loops of small digits; thinning opens them again. Ink that is already
    framed is left as it is: resampling would not improve it.

    Args:
        ink: uint8 (height, width), 0 is paper and 255 is ink; `photos.find_ink` finds it.

    Returns:
        uint8 (28, 28), 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: no pixel differs noticeably from its background.
        ValueError: the array is not uint8 with two axes.
    """
    if ink.dtype != np.uint8 or ink.ndim != 2:
        raise ValueError(f"ink must be uint8 (height, width), got {ink.dtype} {ink.shape}")
    crop = _trimmed(ink)
    if _is_framed(ink, crop):
        return ink.copy()
    if max(crop.shape) >= FINE_ENOUGH:
        crop = _trimmed(_with_pen(crop))
    side = max(crop.shape)
    window = side * SIZE / BOX  # how much of the picture the 28×28 shows

    # A single resampling: a window of the padded crop, placed by the center of mass.
    pad = int(np.ceil(window))
    picture = Image.fromarray(np.pad(crop, pad))
    left, top = _window_corner(crop, window) + pad
    small = picture.resize(
        (SIZE, SIZE), Image.Resampling.BICUBIC, box=(left, top, left + window, top + window)
    )
    return _stretched(np.asarray(small))


def ink_to_image(ink: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """Fit a framed drawing to a network's input.

    Args:
        ink: uint8 (28, 28).
        input_shape: (height, width, channels) of the network.

    Returns:
        uint8 `input_shape`; equal to the ink for a 28×28×1 network.
    """
    height, width, channels = input_shape
    if (height, width) != ink.shape:
        ink = np.asarray(resized(Image.fromarray(ink), width, height))
    return np.repeat(ink[..., None], channels, axis=-1)


def resized(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Resize a picture by bicubic interpolation, first across and then down.

    In one call Pillow may choose the other order, with slightly different levels; this way
    `web/src/resize.js` gives the same pixels.
    """
    across = picture.resize((width, picture.height), Image.Resampling.BICUBIC)
    return across.resize((width, height), Image.Resampling.BICUBIC)


def _segments(strokes: Strokes) -> np.ndarray:
    """Turn strokes into line segments, float64 (n, 2 ends, 2 coordinates)."""
    pieces = []
    for stroke in strokes:
        if len(stroke) == 0:
            continue
        try:
            points = np.asarray(stroke, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            points = np.empty(0)
        if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
            raise InklingError(
                "A stroke must be a list of [x, y] points of two finite numbers; "
                f"this one starts with {reprlib.repr(stroke)[:60]}."
            )
        ends = np.concatenate([points[:1], points]) if len(points) == 1 else points
        pieces.append(np.stack([ends[:-1], ends[1:]], axis=1))
    if not pieces:
        raise BlankDrawing
    return np.concatenate(pieces)


def _check_reach(segments: np.ndarray, most: float) -> None:
    furthest = np.abs(segments).max()
    if furthest > most:
        raise InklingError(
            f"A coordinate of this drawing is {furthest:.3g} from zero; at most {most:,.0f} is "
            "accepted. Draw it again."
        )


def _ink(
    segments: np.ndarray, pen: float = PEN, height: int = SIZE, width: int = SIZE
) -> np.ndarray:
    """Draw segments with a round pen, in pixels: float64 (height, width) in [0, 1].

    At the pen's edge, ink falls off over one pixel, by a pixel's distance to the nearest segment.
    No rasterizer is involved, so any other language renders the same.
    """
    columns, rows = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)
    nearest = np.full((height, width), np.inf)
    for start in range(0, len(segments), 256):  # limits memory for very long drawings
        first, last = segments[start : start + 256, 0], segments[start : start + 256, 1]
        right, down = (last - first).T
        squared = right**2 + down**2
        unit = np.where(squared > 0, squared, 1)
        # Horizontally and vertically apart: arrays of (height, width, segments) are the cost.
        across, along = columns[:, None] - first[:, 0], rows[:, None] - first[:, 1]
        share = (across * (right / unit))[None] + (along * (down / unit))[:, None]
        np.clip(share, 0, 1, out=share)
        gap = (across[None] - share * right) ** 2 + (along[:, None] - share * down) ** 2
        nearest = np.minimum(nearest, gap.min(axis=-1))
    return np.clip(pen / 2 + 0.5 - np.sqrt(nearest), 0, 1)


def _center_of_mass(ink: np.ndarray) -> np.ndarray:
    """Return the center of mass of ink (h, w) as float64 [x, y] in pixel-center coordinates."""
    ink = ink.astype(np.float64)
    mass = ink.sum()
    x = (ink.sum(axis=0) * np.arange(ink.shape[1])).sum() / mass
    y = (ink.sum(axis=1) * np.arange(ink.shape[0])).sum() / mass
    return np.array([x, y])


def _shift_to_middle(ink: np.ndarray) -> np.ndarray:
    """Return the shift [x, y] that centers ink (28, 28) by mass and pushes none over the edge."""
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    low = np.array([columns[0], rows[0]])
    high = np.array([columns[-1], rows[-1]])
    return np.clip(MIDDLE - _center_of_mass(ink), -low, SIZE - 1 - high)


def _trimmed(ink: np.ndarray) -> np.ndarray:
    """Crop the blank margin around ink (h, w) uint8."""
    inked = ink >= FAINTEST
    if not inked.any():
        raise BlankDrawing
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _is_framed(ink: np.ndarray, crop: np.ndarray) -> bool:
    """Whether ink (h, w), cropped to `crop`, is framed like MNIST's: in the box, centered."""
    if ink.shape != (SIZE, SIZE) or abs(max(crop.shape) - BOX) > BOX_SLACK:
        return False
    return bool(np.abs(_shift_to_middle(ink)).max() <= MIDDLE_SLACK)


def _with_pen(crop: np.ndarray) -> np.ndarray:
    """Thin or thicken ink (h, w) uint8 so that its pen is PEN wide where its longer side is BOX.

    A rim is removed, or added, by the distance to the edge; see `edge_distance`.

    Returns:
        uint8, scaled to a longer side of FINE pixels, plus a margin.
    """
    from scipy import ndimage  # only images need it, strokes do not

    scale = FINE / max(crop.shape)
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    fine = np.asarray(Image.fromarray(crop).resize((width, height), Image.Resampling.BICUBIC))
    if fine.max() < INKED:
        fine = _stretched(fine)  # a thin pen on a large picture fades as that shrinks
    margin = FINE // 8
    inked = np.pad(fine >= INKED, margin)
    depth = edge_distance(inked)
    ridge = (depth == ndimage.maximum_filter(depth, RIDGE)) & inked
    width_found = 2 * (float(np.quantile(depth[ridge], THINNEST_PART)) + 0.5)
    # Removing r at both edges narrows the pen and the ink by 2r: solve for the wanted ratio.
    wanted = PEN / BOX
    rim = (width_found - wanted * FINE) / (2 * (1 - wanted))
    rim = float(np.clip(rim, 1 - margin, MOST_THINNED * width_found / 2))
    pieces = ndimage.label(inked)[1]
    while rim > LEAST_RIM and ndimage.label(depth > rim)[1] != pieces:
        rim *= 0.8  # a blot looks like a wide pen: a connected piece must not fall apart
    return np.rint(np.clip(depth - rim + 0.5, 0, 1) * 255).astype(np.uint8)


def _window_corner(crop: np.ndarray, window: float) -> np.ndarray:
    """Return where the window's upper left corner goes, [x, y] in edge coordinates of crop (h, w).

    The center of mass is placed at MIDDLE, unless that would push ink over the window's edge.
    """
    extent = np.array([crop.shape[1], crop.shape[0]], dtype=np.float64)
    middle = (MIDDLE + 0.5) / SIZE * window
    return np.clip(_center_of_mass(crop) + 0.5 - middle, extent - window, 0)


def _stretched(ink: np.ndarray) -> np.ndarray:
    """Stretch ink so that its strongest pixel is 255, as in MNIST."""
    strongest = int(ink.max())
    if strongest == 0:
        raise BlankDrawing
    return (ink.astype(np.float64) * (255 / strongest)).round().astype(np.uint8)
