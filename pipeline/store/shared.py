"""The copy of a shared store on this machine, which everything that reads a store reads.

What a look at the store must know is below `index/`, and one listing tells what changed there: a
run's description, what was added to runs, marks and corrections, who promoted what. The rest of a
run is below `files/`; a file is fetched when it is first needed. Names below `index/` are those of
the files of a store's folder, with one exception: what several people write to is never replaced.

- Of a journal, `reviews.jsonl/<number>-<random>` are the lines that were added at once. Somebody
  who adds to many folds them into one object, and deletes them then; see `entries`.
- Of a file that follows from its former content, `default.json/<number>` is the newest version;
  each is created, never replaced, so of two who change it at once one is told so.

Numbers count on from the highest that a writer had seen, so no clock matters: what somebody has
seen comes before what they wrote then, for everybody.

Two objects only save time, and nothing is wrong without them: `index/.packs/<number>` (see
`index_packs`), and `changed`, which is replaced after every change: while it is the same, there is
nothing new to list. The change of somebody who was killed before that is seen 30 seconds later.
"""

import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

from pipeline import access, atomic
from pipeline.data.prepared import cache_folder
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress, silent
from pipeline.reading import own_text
from pipeline.store import entries, index_packs, packs
from pipeline.store.index_packs import INDEX
from pipeline.store.local_copy import LocalCopy, fetched_at_once
from pipeline.store.objects import Listed, ObjectGone, Objects, is_url
from pipeline.store.service_errors import StoreAway

LOCAL = "file://"  # a folder, like any other
FILES, CHANGED = "files", "changed"
STORES, ADDRESS = "stores", ".shared-store"  # in the cache; and in a copy, the URL of its store
LOCK = ".listing.lock"
FRESH = 1.0  # seconds for which one look is enough
ATTEMPTS = 3  # to read what is being deleted meanwhile
AGAIN = 10.0  # seconds after which a store that did not answer is asked again
TRUSTED = 30.0  # seconds for which “nothing has changed” is believed
MANY = 100  # objects that nobody wants to fetch, or to list, one by one
# Others may write anything there; a name must not lead elsewhere on this machine.
PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class _Seen:
    """What this process knows of a shared store."""

    def __init__(self) -> None:
        self.until = 0.0  # by the monotonic clock: no other look before
        self.trusted_until = 0.0  # no other listing before, if nobody says that there is news
        self.news = b""  # the content of `changed` before the last listing
        self.copied = (0, 0)  # the state of the copy then
        self.listing: dict[str, str] = {}
        self.unpacked = 0  # objects that are in no pack yet
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
    def copy(self) -> LocalCopy:
        """What is on this machine."""
        return LocalCopy(self.folder)

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

    def look(self, *, now: bool = False, on_progress: OnProgress = silent) -> None:
        """Bring the copy up to date, unless that was done a moment ago.

        Args:
            now: do it in any case, because something is about to be changed; then a store that is
                away is an error.
            on_progress: is told what is fetched, if that is much.

        Raises:
            StoreAway: the store does not answer, and nothing of it is on this machine.
            InklingError: there is no such store, or it may not be read.
        """
        seen = self._seen
        # Another process here, such as a job, may have just brought the copy up to date.
        if not now and time.monotonic() < seen.until and self.copy.state() == seen.copied:
            return
        # Under the lock from the start: no listing may replace a newer one.
        with FileLock(self.folder / LOCK):
            try:
                if now or not self._is_unchanged():
                    self._look(on_progress)
            except StoreAway as error:
                before = self.copy.listing()
                if now or before is None:
                    raise
                seen.listing, seen.copied = before, self.copy.state()
                seen.until = time.monotonic() + AGAIN
                seen.note = f"{error} What is shown is as old as the last look at it."
                return
            seen.note, seen.until = "", time.monotonic() + FRESH

    def look_again(self) -> None:
        """After something was changed: tell others, and bring the copy up to date.

        Not doing so is no failure: what was changed is.
        """
        self.announce()
        self.catch_up()

    def announce(self) -> None:
        """After something was changed: tell others. Not doing so is no failure."""
        with suppress(InklingError):
            self.objects.write(CHANGED, secrets.token_hex(8).encode())

    def catch_up(self) -> None:
        """After something was changed: bring the copy up to date, and pack what is much."""
        seen = self._seen
        seen.until = seen.trusted_until = 0.0
        self.look()
        if seen.unpacked > MANY:
            with FileLock(self.folder / LOCK):
                self._pack()

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
            if stamp is not None and (self.copy.listing() or {}).get(name) != stamp:
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
            if len(entries.of(journal, self.listing)) > MANY:
                self._fold(journal)

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
            former = entries.of(file, self.listing)[:-MANY]
            if len(former) > MANY:  # still far more than others can miss while they change it
                with suppress(InklingError):
                    self.delete([f"{file}/{one}" for one in former])

        yield replace

    def _highest(self, file: str) -> int:
        return max(map(entries.number, entries.of(file, self.listing)), default=0)

    def _fold(self, journal: str) -> None:
        """Put what a journal consists of into one object; not doing so is no failure."""
        known, folder = entries.of(journal, self.listing), self.copy.entries(journal)
        with suppress(InklingError, OSError):
            sizes = {one: self.listing[f"{journal}/{one}"].rpartition(" ")[2] for one in known}
            texts = entries.texts(folder, known)
            if any(str((folder / one).stat().st_size) != sizes[one] for one in known):
                return  # the copy was damaged, and what it lacks must not be lost
            if any(name.endswith(entries.FOLDED) for name in texts):
                return  # nor what cannot be read
            name = f"{self._highest(journal):09d}-{secrets.token_hex(4)}{entries.FOLDED}"
            self.objects.write(f"{INDEX}/{journal}/{name}", packs.pack(texts))
            self.delete([f"{journal}/{one}" for one in known])

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _is_unchanged(self) -> bool:
        """Whether nobody has said since the last listing that there is something new."""
        seen = self._seen
        if time.monotonic() > seen.trusted_until or not seen.news:
            return False
        return self.copy.state() == seen.copied and self._news() == seen.news

    def _news(self) -> bytes:
        """Return what is another one after every change; nothing if it was never changed.

        It is read, not only asked for: services say why they refuse in an answer with a body.
        """
        try:
            return self.objects.read(CHANGED)
        except ObjectGone:
            return b""

    def _look(self, on_progress: OnProgress) -> None:
        """Make the copy what the store is now."""
        seen, copy, began = self._seen, self.copy, time.monotonic()
        kept = copy.listing()
        before = kept or {}
        for _ in range(ATTEMPTS):
            news = self._news()  # first: what is said later is not missed
            found = self.objects.list(INDEX)
            listing = {name: one.stamp for name, one in found.items() if _is_ours(name)}
            with suppress(ObjectGone):  # deleted since it was listed: what is listed now?
                fetched = 0
                if kept is None or listing != before:  # an empty store was seen, too
                    fetched = self._fetch_changed(before, listing, found, on_progress)
                    copy.settle(before, listing)
                seen.listing, seen.copied = listing, copy.state()
                seen.news, seen.trusted_until = news, began + TRUSTED
                seen.unpacked = index_packs.count_outside(found)
                if fetched > MANY:  # the next machine should have it better
                    self._pack()
                return
        raise StoreAway(f"{self.url} changes too fast to be read.")

    def _fetch_changed(
        self,
        before: Mapping[str, str],
        listing: Mapping[str, str],
        found: Mapping[str, Listed],
        on_progress: OnProgress,
    ) -> int:
        """Fetch what has changed and is needed at once; return how much of it one by one."""
        changed = [name for name, stamp in listing.items() if before.get(name) != stamp]
        wanted = fetched_at_once(changed, listing)
        known = index_packs.read(self.objects, found, wanted) if len(wanted) > MANY else {}
        self.copy.keep(known.items())
        singly = [name for name in wanted if name not in known]
        self.copy.keep(self._fetched(singly, on_progress))
        return len(singly)

    def _fetched(
        self, names: Sequence[str], on_progress: OnProgress
    ) -> Iterator[tuple[str, bytes]]:
        """Fetch objects below `index/`, by their names there."""
        read = self.objects.read_all(f"{INDEX}/{name}" for name in names)
        for done, (name, content) in enumerate(read):
            if len(names) > MANY and not done % MANY:
                note = f"{done:,} of {len(names):,} descriptions in {self.url}"
                on_progress(Progress("Reading", done, len(names), note))
            yield name.removeprefix(f"{INDEX}/"), content

    def _pack(self) -> None:
        """Write a pack of what is in the copy, for others; not doing so is no failure."""
        if access.may(access.Change.TRAIN):
            with suppress(InklingError, OSError):
                index_packs.write(self.objects, self.copy.kept(self.listing))
        self._seen.unpacked = 0


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


def _is_ours(name: str) -> bool:
    first, *others = name.split("/")
    parts = others if first in index_packs.REPLACED else [first, *others]
    return all(PART.fullmatch(part) for part in parts) and bool(parts)
