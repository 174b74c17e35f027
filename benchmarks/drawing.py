"""A run's accuracy on what people really draw: UCI pen digits as strokes and as canvas pixels.

`python benchmarks/drawing.py [RUN] [--models DIR] [--some N]` evaluates a run on
`$INKLING_DATA/drawings/pen-digits-dev.jsonl` (Alpaydin, Alimoglu 1998: 4,996 digits by 20 writers
on a tablet) in three ways: as strokes; as pixels of a 280×280 canvas drawn with pens of 8, 16, 20
and 28 pixels; and as the pixels of the 16-pixel pen moved, at half and twice the size, and light on
dark. Nothing is trained on these drawings.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline.ink import drawing, photos
from pipeline.serving.inference import ServingGraph
from pipeline.store.runs import Store

CANVAS = 280  # pixels, the side of the canvas on the Draw page
TABLET = 500  # units of the file along one side
PENS = (8, 16, 20, 28)  # canvas pixels
FINE = 4  # the canvas is drawn this much larger and scaled down, for smooth edges

Strokes = list[list[list[float]]]


def canvas(strokes: Strokes, pen: int) -> Image.Image:
    """Draw strokes on a white 280×280 canvas as a browser does: round caps and joins, smooth."""
    scale, width = CANVAS * FINE / TABLET, pen * FINE
    sheet = Image.new("L", (CANVAS * FINE, CANVAS * FINE), 255)
    ink = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        ink.line(points, fill=0, width=width, joint="curve")
        for x, y in points:
            radius = width / 2
            ink.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return sheet.resize((CANVAS, CANVAS), Image.Resampling.BOX)


def moved(sheet: Image.Image) -> Image.Image:
    """Put the canvas in a corner of a larger sheet."""
    larger = Image.new("L", (CANVAS + 150, CANVAS + 90), 255)
    larger.paste(sheet, (150, 0))
    return larger


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "moved": moved,
    "half the size": lambda sheet: sheet.resize((CANVAS // 2, CANVAS // 2), Image.Resampling.BOX),
    "twice the size": lambda sheet: sheet.resize(
        (CANVAS * 2, CANVAS * 2), Image.Resampling.BICUBIC
    ),
    "light on dark": lambda sheet: Image.fromarray(255 - np.asarray(sheet)),
}


def framed(sheet: Image.Image) -> np.ndarray:
    """Frame a canvas as `inkling predict` does."""
    return drawing.from_pixels(photos.find_ink(sheet))


def inked(drawings: list[Strokes]) -> np.ndarray:
    """Turn the strokes of drawings into ink: uint8 (n, 28, 28)."""
    return np.stack([drawing.from_strokes(strokes) for strokes in drawings])


def read_right(graph: ServingGraph, ink: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return which drawings (n, 28, 28) are classified correctly: bool (n,)."""
    return graph.probabilities(ink[..., None]).argmax(axis=1) == labels


def over_writers(right: np.ndarray, writers: np.ndarray) -> str:
    """Write the 95% interval of an accuracy, had other people like these drawn (bootstrap)."""
    people, who = np.unique(writers, return_inverse=True)
    hits, drawn = np.bincount(who, weights=right), np.bincount(who)
    some = np.random.default_rng(0).integers(len(people), size=(10_000, len(people)))
    low, high = np.percentile(hits[some].sum(axis=1) / drawn[some].sum(axis=1), [2.5, 97.5])
    return f"{100 * low:.1f}–{100 * high:.1f}"


def images_by_way(drawings: list[Strokes]) -> dict[str, np.ndarray]:
    """Return uint8 (n, 28, 28) for each way of presenting the drawings."""
    ways = {"strokes": inked(drawings)}
    for pen in PENS:
        sheets = [canvas(strokes, pen) for strokes in drawings]
        ways[f"pixels, pen {pen}"] = np.stack([framed(sheet) for sheet in sheets])
        if pen == 16:
            for name, change in WAYS.items():
                changed = [framed(change(sheet)) for sheet in sheets]
                ways[f"pixels, pen 16, {name}"] = np.stack(changed)
    return ways


def main() -> None:
    """Evaluate a run and print its accuracy by input and by class."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="latest")
    arguments.add_argument("--models", default=None)
    arguments.add_argument("--some", type=int, default=None, help="only the first N drawings")
    chosen = arguments.parse_args()
    path = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"
    if not path.is_file():
        print("drawing: skipped, the drawings are not on this machine (set INKLING_DATA)")
        return
    rows = [json.loads(line) for line in path.read_text().splitlines()][: chosen.some]
    labels, writers = (np.array([row[key] for row in rows]) for key in ("label", "writer"))
    run = (Store(Path(chosen.models)) if chosen.models else Store.default()).open(chosen.run)
    graph = run.graph()
    table = []
    for way, ink in images_by_way([row["strokes"] for row in rows]).items():
        right = read_right(graph, ink, labels)
        by_class = [f"{100 * right[labels == digit].mean():.1f}" for digit in range(10)]
        interval = over_writers(right, writers)
        table.append([way, f"{100 * right.mean():.2f}", interval, *by_class])
    title = (
        f"{run.id} on {len(rows):,} pen digits by {len(set(writers.tolist()))} people: accuracy in "
        "%, with its 95% interval over people, and by class"
    )
    show(title, ["input", "all", "95% interval", *map(str, range(10))], table)


if __name__ == "__main__":
    main()
