"""`inkling job`, which the dashboard starts; not meant for users."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pipeline.cli.options import Models, store_at
from pipeline.progress import Discarded

NICENESS = 10  # so that clicks are answered first where there are few cores
AUTOGROUP = Path("/proc/self/autogroup")


def job(folder: Path, models: Models = None, lock: int | None = None) -> None:
    """Do what a job folder requests, then start the next; what came of it is in its status file."""
    from pipeline.jobs import queue, worker
    from pipeline.jobs.job import Job

    def stop(number: int, frame: FrameType | None) -> None:
        raise Discarded if Job(folder).asked_to_discard else KeyboardInterrupt

    # A server started in the background makes its children ignore SIGINT; Stop needs it.
    signal.signal(signal.SIGINT, stop)
    _be_nice()
    store = store_at(models)
    try:
        worker.work(folder, store, lock)
    finally:
        queue.move_on(store)


def _be_nice() -> None:
    # Not added to what it is: one job starts the next.
    inherited = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(inherited, NICENESS))
    # Where Linux shares its cores among sessions, niceness counts only within each: see sched(7).
    if os.getsid(0) == os.getpid() and AUTOGROUP.exists():
        with suppress(OSError):  # not permitted, or set a moment ago: only clicks are slower
            AUTOGROUP.write_text(str(NICENESS))
