"""`inkling job`, which the dashboard starts; people don't."""

import signal
from pathlib import Path

from pipeline.cli.options import Models, store_at


def job(folder: Path, models: Models = None) -> None:
    """Do what a job folder asks for: progress and outcome go to its status file."""
    from pipeline.jobs import worker

    # A server that was started in the background hands on that Ctrl-C is ignored; Stop needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    worker.work(folder, store_at(models))
