"""All scores -> what comes out of them, and the few images that are worth a look.

One pass over the parts, some at a time, so memory stays bounded, however many images there are.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.scoring.result import Counts

# By what images are sorted, and whether the largest come first.
ORDERS = {
    "most_confident": ("confidence", False),
    "least_confident": ("confidence", True),
    "least_typical": ("ood_score", False),
}
MOST, FEWEST, ALL = 200, 20, 20_000  # samples of a class in an order; of all classes
COLUMNS = ["source", "member", "index", "offset", "class", "confidence", "ood_score"]
BINS = 20  # of confidence
AT_ONCE = 131_072  # rows
REASONS = 20


class Samples:
    """What comes out of scores, as they are added.

    Attributes:
        failed: how many images, or files, could not be read.
        reasons: the first sources that could not be, and why.
    """

    def __init__(self, class_names: Sequence[str], threshold: float | None) -> None:
        """Begin with no scores; see `result.Facts`."""
        self._names, self._threshold = class_names, threshold
        self._most = max(FEWEST, min(MOST, ALL // len(class_names)))
        self._kept = {order: pd.DataFrame(columns=COLUMNS) for order in ORDERS}
        self._bins = np.zeros((len(class_names), BINS), np.int64)
        self._ood = np.zeros(len(class_names), np.int64)
        self.failed, self.reasons = 0, list[tuple[str, str]]()

    def add(self, scores: pd.DataFrame) -> None:
        """Add some scores, with the columns of `COLUMNS` and `error`."""
        wrong = scores[scores["error"].notna()]
        self.failed += len(wrong)
        room = REASONS - len(self.reasons)
        self.reasons += list(
            wrong[["source", "error"]].head(room).itertuples(index=False, name=None)
        )
        scores = scores.loc[scores["error"].isna(), COLUMNS]
        labels = pd.Categorical(scores["class"], categories=list(self._names)).codes
        bins = np.minimum((scores["confidence"].to_numpy() * BINS).astype(np.int64), BINS - 1)
        np.add.at(self._bins, (labels, bins), 1)
        if self._threshold is not None:
            strange = (scores["ood_score"] > self._threshold).to_numpy()
            self._ood += np.bincount(labels[strange], minlength=len(self._names))
        for order in ORDERS:
            self._keep(order, scores)

    def counts(self) -> tuple[Counts, ...]:
        """Count by class, in label order."""
        return tuple(
            Counts(images=int(bins.sum()), ood=int(ood), confidence=tuple(bins.tolist()))
            for bins, ood in zip(self._bins, self._ood, strict=True)
        )

    def table(self) -> pd.DataFrame:
        """Return the images that are worth a look.

        Returns:
            The columns of `COLUMNS`, and `order`, a key of ORDERS; in each order, and so in each
            class, the first comes first: up to 200 of a class, fewer where there are over 100.
        """
        return pd.concat([kept.assign(order=order) for order, kept in self._kept.items()])

    def _keep(self, order: str, scores: pd.DataFrame) -> None:
        column, ascending = ORDERS[order]
        known = scores[scores[column].notna()]
        both = pd.concat([self._kept[order], known]) if len(self._kept[order]) else known
        sorted_ = both.sort_values(column, ascending=ascending, kind="stable")
        self._kept[order] = sorted_.groupby("class", sort=False).head(self._most)


def of_parts(paths: Sequence[Path], class_names: Sequence[str], threshold: float | None) -> Samples:
    """Go through the files of a result; raises OSError, ArrowException: one is damaged."""
    found = Samples(class_names, threshold)
    for scores in _some(paths):
        found.add(scores)
    return found


def _some(paths: Sequence[Path]) -> Iterator[pd.DataFrame]:
    waiting, rows = list[pa.Table](), 0
    for path in paths:
        table = pq.read_table(path, columns=[*COLUMNS, "error"])
        waiting, rows = [*waiting, table], rows + len(table)
        if rows >= AT_ONCE:
            yield pa.concat_tables(waiting).to_pandas()
            waiting, rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting).to_pandas()
