"""The images of some rows of a result, read again from where they were."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.errors import InklingError
from pipeline.reading import MEGABYTE, check_regular
from pipeline.scoring import sources, tables
from pipeline.scoring.arrays import Packed, Rows
from pipeline.scoring.found import Found, Part, Takes
from pipeline.scoring.tar_files import TarFiles

MOST_PACKED = 64 * MEGABYTE  # of a compressed file that is unpacked to show some of its images
MOST_GROUPS = 512 * MEGABYTE  # of groups of rows, unpacked, that are read for it


def find(rows: pd.DataFrame, takes: Takes, check: Callable[[Path], None]) -> list[Found]:
    """Read images again.

    Args:
        rows: of a result, with source, member, index and offset.
        takes: what the network takes.
        check: raises InklingError for a path that may not be read.

    Returns:
        One a row, as the network gets it; without an image where it is not there any more.
    """
    found: dict[tuple[str, str, int], Found] = {}
    known = rows.assign(member=rows["member"].fillna(""), offset=rows["offset"].fillna(-1))
    for (source, member), some in known.groupby(["source", "member"], sort=False):
        for one in _of_file(str(source), str(member), some, takes, check):
            found[str(source), str(member), one.index] = one
    keys = known[["source", "member", "index"]].itertuples(index=False, name=None)
    return [found.get(key) or _gone(key) for key in keys]


def _of_file(
    source: str, member: str, rows: pd.DataFrame, takes: Takes, check: Callable[[Path], None]
) -> Iterator[Found]:
    path, missing = Path(source), set(map(int, rows["index"]))
    try:
        check(path)
        check_regular(path)
        for part in _parts(path, member, rows, takes):
            for one in part.read(takes, frozenset(missing)):
                if one.member == member and one.index in missing:
                    missing.remove(one.index)
                    yield one
    except InklingError as error:
        for index in missing:
            yield Found(source, member, index, None, str(error))


def _parts(path: Path, member: str, rows: pd.DataFrame, takes: Takes) -> Iterator[Part]:
    """Find the parts of a file that hold the wanted images, as small as they can be."""
    begun = rows[rows["offset"] >= 0]
    for index, offset in zip(begun["index"], begun["offset"], strict=True):
        yield TarFiles(str(path), int(offset), int(index), 1, "")
    if len(begun):
        return
    wanted = sorted(map(int, rows["index"]))
    if sources.is_table(path):
        yield from tables.holding(path, member, wanted, MOST_GROUPS)
        return
    for part in sources.parts_of([path], takes, member or None):
        if isinstance(part, Rows):
            held = [one for one in wanted if part.first <= one < part.first + part.count]
            yield from (replace(part, first=one, count=1) for one in held)
            continue
        if isinstance(part, TarFiles | Packed) and path.stat().st_size > MOST_PACKED:
            raise InklingError(
                f"{path} is compressed and large, so its images are not shown. Unpack it first."
            )
        if not isinstance(part, Packed):
            yield part
        elif part.first == 0:  # the others would begin there anew
            yield replace(part, count=wanted[-1] + 1)


def _gone(key: tuple[str, str, int]) -> Found:
    source, member, index = key
    return Found(source, member, index, None, f"{source} does not hold this image any more.")
