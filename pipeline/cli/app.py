"""`inkling app`."""

import os
import sys
from typing import Annotated

import typer

from pipeline.access import READ_ONLY
from pipeline.cli import first_runs
from pipeline.cli.options import Models, store_at


def serve(
    models: Models = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 8501,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Only show results: no training, marks or corrections."),
    ] = False,
    train_first: Annotated[
        bool,
        typer.Option(
            "--train-first",
            help="If there are no runs but the bundled one, first train four small networks, "
            "which takes about a minute.",
        ),
    ] = False,
) -> None:
    """Serve the dashboard on this machine."""
    from importlib.resources import files

    store = store_at(models)
    # Pages, and the trainings they start, find the store as the command line does.
    os.environ["INKLING_MODELS"] = str(store.folder)
    trained = train_first and first_runs.train_first(store)
    if read_only:
        os.environ[READ_ONLY] = "1"
    if trained:
        # In the same process, but without TensorFlow, which the server never loads.
        command = [sys.executable, "-m", "pipeline.cli", "app", f"--port={port}"]
        os.execv(sys.executable, command)
    from streamlit.web import cli as streamlit

    arguments = [f"--server.port={port}", "--server.address=localhost", "--server.headless=true"]
    streamlit.main(["run", str(files("dashboard") / "app.py"), *arguments], prog_name="streamlit")
