"""The Parquet tables of a run: written small, and read by column or by row."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as pq

from pipeline.analysis.embedding import NEIGHBOR

OLD_NEIGHBOR = "neighbour_"  # columns of features in format 1
ROWS_A_GROUP = 65_536  # of a file: what must be read to get one row
MOST_CELLS = 2**27  # that are read at once: up to 1 GB


def write(table: pd.DataFrame, target: Path | BinaryIO) -> None:
    """Write a table to a path or an open file."""
    # Hardly a value of these columns repeats, so a dictionary of them would only take up space.
    floats = [str(name) for name, kind in table.dtypes.items() if kind.kind == "f"]
    table.to_parquet(
        target,
        index=False,
        row_group_size=ROWS_A_GROUP,
        compression="zstd",
        compression_level=9,
        use_dictionary=False,
        use_byte_stream_split=floats,
    )


def read(path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    """Read a table, or some of its columns; None for all.

    Raises:
        ValueError: it is too large.
        OSError, KeyError, ArrowException: it is damaged, or lacks a column.
    """
    _check_size(path, columns)
    return pq.read_table(path, columns=None if columns is None else list(columns)).to_pandas()


def read_row(path: Path, index: int, columns: Sequence[str]) -> pd.DataFrame:
    """Read some columns of one row, without the groups of rows before and after it."""
    with pq.ParquetFile(path) as file:
        group, first = 0, 0
        while first + file.metadata.row_group(group).num_rows <= index:
            first += file.metadata.row_group(group).num_rows
            group += 1
        rows = file.read_row_group(group, columns=list(columns))
        return rows.slice(index - first, 1).to_pandas()


def read_features(path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    """Read the table of features, or some of its columns, under their current names."""
    held = {name.replace(OLD_NEIGHBOR, NEIGHBOR): name for name in pq.read_schema(path).names}
    wanted = list(held if columns is None else columns)
    _check_size(path, wanted)
    table = pq.read_table(path, columns=[held[name] for name in wanted])
    return table.rename_columns(wanted).to_pandas()


def _check_size(path: Path, columns: Sequence[str] | None) -> None:
    """Check how much a table says it holds: a few bytes can unpack to any number of rows."""
    said = pq.read_metadata(path)
    cells = said.num_rows * (said.num_columns if columns is None else len(columns))
    if cells > MOST_CELLS:
        raise ValueError(f"it has {cells:,} values; up to {MOST_CELLS:,} are read")
