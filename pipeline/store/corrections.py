"""Corrections: drawings and their true classes, kept beside the runs for the next training.

All are in one file, `<store>/corrections.jsonl`, to which lines are only ever appended: a
correction, the undoing of one by its id, or both at once where a correction replaces another; both
with the same id give the same drawing another class. Several processes may write at once; a
truncated line is skipped and counted. The size of each line and of the file is limited, because
anyone who can open the dashboard can add to them.
"""

import base64
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeline.errors import InklingError
from pipeline.ink.drawing import SIZE, BlankDrawing, Drawing, Strokes
from pipeline.store import journal
from pipeline.store.runs import Store
from pipeline.training.teaching import is_held_back

CORRECTIONS = "corrections.jsonl"
WHAT = "correction"
MOST_LINE_BYTES = 2**17  # enough for 5,000 points
MOST_FILE_BYTES = 2**26  # 64 MiB, including undone ones: still read within seconds
MOST_STANDING = 10_000


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
        if line.relabels is not None:
            standing[line.undoes] = line.relabels  # in its place
            continue
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
    _check_label(label, names)
    if not drawing.ink.any():
        raise BlankDrawing
    correction = Correction(
        secrets.token_hex(8), label, names, drawing.ink.tobytes(), predicted, run, _now()
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
        _check_room(path, line)
        add_line(line)
    return correction


def relabel(store: Store, key: str, label: str) -> None:
    """Give a correction another class; it keeps its id and its place among the others.

    Args:
        store: where the corrections are kept.
        key: its id.
        label: name of the class, one of those that its label was chosen from.

    Raises:
        InklingError: it is no longer in effect, the label is not one of its classes, the dashboard
            is read-only, or the file is full or cannot be written. Nothing was changed then.
    """
    path = store.folder / CORRECTIONS
    with journal.adding(path, WHAT) as add_line:
        former = next((kept for kept in read(store).standing if kept.id == key), None)
        if former is None:
            raise InklingError("This correction was undone meanwhile. Nothing was changed.")
        _check_label(label, former.class_names)
        changed = {"label": label, "time": _now(), "undo": key}
        line = json.dumps(_raw(path, key) | changed, ensure_ascii=False)
        _check_room(path, line)
        add_line(line)


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
        add_line("\n".join(json.dumps({"undo": undoes, "time": _now()}) for undoes in undone))


class _Line(NamedTuple):
    """What a line records: a correction, an undoing, or both; both of the same id is a new class.

    Earlier versions, too, take that for the correction with its new class.
    """

    correction: Correction | None
    undoes: str

    @property
    def relabels(self) -> Correction | None:
        """The correction with its new class, if that is what the line records."""
        same = self.correction is not None and self.correction.id == self.undoes
        return self.correction if same else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _check_label(label: str, class_names: Sequence[str]) -> None:
    if label not in class_names:
        raise InklingError(f"“{label[:40]}” is not one of the classes: {', '.join(class_names)}.")


def _check_room(path: Path, line: str) -> None:
    if path.exists() and path.stat().st_size + len(line.encode()) + 1 > MOST_FILE_BYTES:
        raise InklingError(
            f"The corrections in {path} have reached the limit of {MOST_FILE_BYTES // 2**20} MB. "
            "Train with them, then move that file away to start over."
        )


def _raw(path: Path, key: str) -> dict[str, Any]:
    """Return the newest line of a correction as it was written, with its strokes."""

    def facts(raw: Any) -> dict[str, Any] | None:
        line = _parsed(raw)
        found: dict[str, Any] = raw
        return found if line.correction is not None and line.correction.id == key else None

    lines, _ = journal.read(path, WHAT, facts)
    return next(found for found in reversed(lines) if found is not None)


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
