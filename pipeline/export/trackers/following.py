"""Telling trackers of a training while it runs; whatever they do, it goes on."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from pipeline.errors import InklingError, reason
from pipeline.export.trackers.tracker import End, Tracker, Underway
from pipeline.progress import Discarded, OnProgress, Progress
from pipeline.store.run_folder import Run


class Following:
    """A training that trackers are told of, each in a thread of its own: nothing waits for them.

    Only at its end they are waited for. One that fails is said to be away, once, and is not told of
    further epochs; the run itself is offered to it again.
    """

    def __init__(self, trackers: Sequence[Tracker], on_progress: OnProgress) -> None:
        """Pass progress on to somebody else, too."""
        self._lines = [_Line(tracker) for tracker in trackers]
        self._on_progress, self._epochs = on_progress, 0

    def begin(self, training: Underway) -> None:
        """Tell that a training begins."""
        self._epochs = len(training.rows)
        for line in self._lines:
            line.tell(lambda tracker: tracker.begin(training))

    def on_progress(self, progress: Progress) -> None:
        """Pass progress on; trackers are told of every epoch that is new."""
        self._say()
        self._on_progress(progress)
        row = progress.metrics
        if row.get("epoch", 0) <= self._epochs:
            return
        self._epochs = int(row["epoch"])
        for line in self._lines:
            line.tell(lambda tracker: tracker.epoch(row))

    def published(self, run: Run) -> None:
        """Hand the run over, and wait until all have it or said why they have not."""
        for line in self._lines:
            note = f"writing the run to {line.tracker.name}"
            self._on_progress(Progress("Tracking", 0, 1, note, stoppable=False, run_id=run.id))
            line.finish(lambda tracker: tracker.record(run), run.id)
            self._say()

    def ended(self, how: End) -> None:
        """Say that there is no run, and how that came."""
        for line in self._lines:
            line.tell(lambda tracker: tracker.end(how))

    def close(self) -> None:
        """Wait until all is told."""
        for line in self._lines:
            line.close()
        self._say()

    def _say(self) -> None:
        """Say what trackers could not do: here, since other threads may find the stream closed."""
        for line in self._lines:
            while line.news:
                print(line.news.pop(0), file=sys.stderr, flush=True)


@contextmanager
def following(trackers: Sequence[Tracker], on_progress: OnProgress) -> Iterator[Following]:
    """Tell trackers of what happens while the block runs; see `Following`."""
    followed = Following(trackers, on_progress)
    try:
        yield followed
    except BaseException as error:
        followed.ended(_how(error))
        raise
    finally:
        followed.close()


def refusal(say: Callable[[], object]) -> str:
    """Say something to a tracker, and return why it did not take it, in sentences; "" if it did."""
    try:
        say()
    except InklingError as error:
        return str(error)
    except Exception as error:  # a fault of ours or of the library: no training ends for it
        return f"It failed: {type(error).__name__}, {reason(error)}."
    return ""


def _how(error: BaseException) -> End:
    if isinstance(error, Discarded):
        return "discarded"
    return "stopped" if isinstance(error, KeyboardInterrupt) else "failed"


class _Line:
    """A tracker, and the thread in which it is told one thing after the other."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self._thread = ThreadPoolExecutor(1, f"track-{tracker.option}")
        self._away = False
        self.news: list[str] = []

    def tell(self, say: Callable[[Tracker], object]) -> None:
        """Say something, unless the tracker was away before."""
        self._thread.submit(self._tell, say, "RUN", again=False)

    def finish(self, say: Callable[[Tracker], object], run_id: str) -> None:
        """Say something even if the tracker was away before, and wait for it."""
        told: Future[None] = self._thread.submit(self._tell, say, run_id, again=True)
        try:
            told.result()
        except KeyboardInterrupt:  # the run is published, and that is what counts
            told.cancel()
            self._lost("It was not waited for.", run_id)

    def close(self) -> None:
        """Wait until all is said."""
        self._thread.shutdown()

    def _tell(self, say: Callable[[Tracker], object], run_id: str, *, again: bool) -> None:
        if self._away and not again:
            return
        why = refusal(lambda: say(self.tracker))
        if why:
            self._lost(why, run_id)

    def _lost(self, why: str, run_id: str) -> None:
        if not self._away:
            name, option = self.tracker.name, self.tracker.option
            catch_up = f"“inkling track {run_id} --to {option}” catches up"
            goes_on = "The training goes on, and once there is a run, " * (run_id == "RUN")
            self.news.append(f"{name}: {why} {goes_on or 'The run is kept, and '}{catch_up}.")
        self._away = True
