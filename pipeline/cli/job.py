"""`inkling job`, which the dashboard starts; not meant for users."""

import os
import signal
from pathlib import Path

from pipeline.cli.options import Models, store_at

NICENESS = 10  # so that clicks are answered first where there are few cores


def job(folder: Path, models: Models = None, lock: int | None = None) -> None:
    """Do what a job folder requests, then start the next; what came of it is in its status file."""
    from pipeline.jobs import queue, worker

    # A server started in the background makes its children ignore SIGINT; Stop needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Not added to what it is: one job starts the next.
    inherited = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(inherited, NICENESS))
    store = store_at(models)
    try:
        worker.work(folder, store, lock)
    finally:
        queue.move_on(store)
