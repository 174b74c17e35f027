import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InklingError
from pipeline.scoring import again, arrays, sources, tables, tar_files
from pipeline.scoring.found import Takes
from tests.pipeline.scoring import made
from tests.pipeline.scoring.test_sources import FILES, IMAGES, KINDS, TAKES


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    for module in (arrays, sources, tables, tar_files):
        monkeypatch.setattr(module, "PART", 4)


def anything(path) -> None:
    """Let every path be read."""


def rows(path, takes: Takes = TAKES) -> pd.DataFrame:
    """List what is in a file, as a result does."""
    parts = sources.parts_of(sources.checked([path]), takes)
    found = [one for part in parts for one in part.read(takes)]
    return pd.DataFrame(
        {
            "source": [one.source for one in found],
            "member": [one.member or None for one in found],
            "index": [one.index for one in found],
            "offset": [one.offset if one.offset >= 0 else None for one in found],
        }
    )


@pytest.mark.parametrize("kind", KINDS)
def test_images_are_found_again_wherever_they_were(tmp_path, kind):
    KINDS[kind](tmp_path / kind)
    wanted = [7, 0, 9, 4]
    found = again.find(rows(tmp_path / kind).iloc[wanted], TAKES, anything)
    assert [one.error for one in found] == [""] * 4
    assert np.array_equal([one.image for one in found], IMAGES[wanted, ..., None])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_gone_is_said_to_be(tmp_path, kind):
    KINDS[kind](tmp_path / kind)
    table = rows(tmp_path / kind).iloc[[3]]
    source = tmp_path / kind / "0003.png" if kind == "folder" else tmp_path / kind
    source.unlink()
    (found,) = again.find(table, TAKES, anything)
    assert found.image is None
    assert found.error == f"There is no file {source}."


def test_a_file_that_became_shorter_does_not_hold_it_any_more(tmp_path):
    path = made.idx(tmp_path / "a-ubyte", IMAGES)
    table = rows(path)
    made.idx(path, IMAGES[:5])
    kept, gone = again.find(table.iloc[[2, 7]], TAKES, anything)
    assert np.array_equal(kept.image, IMAGES[2, ..., None])
    assert "does not hold this image any more" in gone.error


def test_no_path_is_read_that_may_not_be(tmp_path):
    def refuse(path) -> None:
        raise InklingError("not yours")

    path = made.idx(tmp_path / "a-ubyte", IMAGES)
    found = again.find(rows(path).iloc[:2], TAKES, refuse)
    assert [(one.image, one.error) for one in found] == [(None, "not yours")] * 2


def test_what_is_compressed_and_large_is_not_unpacked_for_a_look(tmp_path, monkeypatch):
    monkeypatch.setattr(again, "MOST_PACKED", 10)
    path = made.idx(tmp_path / "a-ubyte.gz", IMAGES)
    (found,) = again.find(rows(path).iloc[[1]], TAKES, anything)
    assert "is compressed and large" in found.error


def test_groups_of_rows_that_are_large_are_not_read_for_a_look(tmp_path, monkeypatch):
    path = made.table(tmp_path / "a.parquet", FILES)
    group = pq.read_metadata(path).row_group(0).column(0).total_uncompressed_size
    monkeypatch.setattr(again, "MOST_GROUPS", group)
    kept, other = again.find(rows(path).iloc[[1, 7]], TAKES, anything)
    assert np.array_equal(kept.image, IMAGES[1, ..., None])
    assert "Write it with smaller ones" in other.error
