"""What is selected within a run, how an address encodes it, which images match it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.words import counted

TRUE, PREDICTED, SAMPLE = "true", "predicted", "sample"
OUTCOME, CONFIDENCE, CHANGE, TAG, AREA = "outcome", "confidence", "change", "tag", "area"
SECOND_PREDICTED = "second_predicted"  # what the second run predicted
OF_TWO = (SECOND_PREDICTED, CHANGE)  # which need a second run
FILTERS = (TRUE, PREDICTED, OUTCOME, CONFIDENCE, SECOND_PREDICTED, CHANGE, TAG, AREA)
OUTCOMES = ("right", "wrong")
OLD_NAMES = {"then": SECOND_PREDICTED}  # in links made by earlier versions
CHANGES = ("fixed", "broken", "changed")  # from the first run to the second; the last is either
MOST_CORNERS = 60  # of an area: the length of an address is limited

Address = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Selection:
    """Which test images of a run are selected; an empty part does not narrow them.

    Attributes:
        true, predicted: classes by number.
        outcome: "right" or "wrong", of the first run also where two are compared.
        confidence: lowest and highest, in [0, 1].
        second_predicted: classes that the second run predicted, by number.
        change: "fixed" (the first run is wrong, the second right), "broken" (the other way
            around) or "changed" (either). Then `predicted` is of the run that is wrong.
        tag: of a mark.
        area: corners of a polygon on the map, (x, y).
        sample: a test image by its index.
        dropped: a sentence for each value of the address that did not fit.
    """

    true: tuple[int, ...] = ()
    predicted: tuple[int, ...] = ()
    outcome: str | None = None
    confidence: tuple[float, float] | None = None
    second_predicted: tuple[int, ...] = ()
    change: str | None = None
    tag: str | None = None
    area: tuple[tuple[float, float], ...] = ()
    sample: int | None = None
    dropped: tuple[str, ...] = ()

    @property
    def cell(self) -> tuple[int, int] | None:
        """The cell of the confusion matrix, if a single one is selected."""
        if len(self.true) == len(self.predicted) == 1:
            return self.true[0], self.predicted[0]
        return None

    @property
    def compares(self) -> bool:
        """Whether it depends on the second run."""
        return bool(self.second_predicted or self.change)

    @property
    def filters(self) -> "Selection":
        """The same without the single image and the notes: what decides which images match."""
        return replace(self, sample=None, dropped=())

    @property
    def narrowing(self) -> "Selection":
        """The filters without those that a click on a matrix sets: which images it counts."""
        return replace(self.filters, true=(), predicted=(), second_predicted=(), change=None)


def parse(address: Address, class_names: Sequence[str], images: int, *, second: bool) -> Selection:
    """Check the values of an address against a run; what does not fit is dropped, with a note.

    Args:
        address: the address's values by name: untrusted text.
        class_names: one name per class; an address refers to classes by name.
        images: how many test images there are.
        second: whether there is a second run to compare with.
    """
    reader = _Reader(address, list(class_names))
    second_predicted, change = reader.classes(SECOND_PREDICTED), reader.word(CHANGE, CHANGES)
    if (second_predicted or change) and not second:
        reader.dropped.append("The link filters by a second run, but none is selected.")
        second_predicted, change = (), None
    return Selection(
        true=reader.classes(TRUE),
        predicted=reader.classes(PREDICTED),
        outcome=reader.word(OUTCOME, OUTCOMES),
        confidence=reader.confidence(),
        second_predicted=second_predicted,
        change=change,
        tag=reader.one(TAG, longest=40),
        area=reader.area(),
        sample=reader.sample(images),
        dropped=tuple(reader.dropped),
    )


def to_address(selection: Selection, class_names: Sequence[str]) -> dict[str, list[str]]:
    """Write a selection as the values of an address; `parse` reads it back."""
    written = {
        TRUE: [class_names[label] for label in selection.true],
        PREDICTED: [class_names[label] for label in selection.predicted],
        OUTCOME: [selection.outcome] if selection.outcome else [],
        CONFIDENCE: ["{:g}-{:g}".format(*selection.confidence)] if selection.confidence else [],
        SECOND_PREDICTED: [class_names[label] for label in selection.second_predicted],
        CHANGE: [selection.change] if selection.change else [],
        TAG: [selection.tag] if selection.tag else [],
        AREA: [area_text(selection.area)] if selection.area else [],
        SAMPLE: [] if selection.sample is None else [str(selection.sample)],
    }
    return {name: values for name, values in written.items() if values}


def void_elsewhere(*, same_images: bool, same_classes: bool) -> tuple[str, ...]:
    """Name the parts of a selection that would mean something else in another run.

    An area is always of one run's own map. An image and its marks need the same test images; so
    does a range of confidence, which is chosen by looking at some. Classes go by their names.

    Args:
        same_images: whether both runs were tested on the same images.
        same_classes: whether their class names are the same, in the same order.
    """
    images = () if same_images else (SAMPLE, TAG, CONFIDENCE, *OF_TWO)
    classes = () if same_classes else (TRUE, PREDICTED, SECOND_PREDICTED)
    return tuple(dict.fromkeys((AREA, *images, *classes)))


def area_text(corners: Sequence[tuple[float, float]]) -> str:
    """Write a polygon for an address; a very long outline is thinned evenly."""
    step = -(-len(corners) // MOST_CORNERS)
    return "_".join(f"{x:.1f},{y:.1f}" for x, y in list(corners)[::step])


def matching(
    table: pd.DataFrame,
    chosen: Selection,
    *,
    second: pd.DataFrame | None = None,
    tagged: frozenset[int] = frozenset(),
    places: np.ndarray | None = None,
) -> np.ndarray:
    """Find the test images that match a selection.

    Args:
        table: the first run's predictions: label, predicted, confidence, one row per
            test image.
        chosen: the selection; its sample is ignored.
        second: the second run's predictions of the same images, if there is one.
        tagged: images that have the selected tag.
        places: float (n, 2), each image's place on the map; NaN if it has none.

    Returns:
        int32 (m,), row numbers, ascending.
    """
    label, predicted = table["label"].to_numpy(), table["predicted"].to_numpy()
    keep = np.ones(len(table), dtype=bool)
    wrong = label != predicted
    if chosen.outcome:
        keep &= wrong if chosen.outcome == "wrong" else ~wrong
    if chosen.change and second is not None:
        other = second["predicted"].to_numpy()
        other_wrong = label != other
        fixed, broken = wrong & ~other_wrong, ~wrong & other_wrong
        keep &= {"fixed": fixed, "broken": broken, "changed": fixed | broken}[chosen.change]
        predicted = np.where(wrong, predicted, other)
    if chosen.true:
        keep &= np.isin(label, chosen.true)
    if chosen.predicted:
        keep &= np.isin(predicted, chosen.predicted)
    if chosen.second_predicted and second is not None:
        keep &= np.isin(second["predicted"].to_numpy(), chosen.second_predicted)
    if chosen.confidence:
        confidence, (low, high) = table["confidence"].to_numpy(), chosen.confidence
        # An address keeps only a few digits; the range includes its ends.
        keep &= (confidence >= low - 1e-6) & (confidence <= high + 1e-6)
    if chosen.tag:
        named = np.zeros(len(table), dtype=bool)
        named[[index for index in tagged if 0 <= index < len(table)]] = True
        keep &= named
    rows = np.flatnonzero(keep).astype(np.int32)
    if chosen.area and places is not None:
        rows = rows[inside(places[rows], chosen.area)]
    return rows


def inside(points: np.ndarray, corners: Sequence[tuple[float, float]]) -> np.ndarray:
    """Find which points (n, 2) are in a polygon, by counting crossings of a ray: bool (n,)."""
    x, y = points[:, 0], points[:, 1]
    within = np.zeros(len(points), dtype=bool)
    previous = corners[-1]
    for corner in corners:
        (x0, y0), (x1, y1) = previous, corner
        if y0 != y1:
            crosses = (y0 > y) != (y1 > y)
            within ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        previous = corner
    return within


class _Reader:
    """Reads one value after another, noting what does not fit."""

    def __init__(self, address: Address, class_names: list[str]) -> None:
        self._address = address
        self._names = class_names
        self.dropped: list[str] = []

    def one(self, name: str, longest: int = 4000) -> str | None:
        values = self._address.get(name, ())
        if not values:
            return None
        if len(values[-1]) > longest:
            self._drop(name, values[-1])
            return None
        return values[-1] or None

    def classes(self, name: str) -> tuple[int, ...]:
        found = set()
        for value in self._address.get(name, ()):
            if value in self._names:
                found.add(self._names.index(value))
            else:
                self.dropped.append(
                    f"The link filters by class “{value[:40]}”, which this run does not have."
                )
        return tuple(sorted(found))

    def word(self, name: str, known: Sequence[str]) -> str | None:
        value = self.one(name)
        if value is not None and value not in known:
            self._drop(name, value)
            return None
        return value

    def confidence(self) -> tuple[float, float] | None:
        value = self.one(CONFIDENCE)
        if value is None:
            return None
        numbers = [_number(part) for part in value.split("-")]
        if len(numbers) == 2 and None not in numbers:
            low, high = (float(number or 0) for number in numbers)
            if 0 <= low <= high <= 1:
                return low, high
        self._drop(CONFIDENCE, value)
        return None

    def area(self) -> tuple[tuple[float, float], ...]:
        value = self.one(AREA)
        if value is None:
            return ()
        corners = [tuple(_number(part) for part in pair.split(",")) for pair in value.split("_")]
        whole = [(x, y) for pair in corners if len(pair) == 2 for x, y in [pair]]
        if len(whole) == len(corners) and 3 <= len(whole) <= MOST_CORNERS:
            points = tuple((x, y) for x, y in whole if x is not None and y is not None)
            if len(points) == len(whole):
                return points
        self._drop(AREA, value)
        return ()

    def sample(self, images: int) -> int | None:
        value = self.one(SAMPLE)
        if value is None:
            return None
        if value.isascii() and value.isdecimal() and len(value) < 10 and int(value) < images:
            return int(value)
        self.dropped.append(
            f"The link points to test image “{value[:40]}”; this run has "
            f"{counted(images, 'test image')}."
        )
        return None

    def _drop(self, name: str, value: str) -> None:
        self.dropped.append(not_valid(name, value))


def not_valid(name: str, value: str) -> str:
    """Say that a value of an address was dropped."""
    return f"The link’s value for “{name}” is not valid: “{value[:40]}”."


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
