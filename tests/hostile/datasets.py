"""Files of datasets that lie, are damaged, or are no files."""

import gzip
import io
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hostile.doors import Case

BIG = 2**32 - 1
PARTS = ("x_train", "y_train", "x_test", "y_test")
Make = Callable[[Path], object]


def idx(shape: tuple[int, ...], data: bytes, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + data


def idx_folder(images: bytes, labels: bytes = b"", end: str = "") -> Make:
    """Four IDX files, of which the training images, and perhaps the labels, are as given."""

    def make(folder: Path) -> None:
        good = {
            "train-images-idx3": idx((30, 8, 8), bytes(30 * 64)),
            "train-labels-idx1": idx((30,), bytes([0, 1, 2] * 10)),
            "t10k-images-idx3": idx((30, 8, 8), bytes(30 * 64)),
            "t10k-labels-idx1": idx((30,), bytes([0, 1, 2] * 10)),
        }
        good |= {"train-images-idx3": images} if images else {}
        good |= {"train-labels-idx1": labels} if labels else {}
        folder.mkdir()
        for name, raw in good.items():
            (folder / f"{name}-ubyte{end}").write_bytes(raw)

    return make


def bomb(megabytes: int, head: bytes = b"") -> bytes:
    """Many megabytes of zeros, gzipped, without ever holding them; the checksum is wrong."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    # After a full flush, equal blocks are packed equally.
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * megabytes + packer.flush()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text: str, data: bytes = b"", version: bytes = b"\1\0") -> bytes:
    """An `.npy` whose header is any text."""
    raw = text.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(raw)) + raw + data


def described(shape: object, kind: str = "|u1") -> bytes:
    return header(f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}, }}")


GOOD = {
    "x_train": npy(np.zeros((30, 8, 8), np.uint8)),
    "y_train": npy(np.arange(30) % 3),
    "x_test": npy(np.zeros((30, 8, 8), np.uint8)),
    "y_test": npy(np.arange(30) % 3),
}


def npz(**members: bytes) -> Make:
    """An `.npz` of which some members are as given."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, raw in (GOOD | members).items():
                archive.writestr(f"{name}.npy", raw)

    return make


def patched(what: str) -> Make:
    """An `.npz` whose zip structure is odd."""

    def make(path: Path) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, raw in GOOD.items():
                archive.writestr(f"{name}.npy", raw)
            if what == "doubled":
                with warnings.catch_warnings(action="ignore"):
                    archive.writestr("x_train.npy", GOOD["y_train"])
        raw = bytearray(file.getvalue())
        first, listed = raw.index(b"PK\3\4"), raw.index(b"PK\1\2")
        if what == "encrypted":
            raw[first + 6] |= 1
            raw[listed + 8] |= 1
        if what == "unknown compression":
            raw[first + 8] = raw[listed + 10] = 99
        if what == "sizes that lie":
            raw[listed + 24 : listed + 28] = struct.pack("<I", 0xFFFFFF00)
        if what == "wrong checksum":
            raw[first + 100] ^= 255
        path.write_bytes(raw)

    return make


def npz_bomb(path: Path) -> None:
    """An `.npz` of a few megabytes that unpacks to four gigabytes and says so."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in PARTS[1:]:
            archive.writestr(f"{name}.npy", GOOD[name])
        with archive.open("x_train.npy", "w", force_zip64=True) as member:
            member.write(described((4 * 2**20, 32, 32)))
            block = bytes(2**20)
            for _ in range(200):
                member.write(block)


def picture(path: Path, side: int = 16) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (side, side), 128).save(path)


def classes(extra: Make) -> Make:
    """A folder of two classes of pictures, and something odd in it."""

    def make(folder: Path) -> None:
        for name in ("cat", "dog"):
            for number in range(6):
                picture(folder / name / f"{number}.png")
        extra(folder)

    return make


def odd_name(folder: Path) -> None:
    picture(folder / os.fsdecode(b"caf\xe9") / "a.png")  # Latin-1


def odd_file(folder: Path) -> None:
    picture(folder / "cat" / os.fsdecode(b"caf\xe9.png"), side=20)


def many_classes(count: int) -> Make:
    def make(folder: Path) -> None:
        for number in range(count):
            (folder / f"c{number}").mkdir(parents=True)

    return make


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def link(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def imported(make: Make, name: str = "odd.npz") -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        make(folder / name)
        return ["data", "mine", "--from", str(folder / name)]

    return command


def trained(make: Make, name: str = "odd.npz") -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        make(folder / name)
        return ["train", "--dataset", str(folder / name), "--epochs", "1"]

    return command


def _idx(name: str, images: bytes, says: str, labels: bytes = b"", end: str = "") -> Case:
    return Case(f"idx {name}", imported(idx_folder(images, labels, end), "odd"), says)


def _npz(name: str, says: str, **members: bytes) -> Case:
    return Case(f"npz {name}", imported(npz(**members)), says)


IDX = [
    _idx("of 70 axes", idx((1,) * 70, b"\0"), "70 axes"),
    _idx("of 255 axes", bytes([0, 0, 8, 255]), "255 axes"),
    _idx("without axes", bytes([0, 0, 8, 0, 7]), "0 axes"),
    _idx("of two axes", idx((30, 64), bytes(30 * 64)), "2 axes"),
    _idx("with an empty axis behind huge ones", idx((BIG, BIG, 0), b""), "too large"),
    _idx("of the largest sides", idx((BIG, BIG, BIG), b"abc"), "too large"),
    _idx("of four gigabytes, cut off", idx((2**22, 32, 32), bytes(100)), "too large"),
    _idx("of half a gigabyte, cut off", idx((2**19, 32, 32), bytes(100)), "should have"),
    _idx("without images", idx((0, 8, 8), b""), "shape"),
    _idx("cut off in its magic number", b"\0\0\x08", "not an IDX file"),
    _idx("cut off in its header", idx((30, 8, 8), b"")[:9], "truncated inside its header"),
    _idx("cut off in its data", idx((30, 8, 8), bytes(1000)), "should have 1,920 bytes.*1,000"),
    _idx("with more than it says", idx((30, 8, 8), bytes(5000)), "but has more"),
    _idx("of floats", idx((30, 8, 8), bytes(30 * 64), kind=0x0D), "0x0d"),
    _idx("that is text", b"I am a text\n" * 50, "not an IDX file"),
    _idx("that is a gzip bomb", bomb(4096, idx((30, 8, 8), b"")), "but has more", end=".gz"),
    _idx("that is a gzip bomb of zeros", bomb(1024), "data type 0x00", end=".gz"),
    _idx("gzipped and cut off", bomb(1, idx((2**14, 8, 8), b""))[:-40], "damaged", end=".gz"),
    _idx("gzipped with flipped bytes", b"\x1f\x8b" + bytes(50), "damaged", end=".gz"),
    _idx("gzipped twice", gzip.compress(gzip.compress(idx((30, 8, 8), bytes(1920)))),
         "not an IDX file", end=".gz"),
    _idx("with a gigabyte of labels", b"", "too large", labels=idx((2**30,), b"")),
    _idx("with fewer labels than images", b"", "30 images but 3 labels",
         labels=idx((3,), bytes(3))),
    _idx("with one class only", b"", "labels must be", labels=idx((30,), bytes(30))),
    _idx("with labels that skip some", b"", "without gaps",
         labels=idx((30,), bytes([0, 1, 250] * 10))),
]  # fmt: skip
NPZ = [
    _npz("header of 763 GiB", "too large", x_train=described((800_000_000, 32, 32))),
    _npz("header of 2^64", "too large", x_train=described((2**64, 8, 8))),
    _npz("header of 2^40 with an empty axis", "too large", x_train=described((2**40, 0, 8))),
    _npz("header of a number of 4,000 digits", "x_train", x_train=described(f"({'9' * 4000}, 8)")),
    _npz("header of a number of 9,000 digits", "x_train", x_train=described(f"({'9' * 9000}, 8)")),
    _npz("header of negative sides", "x_train", x_train=described((-1, 8, 8))),
    _npz("of void types", "neither of numbers", x_train=described((30, 8, 8), "|V8")),
    _npz("of void types of 2 GB each", "neither of numbers",
         x_train=described((30, 8, 8), "|V2000000000")),
    _npz("of void types of no size", "neither of numbers", x_train=described((2**60, 8), "|V0")),
    _npz("of structures", "x_train", x_train=header(
        "{'descr': [('a', '<i4'), ('b', '|O')], 'fortran_order': False, 'shape': (3,), }")),
    _npz("of complex numbers", "neither of numbers", x_train=npy(np.zeros((30, 8, 8), complex))),
    _npz("of dates", "neither of numbers", y_train=npy(np.zeros(30, "M8[s]"))),
    _npz("of strings of 4 GB", "class_names in", class_names=described((2,), "<U1000000000")),
    _npz("with an empty member", "x_train", x_train=b""),
    _npz("with a member that is text", "x_train", x_train=b"I am no array"),
    _npz("with a member that is a picture", "x_train", x_train=b"\x89PNG\r\n\x1a\n" + bytes(99)),
    _npz("with a cut-off header", "x_train", x_train=GOOD["x_train"][:40]),
    _npz("with cut-off data", "odd.npz", x_train=GOOD["x_train"][:-100]),
    _npz("of an unknown version", "x_train", x_train=header("{}", version=b"\x09\0")),
    _npz("with nested headers", "x_train", x_train=header("(" * 5000 + ")" * 5000)),
    _npz("with headers nested in lists", "x_train", x_train=header("[" * 200 + "]" * 200)),
    _npz("with a header that is code", "x_train", x_train=header("__import__('os').abort()")),
    _npz("with a header of bytes", "x_train", x_train=header("{\0}")),
    _npz("with a header of half a string", "x_train", x_train=header("{'descr': '")),
    _npz("with pickled objects", "run code", y_train=npy(np.array([None] * 30))),
    _npz("with a label of 100 million", "up to 1,000 classes",
         y_train=npy(np.array([0, 1, 10**8] * 10))),
    _npz("with a label of 2^62", "up to 1,000 classes", y_train=npy(np.array([0, 1, 2**62] * 10))),
    _npz("with a label of 2^63", "up to 1,000 classes",
         y_train=npy(np.array([0, 1, 2**63] * 10, np.uint64))),
    _npz("with a test label of 2^62", "up to 1,000 classes",
         y_test=npy(np.array([0, 1, 2**62] * 10))),
    _npz("with negative labels", "-5", y_train=npy(np.array([0, 1, -5] * 10))),
    _npz("with labels that are true or false", "list of integers",
         y_train=npy(np.zeros(30, bool))),
    _npz("with labels that are no numbers", "list of integers",
         y_train=npy(np.full(30, np.nan))),
    _npz("with images of NaN", "uint8", x_train=npy(np.full((30, 8, 8), np.nan, np.float32))),
    _npz("without images", "shape", x_train=npy(np.zeros((0, 8, 8), np.uint8)),
         y_train=npy(np.zeros(0, int))),
    _npz("with one image", "labels must be", x_train=npy(np.zeros((1, 8, 8), np.uint8)),
         y_train=npy(np.zeros(1, int))),
    _npz("with images of no size", "pixels", x_train=npy(np.zeros((30, 0, 0), np.uint8))),
    _npz("with a scalar for images", "shape", x_train=npy(np.zeros((), np.uint8))),
    _npz("with a scalar for labels", "list of integers", y_train=npy(np.zeros((), int))),
    _npz("with class names that are numbers", "list of strings",
         class_names=npy(np.arange(3))),
    _npz("with one class name twice", "all different", class_names=npy(np.array(["a", "a", "b"]))),
    _npz("with class names of control characters", "control characters",
         class_names=npy(np.array(["a", "b", "c\x1b[2J"]))),
    _npz("with a lone surrogate in a class name", "control characters",
         class_names=npy(np.array(["a", "b", "c"])).replace(b"c\0\0\0", b"\0\xd8\0\0")),
    _npz("with a class name of 100,000 letters", "too large",
         class_names=npy(np.array(["a", "b", "c" * 100_000]))),
    _npz("with a class name of 1,000 letters", "up to 300 characters",
         class_names=npy(np.array(["a", "b", "c" * 1_000]))),
    _npz("with too many class names", "0 training images",
         class_names=npy(np.array(list("abcdef")))),
    Case("npz encrypted", imported(patched("encrypted")), "odd.npz"),
    Case("npz of an unknown compression", imported(patched("unknown compression")), "odd.npz"),
    Case("npz with a doubled member", imported(patched("doubled")), "same name"),
    Case("npz whose sizes lie", imported(patched("sizes that lie")), refused=False),
    Case("npz with a wrong checksum", imported(patched("wrong checksum")), "odd.npz"),
    Case("npz bomb", imported(npz_bomb), "too large"),
    Case("npz that is a pickle", imported(lambda p: p.write_bytes(b"\x80\x04cos\nsystem\n.")),
         "not a complete .npz"),
    Case("npz that is an npy", imported(lambda p: p.write_bytes(GOOD["x_train"])),
         "not a complete .npz"),
    Case("npz that is empty", imported(lambda p: p.write_bytes(b"")), "not a complete .npz"),
    Case("npz that is a folder", imported(lambda p: p.mkdir()), "one subfolder"),
]  # fmt: skip


def npy_folder(**members: bytes) -> Make:
    """A folder of four `.npy` files, of which some are as given."""

    def make(folder: Path) -> None:
        folder.mkdir()
        for key, raw in (GOOD | members).items():
            part, what = ("train", "test")[key[2:] == "test"], ("images", "labels")[key[0] == "y"]
            (folder / f"{part}_{what}.npy").write_bytes(raw)

    return make


def _npy(name: str, says: str, **members: bytes) -> Case:
    return Case(f"npy {name}", imported(npy_folder(**members), "odd"), says)


NPY = [
    _npy("header of 763 GiB", "too large", x_train=described((800_000_000, 32, 32))),
    _npy("header of 2^64 with an empty axis", "too large", x_train=described((2**64, 0, 8))),
    _npy("that is cut off", "train_images", x_train=GOOD["x_train"][:-100]),
    _npy("with nested headers", "train_images", x_train=header("(" * 5000 + ")" * 5000)),
    _npy("of Python objects", "run code", y_train=npy(np.array([None] * 30))),
    _npy("that is empty", "train_images", x_train=b""),
    _npy("with a label of 2^62", "up to 1,000 classes", y_train=npy(np.array([0, 1, 2**62] * 10))),
]
NO_FILES = [
    Case("a named pipe for a dataset", imported(fifo), "not a regular file"),
    Case("a named pipe to train on", trained(fifo), "not a regular file"),
    Case("a link to itself for a dataset", imported(loop), "odd.npz"),
    Case("a link to itself to train on", trained(loop), "odd.npz"),
    Case("a link to /dev/zero", imported(link("/dev/zero")), "not a regular file"),
    Case("a link to /dev/null", imported(link("/dev/null")), "not a regular file"),
    Case("/dev/zero itself", lambda f: ["data", "x", "--from", "/dev/zero"], "not a regular file"),
    Case("/dev/null to train on", lambda f: ["train", "--dataset", "/dev/null"], "not a regular"),
    Case("/proc", lambda f: ["data", "x", "--from", "/proc"], "/proc"),
    Case("a file of /proc", lambda f: ["data", "x", "--from", "/proc/self/maps"], r"an \.npz"),
    Case("a user who is not there", lambda f: ["data", "x", "--from", "~nosuchuser/x"], "path"),
    Case("a user who is not there to train on", lambda f: ["train", "--dataset", "~nosuchuser"],
         "path"),
    Case("a path that is too long", lambda f: ["data", "x", "--from", "/a" * 5000], "path"),
    Case("a name that is too long", lambda f: ["data", "x", "--from", "a" * 5000], "path"),
    Case("a name of 10,000 letters to train on", lambda f: ["train", "--dataset", "a" * 10_000],
         "path"),
    Case("a path that is no UTF-8", imported(npz(), os.fsdecode(b"caf\xe9.npz")), "not UTF-8"),
    Case("a part of a path that is a file", lambda f: ["data", "x", "--from", "/etc/hosts/x"],
         "no folder or file"),
    Case("no path at all", lambda f: ["train", "--dataset", ""], ""),
]  # fmt: skip
FOLDERS = [
    Case("a class folder that is no UTF-8", imported(classes(odd_name), "odd"), "not UTF-8"),
    Case("a picture whose name is no UTF-8", imported(classes(odd_file), "odd"), "same size"),
    Case("a named pipe among pictures",
         imported(classes(lambda f: fifo(f / "cat" / "x.png")), "odd"), "not a regular file"),
    Case("a link to itself among pictures",
         imported(classes(lambda f: loop(f / "cat" / "x.png")), "odd"), "x.png"),
    Case("a link to nothing among pictures",
         imported(classes(lambda f: (f / "cat" / "x.png").symlink_to("no")), "odd"), "no file"),
    Case("a folder called x.png",
         imported(classes(lambda f: (f / "cat" / "x.png").mkdir()), "odd"), "a folder"),
    Case("a link to the folder itself in it", imported(
        classes(lambda f: (f / "again").symlink_to(f, target_is_directory=True)), "odd"), "again"),
    Case("a class folder of HTML", imported(
        classes(lambda f: picture(f / "<img src=x onerror=alert(1)>" / "a.png")), "odd"),
        "training image"),
    Case("a class folder of control characters", imported(
        classes(lambda f: [picture(f / "a\x1b[2J" / f"{n}.png") for n in range(6)]), "odd"),
        "control characters"),
    Case("2,000 class folders", imported(many_classes(2000), "odd"), "from two to 1,000"),
    Case("a damaged picture", imported(classes(
        lambda f: (f / "cat" / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))), "odd"),
        "x.png"),
    Case("a named pipe for the IDX files", imported(
        lambda f: (f.mkdir(), fifo(f / "train-images-idx3-ubyte")), "odd"), ""),
    Case("a named pipe for class names", lambda f: [
        imported(npz())(f), fifo(f / "n"), ["data", "mine", "--class-names", str(f / "n")]][-1],
        "not a regular file"),
    Case("/dev/zero for class names", lambda f: ["data", "mine", "--class-names", "/dev/zero"],
         "not a regular file"),
    Case("bytes for class names", lambda f: [
        (f / "n").write_bytes(bytes(range(256))), ["data", "mine", "--class-names", str(f / "n")]
        ][-1], "UTF-8"),
    Case("a hundred thousand class names", lambda f: [
        "data", "digits", "--class-names", ",".join(map(str, range(25_000)))], "class names"),
    Case("a class name of control characters", lambda f: [
        "data", "digits", "--class-names", "a,b,c,d,e,f,g,h,i,\x1b[2J"], "control characters"),
]  # fmt: skip
CASES = [*IDX, *NPZ, *NPY, *NO_FILES, *FOLDERS]
