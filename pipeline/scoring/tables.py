"""Parquet files with a column of images: files of images as bytes, or arrays of their pixels."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InklingError, reason
from pipeline.ink import pictures
from pipeline.reading import DAMAGED, check_regular
from pipeline.scoring.found import PART, Found, Part, Takes, Wanted, stamp

UNREADABLE = (*DAMAGED, pa.ArrowException)
BYTES = "bytes"  # the field of a struct that holds the file, as Hugging Face's datasets have it
CALLED = ("image", "img", "picture", "pixels")  # by preference, where several columns may be it
ROWS = 64  # read at once: each may be a photograph


@dataclass(frozen=True)
class TableRows:
    """Some groups of rows of a Parquet file.

    Attributes:
        path: of the file.
        column: which one holds the images.
        groups: which groups of rows.
        first: the first one's first row.
        state: of the file.
    """

    path: str
    column: str
    groups: tuple[int, ...]
    first: int
    state: str

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another."""
        index = self.first
        try:
            with _opened(Path(self.path)) as file:
                for batch in file.iter_batches(ROWS, self.groups, [self.column]):
                    for value in _values(batch.column(0)):
                        if wanted is None or index in wanted:
                            yield self._read(value, index, takes)
                        index += 1
        except UNREADABLE as error:
            said = f"{self.path} cannot be read after row {index:,}: {reason(error)}."
            yield Found(self.path, self.column, -1, None, said)

    def _read(self, value: Any, index: int, takes: Takes) -> Found:
        called = f"Row {index:,} of {self.path}"
        try:
            if value is None:
                raise InklingError(f"{called} has no image.")
            if isinstance(value, bytes):
                image = takes.of_picture(pictures.open_picture(io.BytesIO(value), called))
            else:
                image = takes.of_array(_bytes(_array(value), called), called)
        except InklingError as error:
            return Found(self.path, self.column, index, None, str(error))
        return Found(self.path, self.column, index, image)


def of_table(path: Path, column: str | None) -> Iterator[Part]:
    """Divide a Parquet file into parts.

    Args:
        path: of the file.
        column: which one holds the images; None to find it out.

    Raises:
        InklingError: it is damaged, or has no such column.
    """
    check_regular(path)
    try:
        with _opened(path) as file:
            wanted = _column(file.schema_arrow, column, path)
            sizes = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
    except UNREADABLE as error:
        raise InklingError(f"{path} cannot be read: {reason(error)}.") from None
    groups: list[int] = []
    first = rows = 0
    for group, size in enumerate(sizes):
        if groups and rows + size > PART:
            yield TableRows(str(path), wanted, tuple(groups), first, stamp(path))
            groups, first, rows = [], first + rows, 0
        groups, rows = [*groups, group], rows + size
    if rows:
        yield TableRows(str(path), wanted, tuple(groups), first, stamp(path))


def _opened(path: Path) -> pq.ParquetFile:
    """Open a file to be read piece by piece, not a group of rows at once."""
    return pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20)


def _column(schema: pa.Schema, wanted: str | None, path: Path) -> str:
    """Find the column that holds the images."""
    able = [field.name for field in schema if _may_be_images(field.type)]
    if wanted is not None:
        able = [name for name in able if name == wanted]
    named = [name for name in CALLED if name in able]
    if len(able) == 1 or named:
        return (named or able)[0]
    held = ", ".join(name[:40] for name in schema.names[:10])
    if able:
        raise InklingError(
            f"{path} has several columns that may be images: {', '.join(able)[:400]}. Name one "
            "with --column."
        )
    what = "column of images" if wanted is None else f"column “{wanted}” of images"
    raise InklingError(f"{path} has no {what}, as bytes or as lists of integers; it has {held}.")


def _may_be_images(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(field.name == BYTES and _is_binary(field.type) for field in kind)
    return _is_binary(kind) or (_is_list(kind) and _is_integers(kind))


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _is_list(kind: pa.DataType) -> bool:
    tests = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(test(kind) for test in tests)


def _is_integers(kind: pa.DataType) -> bool:
    """Whether lists, of lists perhaps, are of integers in the end."""
    while _is_list(kind):
        kind = kind.value_type
    return pa.types.is_integer(kind)


def _values(column: pa.Array) -> Iterator[Any]:
    """Return the values of a column: bytes of files, arrays of Arrow, or None."""
    if pa.types.is_struct(column.type):
        column = column.field(BYTES)
    if _is_binary(column.type):
        yield from column.to_pylist()
    else:
        yield from (one.values for one in column)


def _array(values: pa.Array) -> np.ndarray:
    """Turn the lists of one image, of lists perhaps, into an array of so many axes."""
    sides = [len(values)]
    while _is_list(values.type):
        lengths = set(pc.list_value_length(values).to_pylist())
        if len(lengths) != 1 or None in lengths:
            return np.zeros(0, np.uint8)  # of uneven lists: no image has this shape
        sides += lengths
        values = values.flatten()
    return values.to_numpy(zero_copy_only=False).reshape(sides)


def _bytes(values: np.ndarray, called: str) -> np.ndarray:
    """Check that integers, or what a missing one becomes, lie between 0 and 255: uint8."""
    if values.dtype == np.uint8:
        return values
    whole = values.dtype.kind in "iu"
    if not whole or (values.size and not 0 <= values.min() <= values.max() <= 255):
        raise InklingError(f"{called} holds other numbers than integers from 0 to 255.")
    return values.astype(np.uint8)
