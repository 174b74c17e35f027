"""`inkling app`."""

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from pipeline import cluster
from pipeline.access import FOLDERS, RAY, READ_ONLY
from pipeline.cli import first_runs
from pipeline.cli.options import Models, store_at
from pipeline.errors import InklingError
from pipeline.extras import check_installed

LOCAL = "localhost"
SECRETS = Path(".streamlit", "secrets.toml")  # in this folder or at home: Streamlit's sign-in


def serve(
    models: Models = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 8501,
    host: Annotated[
        str, typer.Option(help="Address to listen on; by default, only this machine is answered.")
    ] = LOCAL,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            help="Host name that browsers ask for, such as inkling.example.org; repeatable. "
            "Others are refused. Needed with --host, and behind a proxy.",
        ),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Only show results: no training, marks or corrections."),
    ] = False,
    folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--folder",
            help="Folder in which visitors may name datasets and networks; repeatable. By default, "
            "any on this machine, but none with --host.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            envvar=RAY,
            help="Where Ray is that visitors may train on with the Train page's sweeps: "
            f"{cluster.LOCAL} (this machine), {cluster.AUTO} (the cluster it is part of), "
            "HOST:PORT or ray://HOST:PORT. They cannot name another one; by default, none.",
        ),
    ] = None,
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

    # Behind a proxy, this machine is all that asks, but for others.
    public = not _is_local(host) or any(not _is_local(one) for one in name or [])
    if public and not name:
        raise InklingError(
            f"Say under which name browsers reach {host}, such as --name inkling.example.org: "
            "whoever asks for another one is refused."
        )
    store = store_at(models)
    # Pages, and the trainings they start, find the store as the command line does.
    os.environ["INKLING_MODELS"] = str(store.folder)
    trained = train_first and first_runs.train_first(store)
    if read_only or (public and not _has_sign_in()):
        os.environ[READ_ONLY] = "1"
        if not read_only:
            typer.echo(f"Nobody signs in ({SECRETS} has no [auth]), so the dashboard is read-only.")
    if on:
        cluster.address(on)  # what is wrong with it is said now
        check_installed("ray", "Ray", "ray")
        os.environ[RAY] = on
    if public or folder:
        os.environ[FOLDERS] = os.pathsep.join(str(one.resolve()) for one in folder or [])
    if trained:
        # In the same process, but without TensorFlow, which the server never loads.
        asked = [argument for argument in sys.argv[1:] if argument != "--train-first"]
        os.execv(sys.executable, [sys.executable, "-m", "pipeline.cli", *asked])
    from streamlit.web import cli as streamlit

    hosts = name or [LOCAL, "127.0.0.1", "::1"]
    arguments = [f"--server.port={port}", f"--server.address={host}", "--server.headless=true"]
    arguments += [f"--server.allowedHosts={one}" for one in hosts]
    server = str(files("dashboard") / "server.py")
    streamlit.main(["run", server, *arguments], prog_name="streamlit")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == LOCAL


def _has_sign_in() -> bool:
    import tomllib

    for place in (Path.cwd(), Path.home()):
        if (place / SECRETS).is_file():
            try:
                found = tomllib.loads((place / SECRETS).read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise InklingError(f"{place / SECRETS} cannot be read: {error}.") from error
            if "auth" in found:
                return True
    return False
