"""`inkling job`, which the dashboard starts; not meant for users."""

import signal
from pathlib import Path

from pipeline.cli.options import Models, store_at


def job(folder: Path, models: Models = None) -> None:
    """Do what a job folder requests; progress and outcome go to its status file."""
    from pipeline.jobs import worker

    # A server started in the background makes its children ignore SIGINT; Stop needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    worker.work(folder, store_at(models))
