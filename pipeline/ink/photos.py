"""The ink in any image of one drawing: a clean one, or a photograph of paper.

A photograph has uneven light, shadows, grain, printed lines and table edges. Three steps find the
ink. Paper is what remains when everything narrow and dark is closed (a grayscale closing: Serra
1982, "Image analysis and mathematical morphology"); it keeps the edges of shadows, which a blurred
background would not. Ink is what is darker than its paper by more than a threshold derived from
the image itself (Otsu 1979, "A threshold selection method from gray-level histograms"). The
drawing is the largest such piece near the middle, with the smaller pieces close to it.
"""

import numpy as np
from PIL import Image

from pipeline.ink.drawing import FAINTEST as FAINTEST_LEVEL
from pipeline.ink.drawing import BlankDrawing

SIDE = 720  # longer side to which a photograph is scaled, pixels: more only costs time
COARSE = 80  # the same where only the tone of ink and paper matters
SMALLEST = 64  # shorter side below which nothing is a photograph
DARK = 128  # gray levels: a board is darker
CHALK = 2  # factor by which lighter must exceed darker: most photographs are of paper
EVEN = 0.5  # least share of a clean image's border that is of one tone
WIDEST = 0.2  # of the shorter side: wider than any stroke
GRAIN = 5  # standard deviations of the paper's grain by which ink differs, at least
FAINTEST = 0.1  # least share of the paper's light that something must absorb to be considered
FAINTEST_INK = 0.25  # the same for ink: a soft pencil absorbs 0.4, pale printed lines 0.2
FRINGE = 24  # pixels
SMALLEST_PART = 0.04  # share of the largest piece's area: less is dirt
NEAR = 0.3  # of the largest piece's longer side: how far away another part may be
OFF_MIDDLE = 0.8  # of the way to the edge: the center of a drawing cannot lie beyond
SMALLEST_DRAWING = 0.03  # of the longer side


def find_ink(picture: Image.Image) -> np.ndarray:
    """Find the ink in any image: the entry point for all of them.

    Args:
        picture: any Pillow image, upright.

    Returns:
        uint8 (height, width), 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: there is none.
    """
    return ink_of_clean_picture(picture) if _is_even(picture) else ink_of_photograph(picture)


def ink_of_clean_picture(picture: Image.Image) -> np.ndarray:
    """Find the ink in a clean image: dark on light or light on dark, transparent or not.

    Args:
        picture: any Pillow image.

    Returns:
        uint8 (height, width), 0 is paper and 255 the strongest ink of the image.

    Raises:
        BlankDrawing: the image has only one color.
    """
    gray = np.asarray(_opaque(picture).convert("L"), dtype=np.int16)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    paper = int(np.median(border))
    difference = gray - paper
    # The border shows the paper; the ink is what differs most from it.
    if -int(difference.min()) > int(difference.max()):
        difference = -difference
    strongest = int(difference.max())
    if strongest < FAINTEST_LEVEL:
        raise BlankDrawing
    return (np.clip(difference, 0, None) * (255 / strongest)).round().astype(np.uint8)


def ink_of_photograph(picture: Image.Image) -> np.ndarray:
    """Find the one drawing in a photograph of paper.

    Args:
        picture: any Pillow image, upright; dark ink on light paper, or chalk on a board.

    Returns:
        uint8 (height, width), its longer side at most SIDE: 0 is paper and 255 is ink.

    Raises:
        BlankDrawing: nothing on the paper stands out from its grain.
    """
    contrast = _contrast(_gray(picture))
    try:
        return _ink(_without_outside(contrast, sides=1))
    except BlankDrawing:
        return _ink(_without_outside(contrast, sides=2))  # a drawing that reaches the border


def _is_even(picture: Image.Image) -> bool:
    """Whether an image's border is mostly of one tone, as on a clean canvas."""
    if min(picture.size) < SMALLEST or picture.has_transparency_data:
        return True
    gray = np.asarray(picture.convert("L"))
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return bool((np.abs(border - np.median(border)) <= 1).mean() >= EVEN)


def _gray(picture: Image.Image) -> np.ndarray:
    """Scale a photograph to its working size: float64 (h, w) in [0, 255], its grain smoothed."""
    from scipy import ndimage  # slow to import, and drawn strokes do not need it

    small = _opaque(picture).convert("L")
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return ndimage.gaussian_filter(np.asarray(small, dtype=np.float64), 1.0)


def _contrast(gray: np.ndarray) -> np.ndarray:
    """Return the share of the paper's light that each pixel lacks: float64 (h, w)."""
    from scipy import ndimage

    if _is_chalk(gray):
        gray = 255 - gray
    element = max(3, round(WIDEST * min(gray.shape)))
    paper = ndimage.grey_closing(gray, element)
    contrast = 1 - gray / np.maximum(paper, 1)
    # The closing follows the brightest grain, so paper lies a little above 0.
    return contrast - np.median(contrast)


def _is_chalk(gray: np.ndarray) -> bool:
    """Whether ink is lighter than its background, by what differs from the median around it.

    Where light falls off, or a table starts, pixels differ in both directions; ink, only in one.
    """
    from scipy import ndimage

    if np.median(gray) >= DARK:
        return False
    coarse = Image.fromarray(gray.astype(np.float32))
    coarse.thumbnail((COARSE, COARSE), Image.Resampling.BOX)
    levels = np.asarray(coarse, dtype=np.float64)
    ground = ndimage.median_filter(levels, COARSE // 4)
    cubes = (levels - ground) ** 3  # large differences count, the grain does not
    return float(cubes[cubes > 0].sum()) > CHALK * float(-cubes[cubes < 0].sum())


def _without_outside(contrast: np.ndarray, sides: int) -> np.ndarray:
    """Turn what reaches in from outside into paper: a table, a finger, printed lines.

    It may be darker than the ink, and hide it; so the search is repeated until nothing is left.

    Args:
        contrast: float (h, w).
        sides: how many borders a piece touches, at least, if it comes from outside.

    Raises:
        BlankDrawing: nothing else stands out.
    """
    from scipy import ndimage

    while True:
        pieces, _ = ndimage.label(contrast > _threshold(contrast)[0], np.ones((3, 3)))
        borders = (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1])
        found = np.concatenate([np.unique(border[border > 0]) for border in borders])
        numbers, touched = np.unique(found, return_counts=True)
        outside = numbers[touched >= sides]
        if len(outside) == 0:
            return contrast
        # Its fringes, too, as far as anything stands out there.
        fringed = ndimage.binary_dilation(
            np.isin(pieces, outside), np.ones((3, 3)), iterations=FRINGE, mask=contrast > FAINTEST
        )
        contrast = np.where(ndimage.binary_dilation(fringed, np.ones((9, 9))), 0, contrast)


def _ink(contrast: np.ndarray) -> np.ndarray:
    """Render the part of the contrast (h, w) that is the drawing, as uint8 ink.

    Raises:
        BlankDrawing: nothing stands out.
    """
    threshold, level = _threshold(contrast)
    if level < FAINTEST_INK:
        raise BlankDrawing
    soft = np.clip(0.5 + (contrast - threshold) / (level / 2), 0, 1)
    kept = _drawing(contrast > threshold)
    return np.where(kept, np.rint(soft * 255), 0).astype(np.uint8)


def _threshold(contrast: np.ndarray) -> tuple[float, float]:
    """Choose the contrast above which a pixel is ink, and measure how strong the ink is.

    Raises:
        BlankDrawing: nothing stands out.
    """
    grain = 1.4826 * float(np.median(np.abs(contrast)))  # its standard deviation, robust to ink
    candidates = contrast[contrast > max(FAINTEST, GRAIN * grain)]
    if len(candidates) == 0:
        raise BlankDrawing
    # Among what stands out, lines printed in a pale color are the weaker part.
    parted = _otsu(candidates)
    level = float(np.median(candidates[candidates >= parted]))
    return float(np.clip(parted, 0.5 * level, 0.65 * level)), level


def _otsu(values: np.ndarray) -> float:
    """Split values into two groups with the largest variance between them (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=64)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(edges[1:-1][np.argmax(below * above * (mean_below - mean_above) ** 2)])


def _drawing(inked: np.ndarray) -> np.ndarray:
    """Keep the largest piece near the middle and what is close to it: bool (h, w), with its rim.

    Raises:
        BlankDrawing: it is a speck, or at the very edge.
    """
    from scipy import ndimage

    pieces, count = ndimage.label(inked, structure=np.ones((3, 3)))
    number = np.arange(1, count + 1)
    area = ndimage.sum_labels(inked, pieces, number)
    boxes = np.array([[(s.start, s.stop) for s in found] for found in ndimage.find_objects(pieces)])
    low, high = boxes[..., 0], boxes[..., 1]  # (pieces, 2 axes)
    off_middle = ((low + high) / inked.shape) - 1  # from -1 to 1
    main = int((area * np.exp(-(off_middle**2).sum(axis=1))).argmax())
    side = (high - low)[main].max()
    if side < SMALLEST_DRAWING * max(inked.shape) or np.abs(off_middle[main]).max() > OFF_MIDDLE:
        raise BlankDrawing
    near = ((high > low[main] - NEAR * side) & (low < high[main] + NEAR * side)).all(axis=1)
    belongs = near & (area >= SMALLEST_PART * area[main])
    kept = np.isin(pieces, number[belongs])
    return ndimage.binary_dilation(kept, np.ones((5, 5)))  # its soft edge lies around it


def _opaque(picture: Image.Image) -> Image.Image:
    """Put a transparent image on the background, white or black, that shows its ink."""
    if not picture.has_transparency_data:
        return picture
    rgba = picture.convert("RGBA")
    gray, alpha = np.asarray(rgba.convert("L")), np.asarray(rgba.getchannel("A"))
    if not alpha.any():
        raise BlankDrawing
    bright = np.average(gray, weights=alpha) > 127
    ground = Image.new("RGBA", rgba.size, (0, 0, 0, 255) if bright else (255, 255, 255, 255))
    return Image.alpha_composite(ground, rgba)
