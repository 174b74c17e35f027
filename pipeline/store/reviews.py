"""Reviews of single images: marked as wrong label, ambiguous, or any tag; kept beside the runs.

All are in one file, `<store>/reviews.jsonl`, to which lines are only ever appended: a mark, or the
undoing of one. Images are identified by their dataset's fingerprint, their part of it and their
index, so reviews outlive any training. Several processes may write at once; a truncated line is
skipped and counted.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from pipeline.errors import InklingError
from pipeline.store import journal
from pipeline.store.runs import Store

REVIEWS = "reviews.jsonl"
WRONG_LABEL, AMBIGUOUS = "wrong label", "ambiguous"
LONGEST_TAG = 40  # characters
MOST_IMAGES = 2**31


@dataclass(frozen=True)
class Review:
    """One line: an image was marked, or a mark was undone.

    Attributes:
        dataset: the part of a dataset, from `place`.
        index: of the image in that part.
        tag: "wrong label", "ambiguous", or any other words.
        undo: whether this undoes an earlier mark.
        time: ISO 8601 in UTC.
        should_be: name of the right class, if somebody gave it along with "wrong label".
    """

    dataset: str
    index: int
    tag: str
    undo: bool = False
    time: str = ""
    should_be: str = ""


@dataclass(frozen=True)
class Reviews:
    """The marks in effect.

    Attributes:
        tags: by dataset and index, each in the order they were given.
        damaged: how many lines could not be read.
        standing: the reviews behind the tags, oldest first.
    """

    tags: dict[tuple[str, int], tuple[str, ...]]
    damaged: int
    standing: tuple[Review, ...]

    def of(self, dataset: str, index: int) -> tuple[str, ...]:
        """Return the tags of an image."""
        return self.tags.get((dataset, index), ())

    def should_be(self, dataset: str, index: int) -> str:
        """Return the name of the right class of an image with a wrong label; "" if unknown."""
        given = (one for one in self.standing if (one.dataset, one.index) == (dataset, index))
        return next((one.should_be for one in given if one.tag == WRONG_LABEL), "")

    def tagged(self, dataset: str, tag: str | None = None) -> frozenset[int]:
        """Return the images of a dataset with a tag, or with any."""
        return frozenset(
            review.index
            for review in self.standing
            if review.dataset == dataset and tag in (None, review.tag)
        )

    def names(self, dataset: str) -> tuple[str, ...]:
        """List the tags in use, the two standard ones first."""
        used = {review.tag for review in self.standing if review.dataset == dataset}
        others = sorted(used - {WRONG_LABEL, AMBIGUOUS})
        return (*(tag for tag in (WRONG_LABEL, AMBIGUOUS) if tag in used), *others)

    def table(self, dataset: str) -> pd.DataFrame:
        """Return the marks of a dataset as a table: index, tag, should_be, time."""
        rows = [asdict(review) for review in self.standing if review.dataset == dataset]
        return pd.DataFrame(rows, columns=["index", "tag", "should_be", "time"])


def place(fingerprint: str, part: str) -> str:
    """Return what a part of a dataset is called in the reviews.

    The test part, which came first, goes by the dataset; earlier versions pass over the others.

    Args:
        fingerprint: of the dataset.
        part: "train", "valid" or "test".
    """
    return fingerprint if part == "test" else f"{fingerprint}/{part}"


def read(store: Store) -> Reviews:
    """Read every review of a store."""
    lines, damaged = journal.read(store.folder / REVIEWS, "review", _parsed)
    return _standing(lines, damaged)


def add(
    store: Store, dataset: str, index: int, tag: str, *, undo: bool = False, should_be: str = ""
) -> None:
    """Mark an image, or undo a mark; what others write meanwhile is kept.

    The same mark once more changes nothing but `should_be`.

    Args:
        store: where the reviews are kept.
        dataset: from `place`.
        index: of the image.
        tag: "wrong label", "ambiguous", or other words of at most 40 characters.
        undo: undo the mark.
        should_be: name of the right class, along with "wrong label"; "" if unknown.

    Raises:
        InklingError: the tag is blank or too long, the dashboard is read-only, or the file cannot
            be written.
    """
    line = _line(dataset, index, _checked(tag), undo, should_be)
    with journal.adding(store.folder / REVIEWS, "review") as add_line:
        add_line(line)


def add_all(
    store: Store, dataset: str, indices: Iterable[int], tag: str, *, undo: bool = False
) -> list[int]:
    """Mark several images at once, or undo their marks; see `add`.

    Returns:
        The images that this changes, in order: those that had no such mark, or had one to undo.
        So undoing exactly these restores what was before.

    Raises:
        InklingError: as `add`; then nothing is changed.
    """
    tag = _checked(tag)
    with journal.adding(store.folder / REVIEWS, "review") as add_line:
        marked = read(store).tagged(dataset, tag)  # under the lock: as it is now
        changed = [index for index in dict.fromkeys(indices) if (index in marked) == undo]
        if changed:
            add_line("\n".join(_line(dataset, index, tag, undo) for index in changed))
    return changed


def _checked(tag: str) -> str:
    tag = " ".join(tag.split())
    if not tag or len(tag) > LONGEST_TAG:
        raise InklingError(f"A tag can have 1 to {LONGEST_TAG} characters; this has {len(tag)}.")
    return tag


def _line(dataset: str, index: int, tag: str, undo: bool, should_be: str = "") -> str:
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    facts = asdict(Review(dataset, index, tag, undo, stamp, should_be))
    if not should_be:
        del facts["should_be"]  # which earlier versions do not know
    return json.dumps(facts, ensure_ascii=False)


def _parsed(raw: Any) -> Review:
    review = Review(**raw)
    kinds = (str, int, str, bool, str, str)
    values = astuple(review)
    # In Python, True is an int; and an index beyond any array would break the table of marks.
    whole = all(map(isinstance, values, kinds)) and not isinstance(review.index, bool)
    if not whole or not 0 <= review.index < MOST_IMAGES or not review.tag.strip():
        raise ValueError("this is not a review")
    return review


def _standing(reviews: Iterable[Review], damaged: int) -> Reviews:
    marks: dict[tuple[str, int, str], Review] = {}
    for review in reviews:
        key = (review.dataset, review.index, review.tag)
        if review.undo:
            marks.pop(key, None)
        else:
            first = marks.get(key, review)
            marks[key] = replace(first, should_be=review.should_be)
    tags: dict[tuple[str, int], tuple[str, ...]] = {}
    for dataset, index, tag in marks:
        tags[dataset, index] = (*tags.get((dataset, index), ()), tag)
    return Reviews(tags, damaged, tuple(marks.values()))
