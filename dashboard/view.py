"""What a page shows: a run, another to compare it with, and what is selected; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.selection import Selection
from pipeline.store.runs import Run


@dataclass(frozen=True)
class View:
    """What a page shows.

    Attributes:
        run: the chosen run.
        second: another run, tested on the same images, to compare with; None for none.
        chosen: which test images are selected.
    """

    run: Run
    second: Run | None
    chosen: Selection

    @property
    def runs(self) -> Sequence[Run]:
        """The run, and the second one if there is one."""
        return [self.run] if self.second is None else [self.run, self.second]
