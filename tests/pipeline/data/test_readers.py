import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from pipeline.data import readers
from pipeline.errors import InklingError


def idx(array: np.ndarray, kind: int = 0x08) -> bytes:
    return (
        struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()
    )


def write_idx_folder(folder, images=12, side=28, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for part in ("train", "t10k"):
        x = random.integers(0, 256, (images, side, side), dtype=np.uint8)
        y = np.arange(images, dtype=np.uint8) % 3
        for name, array in (("images-idx3", x), ("labels-idx1", y)):
            raw = idx(array)
            raw = gzip.compress(raw) if suffix else raw
            (folder / f"{part}-{name}-ubyte{suffix}").write_bytes(raw)
    return folder


def write_picture(path, size=(16, 16), mode="L", color=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color if color is not None else 128).save(path)
    return path


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_is_read_gzipped_or_not(tmp_path, suffix):
    labeled = readers.read_idx_folder(write_idx_folder(tmp_path, suffix=suffix))
    assert labeled.x.shape == (12, 28, 28, 1)
    assert labeled.y.tolist() == [0, 1, 2] * 4
    assert labeled.y.dtype == np.int64


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not an IDX file"),
        (b"hello there", "not an IDX file"),
        (b"\0\0\x08\x03\0\0", "inside its header"),
        (idx(np.zeros((4, 8, 8), np.uint8))[:-5], "should have 256 bytes.*but has 251"),
        (idx(np.zeros((4, 8, 8), np.uint8)) + b"x", "but has more"),
        (idx(np.zeros(4, np.uint8), kind=0x0D), "0x0d"),
        (gzip.compress(idx(np.zeros((40, 8, 8), np.uint8)), mtime=0)[:-20], "truncated"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 28), "too large"),
    ],
)
def test_a_bad_idx_file_is_one_sentence(tmp_path, raw, words):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(raw)
    with pytest.raises(InklingError, match=words):
        readers.read_idx(path)


def test_a_missing_idx_file_is_named(tmp_path):
    (write_idx_folder(tmp_path) / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(InklingError, match="lacks t10k-labels"):
        readers.read_idx_folder(tmp_path)


def parts(**changes):
    x, y = np.zeros((6, 8, 8), np.uint8), np.array([0, 1, 0, 1, 0, 1])
    return {"x_train": x, "y_train": y, "x_test": x, "y_test": y} | changes


def test_npz_keeps_class_names(tmp_path):
    np.savez(tmp_path / "a.npz", **parts(class_names=np.array(["Größe", "b"])))
    labeled = readers.read_npz(tmp_path / "a.npz")
    assert labeled.class_names == ("Größe", "b")
    assert labeled.x_test.shape == (6, 8, 8, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x_train": np.zeros((6, 8, 8), np.float32)}, "uint8.*float32"),
        ({"x_train": np.zeros((5, 8, 8), np.uint8)}, "5 images but 6 labels"),
        ({"x_train": np.zeros((6, 8, 8, 2), np.uint8)}, "for grayscale or"),
        ({"x_train": np.zeros((6, 80, 80), np.uint8)}, "80×80 pixels; sides from 8 to 64"),
        ({"x_train": np.zeros((6, 9, 9), np.uint8)}, "differ in shape"),
        ({"x_train": np.zeros((0, 8, 8), np.uint8), "y_train": np.zeros(0, int)}, "got"),
        ({"y_train": np.zeros(6, np.float32)}, "list of integers"),
        ({"y_train": np.array([None] * 6, dtype=object)}, "run code"),
    ],
)
def test_a_bad_npz_is_one_sentence(tmp_path, changes, words):
    np.savez(tmp_path / "a.npz", **parts(**changes))
    with pytest.raises(InklingError, match=words):
        readers.read_npz(tmp_path / "a.npz")


def test_npz_without_a_key_says_which(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 8, 8), np.uint8), labels=np.zeros(2))
    with pytest.raises(
        InklingError, match=r"lacks y_train, x_test, y_test; it has x_train, labels"
    ):
        readers.read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 cut", b"just text"])
def test_what_is_no_npz_is_one_sentence(tmp_path, raw):
    (tmp_path / "a.npz").write_bytes(raw)
    with pytest.raises(InklingError, match=r"a\.npz"):
        readers.read_npz(tmp_path / "a.npz")


def test_a_truncated_npz_is_one_sentence(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", **parts())
    whole = (tmp_path / "a.npz").read_bytes()
    for cut in range(0, len(whole), 97):
        (tmp_path / "cut.npz").write_bytes(whole[:cut])
        with pytest.raises(InklingError):
            readers.read_npz(tmp_path / "cut.npz")


def test_folders_of_pictures_are_classes(tmp_path):
    for name, color in (("10", 10), ("9", 9), ("2", 2)):
        write_picture(tmp_path / name / "a.png", color=color)
        write_picture(tmp_path / name / "b.jpg", color=color)
        (tmp_path / name / ".DS_Store").write_bytes(b"noise")
    labeled = readers.read_image_folder(tmp_path)
    assert labeled.class_names == ("2", "9", "10")  # by value, not by letter
    assert labeled.x.shape == (6, 16, 16, 1)
    assert [int(labeled.x[labeled.y == label].mean()) for label in range(3)] == [2, 9, 10]


def test_one_color_picture_makes_all_color(tmp_path):
    write_picture(tmp_path / "cat" / "a.png")
    write_picture(tmp_path / "dog" / "a.png", mode="RGB", color=(200, 10, 10))
    labeled = readers.read_image_folder(tmp_path)
    assert labeled.x.shape == (2, 16, 16, 3)
    assert labeled.x[1, 0, 0].tolist() == [200, 10, 10]


def test_train_and_test_folders_are_kept_apart(tmp_path):
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            write_picture(tmp_path / part / name / "a.png")
    labeled = readers.read_image_folder(tmp_path)
    assert len(labeled.x) == len(labeled.x_test) == 2
    write_picture(tmp_path / "test" / "bird" / "a.png")
    with pytest.raises(InklingError, match="bird"):
        readers.read_image_folder(tmp_path)


def test_mixed_sizes_are_named(tmp_path):
    for number in range(3):
        write_picture(tmp_path / "cat" / f"{number}.png")
    write_picture(tmp_path / "dog" / "odd.png", size=(20, 16))
    with pytest.raises(InklingError, match=r"most are 16×16.*odd\.png is 20×16"):
        readers.read_image_folder(tmp_path)


def test_an_empty_class_is_named(tmp_path):
    write_picture(tmp_path / "cat" / "a.png")
    (tmp_path / "dog").mkdir()
    with pytest.raises(InklingError, match=r"dog has no images"):
        readers.read_image_folder(tmp_path)


def test_a_text_named_png_is_named(tmp_path):
    write_picture(tmp_path / "cat" / "a.png")
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "a.png").write_text("I am a text")
    with pytest.raises(InklingError, match=r"dog/a\.png is not an image"):
        readers.read_image_folder(tmp_path)


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path):
    write_picture(tmp_path / "cat" / "a.png", size=(10_000, 10_000), mode="1", color=1)
    write_picture(tmp_path / "dog" / "a.png")
    with pytest.raises(InklingError, match="10000×10000"):
        readers.read_image_folder(tmp_path)


def test_a_folder_without_classes_says_what_is_expected(tmp_path):
    with pytest.raises(InklingError, match="one subfolder of images per class"):
        readers.read_image_folder(tmp_path)


def write_npy_folder(folder, **changes):
    """Write a folder as MNIST-C has one for each corruption."""
    x = np.arange(6 * 8 * 8, dtype=np.uint8).reshape(6, 8, 8, 1)
    arrays = {
        "train_images": x, "train_labels": np.arange(6) % 3,
        "test_images": x[:3], "test_labels": np.arange(3),
    }  # fmt: skip
    folder.mkdir()
    for name, array in (arrays | changes).items():
        np.save(folder / f"{name}.npy", array)
    return folder


def test_a_folder_of_npy_files_is_a_dataset(tmp_path):
    folder = write_npy_folder(tmp_path / "fog")
    found = readers.read(folder)
    assert (found.x.shape, found.x_test.shape) == ((6, 8, 8, 1), (3, 8, 8, 1))
    assert found.y.tolist() == [0, 1, 2, 0, 1, 2]
    assert found.class_names is None
    images, labels = readers.read_test_part(folder)
    assert np.array_equal(images, found.x_test)
    assert labels.tolist() == [0, 1, 2]
    assert readers.check(folder) is None


def test_what_is_wrong_with_npy_files_is_one_sentence(tmp_path):
    folder = write_npy_folder(tmp_path / "fog", train_labels=np.array([{}, 1], dtype=object))
    with pytest.raises(InklingError, match=r"train_labels\.npy contains Python objects"):
        readers.read(folder)
    (folder / "train_labels.npy").unlink()
    for look in (readers.read, readers.check):
        with pytest.raises(InklingError, match=r"fog lacks train_labels\.npy"):
            look(folder)
    whole = (folder / "test_images.npy").read_bytes()
    for raw in (whole[:60], whole[:-9], b""):
        (folder / "test_images.npy").write_bytes(raw)
        with pytest.raises(InklingError, match=r"test_images\.npy is not a complete"):
            readers.read_test_part(folder)
    other = write_npy_folder(tmp_path / "other", test_labels=np.arange(2))
    with pytest.raises(InklingError, match="has 3 images but 2 labels"):
        readers.read_test_part(other)
