"""Reaching Ray, which spreads work over machines: the only module that starts it or connects to it.

Ray is an optional extra, and nothing imports it before it is asked for. Workers find Inkling where
it is installed on their machine. Each piece of work asks first whether that is the driver's version
(`check_same`), since machines come and go while a cluster runs.
"""

import _thread
import hashlib
import os
import platform
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import InklingError, reason

LOCAL, AUTO = "local", "auto"
PATIENCE = 10  # seconds that a head node has to answer; Ray itself would try for two minutes
SECONDS_BETWEEN_KNOCKS, KNOCKS = 5, 4  # at a head node; Ray itself ends the process after a minute
SECONDS_TO_END, LOST = 20, signal.SIGUSR2  # the signal stays in this process
OBJECT_STORE = 1_000_000_000  # bytes that a Ray of our own may share among its processes
NOT_INSTALLED = "Ray is not installed. Add it with: pip install 'inkling[ray]'"
LIBRARIES = ("tensorflow", "keras", "numpy")  # those in which equal settings compute alike
TOKEN = "Machines with a token want it from you, too: see docs/scale.md."


def ray() -> Any:
    """Return the module `ray`, imported when it is first asked for.

    Raises:
        InklingError: it is not installed.
    """
    # Before it is imported, which reads them: nothing is sent to its makers, and what has no GPU
    # to hand out leaves the variables that hide GPUs alone.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise InklingError(NOT_INSTALLED) from error
    return ray


@contextmanager
def connected(
    on: str = LOCAL, *, cores: int | None = None, object_store: int = OBJECT_STORE
) -> Iterator[None]:
    """Be connected to Ray while the block runs; within such a block, to the same Ray.

    Args:
        on: "local" for a Ray of its own on this machine, which ends with the block; "auto" for the
            cluster that this machine is part of; or the address of a head node: host:port from a
            machine of the cluster, ray://host:port from any other.
        cores: how many a Ray of its own hands out; None for all.
        object_store: bytes that a Ray of its own may share among its processes, such as datasets;
            what is more goes to the disk.

    Raises:
        InklingError: Ray is not installed, cannot be started or reached, or failed in the block;
            the message says what to do.
    """
    engine = ray()
    _check_reachable(on)
    if engine.is_initialized():
        with _sentences(engine):
            yield
        return
    with _sentences(engine):
        _start(engine, on, cores, object_store)
        with _watched(_head(engine, on), on):
            try:
                yield
            finally:
                engine.shutdown()


def machines() -> list[dict[str, float]]:
    """Say what each machine of the cluster that is connected has for work.

    Returns:
        By Ray's names: "CPU" and "GPU" in whole ones, "memory" in bytes; what is missing is 0.
    """
    return [node["Resources"] for node in ray().nodes() if node["Alive"]]


def _start(engine: Any, on: str, cores: int | None, object_store: int) -> None:
    """Start a Ray, or connect to the one at an address."""
    quiet = {"log_to_driver": False, "logging_level": "error"}
    try:
        if on == LOCAL:
            # Named so, it never joins a cluster that happens to run here. Whoever reaches its ports
            # needs a token, by Ray's default.
            engine.init(
                LOCAL, num_cpus=cores, object_store_memory=object_store, include_dashboard=False,
                **quiet,
            )  # fmt: skip
            return
        engine.init(on, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise InklingError(_not_started(on, error)) from error


def _not_started(on: str, error: Exception) -> str:
    if on == LOCAL:
        return f"Ray could not be started on this machine: {reason(error)}."
    if on == AUTO and isinstance(error, ConnectionError):
        return (
            "This machine is part of no Ray cluster. Start one with “ray start --head”, name a "
            "head node with --on HOST:PORT, or use a Ray of its own with --on local."
        )
    return f"Ray on {on} cannot be used: {reason(error)}. {TOKEN}"


def address(on: str) -> tuple[str, int] | None:
    """Return the host and the port that `connected` takes; None where it needs neither.

    Raises:
        InklingError: this is no address of a Ray.
    """
    if on in (LOCAL, AUTO):
        return None
    try:
        parts = urlsplit(on if "://" in on else f"//{on}")
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number
        host = port = None
    if not host or not port or parts.scheme not in ("", "ray"):
        raise InklingError(
            f"“{on}” is no address of a Ray cluster. It is {LOCAL}, {AUTO}, HOST:PORT or "
            "ray://HOST:PORT."
        )
    return host, port


def _check_reachable(on: str) -> None:
    """Ask whether somebody listens, since Ray tries for long and then ends the process.

    Raises:
        InklingError: nobody does, or this is no address.
    """
    place = address(on)
    if place is None:
        return
    if error := _unanswered(place):
        raise InklingError(
            f"The head node of the Ray cluster at {on} could not be reached within {PATIENCE} "
            f"seconds: {reason(error)}. Check its address and that it runs (“ray status” there). "
            "Nothing was started; finished work is kept, and the same command goes on."
        ) from error


def _head(engine: Any, on: str) -> tuple[str, int]:
    """Say where the head node of the Ray that is connected listens: host, port."""
    named = engine.get_runtime_context().gcs_address if on in (LOCAL, AUTO) else on
    place = address(named)
    assert place is not None
    return place


@contextmanager
def _watched(place: tuple[str, int], on: str) -> Iterator[None]:
    """Knock at a head node while the block runs, and end the block if nobody answers for long.

    Where Ray itself waits for the head node, nothing can end the block: then the process ends, as
    Ray would end it later, with a message of its own. Only in the main thread.

    Raises:
        InklingError: nobody answers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended, lost = threading.Event(), threading.Event()
    said = (
        f"The head node of the Ray cluster ({on}) was lost: it has not answered for "
        f"{KNOCKS * SECONDS_BETWEEN_KNOCKS} seconds. Finished work is kept. Start the cluster "
        "again; then the same command goes on."
    )

    def knock() -> None:
        misses = 0
        while misses < KNOCKS:
            if ended.wait(SECONDS_BETWEEN_KNOCKS):
                return
            misses = misses + 1 if _unanswered(place) else 0
        lost.set()
        _thread.interrupt_main(LOST)
        if not ended.wait(SECONDS_TO_END):
            sys.stderr.write(f"Error: {said}\n")
            sys.stderr.flush()
            os._exit(1)

    def end(*_: object) -> None:
        raise InklingError(said)

    before = signal.signal(LOST, end)
    threading.Thread(target=knock, name="head-node", daemon=True).start()
    try:
        yield
    except Exception as error:  # Ray makes a SystemError of it where it waits
        if lost.is_set():
            raise InklingError(said) from error
        raise
    finally:
        ended.set()
        signal.signal(LOST, before)


def _unanswered(place: tuple[str, int]) -> OSError | None:
    """Return why nobody answers at an address; None if somebody does."""
    try:
        socket.create_connection(place, PATIENCE).close()
    except OSError as error:
        return error
    return None


@contextmanager
def _sentences(engine: Any) -> Iterator[None]:
    """Turn what Ray raises into a sentence where somebody can do something about it.

    A fault of Inkling's in a worker keeps its traceback.
    """
    failed = engine.exceptions
    lost = (
        failed.WorkerCrashedError, failed.RayActorError, failed.ObjectLostError,
        failed.OutOfMemoryError, failed.NodeDiedError, failed.RaySystemError, failed.RpcError,
    )  # fmt: skip
    try:
        yield
    except failed.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, InklingError):
            raise InklingError(str(cause)) from None
        if isinstance(cause, ModuleNotFoundError) or "ModuleNotFoundError" in str(error):
            raise InklingError(
                "Inkling is not installed on a worker of the Ray cluster. Install version "
                f"{version('inkling')} on every machine, in the environment that Ray was started "
                f"in: {reason(cause or error)}."
            ) from error
        raise
    except (failed.ObjectStoreFullError, failed.OutOfDiskError) as error:
        raise InklingError(
            "The disk or the shared memory of a worker is full. Make room there; finished work is "
            "kept, and the same command goes on."
        ) from error
    except failed.AuthenticationError as error:
        raise InklingError(f"The Ray cluster refused this machine. {TOKEN}") from error
    except lost as error:
        raise InklingError(
            f"A part of the Ray cluster was lost: {reason(error)}. Finished work is kept, and the "
            "same command goes on."
        ) from error


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Say which Inkling this is, and which libraries it computes with: name → version.

    Of Inkling also a hash of its source, since that changes without its number while people work
    on it.
    """
    digest = hashlib.sha256()
    source = Path(__file__).parent
    for path in sorted(source.rglob("*.py")):
        digest.update(str(path.relative_to(source)).encode() + path.read_bytes())
    own = f"{version('inkling')} (source {digest.hexdigest()[:8]})"
    return {"Inkling": own, **{name: version(name) for name in LIBRARIES}}


def check_same(drivers: dict[str, str]) -> None:
    """Refuse to work for a driver that has another Inkling; every task and actor begins with this.

    Args:
        drivers: `versions` of the driver.

    Raises:
        InklingError: this machine has another one; the message says which.
    """
    other = [
        f"{name} {found} instead of {drivers.get(name, 'none')}"
        for name, found in versions().items()
        if found != drivers.get(name)
    ]
    if other:
        raise InklingError(
            f"The worker {platform.node()} has {', '.join(other)}. Install the same version of "
            "Inkling on every machine, restart Ray there, and give the same command again."
        )
