"""Parquet files with a column of images: files of images as bytes, or arrays of their pixels."""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InklingError, reason
from pipeline.ink import pictures
from pipeline.reading import DAMAGED, check_regular
from pipeline.scoring.found import PART, Found, Part, Takes, Wanted, read_past, stamp

UNREADABLE = (*DAMAGED, pa.ArrowException)
BYTES = "bytes"  # the field of a struct that holds the file, as Hugging Face's datasets have it
CALLED = ("image", "img", "picture", "pixels")  # by preference, where several columns may be it
ROWS = 64  # read at once: each may be a photograph


@dataclass(frozen=True)
class TableRows:
    """Some rows of a Parquet file: those of some groups, or some of those of a large one.

    Attributes:
        path: of the file.
        column: which one holds the images.
        groups: which groups of rows are read.
        begin: the first row of these.
        first, count: which rows.
        state: of the file.
    """

    path: str
    column: str
    groups: tuple[int, ...]
    begin: int
    first: int
    count: int
    state: str

    def read(self, takes: Takes, wanted: Wanted = None) -> Iterator[Found]:
        """Read them one after another."""
        at, end = self.begin, self.first + self.count
        try:
            with _opened(Path(self.path)) as file:
                for batch in file.iter_batches(ROWS, self.groups, [self.column]):
                    rows = range(max(at, self.first), min(at + len(batch), end))
                    if wanted is None or any(row in rows for row in wanted):
                        some = batch.column(0).slice(rows.start - at, len(rows))
                        for row, value in zip(rows, _values(some), strict=True):
                            if wanted is None or row in wanted:
                                yield self._read(value, row, takes)
                    at += len(batch)
                    if at >= end:
                        return
        except UNREADABLE as error:
            if at == self.begin or at >= self.first:  # else an earlier part says it
                said = f"{self.path} cannot be read after row {at:,}: {reason(error)}."
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
    called, groups = _looked_at(path, column)
    begin = 0
    for some in _gathered([group.rows for group in groups]):
        rows = sum(groups[number].rows for number in some)
        for first, count in read_past(rows, PART):
            yield TableRows(str(path), called, some, begin, begin + first, count, stamp(path))
        begin += rows


def holding(path: Path, column: str, wanted: Collection[int], most: int) -> Iterator[TableRows]:
    """Find the groups of rows that hold some rows, each up to the last of these.

    Args:
        path, column: as of `of_table`.
        wanted: the rows.
        most: bytes that these groups may have, unpacked.

    Raises:
        InklingError: as `of_table`, or for the first group that exceeds `most`.
    """
    called, groups = _looked_at(path, column)
    begin = 0
    for number, group in enumerate(groups):
        held = [row for row in wanted if begin <= row < begin + group.rows]
        if held:
            most -= group.size
            if most < 0:
                raise InklingError(
                    f"{path} has groups of so many rows that not all of its images are shown. "
                    "Write it with smaller ones: row_group_size=1000 of to_parquet, for example."
                )
            count = max(held) + 1 - begin
            yield TableRows(str(path), called, (number,), begin, begin, count, stamp(path))
        begin += group.rows


class _Group(NamedTuple):
    """A group of rows: how many, and the bytes that their images have, unpacked."""

    rows: int
    size: int


def _looked_at(path: Path, column: str | None) -> tuple[str, list[_Group]]:
    """Find the column that holds the images, and the groups of rows; raises as `of_table`."""
    check_regular(path)
    try:
        with _opened(path) as file:
            called = _column(file.schema_arrow, column, path)
            known = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
            return called, [_Group(one.num_rows, _size(one, called)) for one in known]
    except UNREADABLE as error:
        raise InklingError(f"{path} cannot be read: {reason(error)}.") from None


def _size(group: pq.RowGroupMetaData, column: str) -> int:
    """Return the bytes of a column, and those in it, unpacked."""
    columns = (group.column(number) for number in range(group.num_columns))
    return sum(
        one.total_uncompressed_size
        for one in columns
        if f"{one.path_in_schema}.".startswith(f"{column}.")
    )


def _gathered(rows: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Gather groups of so many rows, one after another, into parts; a large one stays alone."""
    some, count = list[int](), 0
    for number, size in enumerate(rows):
        if some and count + size > PART:
            yield tuple(some)
            some, count = [], 0
        some, count = [*some, number], count + size
    if some:
        yield tuple(some)


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
