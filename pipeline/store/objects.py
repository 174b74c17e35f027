"""The objects of a shared store, through fsspec: S3, Google Cloud Storage, and what else it knows.

An object is written as a whole or not at all; that is what everything above relies on. fsspec is
imported when the first object is asked for, never before.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.errors import InklingError, reason
from pipeline.extras import check_installed
from pipeline.store.service_errors import failures, told

URL = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
# A server that does not answer is said to be away soon, not after the minutes that boto waits.
OPTIONS: Mapping[str, dict[str, Any]] = {
    "s3": {
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 20,
            "retries": {"total_max_attempts": 2},
            "max_pool_connections": 32,
        },
    },
    "gs": {"use_listings_cache": False},
}
AT_ONCE = 100  # objects that are read side by side
DELETED_AT_ONCE = 1_000  # what S3 takes in one request


class ObjectGone(InklingError):
    """There is no such object, or no longer."""


class ObjectExists(InklingError):
    """An object that should be new is there already."""


class Listed(NamedTuple):
    """What a listing says of an object.

    Attributes:
        stamp: changes whenever its content does.
        changed: when that was, in seconds since 1970; None if the service does not say.
    """

    stamp: str
    changed: float | None


class Objects:
    """The objects below a URL, by their names relative to it, such as `index/a/run.json`."""

    def __init__(self, url: str) -> None:
        """Set the URL; nothing is asked of it yet."""
        self.url = url.rstrip("/")

    def list(self, folder: str) -> dict[str, Listed]:
        """List all objects below a folder, by their names relative to it.

        Raises:
            StoreAway: the store does not answer.
            InklingError: there is no such store, or it may not be read.
        """
        system, root = _opened(self.url)
        with self._said_plainly():
            found = system.find(f"{root}/{folder}", detail=True)
        within = f"{root.lstrip('/')}/{folder}/"
        names = {path.lstrip("/"): about for path, about in found.items()}
        return {
            path.removeprefix(within): _listed(about)
            for path, about in names.items()
            if path.startswith(within)
        }

    def folders(self, folder: str) -> set[str]:
        """List the names right below a folder; raises as `list` does."""
        system, root = _opened(self.url)
        with self._said_plainly():
            try:
                found = system.ls(f"{root}/{folder}", detail=False)
            except FileNotFoundError:  # nothing was ever put there
                return set()
        return {path.rstrip("/").rpartition("/")[2] for path in found}

    def read(self, name: str) -> bytes:
        """Read an object; raises ObjectGone if there is none, and as `list` does."""
        ((_, content),) = self.read_all([name])
        return content

    def read_all(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Read objects, many side by side; raises as `read` does."""
        system, root = _opened(self.url)
        paths = [f"{root}/{name}" for name in names]
        # Otherwise s3fs asks for the size of each first, to fetch large ones in parts.
        whole = {"max_concurrency": 1} if _is_s3(system) else {}
        for start in range(0, len(paths), AT_ONCE):
            with self._said_plainly():
                contents = system.cat(paths[start : start + AT_ONCE], on_error="return", **whole)
                for path, content in contents.items():
                    if isinstance(content, FileNotFoundError):
                        raise ObjectGone(f"{self.url} has no {path.rpartition('/')[2]} any more.")
                    if isinstance(content, Exception):
                        raise content
            below = len(root.lstrip("/")) + 1
            yield from ((path.lstrip("/")[below:], content) for path, content in contents.items())

    def write(self, name: str, content: bytes, *, new: bool = False) -> None:
        """Write an object.

        Args:
            name: its name.
            content: its content.
            new: do not replace one that exists, but raise ObjectExists. Of several who write it at
                once, one succeeds; where the service knows no conditional writes, maybe more.

        Raises:
            StoreAway: the store does not answer.
            StoreRefuses: it is full, or may not be written.
            InklingError: there is no such store.
        """
        system, root = _opened(self.url)
        with self._said_plainly():
            mode = {"mode": "create"} if new else {}
            try:
                system.pipe_file(f"{root}/{name}", content, **mode)
            except FileExistsError as error:
                raise ObjectExists(f"{self.url} has {name} already.") from error

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are gone are no fault. Raises as `write` does."""
        system, root = _opened(self.url)
        paths = [f"{root}/{name}" for name in names]
        with self._said_plainly():
            if len(paths) > 1 and _is_s3(system):
                for start in range(0, len(paths), DELETED_AT_ONCE):
                    _delete_in_s3(system, paths[start : start + DELETED_AT_ONCE])
                return
            for path in paths:
                try:
                    system.rm_file(path)
                except FileNotFoundError:
                    continue

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        """Say in a sentence why the store could not be read or written."""
        try:
            yield
        except failures(self.url) as error:
            raise told(error, self.url) from error


def is_url(text: object) -> bool:
    """Whether a place is given as a URL, such as `s3://bucket/prefix`."""
    return URL.match(str(text)) is not None


@lru_cache(16)
def _opened(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it.

    Raises:
        InklingError: it is not one that fsspec knows, what it needs is not installed, or it names
            no bucket.
    """
    found = URL.match(url)
    protocol, rest = found.groups() if found else ("", "")
    if not rest.strip("/"):
        raise InklingError(
            f"“{url}” names no bucket. A shared store is named like this: s3://bucket/folder"
        )
    if protocol == "s3":
        check_installed("s3fs", "s3fs", "s3")
    check_installed("fsspec", "fsspec", "s3")
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(url, **OPTIONS.get(protocol, {}))
    except ImportError as error:  # which says what to install
        raise InklingError(f"{url} cannot be opened: {reason(error)}.") from error
    except ValueError as error:
        raise InklingError(
            f"“{url}” cannot be used as a store: {reason(error)}. Name a folder, or a URL such as "
            "s3://bucket/folder"
        ) from error
    return system, str(root).rstrip("/")


def _is_s3(system: Any) -> bool:
    return hasattr(system, "call_s3")


def _delete_in_s3(system: Any, paths: Sequence[str]) -> None:
    """Delete objects of one bucket with one request."""
    bucket = paths[0].lstrip("/").partition("/")[0]
    keys = [{"Key": path.lstrip("/").partition("/")[2]} for path in paths]
    system.call_s3("delete_objects", Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _listed(about: Mapping[str, Any]) -> Listed:
    """Read what a listing says; each file system has words of its own."""
    tag = next((about[key] for key in ("ETag", "etag", "mtime", "created") if about.get(key)), "")
    times = (about[key] for key in ("LastModified", "updated", "created") if key in about)
    changed: Any = next(times, None)
    if isinstance(changed, datetime):
        changed = changed.timestamp()
    known = changed if isinstance(changed, int | float) else None
    return Listed(f"{str(tag).strip(chr(34))} {about['size']}", known)
