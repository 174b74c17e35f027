"""MLflow's and TensorBoard's servers as processes, on the loopback address only."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.deploy.programs import program

PATIENCE = 120  # seconds; a busy machine takes long to import what these do
# Its jobs would run on in sessions of their own when the server is killed.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def asked(url: str, body: object = None) -> bytes:
    """Ask a server, with a JSON value if there is one; raises as `urlopen` does."""
    data = None if body is None else json.dumps(body).encode()
    asking = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asking, timeout=PATIENCE) as answer:
        return bytes(answer.read())


def told(url: str, body: object = None) -> Any:
    """Return the JSON value that a server answers."""
    return json.loads(asked(url, body))


def with_uvicorn() -> str:
    """Return a search path that has what MLflow serves models with, wherever that is installed."""
    return os.pathsep.join([str(Path(program("uvicorn", "uvicorn")).parent), os.environ["PATH"]])


@contextmanager
def serving(
    module: Sequence[str], folder: Path, url: str, environment: dict[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a module of Python in a folder until it answers at a URL, and end it after the block.

    Yields:
        Its process, which leads a group with all that it starts.
    """
    with (folder / f"{module[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=folder,
            env={**os.environ, "PATH": with_uvicorn(), **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(url, process)
            yield process
        finally:
            with suppress(ProcessLookupError):  # it ended, with all that it started
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "it ended"
        try:
            asked(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"nobody answers at {url}")


@contextmanager
def mlflow_server(folder: Path, port: int) -> Iterator[str]:
    """MLflow's own server with a database in a folder: its URL."""
    with mlflow_process(folder, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def mlflow_process(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The same, as its process; see `serving`."""
    module = [
        "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    with serving(module, folder, f"http://127.0.0.1:{port}/health", QUIET) as process:
        yield process
