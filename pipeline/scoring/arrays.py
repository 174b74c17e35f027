"""Arrays of images in IDX, `.npy` and `.npz` files, read row by row.

What lies in a file as it is gets memory-mapped, some thousand images to a part. What is compressed
cannot be read from the middle: it is unpacked as it is read, and each of its few parts begins by
unpacking those before it.
"""

import gzip
import math
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from pipeline.data.array_files import idx_shape, npy_header, opened, opened_zip
from pipeline.errors import InklingError, reason
from pipeline.reading import MEGABYTE
from pipeline.scoring.found import (
    ANY,
    PART,
    Found,
    Part,
    Takes,
    Unreadable,
    Wanted,
    divided,
    read_past,
    stamp,
)

IMAGES = (3, 4)  # axes: number, height and width; in color, channels, too
LOCAL_HEADER = 30  # bytes, in front of a member of a zip file
NPY = ".npy"


@dataclass(frozen=True)
class Rows:
    """Some rows of an array that lies in a file as it is: they are memory-mapped.

    Attributes:
        path: of the file.
        member: the name of the array in an `.npz`, else "".
        first, count: which rows.
        shape: of a row.
        offset: where in the file the array's first row begins, in bytes.
        state: of the file.
    """

    path: str
    member: str
    first: int
    count: int
    shape: tuple[int, ...]
    offset: int
    state: str

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another."""
        start = self.offset + self.first * math.prod(self.shape)
        try:
            mapped = np.memmap(self.path, np.uint8, "r", start, (self.count, *self.shape))
        except (OSError, ValueError) as error:  # it is gone, or became shorter
            yield Found(self.path, self.member, -1, None, f"{self.path}: {reason(error)}.")
            return
        # What is mapped would be looked at anew with every row.
        for index, row in enumerate(mapped.view(np.ndarray), start=self.first):
            if wanted is not None and index not in wanted:
                continue
            yield Found(self.path, self.member, index, takes.of_array(row, self.path))


@dataclass(frozen=True)
class Packed:
    """Some rows of an array that is compressed: it is unpacked from its beginning, row by row.

    Attributes:
        path, member, first, count, shape, state: as of `Rows`.
    """

    path: str
    member: str
    first: int
    count: int
    shape: tuple[int, ...]
    state: str

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another, as many as there are."""
        size, concerned = math.prod(self.shape), True
        try:
            with _unpacked(Path(self.path), self.member) as file:
                concerned = False  # what is wrong before its first row, another part says
                concerned = _read_past(file, self.first * size)
                if not concerned:
                    return
                for index in range(self.first, self.first + self.count):
                    row = file.read(size)
                    if len(row) < size:
                        raise InklingError(
                            f"{self.path} ends after {index:,} images, which are fewer than it "
                            "says. Copy or download it again."
                        )
                    if wanted is not None and index not in wanted:
                        continue
                    values = np.frombuffer(row, np.uint8).reshape(self.shape)
                    image = takes.of_array(values, self.path)
                    yield Found(self.path, self.member, index, image)
        except InklingError as error:
            if concerned:
                yield Found(self.path, self.member, -1, None, str(error))


def of_idx(path: Path, takes: Takes) -> Iterator[Part]:
    """Divide an IDX file of images into parts; one of labels has none.

    Raises:
        InklingError: it is damaged, or the network takes other images.
    """
    with opened(path) as file:
        shape, packed = idx_shape(file, path, ANY), isinstance(file, gzip.GzipFile)
    if len(shape) not in IMAGES:
        return
    takes.check(shape[1:], np.dtype(np.uint8), str(path))
    if packed:
        yield from _packed(path, "", shape)
    else:
        yield from _rows(path, "", shape, 4 + 4 * len(shape))


def of_npy(path: Path, takes: Takes) -> Iterator[Part]:
    """Divide an `.npy` file of images into parts; raises as `of_idx`."""
    with opened(path) as file:
        shape, columns_first, kind = npy_header(file, str(path))
        offset, packed = file.tell(), isinstance(file, gzip.GzipFile)
    _check(shape, columns_first, kind, takes, str(path))
    if packed:
        raise InklingError(f"{path} is gzipped. Unpack it first, or save it with numpy.savez.")
    yield from _rows(path, "", shape, offset)


def of_npz(path: Path, takes: Takes) -> Iterator[Part]:
    """Divide the arrays of images in an `.npz` file into parts; raises as `of_idx`.

    Arrays that are no images, such as labels, are left out.
    """
    found = False
    with opened_zip(path) as archive:
        for info in archive.infolist():
            called = f"{info.filename.removesuffix(NPY)} in {path}"
            if not info.filename.endswith(NPY):
                continue
            with archive.open(info) as file:
                shape, columns_first, kind = npy_header(file, called)
                header = file.tell()
            if len(shape) not in IMAGES:
                continue
            found, member = True, info.filename.removesuffix(NPY)
            _check(shape, columns_first, kind, takes, called)
            if info.compress_type == zipfile.ZIP_STORED:
                yield from _rows(path, member, shape, _begin(path, info) + header)
            else:
                yield from _packed(path, member, shape)
    if not found:
        raise InklingError(f"{path} holds no array of images: one with 3 axes, or 4 in color.")


def _rows(path: Path, member: str, shape: tuple[int, ...], offset: int) -> Iterator[Part]:
    """Divide an array that lies in a file as it is, as far as it is there."""
    count, row = shape[0], math.prod(shape[1:])
    there = min(count, max(path.stat().st_size - offset, 0) // row)
    for first, some in divided(there, PART):
        yield Rows(str(path), member, first, some, shape[1:], offset, stamp(path))
    if there < count:
        said = f"{path} ends after {there:,} of {count:,} images. Copy or download it again."
        yield Unreadable(str(path), said, member)


def _packed(path: Path, member: str, shape: tuple[int, ...]) -> Iterator[Part]:
    """Divide an array that is compressed."""
    for first, some in read_past(shape[0], PART):
        yield Packed(str(path), member, first, some, shape[1:], stamp(path))


def _check(
    shape: tuple[int, ...],
    columns_first: bool,
    kind: "np.dtype[np.generic]",
    takes: Takes,
    called: str,
) -> None:
    if len(shape) not in IMAGES or columns_first:
        raise InklingError(
            f"{called} is no array of images (number, height, width), row by row. Save it with "
            "numpy.ascontiguousarray first."
        )
    takes.check(shape[1:], kind, called)


def _begin(path: Path, info: zipfile.ZipInfo) -> int:
    """Find where a member of a zip file begins that is stored as it is, in bytes.

    Source: PKWARE, "APPNOTE.TXT", 4.3.7: the name and an extra field, of lengths of its own, follow
    a header of 30 bytes.
    """
    with path.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(LOCAL_HEADER)
    return info.header_offset + LOCAL_HEADER + sum(struct.unpack("<HH", header[26:30]))


@contextmanager
def _unpacked(path: Path, member: str) -> Iterator[IO[bytes]]:
    """Open an array that is compressed, at its first row; raises as `opened`."""
    if member:
        with opened_zip(path) as archive, archive.open(member + NPY) as file:
            npy_header(file, f"{member} in {path}")
            yield file
    else:
        with opened(path) as file:
            idx_shape(file, path, ANY)
            yield file


def _read_past(file: IO[bytes], count: int) -> bool:
    """Read past so many bytes; return whether there are as many."""
    while count:
        some = len(file.read(min(count, MEGABYTE)))
        if not some:
            return False
        count -= some
    return True
