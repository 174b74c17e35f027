"""`inkling app`."""

import os
from typing import Annotated

import typer

from pipeline.access import READ_ONLY
from pipeline.cli.options import Models, store_at


def serve(
    models: Models = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 8501,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Only show results: no training, marks or corrections."),
    ] = False,
) -> None:
    """Serve the dashboard on this machine."""
    from importlib.resources import files

    # Pages, and the trainings they start, find the store as the command line does.
    os.environ["INKLING_MODELS"] = str(store_at(models).folder)
    if read_only:
        os.environ[READ_ONLY] = "1"
    from streamlit.web import cli as streamlit

    arguments = [f"--server.port={port}", "--server.address=localhost", "--server.headless=true"]
    streamlit.main(["run", str(files("dashboard") / "app.py"), *arguments], prog_name="streamlit")
