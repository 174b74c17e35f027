"""`inkling job`, which the dashboard starts; not meant for users."""

import signal
from pathlib import Path

from pipeline.cli.options import Models, store_at


def job(folder: Path, models: Models = None, lock: int | None = None) -> None:
    """Do what a job folder requests, then start the next; what came of it is in its status file."""
    from pipeline.jobs import queue, worker

    # A server started in the background makes its children ignore SIGINT; Stop needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    store = store_at(models)
    try:
        worker.work(folder, store, lock)
    finally:
        queue.move_on(store)
