"""The files of a shared store on this machine, as its listing says; see `shared`."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline import atomic
from pipeline.reading import read_json
from pipeline.store import entries

LISTING, ENTRIES = ".listing.json", ".entries"
WRITERS = 16  # threads, which mostly wait for the disk
Names = Mapping[str, str]  # with a stamp each


@dataclass(frozen=True)
class LocalCopy:
    """A copy of what is below `index/`.

    What is fetched is kept first, what is out of date goes then, and the listing is kept last:
    whoever is killed in between, or finds the store away, does it again.

    Attributes:
        folder: where it is.
    """

    folder: Path

    def listing(self) -> dict[str, str] | None:
        """Read the listing that the copy is up to date with; None if there was none."""
        with suppress(OSError, ValueError):
            kept = read_json(self.folder / LISTING)
            if isinstance(kept, dict):
                return kept
        return None

    def state(self) -> tuple[int, int]:
        """Return what changes when any process brings the copy up to date."""
        try:
            status = (self.folder / LISTING).stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    def entries(self, file: str) -> Path:
        """Return the folder with the entries of a file; see `entries`."""
        return self.folder / ENTRIES / file

    def keep(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Keep contents, by their names, as they come."""
        with ThreadPoolExecutor(WRITERS) as threads:
            for _ in threads.map(self._keep, contents):
                pass

    def settle(self, before: Names, listing: Names) -> None:
        """Drop what is gone or out of date, once what is fetched at once was kept."""
        changed = {name for name, stamp in listing.items() if before.get(name) != stamp}
        gone = before.keys() - listing.keys()
        for name in gone | changed.difference(fetched_at_once(changed, listing)):
            self._place(name).unlink(missing_ok=True)
        for folder in _folders(gone) - _folders(listing):  # of runs that were deleted
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        for file in {name.partition("/")[0] for name in changed | gone if entries.is_entry(name)}:
            parts = entries.of(file, listing)
            entries.compose(self.folder / file, self.entries(file), parts)
        atomic.write_text(self.folder / LISTING, json.dumps(dict(listing)), lasting=False)

    def kept(self, listing: Names) -> Iterator[tuple[str, str, bytes]]:
        """Read what is fetched at once: name, stamp and content of each.

        Raises:
            OSError: it cannot be read.
        """
        for name in fetched_at_once(listing, listing):
            yield name, listing[name], self._place(name).read_bytes()

    def _keep(self, content: tuple[str, bytes]) -> None:
        name, filling = content
        atomic.write(self._place(name), lambda file: file.write(filling), lasting=False)

    def _place(self, name: str) -> Path:
        return self.folder / ENTRIES / name if entries.is_entry(name) else self.folder / name


def fetched_at_once(names: Iterable[str], listing: Iterable[str]) -> list[str]:
    """Choose descriptions, lines of journals, and newest versions; tables and graphs wait."""
    tops = {name.partition("/")[0] for name in names if entries.is_entry(name)}
    versioned = [file for file in tops if not file.endswith(entries.JOURNAL)]
    newest = {f"{file}/{entries.of(file, listing)[-1]}" for file in versioned}
    return [
        name
        for name in names
        if name in newest
        or (name.partition("/")[0] not in versioned and name.endswith(entries.CURRENT))
        or (entries.is_entry(name) and name.partition("/")[0].endswith(entries.JOURNAL))
    ]


def _folders(names: Iterable[str]) -> set[str]:
    return {name.partition("/")[0] for name in names if "/" in name and not entries.is_entry(name)}
