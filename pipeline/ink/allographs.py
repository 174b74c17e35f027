"""Allographs: the ways in which people of the world are taught to write each digit.

MNIST was written in the United States around 1990. Other schools teach a 7 with a crossbar, a 1
with a long upstroke or a foot, a 4 like a lightning bolt, a 9 with a hook. The templates follow
what penmanship manuals and school hands show: Zaner-Bloser and D'Nealian (United States),
Vereinfachte Ausgangsschrift and Lateinische Ausgangsschrift (Germany), Schulschrift (Austria,
Switzerland), the écriture cursive of French schools, the school hands of Poland, Italy and Japan,
and technical lettering (ISO 3098). All are written down from knowledge of these forms; none was
traced from, or fitted to, a set of drawings.

A template is strokes in a box of 10×10, y downward: `x,y` is a point that a smooth curve passes
through, `a~b` a coordinate drawn uniformly from [a, b], `|` a corner at the point before it, `;`
lifts the pen. Every drawing bends its template anew (after Simard, Steinkraus, Platt 2003, "Best
practices for convolutional neural networks").
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

import numpy as np

from pipeline.ink import drawing

UNIT = 10.0  # side of the box that templates are written in
# Of every drawing; chosen by eye, so that all of them are still read as what they are.
WOBBLE = 0.025  # standard deviation of each point's place, in boxes
SLANT = (-0.25, 0.45)  # to the left, to the right: boxes across per box up
WIDTH = (0.65, 1.2)  # of the box's
TURN = 0.12  # radians, to either side
WAVES, WAVE = 4, 0.018  # bend the paper; standard deviation of each, in boxes
FREQUENCY = 1.2  # of the waves: at most, in cycles per box
PENS = (1.8, 3.2)  # pixels of 28
STEP = 0.09  # boxes from one point of a curve to the next

TEMPLATES: dict[int, tuple[str, ...]] = {
    0: (
        "4.5~6.5,0 2~3,1 0~1,5 2~3,9 5,10 7~8,9 9~10,5 7~8,1 4~6.5,0~.8",
        "6~7.5,.3~1.5 4,0 1.5,2 .5,5 2,9 5,10 8,8.5 9,5 8.5,3 6.5~8,1~2.5",  # not closed
        "1.5~3,0~1 .5,5 2.5,9.5 7,9.6 9.5,5 8,1~2 6~7,-.3~.7",  # open at the top
        "5,0 2,1.5 .8,5 2,9 5,10 8,8.7 9,5 7.5,1.2 5,0 3.8,1.5 5.5,2.4 8.5,0~1",  # ends in a loop
        "7~10,-.5~.5 4,.5 1.5,2.5 .8,5.5 2.5,9.3 5.5,10 8.5,8 9,4.5 7,1.5 3~4.5,.5~1.5",  # crossed
        "2~4,-.5~.5 2.5,1.2 .8,5 2,9 5,10 8,9 9.5,5 7.5,1 4,.3 2~3,2~3",
        "5,0 2,1.2 .5,5 2,9 5,10 8,9 9.5,5 8,1 5,0 ; 1~3,8.5~10 7~9,0~1.5",  # slashed
    ),
    1: (
        "5,0 5,10",
        "3~4,1.5~3 5,0 | 5,10",
        "0~2,3.5~6 5,0 | 5,10",  # upstroke
        "-1~1,5.5~8.5 5,0 | 5,10",  # as long as the stem
        "-1~1,4~6.5 7,0 | 4~5.5,10",  # upstroke and slanting stem
        "0~1.5,5~8 3,4.2 5,0 | 5,10",  # upstroke, curved
        "-1.5~0.5,3.5~5 5,0 | 5,10",  # upstroke, shallow
        "3.3~4.6,2.5~7 5,0 | 5,10",  # upstroke, close to the stem
        "3~4,1.5~3 5,0 | 5,10 ; 1.5~3,10 7~8.5,10",  # foot
        "1~2.5,3~5 5,0 | 5,10 ; 1.5~3,10 7~9,10",  # upstroke and foot
        "5,0 5,10 ; 2~3.5,10 6.5~8,10",
    ),
    2: (
        "1,2~3 3,.2 6,0 8.5,1.5 8,4 4,7.5 .5,10 | 5,10 9.5,10",
        "1,2.5 3.5,.2 7,.3 8.6,2.5 7,5.5 3,9 1,9.8 .6,8.8 2,8.3 5,9.5 9.5,9~10",  # looped
        ".5,.5~1.5 5,0 8.8,.6 | .5,10 | 9.5,10",  # like a z
        "1,2 4,0 8,1.5 7,5 1,9.5 | 3.5,8.6 6,9.8 9.5,8.8",  # wavy base
        "2.5,3 1.5,2.2 2.5,.6 5.5,0 8.5,1.5 7.8,4.5 1,10 | 9.5,9.7",  # curled start
    ),
    3: (
        "1,1.5 3.5,0 7,.3 8.2,2.2 6.5,4.2 4,4.8 | 7,5 9,7.3 7,9.6 3.5,10 .8,8.8",
        "1,.3 8.5,0 | 4,4.2~5 | 7,4.5 9,7 7,9.6 3.5,10 .8,8.3~9.3",  # flat top
        "1.5,1 4.5,0 7.8,.8 7.5,3 5,4.8 3.6,4.9 4,4.2 6,4.6 8.8,6.5 8,9 5,10 1,9",  # looped
        "1,1 5,0 8,1.5 6.5,4 2.5~3.5,5 | 7,5.5 8.8,7.6 6,9.9 .5,9",  # deep waist
        "1~2,.5~1.5 4.5,0 8,1 7,3.5~4.5 5.5,4.5 8,5.5 8.5,7.5 5.5,9.5 1.5~3,10",  # hardly a waist
    ),
    4: (
        "2~3,0~1 1~2,5.5~6.5 | 9~10,5.5~6.5 ; 6.5~7.5,1~4 6~7,10",  # open
        "6~7,0 .5,6~7 | 9.5,6~7 ; 6~7,0~.5 6~7,10",  # closed
        "4~5.5,0 .5~1.5,6~7 | 9~10,6~7 ; 5.5~7,3~4.5 5~6.5,10",  # short stem
        "3~5,0 1~2,7~8 | 6~7.5,6.5~7.5 ; 5~6.5,4~6.3 4~5.5,10",  # low bar
        "3~5,0 1~2,6.5~8 | 4.5,7.4 6,6 6.5~7,4~5 | 5,10",  # in one stroke
        "4~5,0 2~3,7~8 | 4,7.8 5.2,6.5 5.8,5~6 | 4.8,10",  # and narrow
        "4~6,0 .5~1.5,5~6.5 | 7~8.5,4.8~6.2 | 4.5~7,10",  # one stroke, like a bolt
        "5~7,0 1~2,5.5~7 | 7~8.5,4~6 | 5~7,10",
        "1~2,0~1 1,4 2,6 5,6.3 8,4.5 8.5,.5~1.5 | 7~8,10",  # one stroke, like a y
        "5,0 2.2,4.5 1.2,7.2 .3,7.2 .7,6 4,6 9.5,5.8 ; 6.5,2.5~4 6,10",  # looped corner
        "3,0 1,5.5 | 5,6 8.5,5.5 9,3.5 7.5,3 6.5,5 5.5,10",  # one stroke, looped
    ),
    5: (
        "2.5,.5 2,4.5 | 5,3.8 8.5,5.5 8.5,8.2 5.5,10 1,9 ; 2.5,.3 8.5~9.5,0",
        "9,0 2.5,.3 | 1.8,4.6 | 5,3.8 8.6,5.8 8.2,8.7 5,10 1,9",  # hat first
        "8.5,.5 4,.3 2,2.5 4,4.5 7.5,6 8,8.5 5,10 1,9",  # like an s
        "2.5,1.5 2,4.8 | 5,4 8.5,6 8,8.8 5,10 1,9 ; 3.5~5,.3 9.5,-.3~.3",  # hat apart
    ),
    6: (
        "7.5,.5 4,1.5 1,6 2,9 5,10 8,8.5 8,6 5,5 1.5,7",
        "6~7,0 2,5 1,8 3,10 6.5,9.5 7.5,7.2 5,5.7 1.5,7.8",
        "5~6,0 3.5,4 2.8,8 3.8,10 5.5,9.2 5.6,7.6 4.2,7 3,8",  # thin
        "5,0 2,5 1.5,8.5 3,10 5,9.3 4.8,7.8 3,7.8 1.7,9",  # tiny loop
        "6,0 2,3 .5,6.5 2.5,9.8 7,9.7 9,7 7,4 3,4.2 1,6.5",  # large loop
        "6~7.5,0 3.2,4 2.2,8 3.8,10 6.5,9 6.5,6.8 4,6 -.5~1.5,6.2~7.8",  # loop crosses the stem
        "6,0 2.5,3.5 1,7.5 3,10 7,9.3 8,7 6,5.8 3.8,6.5",  # not closed
    ),
    7: (
        "1,0~1 9,0 | 3.5~5,10",
        "1,0~1 9,0 | 3.5~5,10 ; 2.5~4,4.5~5.8 7.5~9,4.2~5.5",  # bar
        "1,0~1 9,0 | 3.5~5,10 ; 2~4,6~7.5 8~10.5,5.8~7.2",  # low bar
        "1,2~3 1.2,.3 | 9,0 | 4,10 ; 2.5~4,4.5~5.8 7.5~9,4.2~5.5",  # tick and bar
        "1,2.5~3.5 1.3,.2 | 9,0 | 7,4 5.5,10",  # tick
        ".5,1.3 2,.2 5.5,.8 9,0 | 5,5 4,10",  # wavy top
        ".5,1.3 2,.2 5.5,.8 9,0 | 5,5 4,10 ; 2.5~3.5,5.4 7.5~9,4.8",
        "1,.3 9,0 | 6,3.5 4.5,7 4.3,10",  # curved
        "1,.3 9,0 | 6,3.5 4.5,7 4.3,10 ; 2.5~3.5,5.4 7.5~8.5,4.8",
        "1,1~2 3,.2 6,0 8.3,1 7.5,4 4.5,10",  # no corner
        "1,1~2 3,.2 6,0 8.3,1 7.5,4 4~5,10 ; 2~4,4.8~7 7.5~10.5,4.5~7",
        "1~2,1~2.5 3.5,0 7,0 8.3,1.5 7,4.5 3.5~4.5,10 ; 1.5~3.5,6.5~8 8~10.5,6~7.3",  # low bar
        "1,.3 9,.3 | 4,10 ; 3~4,6~7 7.5~8.5,3.5~4.5",  # slanting bar
    ),
    8: (
        "7.5,1 5,0 2.3,1.8 4.5,4.5 7.8,7.5 5,10 2,7.8 4.8,4.8 7.8,2.3 6.5,.5",
        "5,0 2.5,2 5,4.5 7.5,2 5,0 ; 5,4.5 1.5,7.2 5,10 8.5,7.2 5,4.5",  # two rings
        "7~9.5,0~1 4.5,.6 2.5,2.2 5,4.6 8,7.5 5,10 1.8,7.6 5,4.6 7.5~10,0~1.5",  # not closed
        "2.5~3.5,.5~2 5,0 7.6,1.5 5,4.6 2,7.5 4.5,10 8,7.8 5.5,4.8 3,3 2.3~3.3,1.3~2.5",  # mirrored
        "2.5~3.5,1~2 5,0 7.6,1.5 5,4.6 2,7.5 4.5,10 8,7.8 6,5 3~4.5,3~3.8",  # and not closed
        "7.5,0~1 4.8,4.6 2,8 4.5,10 7.5,8.5 5,4.8 2.2,2 3.5,.2 5.5~7,.5",  # diagonal first
    ),
    9: (
        "8,2.5 5.5,0 1.8,1.5 1.5,4 4,5.3 7.5,3.5 8.2,1 | 8,10",
        "8,2 5,0 1.5,2 2,4.6 5,5.2 8,2.5 | 8.2,7 7,9.7 4,10 1.5~2.5,8.5~9.2",  # hook
        "8,1.5 5,0 1.5,2.2 3,4.6 7,4 8.3,1 | 8.3,8 6,10 2.5,9.3 1.5~2,7.8",  # like a g
        "7~8.3,.2~1 5,0 2,1.5 2.5,3.8 5,4.2 8,2~3 | 8,7 6,9.7 1.5~3,8.8~9.8",  # not closed
        "8,2 5.5,0 2,1.8 2.5,4.4 5.5,4.6 8.2,1.5 | 5,6 3,10",  # slanting stem
        "7,1.3 5.6,.2 4.4,1.4 5.4,2.8 7,1.6 | 7,10",  # tiny loop
        "7,1.3 5.6,.2 4.4,1.4 5.4,2.8 7,1.6 | 7.2,6 6.5,9 4,10 0~2.5,8.7~9.7",  # tiny loop and hook
        "7.5~8,.5 5.5,.2 3.2,1.3 3.6,3 5.5,3.2 7.7,1.2~1.8 | 8,6 6.5,9.3 3,10 0~1.5,9~9.7",
        "8,3.5 5,5.5 1.5,3.5 2.5,.6 6,0 8.5,2 8,6 5,10",  # curved back
    ),
}


def inked(digits: np.ndarray, seed: int) -> np.ndarray:
    """Draw digits, each from one of its templates.

    Args:
        digits: int (n,), which digits, 0 to 9.
        seed: the same digits and seed give the same drawings.

    Returns:
        uint8 (n, 28, 28), 0 is paper and 255 is ink.
    """
    random = np.random.default_rng(seed)
    ink = np.empty((len(digits), drawing.SIZE, drawing.SIZE), np.uint8)
    for place, digit in enumerate(digits):
        strokes = [stroke.tolist() for stroke in written(int(digit), random)]
        ink[place] = drawing.from_strokes(strokes, random.uniform(*PENS))
    return ink


def written(digit: int, random: np.random.Generator) -> list[np.ndarray]:
    """Write a digit in one of its ways: strokes in boxes, float64 (points, 2), y downward."""
    templates = TEMPLATES[digit]
    return bent(templates[random.integers(len(templates))], random)


def bent(template: str, random: np.random.Generator) -> list[np.ndarray]:
    """Write a template as one person would once: strokes as `written` gives them."""
    on_paper = _paper(random)
    return [on_paper(stroke.drawn(random)) for stroke in _parsed(template)]


@dataclass(frozen=True, eq=False)
class _Stroke:
    """One stroke of a template.

    Attributes:
        low, high: between which its points are, float64 (points, 2), in boxes.
        corners: which of them are corners, the two ends included.
    """

    low: np.ndarray
    high: np.ndarray
    corners: tuple[int, ...]

    def drawn(self, random: np.random.Generator) -> np.ndarray:
        """Draw its points, and smooth curves between its corners: float64 (points, 2)."""
        points = random.uniform(self.low, self.high) + random.normal(0, WOBBLE, self.low.shape)
        pairs = pairwise(self.corners)
        return np.concatenate([_curve(points[first : last + 1]) for first, last in pairs])


@cache
def _parsed(template: str) -> tuple[_Stroke, ...]:
    return tuple(_parsed_stroke(stroke) for stroke in template.split(";"))


def _parsed_stroke(stroke: str) -> _Stroke:
    pieces = [piece.split() for piece in stroke.split("|")]
    points = [point.split(",") for piece in pieces for point in piece]
    ranges = np.array([[_range(x), _range(y)] for x, y in points]) / UNIT
    ends = accumulate(len(piece) for piece in pieces)
    return _Stroke(ranges[..., 0], ranges[..., 1], (0, *(end - 1 for end in ends)))


def _range(coordinate: str) -> tuple[float, float]:
    low, _, high = coordinate.partition("~")
    return float(low), float(high or low)


def _curve(points: np.ndarray) -> np.ndarray:
    """Run a smooth curve through points, float64 (n, 2) of at least two.

    A cubic spline by the square roots of the chords (Lee 1989, "Choosing nodes in parametric curve
    interpolation"), which does not overshoot where points are close.
    """
    from scipy.interpolate import CubicSpline  # only trainings need it

    chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
    nodes = np.concatenate([[0], np.cumsum(np.sqrt(chords) + 1e-6)])  # of points that coincide
    steps = max(1, round(chords.sum() / STEP))
    return CubicSpline(nodes, points, bc_type="natural")(np.linspace(0, nodes[-1], steps + 1))


def _paper(random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return one random way to slant, stretch, turn and bend points, float64 (n, 2)."""
    slant, width, turn = random.uniform(*SLANT), random.uniform(*WIDTH), random.uniform(-TURN, TURN)
    cos, sin = np.cos(turn), np.sin(turn)
    affine = np.array([[cos, -sin], [sin, cos]]) @ np.array([[width, -slant], [0, 1]])
    frequencies = random.uniform(-FREQUENCY, FREQUENCY, (2, WAVES))
    phases, waves = random.uniform(0, 2 * np.pi, WAVES), random.normal(0, WAVE, (WAVES, 2))

    def placed(points: np.ndarray) -> np.ndarray:
        elastic = np.sin(2 * np.pi * points @ frequencies + phases) @ waves
        return (points + elastic) @ affine.T

    return placed
