"""Made drawings that are not digits, as strokes, from a seeded random generator.

The kinds are split in two halves: scores are tuned on CHOOSING and reported on REPORTING, so that
none is evaluated on the shapes it was tuned on.
"""

from collections.abc import Callable

import numpy as np

from pipeline.ink import drawing

Points = list[list[float]]
Strokes = list[Points]
Kind = Callable[[np.random.Generator], Strokes]

TURN = np.radians(10)  # largest rotation of a shape, either way
STRETCH = 0.2  # largest relative change of a side
SLANT = 0.15
WOBBLE = 0.025  # of the shape's size: standard deviation of the jitter
STEP = 0.03  # of the shape's size, between two points of a stroke


def _lines(*strokes: str) -> Kind:
    """Read polylines on a grid of tenths: "00 59 90" goes from (0, 0) by (.5, .9) to (.9, 0)."""
    shape = [[[int(p[0]) / 10, int(p[1]) / 10] for p in stroke.split()] for stroke in strokes]
    return lambda random: shape


def _arc(
    x: float, y: float, radius: float, start: float = 0.0, end: float = 1.0, tall: float = 1.0
) -> Points:
    """Return points on an ellipse; `start` and `end` are shares of a turn, from the right, down."""
    angle = 2 * np.pi * np.linspace(start, end, 24)
    return np.stack([x + radius * np.cos(angle), y + tall * radius * np.sin(angle)], 1).tolist()


def _walk(random: np.random.Generator) -> Strokes:
    """A random walk that keeps some of its direction: a scribble."""
    steps = random.normal(size=(int(random.integers(25, 60)), 2))
    for row in range(1, len(steps)):
        steps[row] = 0.7 * steps[row - 1] + 0.7 * steps[row]
    return [_unit(np.cumsum(steps, axis=0)).tolist()]


def _crossing_out(random: np.random.Generator) -> Strokes:
    """Back and forth across the sheet, as when crossing something out."""
    ends = int(random.integers(7, 14))
    x = np.where(np.arange(ends) % 2, 0.85, 0.15) + random.normal(0, 0.12, ends)
    y = np.linspace(0, 1, ends) + random.normal(0, 0.08, ends)
    return [np.stack([x, y], 1).tolist()]


def _curl(random: np.random.Generator) -> Strokes:
    """Loops that travel to the right, as when trying out a pen."""
    turns, ahead = random.uniform(3, 5), random.uniform(0.4, 0.9)
    t = np.linspace(0, turns, 120)
    x, y = np.cos(2 * np.pi * t) + ahead * t, np.sin(2 * np.pi * t)
    return [_unit(np.stack([x, y], 1)).tolist()]


def _lissajous(random: np.random.Generator) -> Strokes:
    """A tangle of smooth curves."""
    t = np.linspace(0, 1, 200)[:, None]
    swings, phase = random.integers(2, 6, (3, 2)), random.uniform(0, 1, (3, 2))
    points = sum(np.sin(2 * np.pi * (swings[i] * t + phase[i])) for i in range(3))
    return [_unit(np.asarray(points)).tolist()]


def _spiral(random: np.random.Generator) -> Strokes:
    turns, way = random.uniform(2.5, 4), random.choice([-1, 1])
    t = np.linspace(0.05, 1, 150)
    angle = way * 2 * np.pi * turns * t
    return [np.stack([0.5 + t * np.cos(angle) / 2, 0.5 + t * np.sin(angle) / 2], 1).tolist()]


def _zigzag(random: np.random.Generator) -> Strokes:
    corners = int(random.integers(5, 9))
    x = np.linspace(0, 1, corners)
    return [np.stack([x, np.where(np.arange(corners) % 2, 0.2, 0.8)], 1).tolist()]


def _waves(random: np.random.Generator) -> Strokes:
    x = np.linspace(0, 1, 80)
    waves = random.uniform(2, 4)
    lines = random.integers(1, 4)
    return [
        np.stack([x, 0.3 * row + 0.12 * np.sin(2 * np.pi * waves * x)], 1).tolist()
        for row in range(lines)
    ]


def _dots(random: np.random.Generator) -> Strokes:
    return [[point] for point in random.uniform(size=(int(random.integers(3, 9)), 2)).tolist()]


def _hatching(random: np.random.Generator) -> Strokes:
    lean = random.uniform(0.1, 0.5)
    places = np.linspace(0, 1, int(random.integers(4, 7)))
    return [[[x, 0.0], [x - lean, 0.9]] for x in places]


def _smiley(random: np.random.Generator) -> Strokes:
    mouth = _arc(0.5, 0.55, 0.25, 0.05, 0.45)
    return [_arc(0.5, 0.5, 0.5), [[0.35, 0.35]], [[0.65, 0.35]], mouth]


def _heart(random: np.random.Generator) -> Strokes:
    t = 2 * np.pi * np.linspace(0, 1, 60)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [_unit(np.stack([16 * np.sin(t) ** 3, -y], 1)).tolist()]


def _flower(random: np.random.Generator) -> Strokes:
    angles = 2 * np.pi * np.arange(5) / 5
    petals = [_arc(0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a), 0.18) for a in angles]
    return [_arc(0.5, 0.5, 0.12), *petals]


def _two(pairs: tuple[str, ...]) -> Kind:
    """Two digits side by side."""

    def draw(random: np.random.Generator) -> Strokes:
        strokes = []
        for place, digit in enumerate(random.choice(pairs)):
            for stroke in DIGITS[digit](random):
                strokes.append([[0.55 * x + 0.65 * place, y] for x, y in stroke])
        return strokes

    return draw


# Plain digits with the same jitter: to see how many valid drawings a score flags.
DIGITS: dict[str, Kind] = {
    "0": lambda random: [_arc(0.5, 0.5, 0.32, -0.25, 0.75, 1.5)],
    "1": _lines("50 59"),
    "2": lambda random: [[*_arc(0.5, 0.28, 0.28, -0.5, 0.1), [0.2, 0.95], [0.85, 0.95]]],
    "3": lambda random: [
        [*_arc(0.45, 0.25, 0.26, -0.42, 0.25), *_arc(0.45, 0.73, 0.27, -0.25, 0.42)]
    ],
    "4": _lines("30 15 85", "62 59"),
    "5": lambda random: [[[0.25, 0.0], [0.22, 0.45], *_arc(0.45, 0.66, 0.3, -0.36, 0.38)],
                         [[0.25, 0.0], [0.75, 0.0]]],
    "6": lambda random: [[[0.65, 0.0], [0.35, 0.3], *_arc(0.48, 0.7, 0.27, 0.5, 1.55)]],
    "7": _lines("10 80 49"),
    "8": lambda random: [
        [*_arc(0.5, 0.25, 0.24, 0.25, -0.75), *_arc(0.5, 0.74, 0.27, -0.25, 0.75)]
    ],
    "9": lambda random: [[*_arc(0.48, 0.28, 0.27, 0.05, -0.95), [0.68, 0.95]]],
}  # fmt: skip

CHOOSING: dict[str, Kind] = {
    "scribble": _walk,
    "curl": _curl,
    "zigzag": _zigzag,
    "dot": _lines("55"),
    "hatching": _hatching,
    "house": _lines("04 50 94 99 09 04 94", "49 46 66 69"),
    "triangle": _lines("50 99 09 50"),
    "heart": _heart,
    "arrow": _lines("05 95", "62 95 68"),
    "ladder": _lines("20 29", "70 79", "22 72", "25 75", "28 78"),
    "two digits": _two(("10", "23", "47", "58", "96")),
    "A": _lines("09 50 99", "26 76"),
    "F": _lines("70 10 19", "15 55"),
    "K": _lines("10 19", "80 15 89"),
    "N": _lines("19 10 89 80"),
    "W": _lines("00 29 53 79 90"),
    "T": _lines("00 90", "50 59"),
}
REPORTING: dict[str, Kind] = {
    "tangle": _lissajous,
    "crossing out": _crossing_out,
    "spiral": _spiral,
    "waves": _waves,
    "dots": _dots,
    "level line": _lines("05 95"),
    "smiley": _smiley,
    "star": _lines("29 50 79 03 93 29"),
    "square": _lines("00 90 99 09 00"),
    "cross": _lines("00 99", "90 09"),
    "flower": _flower,
    "two other digits": _two(("12", "36", "70", "84", "59")),
    "B": _lines("19 10 50 72 54 14", "54 86 79 19"),
    "E": _lines("80 10 19 89", "14 64"),
    "H": _lines("10 19", "80 89", "15 85"),
    "M": _lines("09 10 55 90 99"),
    "R": _lines("19 10 60 82 65 15", "45 89"),
}


def images(kind: Kind, count: int, random: np.random.Generator) -> np.ndarray:
    """Draw a kind of shape with random jitter: uint8 (count, 28, 28, 1)."""
    drawn = [drawing.from_strokes(_shaky(kind(random), random)) for _ in range(count)]
    return np.stack(drawn)[..., None]


def _unit(points: np.ndarray) -> np.ndarray:
    """Scale points into the unit square, keeping the aspect ratio."""
    low = points.min(axis=0)
    return (points - low) / (points - low).max()


def _shaky(strokes: Strokes, random: np.random.Generator) -> Strokes:
    """Rotate, shear and stretch strokes slightly, and add jitter."""
    turn, slant = random.uniform(-TURN, TURN), random.uniform(-SLANT, SLANT)
    wide, tall = 1 + random.uniform(-STRETCH, STRETCH, 2)
    change = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    change = change @ np.array([[wide, slant], [0, tall]])
    return [(_shaken(_fine(np.array(s)), random) @ change.T).tolist() for s in strokes]


def _fine(stroke: np.ndarray) -> np.ndarray:
    """Resample a stroke (n, 2) at small steps."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    if along[-1] == 0:
        return stroke[:1]
    places = np.linspace(0, along[-1], max(2, int(along[-1] / STEP)))
    return np.stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _shaken(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Displace points (n, 2) smoothly along the stroke."""
    knots = np.linspace(0, 1, 2 + len(stroke) // 6)
    noise = random.normal(0, WOBBLE, (len(knots), 2))
    places = np.linspace(0, 1, len(stroke))
    return stroke + np.stack([np.interp(places, knots, noise[:, axis]) for axis in (0, 1)], axis=1)
