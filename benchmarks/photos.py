"""A run's accuracy on synthetic photographs of digits on paper, made from UCI pen digits.

`python benchmarks/photos.py [RUN] [--models DIR] [--some N]` renders the digits of
`$INKLING_DATA/drawings/pen-digits-dev.jsonl` as photographs of pen on paper: uneven light, a
shadow, grain, lined or squared paper, a dark table at the edge, rotation of up to 10°, blur, noise,
JPEG. Each photograph, and each clean canvas, is read as a clean image (the tone of the border is
paper), as a photograph, and as `inkling predict` reads it, which chooses between the two. Nothing
was tuned on these drawings.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.drawing import canvas
from benchmarks.table import show
from pipeline.ink import drawing, photos
from pipeline.store.runs import Store

WIDTH, HEIGHT = 720, 960  # pixels of a photograph
SHEET = 1.35  # the paper is this much larger, so that it fills a rotated photograph
PAPERS = ("plain", "lined", "squared", "table", "shadow")
PENS = (4, 8, 16)  # of a canvas of 280


def photographed(ink: np.ndarray, random: np.random.Generator, paper: str) -> Image.Image:
    """Draw ink on paper and photograph it.

    Args:
        ink: uint8 (height, width), 0 is paper and 255 is ink, large enough to be smooth.
        random: the only source of randomness: the same seed gives the same photograph.
        paper: one of PAPERS: "lined" and "squared" have pale printed lines, "table" a dark edge,
            and "shadow" a hard shadow.
    """
    height, width = round(HEIGHT * SHEET), round(WIDTH * SHEET)
    sheet = _printed(height, width, random, paper)
    _draw(sheet, ink, random)
    seen = _askew(sheet, random, paper)
    rows, columns = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]]
    rows, columns = rows / seen.shape[0] - 0.5, columns / seen.shape[1] - 0.5
    angle = random.uniform(0, 2 * np.pi)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    light = 1 - random.uniform(0.1, 0.45) * (along + 0.5)
    if paper == "shadow":
        edge = random.uniform(-0.2, 0.2)
        light *= 1 - random.uniform(0.25, 0.5) / (1 + np.exp(-(along - edge) * 150))
    grain = random.normal(0, random.uniform(0.005, 0.02), seen.shape)
    levels = np.clip(255 * (seen * light + grain), 0, 255).astype(np.uint8)
    photo = Image.fromarray(levels).filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.8)))
    warm = [photo.point(lambda level, tint=tint: level * tint) for tint in (1.0, 0.97, 0.9)]
    file = io.BytesIO()
    quality = int(random.integers(45, 92))
    Image.merge("RGB", warm).save(file, "JPEG", quality=quality)
    return Image.open(file)


def _printed(height: int, width: int, random: np.random.Generator, paper: str) -> np.ndarray:
    """Return paper, as the share of light it reflects: float64 (height, width)."""
    fibres = random.normal(0, 255, (height // 3, width // 3)).clip(-127, 127) + 127
    grain = Image.fromarray(fibres.astype(np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    sheet = random.uniform(0.82, 0.96) + (np.asarray(grain) / 255 - 0.5) * 0.03
    if paper in {"lined", "squared"}:
        apart, pale = int(random.integers(36, 70)), random.uniform(0.72, 0.9)
        first = int(random.integers(apart))
        for at in range(first, height, apart):
            sheet[at : at + 2] *= pale
        if paper == "squared":
            for at in range(first, width, apart):
                sheet[:, at : at + 2] *= pale
    return sheet


def _draw(sheet: np.ndarray, ink: np.ndarray, random: np.random.Generator) -> None:
    """Draw ink near the center of a sheet, 30 to 60% as wide as the photograph."""
    side = round(WIDTH * random.uniform(0.3, 0.6))
    scale = side / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    covered = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)) / 255
    covered = covered * random.uniform(0.85, 1)
    top = (sheet.shape[0] - size[1]) // 2 + int(random.integers(-90, 91))
    left = (sheet.shape[1] - size[0]) // 2 + int(random.integers(-60, 61))
    part = sheet[top : top + size[1], left : left + size[0]]
    tone = random.uniform(0.1, 0.45)  # from a felt pen's black to a pencil's gray
    part += covered * (tone - part)


def _askew(sheet: np.ndarray, random: np.random.Generator, paper: str) -> np.ndarray:
    """View the center of a sheet slightly off-axis; on a table, with its dark edge."""
    height, width = sheet.shape
    if paper == "table":
        edge = np.full_like(sheet, random.uniform(0.1, 0.35))
        side = int(random.integers(4))
        across, down = round(width * 0.24), round(height * 0.24)
        kept = [(down, height), (0, height - down), (0, height), (0, height)][side]
        beside = [(0, width), (0, width), (across, width), (0, width - across)][side]
        edge[slice(*kept), slice(*beside)] = sheet[slice(*kept), slice(*beside)]
        sheet = edge
    angle = np.radians(random.uniform(-10, 10))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * [WIDTH / 2, HEIGHT / 2]
    corners = (
        corners @ turn.T + random.uniform(-0.03, 0.03, (4, 2)) * WIDTH + [width / 2, height / 2]
    )
    picture = Image.fromarray((sheet * 255).clip(0, 255).astype(np.uint8))
    quad = tuple(corners.ravel())
    seen = picture.transform((WIDTH, HEIGHT), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    return np.asarray(seen) / 255


ROUTES = {
    "as clean image": photos.ink_of_clean_picture,
    "as photograph": photos.ink_of_photograph,
    "automatic": photos.find_ink,
}


def photographs(canvases: list[Image.Image], paper: str) -> Iterator[Image.Image]:
    """Photograph canvases one at a time: all of them would not fit in memory."""
    for at, sheet in enumerate(canvases):
        random = np.random.default_rng([PAPERS.index(paper), at])
        yield photographed(255 - np.asarray(sheet), random, paper)


def read(pictures: Iterable[Image.Image]) -> dict[str, np.ndarray]:
    """Read images by each route: uint8 (n, 28, 28), black if no ink is found."""
    found: dict[str, list[np.ndarray]] = {route: [] for route in ROUTES}
    for picture in pictures:
        for route, ink_of in ROUTES.items():
            try:
                ink = drawing.from_pixels(ink_of(picture))
            except drawing.BlankDrawing:  # no prediction counts as a wrong one
                ink = np.zeros((drawing.SIZE, drawing.SIZE), np.uint8)
            found[route].append(ink)
    return {route: np.stack(images) for route, images in found.items()}


def main() -> None:
    """Evaluate a run and print its accuracy by kind of image and by route."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="latest")
    arguments.add_argument("--models", default=None)
    arguments.add_argument("--some", type=int, default=None, help="about N of the drawings")
    chosen = arguments.parse_args()
    path = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"
    if not path.is_file():
        print("photos: skipped, the drawings are not on this machine (set INKLING_DATA)")
        return
    lines = path.read_text().splitlines()
    rows = [
        json.loads(line) for line in lines[:: max(1, len(lines) // (chosen.some or len(lines)))]
    ]
    labels = np.array([row["label"] for row in rows])
    canvases = [canvas(row["strokes"], PENS[at % len(PENS)]) for at, row in enumerate(rows)]
    run = (Store(Path(chosen.models)) if chosen.models else Store.default()).open(chosen.run)
    graph = run.graph()
    ways: dict[str, Iterable[Image.Image]] = {"clean canvas": canvases}
    ways |= {f"photo, {paper}": photographs(canvases, paper) for paper in PAPERS}
    table = []
    for way, pictures in ways.items():
        answers = [
            graph.probabilities(images[..., None]).argmax(axis=1)
            for images in read(pictures).values()
        ]
        table.append([way, *(f"{100 * (answer == labels).mean():.2f}" for answer in answers)])
    show(f"{run.id} on {len(rows):,} pen digits: accuracy in %", ["image", *ROUTES], table)


if __name__ == "__main__":
    main()
