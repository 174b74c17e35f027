"""Image files, some thousand to a part."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.errors import InklingError, printable
from pipeline.ink import pictures
from pipeline.scoring.found import Found, Takes, Wanted, stamp


@dataclass(frozen=True)
class ImageFiles:
    """Image files.

    Attributes:
        paths: of the files.
        state: a hash of the state of each; see `found.stamp`.
    """

    paths: tuple[str, ...]
    state: str

    @classmethod
    def of(cls, paths: list[Path]) -> "ImageFiles":
        """Look at the state of image files."""
        state = sha256("\n".join(stamp(path) for path in paths).encode()).hexdigest()
        return cls(tuple(map(str, paths)), state)

    @property
    def path(self) -> str:
        """Of the first one."""
        return self.paths[0]

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another."""
        for path in self.paths:
            try:
                picture = pictures.open_picture(Path(path))
                yield Found(printable(path), "", 0, takes.of_picture(picture))
            except InklingError as error:
                yield Found(printable(path), "", 0, None, str(error))
