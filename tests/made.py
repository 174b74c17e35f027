"""A made dataset that is anything but digits: three shapes in color, with names of forty letters.

Drawn by numbers, so nothing needs to be kept or fetched: `write` makes a folder as
`inkling train --dataset FOLDER` reads it.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.config import TrainConfig
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store

HEIGHT, WIDTH = 24, 32  # not square, so that no test passes with the two mixed up
NAMES = (
    "a round blue button on a light table top",
    "a square red tile of an old kitchen wall",
    "three thin green stripes across a banner",
)
INKS = ((40, 80, 210), (200, 50, 40), (30, 150, 70))
EACH = 60  # images per class
STRAY = 15  # one of so many lies in the wrong folder


def picture(label: int, random: np.random.Generator, scale: int = 1) -> Image.Image:
    """Draw one image of a class, somewhere and in some size.

    Args:
        label: 0 to 2.
        random: where it is, how large, its shade and its grain.
        scale: how many times larger than the dataset's images.
    """
    rows, columns = np.mgrid[: HEIGHT * scale, : WIDTH * scale] / scale
    middle_y, middle_x = random.uniform(9, 15), random.uniform(11, 21)
    size = random.uniform(5, 8)
    across, down = np.abs(columns - middle_x), np.abs(rows - middle_y)
    shape = (
        np.hypot(across, down) < size,
        np.maximum(across, down) < size,
        (rows - middle_y) % (size / 1.5) < size / 4,
    )[label]
    paper = np.array([235, 232, 224]) + random.uniform(-15, 15)
    ink = np.array(INKS[label]) + random.uniform(-25, 25, 3)
    image = np.where(shape[..., None], ink, paper) + random.normal(0, 6, (*shape.shape, 1))
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def write(folder: Path, each: int = EACH) -> Path:
    """Write the dataset as a folder of class folders of PNG files; return it.

    A few images lie in the wrong folder, so that there are mistakes to look at.
    """
    random = np.random.default_rng(0)
    for label, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            shown = (label + 1) % len(NAMES) if number % STRAY == STRAY - 1 else label
            picture(shown, random).save(folder / name / f"{number:03}.png")
    return folder


def write_strangers(folder: Path, count: int = 20) -> list[Path]:
    """Write images to try, of other sizes, modes and formats than the dataset's; their paths."""
    random = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        image = picture(number % 3, random, scale=1 + number % 6)
        if number % 5 == 1:  # on transparent paper
            image.putalpha(Image.fromarray(np.asarray(image.convert("L").point(lambda v: 255 - v))))
        if number % 5 == 2:
            image = image.convert("L")
        if number % 5 == 3:
            image = image.resize((200, 77))
        path = folder / f"stranger-{number:02}.{'jpg' if number % 5 == 4 else 'png'}"
        image.save(path)
        paths.append(path)
    return paths


def train(folder: Path, store: Store) -> Run:
    """Train a small network on the dataset in a folder."""
    from pipeline.experiment import run_experiment

    config = TrainConfig(dataset=str(folder), network="lenet5", epochs=8)
    return run_experiment(config, store)


CLOTHES_SIDE = 28


def write_clothes(folder: Path, train: int = 400, test: int = 100) -> Path:
    """Write ten kinds of gray garments as IDX files without class names, as Fashion-MNIST's are.

    A garment is a stripe pattern of its class on a body and sleeves of its class's proportions.
    """
    random = np.random.default_rng(2)
    folder.mkdir(parents=True)
    for part, count in (("train", train), ("t10k", test)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = np.stack([_garment(int(label), random) for label in labels])
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            (folder / f"{part}-{kind}-ubyte").write_bytes(header + array.tobytes())
    return folder


def _garment(label: int, random: np.random.Generator) -> np.ndarray:
    """Draw a garment: uint8 (28, 28), 0 is the background; it reaches two of the edges."""
    rows, columns = np.mgrid[:CLOTHES_SIDE, :CLOTHES_SIDE]
    across = np.abs(columns - random.uniform(12.5, 14.5))
    body = across < 5 + label % 5 + random.uniform(-0.5, 0.5)
    sleeves = (rows < 4 + 2 * (label // 2)) & (across < 13)
    shade = random.uniform(120, 220) + 30 * np.cos(rows * (0.3 + 0.15 * label))
    image = np.where(body | sleeves, shade + random.normal(0, 8, rows.shape), 0)
    return np.clip(image, 0, 255).astype(np.uint8)
