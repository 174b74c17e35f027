"""The copy of a shared store on this machine, which everything that reads a store reads.

What a look at the store must know is below `index/`, and one listing tells what changed there: a
run's description, what was added to runs, marks and corrections, who promoted what. The rest of a
run is below `files/`; a file is fetched when it is first needed. Names below `index/` are those of
the files of a store's folder, with one exception: what several people write to is never replaced.

- Of a journal, `reviews.jsonl/<number>-<random>` are the lines that were added at once.
- Of a file that follows from its former content, `default.json/<number>` is the newest version;
  each is created, never replaced, so of two who change it at once one is told so.

Numbers count on from the highest that a writer had seen, so no clock matters: what somebody has
seen comes before what they wrote then, for everybody.
"""

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

from pipeline import atomic
from pipeline.data.prepared import cache_folder
from pipeline.errors import InklingError
from pipeline.reading import own_text, read_json
from pipeline.store.objects import ObjectGone, Objects, StoreAway, is_url

LOCAL = "file://"  # a folder, like any other
INDEX, FILES = "index", "files"
STORES, ADDRESS = "stores", ".shared-store"  # in the cache; and in a copy, the URL of its store
LISTING, ENTRIES, LOCK = ".listing.json", ".entries", ".listing.lock"
FRESH = 1.0  # seconds for which one look is enough
ATTEMPTS = 3  # to read what is being deleted meanwhile
AGAIN = 10.0  # seconds after which a store that did not answer is asked again
CURRENT = (".json", ".jsonl")  # what is fetched as soon as it changes; tables and graphs wait
# Others may write anything there; a name must not lead elsewhere on this machine.
PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
HIDDEN = (".additions", ".audits")


class _Seen:
    """What this process knows of a shared store."""

    def __init__(self) -> None:
        self.until = 0.0  # by the monotonic clock: no other look before
        self.listing: dict[str, str] = {}
        self.note = ""


@dataclass(frozen=True)
class Shared:
    """A shared store.

    Attributes:
        url: where it is.
        folder: its copy on this machine.
    """

    url: str
    folder: Path

    @classmethod
    def at(cls, url: str) -> "Shared":
        """Return the shared store at a URL, with its copy in the cache.

        Raises:
            InklingError: the cache cannot be written.
        """
        url = url.rstrip("/")
        # The same bucket of another service is another store.
        service = [os.environ.get(f"AWS_ENDPOINT_URL{kind}", "") for kind in ("_S3", "")]
        key = hashlib.sha256(" ".join([url, *service]).encode()).hexdigest()[:16]
        folder = (cache_folder() / STORES / key).absolute()
        if not (folder / ADDRESS).is_file():
            atomic.write_text(folder / ADDRESS, url)
        return cls(url, folder)

    @property
    def objects(self) -> Objects:
        """Its objects."""
        return Objects(self.url)

    @property
    def note(self) -> str:
        """Say that what is shown may be old, because the store is away; "" if it is not."""
        return self._seen.note

    @property
    def listing(self) -> dict[str, str]:
        """What there is below `index/`, by its names in the copy, each with a changing stamp."""
        return self._seen.listing

    @property
    def _seen(self) -> _Seen:
        return _seen(self.folder)

    def holds(self, path: Path) -> bool:
        """Whether a path is in the copy."""
        return path.is_relative_to(self.folder)

    def has(self, path: Path) -> bool:
        """Whether the listing has a file, whether or not it is on this machine."""
        return self.holds(path) and self._name(path) in self.listing

    def look(self, *, now: bool = False) -> None:
        """Bring the copy up to date, unless that was done a moment ago.

        Args:
            now: do it in any case, because something is about to be changed; then a store that is
                away is an error.

        Raises:
            StoreAway: the store does not answer, and nothing of it is on this machine.
            InklingError: there is no such store, or it may not be read.
        """
        seen = self._seen
        if not now and time.monotonic() < seen.until:
            return
        # Under the lock from the start: no listing may replace a newer one.
        with FileLock(self.folder / LOCK):
            before = self._kept_listing()
            try:
                seen.listing = self._up_to_date(before or {})
            except StoreAway as error:
                if now or before is None:
                    raise
                seen.listing, seen.until = before, time.monotonic() + AGAIN
                seen.note = f"{error} What is shown is as old as the last look at it."
                return
            seen.note, seen.until = "", time.monotonic() + FRESH

    def look_again(self) -> None:
        """Bring the copy up to date after something was changed; not doing so is no failure."""
        self._seen.until = 0.0
        self.look()

    def fetch(self, path: Path, known: str | None = None) -> None:
        """Fetch a file of the copy that is not on this machine yet.

        Args:
            path: where it is in the copy; others are left alone.
            known: its SHA-256, if that is known.

        Raises:
            StoreAway: the store does not answer.
            InklingError: the file is gone, or not what it was.
        """
        if not self.holds(path) or path.exists():
            return
        name = self._name(path)
        stamp = self.listing.get(name)
        content = self.objects.read(f"{INDEX if stamp else FILES}/{name}")
        if known is not None and hashlib.sha256(content).hexdigest() != known:
            raise InklingError(
                f"it is not as it was written: it is damaged in {self.url}, or was altered there"
            )
        with FileLock(self.folder / LOCK):
            # Replaced meanwhile, and the look that noticed has already cleared the former away.
            if stamp is not None and (self._kept_listing() or {}).get(name) != stamp:
                raise InklingError("it was replaced a moment ago. Try again")
            atomic.write(path, lambda file: file.write(content), lasting=False)

    def write(self, path: Path, fill: Callable[[BinaryIO], object]) -> None:
        """Write or replace a file below `index/`; whoever writes last counts.

        Raises:
            InklingError: the store cannot be written. Nothing was changed then.
        """
        content = io.BytesIO()
        fill(content)
        self.objects.write(f"{INDEX}/{self._name(path)}", content.getvalue())
        self.look_again()

    def delete(self, names: list[str]) -> None:
        """Delete what is below `index/`, by its names there; raises as `write` does."""
        self.objects.delete(f"{INDEX}/{name}" for name in names)
        self.look_again()

    @contextmanager
    def adding(self, journal: str) -> Iterator[Callable[[str], None]]:
        """Yield what adds lines to a journal, after bringing it up to date.

        On this machine nobody else adds meanwhile; elsewhere they may, and nothing is lost.

        Raises:
            InklingError: the store cannot be reached or written.
        """

        def add(lines: str) -> None:
            number = self._highest(journal) + 1
            name = f"{INDEX}/{journal}/{number:09d}-{secrets.token_hex(4)}"
            self.objects.write(name, (lines + "\n").encode())
            self.look_again()

        with FileLock(self.folder / f".{journal}.lock"):
            self.look(now=True)
            yield add

    @contextmanager
    def changing(self, file: str) -> Iterator[Callable[[str], None]]:
        """Yield what replaces a file, unless somebody else did so after the block was entered.

        Raises:
            ObjectExists: somebody else did.
            InklingError: the store cannot be reached or written.
        """
        self.look(now=True)
        number = self._highest(file) + 1  # before anybody reads the file

        def replace(text: str) -> None:
            self.objects.write(f"{INDEX}/{file}/{number:09d}", text.encode(), new=True)
            self.look_again()

        yield replace

    def _highest(self, name: str) -> int:
        numbers = (entry.split("-")[0] for entry in self._entries(self.listing, name))
        return max((int(number) for number in numbers if number.isdecimal()), default=0)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _kept_listing(self) -> dict[str, str] | None:
        """Read the listing that the copy is up to date with; None if there was none."""
        with suppress(OSError, ValueError):
            kept = read_json(self.folder / LISTING)
            if isinstance(kept, dict):
                return kept
        return None

    def _up_to_date(self, before: dict[str, str]) -> dict[str, str]:
        """Make the copy what the store is now, and return the listing."""
        for _ in range(ATTEMPTS):
            found = self.objects.list(INDEX)
            listing = {name: one.stamp for name, one in found.items() if _is_ours(name)}
            with suppress(ObjectGone):  # deleted since it was listed: what is listed now?
                if listing != before:
                    self._take(before, listing)
                return listing
        raise StoreAway(f"{self.url} changes too fast to be read.")

    def _take(self, before: dict[str, str], listing: dict[str, str]) -> None:
        """Make the copy what a listing says.

        What is fetched comes first, what is out of date goes then, and the listing is kept last:
        whoever is killed in between, or finds the store away, does it again.
        """
        changed = [name for name, stamp in listing.items() if before.get(name) != stamp]
        gone = [name for name in before if name not in listing]
        current = [name for name in changed if self._is_current(name, listing)]
        for name, content in self.objects.read_all(f"{INDEX}/{name}" for name in current):
            inner = name.removeprefix(f"{INDEX}/")
            fill = self._filling(content)
            atomic.write(self._place(inner), fill, lasting=False)
        for name in gone + [name for name in changed if name not in set(current)]:
            self._place(name).unlink(missing_ok=True)
        for folder in _folders(gone) - _folders(listing):  # of runs that were deleted
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        for name in {name.partition("/")[0] for name in changed + gone if _is_composed(name)}:
            self._compose(name, listing)
        atomic.write_text(self.folder / LISTING, json.dumps(listing), lasting=False)

    def _is_current(self, name: str, listing: dict[str, str]) -> bool:
        """Whether something is fetched at once: descriptions, lines, and newest versions."""
        if not _is_composed(name):
            return name.endswith(CURRENT)
        file, _, entry = name.partition("/")
        return file.endswith(".jsonl") or entry == self._entries(listing, file)[-1]

    def _place(self, name: str) -> Path:
        return self.folder / ENTRIES / name if _is_composed(name) else self.folder / name

    @staticmethod
    def _filling(content: bytes) -> Callable[[BinaryIO], object]:
        return lambda file: file.write(content)

    @staticmethod
    def _entries(listing: dict[str, str], file: str) -> list[str]:
        within = f"{file}/"
        return sorted(name[len(within) :] for name in listing if name.startswith(within))

    def _compose(self, file: str, listing: dict[str, str]) -> None:
        """Write a journal with all its lines, or a file in its newest version."""
        entries = self._entries(listing, file)
        if not entries:
            (self.folder / file).unlink(missing_ok=True)
            return
        shown = entries if file.endswith(".jsonl") else entries[-1:]
        texts = (own_text(self.folder / ENTRIES / file / one, errors="replace") for one in shown)
        whole = "".join(texts)
        atomic.write_text(self.folder / file, whole, lasting=False)


def of(folder: Path) -> Shared | None:
    """Return the shared store that a folder is the copy of, if it is one."""
    try:
        return Shared(own_text(folder / ADDRESS).strip(), folder.absolute())
    except (OSError, ValueError):
        return None


def located(place: str | Path) -> Shared | None:
    """Return the shared store at a URL, or whose copy is in a folder; None for any other folder.

    Raises:
        InklingError: the cache, where its copy is, cannot be written.
    """
    if is_url(place) and not str(place).startswith(LOCAL):
        return Shared.at(str(place))
    return of(Path(place))


def write(path: Path, text: str) -> None:
    """Replace a file of a store, and in the shared store that its folder is a copy of, if it is.

    Args:
        path: right in the store's folder.
        text: its content.

    Raises:
        InklingError: it cannot be written. What was there before is there then.
    """
    shared = of(path.parent)
    if shared is None:
        atomic.write_text(path, text)
    else:
        shared.write(path, lambda file: file.write(text.encode()))


@lru_cache(64)
def _seen(folder: Path) -> _Seen:
    return _Seen()


def _is_composed(name: str) -> bool:
    """Whether something is one of several objects that make up a file, such as `default.json/1`."""
    top, _, rest = name.partition("/")
    return bool(rest) and top.endswith(CURRENT)


def _folders(names: Iterable[str]) -> set[str]:
    return {name.partition("/")[0] for name in names if "/" in name and not _is_composed(name)}


def _is_ours(name: str) -> bool:
    first, *others = name.split("/")
    parts = others if first in HIDDEN else [first, *others]
    return all(PART.fullmatch(part) for part in parts) and bool(parts)
