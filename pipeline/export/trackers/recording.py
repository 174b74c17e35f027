"""Handing runs over to trackers as they are published; nothing waits for it before the end."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

from pipeline.export.trackers.following import refusal
from pipeline.export.trackers.tracker import Tracker
from pipeline.progress import OnProgress, Progress, silent
from pipeline.store.runs import RunMissing, Store

MOST_NAMED = 5  # runs in one command


class Recorder:
    """Hands runs of a store over to trackers, to each in a thread of its own.

    One that does not take a run is offered no other before the end, and then all that it lacks.
    """

    def __init__(self, trackers: Sequence[Tracker], store: Store, sweep: str) -> None:
        """Hand over the runs of the sweep with this key."""
        self._lines = [_Line(tracker, store, sweep) for tracker in trackers]

    def add(self, run_id: str) -> None:
        """Hand over a run, once, to those that don't have it; return at once."""
        for line in self._lines:
            line.add(run_id)

    def close(self, on_progress: OnProgress) -> None:
        """Wait until all is handed over; say on standard error what was not, and what to do."""
        names = " and ".join(line.tracker.name for line in self._lines)
        try:
            if names:
                note = f"writing runs to {names}"
                on_progress(Progress("Tracking", 0, 1, note, stoppable=False))
        finally:
            for line in self._lines:
                line.close()


@contextmanager
def recording(
    trackers: Sequence[Tracker], store: Store, sweep: str, on_progress: OnProgress
) -> Iterator[Recorder]:
    """Hand over the runs of a sweep that the block adds, also if it is stopped; see `Recorder`."""
    recorder = Recorder(trackers, store, sweep)
    try:
        yield recorder
    except BaseException:
        recorder.close(silent)
        raise
    recorder.close(on_progress)


class _Line:
    """A tracker, and the thread in which it is given one run after the other."""

    def __init__(self, tracker: Tracker, store: Store, sweep: str) -> None:
        self.tracker, self._store, self._sweep = tracker, store, sweep
        self._thread = ThreadPoolExecutor(1, f"track-{tracker.option}")
        self._added, self._lacks = set[str](), list[str]()  # ids of runs
        self._why = ""  # it did not take the first that it lacks

    def add(self, run_id: str) -> None:
        """Give it a run, unless it was given that before."""
        if run_id not in self._added:
            self._added.add(run_id)
            self._lacks.append(run_id)
            self._thread.submit(self._give, run_id)

    def close(self) -> None:
        """Wait until it has all, and say what it lacks."""
        try:
            self._thread.submit(self._offer_again).result()
            why = self._why
        except KeyboardInterrupt:  # the runs are published, and that is what counts
            why = "It was not waited for."
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._lacks:
            print(f"{self.tracker.name}: {why} {self._way_on()}", file=sys.stderr, flush=True)

    def _way_on(self) -> str:
        """Say how it gets what it lacks."""
        lacks = [*self._lacks]
        if len(lacks) > MOST_NAMED:
            return (
                f"{len(lacks)} runs are kept. The same sweep again hands them over, and trains "
                "nothing that is done."
            )
        kept = "The run is kept" if len(lacks) == 1 else "The runs are kept"
        command = f"inkling track {' '.join(lacks)} --to {self.tracker.option}"
        return f"{kept}, and “{command} --sweep {self._sweep}” catches up."

    def _give(self, run_id: str) -> None:
        if not self._why:
            self._why = refusal(partial(self._hand_over, run_id))

    def _offer_again(self) -> None:
        """Offer what it lacks until it is away again; last, what it may have refused for itself."""
        first, others = self._lacks[:1], self._lacks[1:]
        for run_id in others + first:
            self._why = refusal(partial(self._hand_over, run_id))
            if self._why:
                return

    def _hand_over(self, run_id: str) -> None:
        with suppress(RunMissing):  # it was deleted since
            run = self._store.open(run_id)
            if not self.tracker.has(run):
                self.tracker.record(run)
        self._lacks.remove(run_id)
