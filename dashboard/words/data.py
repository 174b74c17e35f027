"""What a dataset contains, and where its images are on the map, in sentences; pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.words.selection import NOTHING_FITS, matches
from dashboard.words.text import percent, plain
from pipeline.data.known import KNOWN
from pipeline.store.run_info import DatasetInfo, RunInfo
from pipeline.words import counted

PARTS = {"train": "training", "valid": "validation", "test": "test"}
CHANNELS = ("Red", "Green", "Blue")
KEEPS_GRID = (
    "This network is convolutional: it gets the same numbers arranged as a grid, so it knows which "
    "pixels are neighbors."
)


def contents(info: RunInfo) -> str:
    """Say how many images there are, of what, and what each part is for."""
    height, width, _ = info.input_shape
    counts = info.dataset.counts
    return (
        f"**{sum(counts.values()):,}** images of {width}×{height} pixels in "
        f"{len(info.dataset.class_names)} classes: {counts['train']:,} for training, "
        f"{counts['valid']:,} for validation, {counts['test']:,} held back for testing."
    )


def origin(dataset: DatasetInfo) -> str:
    """Say what the images of a known dataset are and where they come from; "" for other ones."""
    known = KNOWN.get(dataset.name)
    if known is None:
        return ""
    said = f"{known.source[0].upper()}{known.source[1:]}."
    if known.drawn_from:
        said += f" Networks trained on “{known.drawn_from}” have already seen them."
    return said


def balance(counts: Mapping[str, np.ndarray], class_names: Sequence[str]) -> str:
    """Say which class has the most images and which the fewest, for the title of a chart.

    Args:
        counts: int (classes,) by part.
        class_names: one name per class.
    """
    every = np.sum(list(counts.values()), axis=0)
    most, fewest = int(every.argmax()), int(every.argmin())
    noun = "test image" if set(counts) == {"test"} else "image"
    if every[most] == every[fewest]:
        return f"Every class has the same number of {noun}s: {every[most]:,}"
    small = class_names[fewest]
    large = f"“{class_names[most]}” has {counted(int(every[most]), noun)}"
    if every[fewest] == 0:
        return f"{large}, the most; “{small}” has none"
    ratio = f"{every[most] / every[fewest]:.1f}"
    if ratio == "1.0":
        return f"{large}, the most; “{small}” has the fewest: {every[fewest]:,}"
    return f"{large}, {ratio} times as many as “{small}”, the rarest class ({every[fewest]:,})"


def flattened(shape: tuple[int, int, int]) -> str:
    """Say how an image (height, width, channels) becomes the vector that a network gets."""
    height, width, channels = shape
    each = "" if channels == 1 else f", with {channels} numbers per pixel,"
    return (
        f"Row by row, the {width}×{height} grid{each} is flattened into a vector of "
        f"{height * width * channels:,} numbers, each divided by 255. These numbers are all the "
        "network gets."
    )


def medians(places: np.ndarray, label: np.ndarray, classes: int) -> np.ndarray:
    """Find the median place of each class: float (classes, 2), NaN where no image has a place.

    Args:
        places: float (n, 2), NaN for images that have none.
        label: int (n,).
        classes: how many classes there are.
    """
    found = np.full((classes, 2), np.nan)
    known = ~np.isnan(places[:, 0])
    for number in range(classes):
        of_class = places[known & (label == number)]
        if len(of_class):
            found[number] = np.median(of_class, axis=0)
    return found


def astray(places: np.ndarray, label: np.ndarray, predicted: np.ndarray, classes: int) -> str:
    """Say where the mistakes are, for the title of the map; arguments as for `medians`."""
    wrong = (label != predicted) & ~np.isnan(places[:, 0])
    mistakes = int(wrong.sum())
    if mistakes == 0:
        return "No image on this map is a mistake"
    centers, here = medians(places, label, classes), places[wrong]
    to_own = np.linalg.norm(here - centers[label[wrong]], axis=1)
    to_other = np.linalg.norm(here - centers[predicted[wrong]], axis=1)
    nearer = int((to_other < to_own).sum())
    if mistakes == 1:
        some = "The only mistake is" if nearer else "The only mistake is not"
    elif nearer == 0:
        some = f"None of the {mistakes:,} mistakes is"
    else:
        some = f"{nearer:,} of {mistakes:,} mistakes {'is' if nearer == 1 else 'are'}"
    return f"{some} closer to the predicted class than to the true one"


def on_map(places: np.ndarray) -> str:
    """Say what the map shows, and how many images have a place on it."""
    known = int((~np.isnan(places[:, 0])).sum())
    some = "" if known == len(places) else f" The map shows a random {known:,} of {len(places):,}."
    return (
        "Each point is a test image, placed by t-SNE: images that the network finds similar are "
        f"close together, but distances between groups mean little.{some}"
    )


def repeated(classes: int, colors: int, marks: int) -> str:
    """Say how more classes than colors are told apart on the map; "" if each has its color.

    Args:
        classes: how many there are.
        colors: how many differ.
        marks: how many pairs of color and symbol differ.
    """
    if classes <= colors:
        return ""
    if classes <= marks:
        return f"Colors repeat after {colors} classes, with another symbol."
    return f"Classes share colors and symbols after {marks}: hover over a point to read its class."


def chosen(count: int, mistakes: int) -> str:
    """Say how many images are selected, and how many of them are mistakes."""
    if count == 0:
        return NOTHING_FITS
    if count == 1:
        return f"{matches(count)}; it is {'a mistake' if mistakes else 'classified correctly'}."
    are = {0: "none is a mistake", 1: "one is a mistake"}
    return f"{matches(count)}; {are.get(mistakes, f'{mistakes:,} are mistakes')}."


def sample(true: str, predicted: str, confidence: float) -> str:
    """Say what an image is, and what is predicted for it."""
    return (
        f"True class “{plain(true)}”, predicted “{plain(predicted)}” with {percent(confidence)} "
        "confidence."
    )
