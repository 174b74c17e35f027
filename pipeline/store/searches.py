"""What searches for settings tried and gave up, and what failed in sweeps: it has no run.

All are in one file, `<store>/searches.jsonl`, to which lines are only ever appended. A training
that is listed is not made again by the same search; one that failed is, since that may have been
a matter of memory.
"""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.config import TrainConfig
from pipeline.store import journal
from pipeline.store.runs import Store

SEARCHES = "searches.jsonl"


class Tried(BaseModel):
    """A training that a search gave up, or that failed.

    Attributes:
        key: of the training, as its checkpoint is named.
        dataset: the fingerprint of what it learned.
        config: its settings.
        epochs: how many it was trained.
        val_accuracy: the best so far, in [0, 1]; 0 if there is none.
        failed: why it failed, in a sentence; "" if it was given up because others did better.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    dataset: str
    config: TrainConfig
    epochs: int = Field(default=0, ge=0)
    val_accuracy: float = Field(default=0.0, ge=0, le=1)
    failed: str = ""


def read(store: Store, dataset: str) -> tuple[Tried, ...]:
    """Read what was tried on a dataset, of each training the newest.

    Args:
        store: where.
        dataset: its fingerprint.

    Raises:
        InklingError: the file cannot be read.
    """
    found, _ = journal.read(store.folder / SEARCHES, "search", _parsed)
    newest = {one.key: one for one in found if one.dataset == dataset}
    return tuple(newest.values())


def add(store: Store, tried: Tried) -> None:
    """Keep what was tried.

    Raises:
        InklingError: the dashboard is read-only, or the store cannot be written.
    """
    with journal.adding(store.folder / SEARCHES, "search") as add_line:
        add_line(tried.model_dump_json())


def _parsed(raw: Any) -> Tried:
    tried = Tried.model_validate(raw)
    if math.isnan(tried.val_accuracy):
        raise ValueError("this is no accuracy")
    return tried
