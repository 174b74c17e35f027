import gzip
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import InklingError
from pipeline.scoring import arrays, sources, tables, tar_files
from pipeline.scoring.found import Found, Takes, read_past
from tests.pipeline.scoring import made

TAKES = Takes((8, 8, 1), mnist_framed=False)
IMAGES = made.images(10)
NESTED = pa.array(IMAGES.tolist(), pa.list_(pa.list_(pa.uint8())))
FILES = pa.array([made.png(image) for image in IMAGES])
STRUCTS = pa.StructArray.from_arrays([FILES, pa.array(["a"] * 10)], ["bytes", "path"])

KINDS: dict[str, Callable[[Path], object]] = {
    "a-ubyte": lambda path: made.idx(path, IMAGES),
    "a-ubyte.gz": lambda path: made.idx(path, IMAGES),
    "a.npy": lambda path: np.save(path, IMAGES),
    "color.npy": lambda path: np.save(path, IMAGES[..., None]),
    "a.npz": lambda path: np.savez(path, y_test=np.arange(10), x_test=IMAGES),
    "packed.npz": lambda path: np.savez_compressed(path, y_test=np.arange(10), x_test=IMAGES),
    "folder": lambda path: made.folder(path, IMAGES),
    "a.tar": lambda path: made.tar(path, made.shard(IMAGES)),
    "a.tar.gz": lambda path: made.tar(path, made.shard(IMAGES), "w:gz"),
    "files.parquet": lambda path: made.table(path, FILES),
    "structs.parquet": lambda path: made.table(path, STRUCTS),
    "nested.parquet": lambda path: made.table(path, NESTED),
    "flat.parquet": lambda path: made.table(
        path, pa.FixedSizeListArray.from_arrays(IMAGES.ravel().astype(np.int64), 64)
    ),
    "group.parquet": lambda path: made.table(path, STRUCTS, rows_a_group=10),
}
WHOLE = {"a.tar.gz"}  # how many images it holds, nobody knows before it is unpacked


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    for module in (arrays, sources, tables, tar_files):
        monkeypatch.setattr(module, "PART", 4)


def found(*paths: Path, takes: Takes = TAKES, column: str | None = None) -> list[list[Found]]:
    """What is found in each part."""
    parts = sources.parts_of(sources.checked(paths), takes, column)
    return [list(part.read(takes)) for part in parts]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_images(tmp_path, kind):
    KINDS[kind](tmp_path / kind)
    parts = found(tmp_path / kind)
    assert [len(part) for part in parts] == ([10] if kind in WHOLE else [4, 4, 2])
    read = [one for part in parts for one in part]
    assert not any(one.error for one in read)
    assert np.array_equal([one.image for one in read], IMAGES[..., None])
    if kind != "folder":
        assert [one.index for one in read] == list(range(10))
        assert {one.source for one in read} == {str(tmp_path / kind)}


def test_a_folder_may_hold_all_of_them_and_others(tmp_path):
    for kind, make in KINDS.items():
        make(tmp_path / kind)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_bytes(b"")
    made.idx(tmp_path / "labels-idx1-ubyte", np.zeros(10, np.uint8))
    parts = found(tmp_path)
    assert sum(len(part) for part in parts) == 10 * len(KINDS)
    assert parts == sorted(parts, key=parts.index)


def test_parts_are_the_same_each_time_until_a_file_changes(tmp_path):
    for kind, make in KINDS.items():
        make(tmp_path / kind)
    paths = sources.checked([tmp_path])
    before = [repr(part) for part in sources.parts_of(paths, TAKES)]
    assert [repr(part) for part in sources.parts_of(paths, TAKES)] == before
    made.idx(tmp_path / "a-ubyte", made.images(11, seed=1))
    after = [repr(part) for part in sources.parts_of(paths, TAKES)]
    assert len(set(after) - set(before)) == 3


def test_a_damaged_picture_is_one_among_many(tmp_path):
    shard = made.shard(IMAGES)
    shard["0005.png"] = b"no picture"
    made.tar(tmp_path / "a.tar", shard)
    folder = made.folder(tmp_path / "folder", IMAGES)
    (folder / "0005.png").write_bytes(b"")
    values = FILES.to_pylist()
    values[5] = b"\x89PNG"
    values[6] = None
    made.table(tmp_path / "a.parquet", pa.array(values, pa.binary()))
    errors = [one.error for part in found(tmp_path) for one in part if one.error]
    assert [re.sub(r"/\S*/", "", error) for error in errors] == [
        "Row 5 of a.parquet is not an image in a supported format; use PNG or JPEG, for example.",
        "Row 6 of a.parquet has no image.",
        "0005.png in a.tar is not an image in a supported format; use PNG or JPEG, for example.",
        "0005.png is not an image in a supported format; use PNG or JPEG, for example.",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[1, 2], [3]], "expected images of 8×8×1 (height, width, channels), found 0"),
        ([[300] * 8] * 8, "holds other numbers than integers from 0 to 255"),
        ([[None] * 8] * 8, "holds other numbers than integers from 0 to 255"),
        ([[1] * 9] * 9, "found 9×9"),
    ],
)
def test_lists_that_are_no_image_of_the_network_are_said_to_be_none(tmp_path, values, said):
    kind = pa.list_(pa.list_(pa.int64()))
    path = made.table(tmp_path / "a.parquet", pa.array([IMAGES[0].tolist(), values], kind))
    (part,) = found(path)
    assert part[0].image is not None
    assert said in part[1].error


def cut(path: Path, bytes_left: int) -> None:
    path.write_bytes(path.read_bytes()[:bytes_left])


@pytest.mark.parametrize(
    ("kind", "left", "readable"),
    [("a-ubyte", 16 + 3 * 64 + 5, 3), ("a.npy", 128 + 64, 1), ("a.tar", 7 * 1024 + 512 + 20, 3)],
)
def test_of_a_file_that_is_cut_off_what_is_there_is_read(tmp_path, kind, left, readable):
    KINDS[kind](tmp_path / kind)
    cut(tmp_path / kind, left)
    read = [one for part in found(tmp_path / kind) for one in part]
    assert np.array_equal(
        [one.image for one in read if not one.error], IMAGES[:readable, ..., None]
    )
    errors = [one.error for one in read if one.error]
    assert errors
    assert all(str(tmp_path / kind) in error for error in errors)


@pytest.mark.parametrize("kind", ["a-ubyte.gz", "a.tar.gz"])
@pytest.mark.parametrize("left", [0.35, 0.5, 0.6])
def test_of_a_compressed_file_that_is_cut_off_some_is_read(tmp_path, kind, left):
    KINDS[kind](tmp_path / kind)
    content = gzip.decompress((tmp_path / kind).read_bytes())
    (tmp_path / kind).write_bytes(gzip.compress(content, 0)[: int(left * len(content))])
    *images, last = (one for part in found(tmp_path / kind) for one in part)
    assert last.error
    assert np.array_equal([one.image for one in images], IMAGES[: len(images), ..., None])
    assert len(images) > 1


def test_what_is_read_from_its_beginning_has_few_parts():
    parts = list(read_past(1_000, 4))
    assert len(parts) == 16
    assert [at for first, count in parts for at in range(first, first + count)] == [*range(1_000)]
    assert list(read_past(9, 4)) == [(0, 4), (4, 4), (8, 1)]


def test_a_damaged_header_in_the_middle_of_an_archive_is_noticed(tmp_path):
    path = made.tar(tmp_path / "a.tar", made.shard(IMAGES))
    content = bytearray(path.read_bytes())
    content[8 * 1024 : 8 * 1024 + 512] = b"x" * 512
    path.write_bytes(content)
    read = [one for part in found(path) for one in part]
    assert len(read) == 5
    assert "cannot be read after 4 images: it is damaged at byte 8,192" in read[-1].error


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("a.npy", lambda p: np.save(p, IMAGES.astype(float)), "expected integers from 0 to 255"),
        ("a.npy", lambda p: np.save(p, made.images(3, (9, 9))), "found 9×9"),
        ("a.npy", lambda p: np.save(p, np.asfortranarray(IMAGES)), "numpy.ascontiguousarray"),
        ("a.npz", lambda p: np.savez(p, y=np.arange(3)), "holds no array of images"),
        ("a.npz", lambda p: p.write_bytes(b"PK"), "is not a complete .npz file"),
        ("a-ubyte", lambda p: made.idx(p, made.images(3, (9, 9))), "found 9×9"),
        ("a-ubyte.gz", lambda p: p.write_bytes(b"\x1f\x8bno"), "damaged"),
        ("a.tar", lambda p: p.write_bytes(b"no archive" * 100), "cannot be read"),
        ("a.parquet", lambda p: p.write_bytes(b"PAR1"), "cannot be read"),
        ("a.parquet", lambda p: made.table(p, pa.array(["a"])), "no column of images"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_among_many(tmp_path, name, write, said):
    write(tmp_path / name)
    made.idx(tmp_path / "z-ubyte", IMAGES[:2])
    first, *others = (one for part in found(tmp_path) for one in part)
    assert said in first.error
    assert (first.index, first.image) == (-1, None)
    assert len(others) == 2


def test_of_several_columns_one_is_named(tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"left": FILES, "right": FILES}), path)
    assert "several columns that may be images: left, right" in found(path)[0][0].error
    assert len([one for part in found(path, column="right") for one in part]) == 10
    assert "has no column “up” of images" in found(path, column="up")[0][0].error


@pytest.mark.parametrize("name", ["missing", "notes.txt"])
def test_what_cannot_be_scored_is_said_before_anything_is(tmp_path, name):
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(InklingError, match=name):
        sources.checked([tmp_path / name])


def test_links_to_folders_are_not_followed(tmp_path):
    made.folder(tmp_path / "a", IMAGES[:2])
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    assert sum(len(part) for part in found(tmp_path)) == 2


def test_pictures_are_read_as_predict_does(tmp_path):
    from pipeline.ink import inputs

    large = made.images(1, (40, 30, 3))
    folder = made.folder(tmp_path / "a", large)
    for framed in (False, True):
        (item,) = inputs.read_all([folder / "0000.png"], (28, 28, 1), mnist_framed=framed)
        ((one,),) = found(folder, takes=Takes((28, 28, 1), framed))
        assert (one.image is None) == (item.image is None)
        assert one.error == item.error
        assert one.image is None or np.array_equal(one.image, item.image)
