"""Corrections: drawings and their true classes, kept beside the runs for the next training.

All are in one file, `<store>/corrections.jsonl`, to which lines are only ever appended: a
correction, the undoing of one by its id, or both at once where a correction replaces another.
Several processes may write at once; a truncated line is skipped and counted. The size of each line
and of the file is limited, because anyone who can open the dashboard can add to them.
"""

import base64
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.ink.drawing import SIZE, BlankDrawing, Drawing, Strokes, ink_to_image
from pipeline.store import journal
from pipeline.store.runs import Store
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.teaching import is_held_back

CORRECTIONS = "corrections.jsonl"
WHAT = "correction"
MOST_LINE_BYTES = 2**17  # enough for 5,000 points
MOST_FILE_BYTES = 2**26  # 64 MiB, including undone ones: still read within seconds
MOST_STANDING = 10_000
REPEATS = 20  # per epoch, so that a dozen matter among 54,000; see docs/training.md
MOST_SHARE = 0.2  # of an epoch


@dataclass(frozen=True)
class Correction:
    """A drawing and its true class.

    Attributes:
        id: random, in hexadecimal.
        label: name of the true class.
        class_names: the classes that the label was chosen from, in label order.
        ink: the bytes of the uint8 (28, 28) that the network saw; see `image`.
        predicted: name of the class that the network predicted, or "".
        run: id of the run that predicted it, or "".
        time: ISO 8601 in UTC.
    """

    id: str
    label: str
    class_names: tuple[str, ...]
    ink: bytes = field(repr=False)
    predicted: str = ""
    run: str = ""
    time: str = ""

    @property
    def image(self) -> np.ndarray:
        """The drawing: uint8 (28, 28), 0 is paper and 255 is ink."""
        return np.frombuffer(self.ink, np.uint8).reshape(SIZE, SIZE)

    @property
    def held_back(self) -> bool:
        """Whether no training learns from it, so that it can show what was learned from others."""
        return is_held_back(self.image)


@dataclass(frozen=True)
class Corrections:
    """The corrections in effect.

    Attributes:
        standing: those not undone, oldest first.
        damaged: how many lines could not be read.
    """

    standing: tuple[Correction, ...]
    damaged: int

    def fitting(self, class_names: Sequence[str]) -> tuple[Correction, ...]:
        """Return those whose label was chosen from exactly these classes."""
        names = tuple(class_names)
        return tuple(kept for kept in self.standing if kept.class_names == names)

    def counts(self, class_names: Sequence[str]) -> dict[str, int]:
        """Count the fitting ones by class, in label order; classes without any are left out."""
        counted = Counter(kept.label for kept in self.fitting(class_names))
        return {name: counted[name] for name in class_names if counted[name]}

    def learnable(self, class_names: Sequence[str]) -> tuple[Correction, ...]:
        """Return the fitting ones that are not held back."""
        return tuple(kept for kept in self.fitting(class_names) if not kept.held_back)


def read(store: Store) -> Corrections:
    """Read every correction of a store.

    Raises:
        InklingError: the file cannot be read.
    """
    lines, damaged = journal.read(store.folder / CORRECTIONS, WHAT, _parsed)
    standing: dict[str, Correction] = {}
    for line in lines:
        standing.pop(line.undoes, None)
        if line.correction is not None:
            standing.setdefault(line.correction.id, line.correction)
    return Corrections(tuple(standing.values()), damaged)


def add(
    store: Store,
    *,
    label: str,
    class_names: Sequence[str],
    drawing: Drawing,
    predicted: str = "",
    run: str = "",
    instead_of: str = "",
) -> Correction:
    """Save a correction; what others write meanwhile is kept.

    Args:
        store: where the corrections are kept.
        label: name of the true class.
        class_names: the classes to choose from, in label order.
        drawing: what was drawn.
        predicted: name of the class that the network predicted.
        run: id of the run that predicted it.
        instead_of: id of an earlier correction of the same drawing, undone by the same line.

    Raises:
        InklingError: the label is not one of the classes, the drawing is blank or too large, there
            are too many corrections, the dashboard is read-only, or the file cannot be written.
            Nothing was changed then.
    """
    names = tuple(class_names)
    if label not in names:
        raise InklingError(f"“{label[:40]}” is not one of the classes: {', '.join(names)}.")
    if not drawing.ink.any():
        raise BlankDrawing
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    correction = Correction(
        secrets.token_hex(8), label, names, drawing.ink.tobytes(), predicted, run, stamp
    )
    line = _as_line(correction, drawing.strokes, instead_of)
    path = store.folder / CORRECTIONS
    with journal.adding(path, WHAT) as add_line:
        standing = read(store).standing
        others = [kept for kept in standing if kept.id != instead_of]
        if len(others) >= MOST_STANDING:
            raise InklingError(
                f"There are already {len(others):,} corrections, which is the limit. Train with "
                f"them, then move {path} away to start over."
            )
        if path.exists() and path.stat().st_size + len(line.encode()) + 1 > MOST_FILE_BYTES:
            raise InklingError(
                f"The corrections in {path} have reached the limit of {MOST_FILE_BYTES // 2**20} "
                "MB. Train with them, then move that file away to start over."
            )
        add_line(line)
    return correction


def take_back(store: Store, *ids: str) -> None:
    """Undo corrections; those that others have undone meanwhile are left out.

    Raises:
        InklingError: none of them is in effect, the dashboard is read-only, or the file cannot be
            written.
    """
    with journal.adding(store.folder / CORRECTIONS, WHAT) as add_line:
        undone = [kept.id for kept in read(store).standing if kept.id in ids]
        if not undone:
            what = "This correction was" if len(ids) == 1 else "These corrections were"
            raise InklingError(f"{what} already undone. Nothing was changed.")
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        add_line("\n".join(json.dumps({"undo": undoes, "time": stamp}) for undoes in undone))


def to_learn(found: Corrections, dataset: Dataset) -> ExtraExamples:
    """Turn the corrections that fit a dataset into extra images to learn from.

    Those that are held back are left out: a network that has learned them could not show later
    what it was taught.

    Args:
        found: the corrections.
        dataset: the one to train on; it is not changed.

    Raises:
        InklingError: there is none to learn from, or the dataset's images are not framed like
            drawings.
    """
    names = tuple(dataset.class_names)
    kept = found.learnable(names)
    if not dataset.mnist_framed or not kept:
        raise InklingError(_nothing_to_learn(found, dataset))
    images = np.stack([ink_to_image(one.image, dataset.image_shape) for one in kept])
    labels = np.array([names.index(one.label) for one in kept], np.int64)
    return ExtraExamples(images, labels, repeats(len(labels), len(dataset.y_train)))


def _nothing_to_learn(found: Corrections, dataset: Dataset) -> str:
    """Say why a dataset's training cannot learn from corrections, and what to do."""
    if not dataset.mnist_framed:
        why = f"No corrections fit “{dataset.name}”: its images are not drawings."
    elif found.fitting(dataset.class_names):
        why = (
            "There is nothing to learn from yet: every fifth correction, on average, is held back "
            "as a test of what was learned, and so far all of them are."
        )
    else:
        why = f"No corrections fit “{dataset.name}”: there are none with its classes yet."
    return f"{why} Correct more drawings on the Draw page, or train without corrections."


def newest_drawing(found: Corrections, dataset: Dataset) -> tuple[np.ndarray, int] | None:
    """Return the newest correction that fits a dataset: its image and its class; None if none does.

    The image is uint8 (height, width, channels), like the dataset's.
    """
    fitting = found.fitting(dataset.class_names) if dataset.mnist_framed else ()
    if not fitting:
        return None
    newest = fitting[-1]
    label = tuple(dataset.class_names).index(newest.label)
    return ink_to_image(newest.image, dataset.image_shape), label


def repeats(corrections: int, training_images: int) -> int:
    """Return how many times an epoch shows each correction: 20, or fewer if there are many.

    Together they then make up at most a fifth of an epoch, unless showing each once is more.
    """
    fitting = MOST_SHARE / (1 - MOST_SHARE) * training_images / max(corrections, 1)
    return max(1, min(REPEATS, int(fitting)))


class _Line(NamedTuple):
    """What a line records: a correction, an undoing, or both."""

    correction: Correction | None
    undoes: str


def _as_line(correction: Correction, strokes: Strokes | None, instead_of: str) -> str:
    """Write a correction as JSON, with its strokes in case they are to be redrawn later."""
    facts: dict[str, Any] = {
        "id": correction.id,
        "label": correction.label,
        "class_names": correction.class_names,
        "ink": base64.b64encode(correction.ink).decode(),
        "predicted": correction.predicted,
        "run": correction.run,
        "time": correction.time,
    }
    if strokes is not None:
        rounded = [np.round(np.asarray(stroke, np.float64), 1).tolist() for stroke in strokes]
        facts["strokes"] = rounded
    if instead_of:
        facts["undo"] = instead_of
    line = json.dumps(facts, ensure_ascii=False)
    if len(line.encode()) > MOST_LINE_BYTES:
        raise InklingError(
            f"This correction takes {len(line.encode()):,} bytes; the limit is "
            f"{MOST_LINE_BYTES:,}. Draw it in fewer strokes."
        )
    return line


def _parsed(raw: Any) -> _Line:
    undoes = raw.get("undo", "") if isinstance(raw, dict) else None
    if not isinstance(undoes, str):
        raise TypeError("this is not a correction")
    if undoes and "id" not in raw:
        return _Line(None, undoes)
    said = [raw["id"], raw["label"], raw["predicted"], raw["run"], raw["time"]]
    names, ink = raw["class_names"], base64.b64decode(raw["ink"], validate=True)
    if not isinstance(names, list) or not all(isinstance(text, str) for text in [*said, *names]):
        raise TypeError("this is not a correction")
    if not raw["id"] or raw["label"] not in names or len(ink) != SIZE * SIZE or not any(ink):
        raise ValueError("this is not a correction")
    key, label, predicted, run, time = said
    return _Line(Correction(key, label, tuple(names), ink, predicted, run, time), undoes)
