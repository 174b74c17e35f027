"""Scoring parts in processes of this machine, each with an interpreter of its own.

A process that dies is replaced, and its part is tried again.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from threadpoolctl import threadpool_limits

from pipeline import atomic
from pipeline.errors import InklingError
from pipeline.scoring import result
from pipeline.scoring.found import Part
from pipeline.scoring.network import Network, Scorer
from pipeline.words import counted

TRIES = 5  # of a part whose process dies: by then it is not chance
AHEAD = 2  # parts per process that are under way or wait for it
HOPELESS = 20  # processes that die one after another, and nothing gets done


class _Stopped(Exception):
    """Nobody waits for this part any more."""


@dataclass(frozen=True)
class Task:
    """A part to score, and the name of the file that its scores go to."""

    name: str
    part: Part
    tries: int = 0  # how often a process died of it, or beside it


class _Line:
    """The parts that are under way, and those that come next."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        self._tasks, self._again = tasks, deque[Task]()
        self._under_way: list[Task] = []
        self.given_up: list[Task] = []
        self.deaths = 0  # since something got done

    def next(self, workers: int) -> Task | None:
        """Draw the next part; None if there is none, or enough are under way."""
        # Of those beside which a process died, one at a time: that tells of which one it dies.
        suspected = self._again or any(task.tries for task in self._under_way)
        if len(self._under_way) >= (1 if suspected else AHEAD * workers):
            return None
        task = self._again.popleft() if self._again else next(self._tasks, None)
        if task is not None:
            self._under_way.append(task)
        return task

    def done(self, task: Task) -> None:
        """Take a part out that is scored."""
        self._under_way.remove(task)
        self.deaths = 0

    def put_back(self) -> None:
        """Put everything back that is under way: a process has died."""
        self.deaths += 1
        for task in self._under_way:
            tried = replace(task, tries=task.tries + 1)
            (self.given_up if tried.tries >= TRIES else self._again).append(tried)
        self._under_way = []


def score(tasks: Iterator[Task], network: Network, out: Path, workers: int) -> Iterator[int]:
    """Score parts, and write each into a folder: whole or not at all.

    Args:
        tasks: drawn as they are needed.
        network: what scores.
        out: the folder.
        workers: how many processes.

    Yields:
        How many rows a part has, as they are done.

    Raises:
        InklingError: the folder cannot be written, or processes died of a part again and again.
    """
    line = _Line(tasks)
    while (yield from _until_one_dies(line, network, out, workers)):
        if line.deaths >= HOPELESS:
            raise InklingError(
                "The processes that score die one after another, perhaps for want of memory. "
                "Try fewer with --workers; what is done is kept."
            )
    if line.given_up:
        first = next(iter(line.given_up[0].part.read(network.takes)), None)
        raise InklingError(
            f"{counted(len(line.given_up), 'part')} could not be scored: the process died each "
            f"time, perhaps for want of memory; the first begins with "
            f"{first.source if first else 'nothing'}. The rest is kept, and the same command "
            "tries again."
        )


def _until_one_dies(
    line: _Line, network: Network, out: Path, workers: int
) -> Generator[int, None, bool]:
    """Score what is in the line until a process dies: then True, or False if all is done."""
    running: dict[Future[int], Task] = {}
    try:
        with _pool(network, out, workers) as pool:
            while True:
                while task := line.next(workers):
                    running[pool.submit(_score, task)] = task
                if not running:
                    return False
                for one in wait(running, return_when=FIRST_COMPLETED).done:
                    rows = one.result()
                    line.done(running.pop(one))
                    yield rows
    except BrokenProcessPool:
        line.put_back()
        return True


@contextmanager
def _pool(network: Network, out: Path, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start processes; what they are at when the block ends, they leave."""
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    stop = context.RawValue("b", 0)  # without a lock, which a killed process might hold
    with ExitStack() as stack:
        # In a file: what a process is started with goes through a pipe, and where that is full,
        # Python waits forever for a process that died before it has read it.
        given = stack.enter_context(atomic.scratch()) / "network"
        given.write_bytes(pickle.dumps(network))
        pool = ProcessPoolExecutor(workers, context, _begin, (given, out, stop))
        stack.enter_context(pool)
        try:
            yield pool
        except BrokenProcessPool:
            # One that was just being started when another died would be waited for without end.
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
            raise
        finally:
            stop.value = 1
            pool.shutdown(cancel_futures=True)


# In a process that scores: its scorer, the network, the folder, and whether to stop.
_here: list[Any] = []


def _begin(given: Path, out: Path, stop: Any) -> None:
    """Get a process ready; what is given is the network."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for it
    threadpool_limits(1)  # a core a process
    network = pickle.loads(given.read_bytes())
    _here[:] = [Scorer(network), network, out, stop]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process once its parent is gone: it would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _score(task: Task) -> int:
    """Score a part, and write it; return how many rows it has."""
    scorer, network, out, stop = _here
    rows = 0

    def scored() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in scorer.tables(task.part.read(network.takes)):
            if stop.value:
                raise _Stopped
            rows += len(batch)
            yield batch

    atomic.write(out / task.name, lambda file: result.write_table(file, network.schema, scored()))
    return rows
