"""What a dataset holds, and where its images lie on the map, in sentences; pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.words import general as words
from pipeline.store.runs import RunInfo

PARTS = {"train": "training", "valid": "validation", "test": "test"}
CHANNELS = ("Red", "Green", "Blue")
KEEPS_GRID = (
    "This network is convolutional: it gets the same numbers in their grid, so that it knows "
    "which are neighbours."
)


def contents(info: RunInfo) -> str:
    """Say how many images there are, of what, and what each part is for."""
    height, width, _ = info.input_shape
    counts = info.dataset.counts
    return (
        f"**{sum(counts.values()):,}** images of {width}×{height} pixels in "
        f"{len(info.dataset.class_names)} classes: {counts['train']:,} to learn from, "
        f"{counts['valid']:,} to see when to stop, {counts['test']:,} kept back for the test."
    )


def balance(counts: Mapping[str, np.ndarray], class_names: Sequence[str]) -> str:
    """Say which class has most images and which fewest, for the title of a chart.

    Args:
        counts: int (classes,) by part.
        class_names: a name a class.
    """
    every = np.sum(list(counts.values()), axis=0)
    most, fewest = int(every.argmax()), int(every.argmin())
    images = "test images" if set(counts) == {"test"} else "images"
    if every[most] == every[fewest]:
        return f"Every class has the same number of {images}: {every[most]:,}"
    large, small = f"“{class_names[most]}” has {every[most]:,} {images}", class_names[fewest]
    if every[fewest] == 0:
        return f"{large}, the most; “{small}” has none"
    ratio = every[most] / every[fewest]
    return f"{large}, {ratio:.1f} times as many as “{small}”, the rarest: {every[fewest]:,}"


def unrolled(shape: tuple[int, int, int]) -> str:
    """Say how an image (height, width, channels) becomes the vector that a network gets."""
    height, width, channels = shape
    each = "" if channels == 1 else f", {channels} numbers a pixel,"
    return (
        f"Row by row, the {width}×{height} grid{each} becomes one vector of "
        f"{height * width * channels:,} numbers, each divided by 255; this is all that a network "
        "gets."
    )


def middles(places: np.ndarray, label: np.ndarray, classes: int) -> np.ndarray:
    """Find the median place of each class: float (classes, 2), NaN where none has a place.

    Args:
        places: float (n, 2), NaN for images that have none.
        label: int (n,).
        classes: how many there are.
    """
    found = np.full((classes, 2), np.nan)
    known = ~np.isnan(places[:, 0])
    for number in range(classes):
        of_class = places[known & (label == number)]
        if len(of_class):
            found[number] = np.median(of_class, axis=0)
    return found


def astray(places: np.ndarray, label: np.ndarray, predicted: np.ndarray, classes: int) -> str:
    """Say where the mistakes lie, for the title of the map; arguments as for `middles`."""
    wrong = (label != predicted) & ~np.isnan(places[:, 0])
    mistakes = int(wrong.sum())
    if mistakes == 0:
        return "No image on this map is a mistake"
    middle, here = middles(places, label, classes), places[wrong]
    to_own = np.linalg.norm(here - middle[label[wrong]], axis=1)
    to_other = np.linalg.norm(here - middle[predicted[wrong]], axis=1)
    nearer = int((to_other < to_own).sum())
    lie, they = ("mistake lies", "it is") if mistakes == 1 else ("mistakes lie", "they are")
    own = "its" if mistakes == 1 else "their"
    return (
        f"{nearer:,} of {mistakes:,} {lie} nearer the middle of the class {they} read as than of "
        f"{own} own"
    )


def on_map(places: np.ndarray) -> str:
    """Say what the map shows, and how many images have a place on it."""
    known = int((~np.isnan(places[:, 0])).sum())
    some = "" if known == len(places) else f" {known:,} of {len(places):,}, drawn by lot, are here."
    return (
        "Each mark is a test image; those that lie together look alike to the network, whatever "
        f"their pixels. How far apart groups lie says little.{some}"
    )


def chosen(count: int, mistakes: int) -> str:
    """Say how many images are chosen, and how many of them are mistakes."""
    fit = "image fits" if count == 1 else "images fit"
    are = {0: "none is a mistake", 1: "one is a mistake"}
    return f"**{count:,}** {fit} this selection; {are.get(mistakes, f'{mistakes:,} are mistakes')}."


def sample(true: str, predicted: str, confidence: float) -> str:
    """Say what an image is, and what it is read as."""
    return (
        f"It is “{words.plain(true)}”, read as “{words.plain(predicted)}” with "
        f"{words.percent(confidence)} confidence."
    )
