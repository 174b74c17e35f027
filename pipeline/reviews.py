"""What people say of single images: wrong label, ambiguous, or any tag; kept beside the store.

All of it lies in one file, `<store>/reviews.jsonl`, to which lines are only ever added: a mark, or
the undoing of one. Images are named by their dataset's fingerprint and their index, so reviews
outlive any training. Many may write at once; a line that was cut off is passed over and counted.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import pandas as pd
from filelock import FileLock

from pipeline.errors import InklingError
from pipeline.runs import Store

REVIEWS = "reviews.jsonl"
WRONG_LABEL, AMBIGUOUS = "wrong label", "ambiguous"
LONGEST_TAG = 40  # letters
MOST_IMAGES = 2**31


@dataclass(frozen=True)
class Review:
    """One line: a test image was marked, or a mark was taken back.

    Attributes:
        dataset: fingerprint.
        index: of the test image.
        tag: "wrong label", "ambiguous", or any other words.
        undo: whether the tag is taken back.
        time: ISO 8601 in UTC.
    """

    dataset: str
    index: int
    tag: str
    undo: bool = False
    time: str = ""


@dataclass(frozen=True)
class Reviews:
    """The marks that stand.

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

    def tagged(self, dataset: str, tag: str | None = None) -> frozenset[int]:
        """Return the images of a dataset with a tag, or with any."""
        return frozenset(
            review.index
            for review in self.standing
            if review.dataset == dataset and tag in (None, review.tag)
        )

    def names(self, dataset: str) -> tuple[str, ...]:
        """List the tags in use, the two usual ones first."""
        used = {review.tag for review in self.standing if review.dataset == dataset}
        others = sorted(used - {WRONG_LABEL, AMBIGUOUS})
        return (*(tag for tag in (WRONG_LABEL, AMBIGUOUS) if tag in used), *others)

    def table(self, dataset: str) -> pd.DataFrame:
        """Lay the marks of a dataset out: index, tag, time."""
        rows = [asdict(review) for review in self.standing if review.dataset == dataset]
        return pd.DataFrame(rows, columns=["index", "tag", "time"])


def read(store: Store) -> Reviews:
    """Read every review of a store."""
    path = store.folder / REVIEWS
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return Reviews({}, 0, ())
    except OSError as error:
        raise InklingError(f"The reviews in {path} cannot be read: {error.strerror}.") from error
    # Only what `add` ends lines with: `splitlines` would also cut at rarer signs within a tag.
    lines = [_parsed(line) for line in text.split("\n") if line.strip()]
    return _standing([line for line in lines if line is not None], lines.count(None))


def add(store: Store, dataset: str, index: int, tag: str, *, undo: bool = False) -> None:
    """Mark an image, or take a mark back; what others wrote meanwhile stays.

    Args:
        store: where the reviews lie.
        dataset: fingerprint.
        index: of the test image.
        tag: "wrong label", "ambiguous", or other words of at most 40 letters.
        undo: take the mark back.

    Raises:
        InklingError: the tag is blank or too long, or the file cannot be written.
    """
    tag = " ".join(tag.split())
    if not tag or len(tag) > LONGEST_TAG:
        raise InklingError(f"A tag has 1 to {LONGEST_TAG} letters; this one has {len(tag)}.")
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps(asdict(Review(dataset, index, tag, undo, stamp)), ensure_ascii=False)
    path = store.folder / REVIEWS
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")), path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                # A line that was cut off by a crash must not swallow this one.
                line = line if file.read(1) == b"\n" else "\n" + line
            file.write((line + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InklingError(
            f"The review could not be kept in {path}: {error.strerror}. Nothing was changed."
        ) from error


def _parsed(line: str) -> Review | None:
    try:
        raw = json.loads(line)
        review = Review(**raw)
    except (ValueError, TypeError, RecursionError):
        return None
    kinds = (str, int, str, bool, str)
    values = (review.dataset, review.index, review.tag, review.undo, review.time)
    if not all(map(isinstance, values, kinds)):
        return None
    # True is an int to Python, and a number beyond any array would break the table of marks.
    whole = not isinstance(review.index, bool) and 0 <= review.index < MOST_IMAGES
    return review if whole and review.tag.strip() else None


def _standing(reviews: Iterable[Review], damaged: int) -> Reviews:
    marks: dict[tuple[str, int, str], Review] = {}
    for review in reviews:
        key = (review.dataset, review.index, review.tag)
        if review.undo:
            marks.pop(key, None)
        else:
            marks.setdefault(key, review)
    tags: dict[tuple[str, int], tuple[str, ...]] = {}
    for dataset, index, tag in marks:
        tags[dataset, index] = (*tags.get((dataset, index), ()), tag)
    return Reviews(tags, damaged, tuple(marks.values()))
