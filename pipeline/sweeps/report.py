"""Passing on the progress of many trainings, some of them at once, as that of one piece of work."""

import time
from collections.abc import Callable
from dataclasses import replace

from pipeline.progress import OnProgress, Progress

TRAINING = 0.8  # of the work on a run, about; the rest is exporting, evaluating and mapping it
AFTER = {"Exporting": 0.85, "Evaluating": 0.9, "Mapping": 0.92}
STAGE = "Sweeping"


class Report:
    """How far a number of trainings are."""

    def __init__(
        self, on_progress: OnProgress, count: int, on_run: Callable[[str], object]
    ) -> None:
        """Report to a callable on so many trainings; another is told the id of each run."""
        self._on_progress, self._count, self._on_run = on_progress, count, on_run
        self._shares: dict[str, float] = {}
        self._over, self._began = 0, time.monotonic()

    def tell(self, key: str, what: str, progress: Progress) -> None:
        """Pass on how far one of them is.

        Args:
            key: of the training.
            what: it is, in a few words.
            progress: its own.
        """
        share = progress.done / progress.total if progress.total else 0.0
        if progress.stage == "Training":
            self._shares[key] = TRAINING * share
        else:
            self._shares[key] = max(self._shares.get(key, 0.0), AFTER.get(progress.stage, 0.0))
        self._pass_on(f"{what}, {'saved' if progress.run_id else progress.note}", progress)

    def over(self, key: str, note: str, run_id: str = "") -> None:
        """Say that one of them is done, or given up."""
        self._shares.pop(key, None)
        self._over += 1
        self._pass_on(note, Progress(STAGE, run_id=run_id))

    def _pass_on(self, note: str, progress: Progress) -> None:
        done = self._over + sum(self._shares.values())
        if progress.run_id:
            self._on_run(progress.run_id)
        pace = (time.monotonic() - self._began) / done if done > 0.2 else None
        self._on_progress(
            replace(
                progress,
                stage=STAGE,
                done=round(1000 * done),
                total=1000 * self._count,
                note=f"{self._over:,} of {self._count:,} done; {note}",
                history=(),
                picture=None,
                images_per_second=0.0,
                seconds_left=None if pace is None else pace * (self._count - done),
                stoppable=True,  # the same sweep goes on
            )
        )
