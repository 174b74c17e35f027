"""What searches for settings tried and gave up, and what failed in sweeps: it has no run.

All are in one file, `<store>/searches.jsonl`, to which lines are only ever appended. A training
that is listed is not made again by the same search; one that failed is, since that may have been
a matter of memory.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.config import TrainConfig
from pipeline.store import journal
from pipeline.store.runs import Store

SEARCHES = "searches.jsonl"
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Tried(BaseModel):
    """A training that a search gave up, or that failed.

    Attributes:
        key: of the training, as its checkpoint is named.
        dataset: the fingerprint of what it learned.
        config: its settings.
        history: the validation accuracy after each epoch that it was trained, in [0, 1].
        failed: why it failed, in a sentence; "" if it was given up because others did better.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    dataset: str
    config: TrainConfig
    history: tuple[Share, ...] = ()
    failed: str = ""

    @property
    def val_accuracy(self) -> float:
        """The best validation accuracy so far; 0 if there is none."""
        return max(self.history, default=0.0)


def read(store: Store, dataset: str) -> tuple[Tried, ...]:
    """Read what was tried on a dataset, of each training the newest.

    Args:
        store: where.
        dataset: its fingerprint.

    Raises:
        InklingError: the file cannot be read.
    """
    found, _ = journal.read(store.folder / SEARCHES, "search", Tried.model_validate)
    newest = {one.key: one for one in found if one.dataset == dataset}
    return tuple(newest.values())


def add(store: Store, tried: Tried) -> None:
    """Keep what was tried.

    Raises:
        InklingError: the dashboard is read-only, or the store cannot be written.
    """
    with journal.adding(store.folder / SEARCHES, "search") as add_line:
        add_line(tried.model_dump_json())
