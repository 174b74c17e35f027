"""IDX and `.npz` files -> arrays: what a file says of its size is checked before it is believed.

Nothing is allocated or unpacked before the header is known to be sound and within the limits, so
neither a header of 763 GiB nor a few megabytes that unpack to gigabytes do any harm.
"""

import gzip
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from pipeline.errors import InklingError, reason
from pipeline.reading import MEGABYTE, check_regular

MOST_BYTES = 2**30  # of an array: a million images of 28×28, with room to spare
MOST_MAPPED = 2**36  # of an array that stays in its file, such as an `.npy`
MOST_LABELS = 2**24  # of an array: as many images of 8×8 as MOST_BYTES hold
IDX_UBYTE = 0x08
IDX_AXES = (1, 3, 4)  # labels; images; images in color
LONGEST_HEADER = 10_000  # of an array in an `.npz`, characters
GZIP = b"\x1f\x8b"


def read_idx(path: Path) -> np.ndarray:
    """Read one IDX file of unsigned bytes, gzipped or not.

    Source of the format: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".

    Returns:
        uint8, with the axes that the file states.

    Raises:
        InklingError: it is missing, damaged or truncated, too large, or has another data type.
    """
    with opened(path) as file:
        shape = idx_shape(file, path)
        expected = math.prod(shape)
        data = file.read(expected + 1)
    if len(data) != expected:
        held = "more" if len(data) > expected else f"{len(data):,}"
        raise InklingError(
            f"{path} should have {expected:,} bytes of data ({'×'.join(map(str, shape))}) but has "
            f"{held}. Copy or download it again."
        )
    return np.frombuffer(data, np.uint8).reshape(shape)


def idx_shape(file: IO[bytes], path: Path, most: int = MOST_BYTES) -> tuple[int, ...]:
    """Read the header of an opened IDX file: what it says of its shape.

    Args:
        file: at its beginning; then at its data.
        path: of the file, for errors.
        most: bytes that images may have.

    Raises:
        InklingError: it is none, truncated, too large, or has another data type.
    """
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0":
        raise InklingError(f"{path} is not an IDX file: it does not start with two zero bytes.")
    kind, axes = head[2:]
    if kind != IDX_UBYTE:
        raise InklingError(
            f"{path} has IDX data type 0x{kind:02x}; only unsigned bytes (0x08) are supported."
        )
    if axes not in IDX_AXES:
        raise InklingError(
            f"{path} has {axes} axes; labels have 1, images 3, or 4 in color. Check the file."
        )
    sides = file.read(4 * axes)
    if len(sides) < 4 * axes:
        raise InklingError(f"{path} is truncated inside its header. Copy or download it again.")
    shape = struct.unpack(f">{axes}I", sides)
    _check_size(shape, 1, MOST_LABELS if axes == 1 else most, str(path))
    return shape


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, to be unpacked as it is read if it is gzipped.

    Raises:
        InklingError: it is missing, no regular file, or damaged, as is found out while it is read.
    """
    check_regular(path)
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP
            raw.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=raw) as file:
                    yield cast(IO[bytes], file)
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InklingError(
            f"{path} is damaged or truncated: {reason(error)}. Copy or download it again."
        ) from None
    except OSError as error:
        raise InklingError(f"{path} cannot be read: {error.strerror or error}.") from None


@contextmanager
def opened_npz(path: Path, keys: tuple[str, ...]) -> Iterator["Npz"]:
    """Open an `.npz` that must have some keys; what is wrong with it, now or later, is said.

    Raises:
        InklingError: it is missing, damaged, or lacks a key.
    """
    with opened_zip(path) as archive:
        npz = Npz(archive, path)
        missing = [key for key in keys if key not in npz.keys]
        if missing:
            raise InklingError(
                f"{path} lacks {', '.join(missing)}; it has {npz.held}. Save it with "
                f"numpy.savez(path, {', '.join(f'{key}=…' for key in keys)})."
            )
        yield npz


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the zip file that an `.npz` is; what is wrong with it, now or later, is said.

    Raises:
        InklingError: it is missing or damaged.
    """
    check_regular(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise InklingError(
            f"{path} is not a complete .npz file: {reason(error)}. Save it with numpy.savez, or "
            "copy it again."
        ) from None
    # An unknown compression is a NotImplementedError, an encrypted member a RuntimeError.
    except (OSError, ValueError, EOFError, RuntimeError, zlib.error, struct.error) as error:
        raise InklingError(f"{path} is damaged or cannot be read: {reason(error)}.") from None


class Npz:
    """The arrays of an opened `.npz`."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        """Look at the names of an archive's members; raises as `opened_npz`."""
        self._archive, self._path = archive, path
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise InklingError(f"{path} has two members of the same name. Save it again.")
        self.keys = {name.removesuffix(".npy") for name in names if name.endswith(".npy")}
        shown = [name.removesuffix(".npy")[:40] for name in names]
        self.held = ", ".join(shown[:10]) + ("…" if shown[10:] else "") or "nothing"

    def read(self, key: str, most: int = MOST_BYTES) -> np.ndarray:
        """Read an array of numbers or of strings.

        Args:
            key: its name.
            most: bytes that it may have.

        Raises:
            InklingError: it is none, larger, or holds Python objects (never unpickled).
        """
        called = f"{key} in {self._path}"
        with self._archive.open(f"{key}.npy") as member:
            _checked_header(member, called, most)
        with self._archive.open(f"{key}.npy") as member:
            return np.lib.format.read_array(member, allow_pickle=False)


def map_npy(path: Path, most: int = MOST_MAPPED) -> np.ndarray:
    """Open an `.npy` of numbers, memory-mapped.

    Args:
        path: the file.
        most: bytes that the array may have.

    Raises:
        InklingError: it is missing, damaged, larger, or holds Python objects (never unpickled).
    """
    with opened(path) as file:
        shape, dtype = _checked_header(file, str(path), most)
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError) as error:
        raise InklingError(
            f"{path} is not a complete .npy of {shape} {dtype}: {reason(error)}. Copy it again."
        ) from None


def _checked_header(
    member: IO[bytes], called: str, most: int
) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Check what an array says of itself; see `npy_header`."""
    shape, _, dtype = npy_header(member, called)
    if dtype.hasobject:
        raise InklingError(
            f"{called} contains Python objects, which can run code when they are loaded and "
            "are therefore refused. Save plain numeric arrays with numpy.save or numpy.savez."
        )
    if dtype.kind not in "biufUS":
        raise InklingError(f"{called} is neither of numbers nor of strings. Save it as such.")
    _check_size(shape, max(dtype.itemsize, 1), most, called)
    return shape, dtype


def npy_header(member: IO[bytes], called: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read what an `.npy` says of itself: its shape, whether columns come first, and its type.

    Args:
        member: at its beginning; then at its data.
        called: what it is, for errors.

    Raises:
        InklingError: it is none.
    """
    try:
        version = np.lib.format.read_magic(member)
        reader = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, columns_first, dtype = reader(member, max_header_size=LONGEST_HEADER)
    # The header is text of Python: what can be wrong with that is wrong in many ways.
    except (ValueError, KeyError, TypeError, SyntaxError, RecursionError, MemoryError,
            tokenize.TokenError) as error:  # fmt: skip
        raise InklingError(
            f"{called} is not a complete array of numbers as numpy.save writes it."
        ) from error
    return shape, columns_first, dtype


def _check_size(shape: tuple[int, ...], itemsize: int, most: int, called: str) -> None:
    """Check what a header says, before anything is allocated."""
    size = math.prod(shape) * itemsize
    # An empty axis makes the size 0, whatever the others are.
    if max(shape, default=0) * itemsize > most or size > most or min(shape, default=0) < 0:
        told = "×".join(map(str, shape))[:60] or "a single"
        raise InklingError(
            f"{called} is too large: by its header it holds {told} values, and at most "
            f"{most // MEGABYTE:,} MB are read. Check the file, or use fewer images."
        )
