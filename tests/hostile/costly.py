"""Input that is costly to make: for `make hostile`."""

import numpy as np

from tests.hostile.doors import Case
from tests.hostile.pictures import (
    KINDS,
    blank,
    huge,
    noise,
    of,
    paper,
    predicted,
    saved,
    spoiled,
)
from tests.hostile.runs import flips
from tests.hostile.strokes import GOOD

PICTURES = [
    huge("25 million pixels of salt", saved(of(noise(5_000, 5_000, 0.01)), compress_level=1)),
    huge("25 million pixels of grain", saved(of(
        lambda random: np.tile(paper(random, 500, 500), (10, 10))), compress_level=1)),
    huge("25 million pixels in color, with alpha", saved(
        lambda: of(noise(5_000, 5_000, 0.01))().convert("RGBA"), compress_level=1)),
    huge("25 million pixels of 16 bits", saved(of(
        lambda random: random.integers(0, 2**16, (5_000, 5_000), "u2")), compress_level=1)),
    huge("a progressive CMYK JPEG of 7,000 pixels a side",
         saved(blank("CMYK", 7_000, 7_000), progressive=True), "jpg"),
    huge("a JPEG of 13,000 pixels a side", saved(blank("L", 13_000, 13_000)), "jpg"),
    huge("a progressive CMYK JPEG of 13,000 pixels a side",
         saved(blank("CMYK", 13_000, 13_000), progressive=True), "jpg"),
    *[spoiled(seed, kind)
      for kind in KINDS for seed in range(5, 100)],
]  # fmt: skip
LINES = [
    Case(
        "line: 100 MB",
        predicted(
            lambda path: path.write_bytes(
                GOOD.encode() + b"\n[[[1, 2]" + b", [1, 2]" * (12 * 2**20) + b"]]\n"
            ),
            "odd.jsonl",
        ),
        "line 2: It is longer",
    ),
    Case(
        "line: 100 MB of spaces",
        predicted(lambda path: path.write_bytes(b" " * 10**8), "odd.jsonl"),
        "line 1: It is longer",
    ),
]
CASES = [*PICTURES, *LINES, *flips(range(1, 25))]
