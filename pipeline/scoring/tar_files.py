"""Tar archives of image files, such as the shards of a WebDataset, read as they stream by.

Of an archive that is not compressed, the headers are read first, which says where each part begins.
A compressed one cannot be read from the middle, so it is a part as a whole.
"""

import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Self

from pipeline.errors import InklingError, printable, reason
from pipeline.ink import pictures
from pipeline.reading import MEGABYTE, check_regular
from pipeline.scoring.found import PART, Found, Part, Takes, Unreadable, Wanted, stamp

PLAIN: Final = "r:"  # how tarfile opens what is not compressed
STREAM: Final = "r|*"  # and what is
ENDS = ("EOFHeaderError", "EmptyHeaderError")  # of what tarfile raises, the only good ones
MOST_FILE = 256 * MEGABYTE  # of an image file
DAMAGED = (OSError, EOFError, ValueError, tarfile.TarError, zlib.error)


@dataclass(frozen=True)
class TarFiles:
    """Some image files of a tar archive.

    Attributes:
        path: of the archive.
        begin: where the first one begins, in bytes; −1 if it is compressed.
        first, count: which of its image files; −1 for all of them.
        state: of the archive.
    """

    path: str
    begin: int
    first: int
    count: int
    state: str

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another."""
        index = self.first
        try:
            with Path(self.path).open("rb") as file:
                file.seek(max(self.begin, 0))
                with _opened(file, packed=self.begin < 0) as tar:
                    # Not one more: what is wrong after its last one, the next part says.
                    for member in islice(_members(tar), None if self.count < 0 else self.count):
                        if wanted is None or index in wanted:
                            yield self._read(tar, member, index, takes)
                        index += 1
        except DAMAGED as error:
            said = f"{self.path} cannot be read after {index:,} images: {reason(error)}."
            yield Found(self.path, "", -1, None, said)

    def _read(
        self, tar: tarfile.TarFile, member: tarfile.TarInfo, index: int, takes: Takes
    ) -> Found:
        name, offset = printable(member.name), -1 if self.begin < 0 else member.offset
        called = f"{name} in {self.path}"
        try:
            if member.size > MOST_FILE:
                raise InklingError(f"{called} has more than {MOST_FILE // MEGABYTE} MB.")
            file = tar.extractfile(member)
            content = b"" if file is None else file.read()
            image = takes.of_picture(pictures.open_picture(io.BytesIO(content), called))
        except InklingError as error:
            return Found(self.path, name, index, None, str(error), offset)
        return Found(self.path, name, index, image, offset=offset)


class _Header(tarfile.TarInfo):
    """What is said of a file in an archive; Python would take a damaged one for the end."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        """Read the next one.

        Raises:
            tarfile.ReadError: it is damaged, or cut off.
        """
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.HeaderError as error:
            if type(error).__name__ in ENDS:
                raise
            raise tarfile.ReadError(f"it is damaged at byte {tarfile_.offset:,}") from error


def of_tar(path: Path) -> Iterator[Part]:
    """Divide a tar archive into parts.

    Raises:
        InklingError: it is none, or cannot be read.
    """
    check_regular(path)
    try:
        plain = _is_plain(path)
    except DAMAGED as error:
        raise InklingError(f"{path} cannot be read: {reason(error)}.") from None
    if not plain:
        yield TarFiles(str(path), -1, 0, -1, stamp(path))
        return
    with tarfile.open(path, PLAIN, tarinfo=_Header) as tar:
        begin, count, images = 0, 0, 0
        said = ""
        try:
            for member in _members(tar):
                if count == PART:
                    yield TarFiles(str(path), begin, images - count, count, stamp(path))
                    count = 0
                begin = begin if count else member.offset
                count, images = count + 1, images + 1
        except DAMAGED as error:
            said = f"{path} cannot be read after {images:,} images: {reason(error)}."
    if count:
        yield TarFiles(str(path), begin, images - count, count, stamp(path))
    if said:
        yield Unreadable(str(path), said)


def _opened(file: BinaryIO, *, packed: bool) -> tarfile.TarFile:
    if packed:
        return tarfile.open(fileobj=file, mode=STREAM, tarinfo=_Header)
    return tarfile.open(fileobj=file, mode=PLAIN, tarinfo=_Header)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """List the image files of an archive, without remembering any."""
    while (member := tar.next()) is not None:
        vars(tar)["members"] = []  # it keeps all of them otherwise
        name = PurePosixPath(member.name)
        if member.isreg() and name.suffix.lower() in pictures.SUFFIXES and name.name[0] != ".":
            yield member


def _is_plain(path: Path) -> bool:
    """Whether an archive is not compressed; raises as `tarfile.open` for what is none."""
    try:
        tarfile.open(path, PLAIN).close()
    except tarfile.ReadError:
        tarfile.open(path, STREAM).close()
        return False
    return True
