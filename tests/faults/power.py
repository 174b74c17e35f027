"""A power cut: what may be in a folder, as far as the operating system promises, if it comes now.

Only what was synced is sure. Of a file, what was written since may be on the disk, in part, as
zeros, or not at all. Of a folder, the names may be those of any moment since it was synced: a
rename is there or not. Each file and each folder is on its own. File systems lose less than that,
each in its way: Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.
"""

import os
import random
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Tree = dict[str, bytes | None]  # by path: what a file holds; None for a folder
CHANGES = ("rename", "replace", "unlink", "remove", "mkdir", "rmdir")  # of module os


class Disk:
    """A folder, and what is sure to be on the disk of it."""

    def __init__(self, root: Path) -> None:
        """Take all that is in a folder for sure."""
        self.states: list[Tree] = []  # that a power cut may have left behind so far
        self._root, self._random, self._seen = root, random.Random(0), set[int]()
        # By the number of a file or folder. An open one keeps its number from being given out anew.
        self._open: dict[int, int] = {}
        self._synced: dict[int, bytes] = {}
        self._listings: dict[int, list[dict[str, int]]] = {}  # when synced, and after each change
        self._look()
        for number in self._open:
            self._sync(number)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the states between any two changes that are made while the block runs."""
        with pytest.MonkeyPatch.context() as patch:
            for name in CHANGES:
                patch.setattr(os, name, self._noting(getattr(os, name)))
            patch.setattr(os, "fsync", self._noting(self._fsync))  # which takes no time
            yield
        self.note()

    def close(self) -> None:
        """Let go of what it keeps open."""
        for handle in self._open.values():
            os.close(handle)

    def note(self) -> None:
        """Note the states that a power cut may leave behind now."""
        self._look()
        for tree in self.now():
            key = hash(tuple(sorted(tree.items())))
            if key not in self._seen:
                self._seen.add(key)
                self.states.append(tree)

    def now(self) -> Iterator[Tree]:
        """List the states that a power cut may leave behind now."""
        for names in ("oldest", "newest", "any"):
            chosen = {number: self._listing(one, names) for number, one in self._listings.items()}
            for content in (_lost, _zeros, _half, _whole):
                yield dict(self._tree(self._root.stat().st_ino, chosen, content))

    def _noting(self, change: Callable[..., object]) -> Callable[..., object]:
        def noted(*arguments: object, **options: object) -> object:
            self.note()
            return change(*arguments, **options)

        return noted

    def _fsync(self, handle: int) -> None:
        number = os.fstat(handle).st_ino
        if number in self._open:
            self._sync(number)

    def _sync(self, number: int) -> None:
        if number in self._listings:
            del self._listings[number][:-1]
        else:
            self._synced[number] = self._content(number)

    def _look(self) -> None:
        """Take in the names as they are now."""
        for folder in [self._root, *(path for path in self._root.rglob("*") if path.is_dir())]:
            entries = {entry.name: entry.inode() for entry in os.scandir(folder)}
            number = folder.stat().st_ino
            self._hold(number, folder)
            for name, inside in entries.items():
                self._hold(inside, folder / name)
            listings = self._listings.setdefault(number, [{}])
            if listings[-1] != entries:
                listings.append(entries)

    def _hold(self, number: int, path: Path) -> None:
        if number not in self._open:
            self._open[number] = os.open(path, os.O_RDONLY)
            assert stat.S_IFMT(path.stat().st_mode) in (stat.S_IFREG, stat.S_IFDIR)

    def _content(self, number: int) -> bytes:
        handle = self._open[number]
        return os.pread(handle, os.fstat(handle).st_size, 0)

    def _listing(self, listings: list[dict[str, int]], which: str) -> dict[str, int]:
        if which == "any":
            return self._random.choice(listings)
        return listings[0 if which == "oldest" else -1]

    def _tree(
        self,
        folder: int,
        listings: dict[int, dict[str, int]],
        content: Callable[[bytes, bytes], bytes],
        path: str = "",
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, number in sorted(listings[folder].items()):
            if number in self._listings:
                yield f"{path}{name}", None
                yield from self._tree(number, listings, content, f"{path}{name}/")
            else:
                now, sure = self._content(number), self._synced.get(number, b"")
                yield f"{path}{name}", content(sure, now)


def started_again(trees: Iterable[Tree], place: Path) -> Iterator[Path]:
    """Yield a folder for each state, one after another, as one finds it after a power cut."""
    for tree in trees:
        # Of another name each time: there is none that anything knows of.
        folder = Path(tempfile.mkdtemp(dir=place))
        for path, content in tree.items():
            if content is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(content)
        yield folder
        shutil.rmtree(folder)


def _lost(sure: bytes, now: bytes) -> bytes:
    return sure


def _zeros(sure: bytes, now: bytes) -> bytes:
    return sure + bytes(max(0, len(now) - len(sure)))


def _half(sure: bytes, now: bytes) -> bytes:
    return now[: (len(sure) + len(now) + 1) // 2]


def _whole(sure: bytes, now: bytes) -> bytes:
    return now
