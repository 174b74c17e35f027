"""Pictures that are huge, odd, damaged, or none."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hostile.datasets import fifo, link, loop
from tests.hostile.doors import Case

Make = Callable[[Path], object]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *extra: bytes, depth: int = 8) -> bytes:
    """A PNG in gray whose sizes are as stated, whatever its data."""
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), *extra, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def raw(content: bytes | Callable[[], bytes]) -> Make:
    """Bytes, or what makes them when they are needed."""
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content())


def saved(picture: Callable[[], Image.Image], **options: object) -> Make:
    def make(path: Path) -> None:
        picture().save(path, **options)

    return make


def of(pixels: Callable[[np.random.Generator], np.ndarray]) -> Callable[[], Image.Image]:
    """A picture of an array, with random numbers that are the same each time."""
    return lambda: Image.fromarray(pixels(np.random.default_rng(0)))


def blank(mode: str, width: int, height: int, color: object = None) -> Callable[[], Image.Image]:
    return lambda: Image.new(mode, (width, height), 0 if color is None else color)


def noise(height: int, width: int, share: float) -> Callable[[np.random.Generator], np.ndarray]:
    """Salt: white dots on black, or with a share above a half, black dots on white."""
    return lambda random: np.where(random.random((height, width)) < share, 255, 0).astype(np.uint8)


def paper(random: np.random.Generator, height: int = 400, width: int = 300) -> np.ndarray:
    """Uneven light and grain, so that it is read as a photograph."""
    light = np.linspace(120, 220, width) + random.normal(0, 4, (height, width))
    return np.clip(light, 0, 255).astype(np.uint8)


def dots(random: np.random.Generator, number: int = 40) -> np.ndarray:
    sheet = paper(random)
    sheet[random.integers(0, 400, number), random.integers(0, 300, number)] = 0
    return sheet


def flipped(seed: int, suffix: str) -> bytes:
    """A photograph's file with some bytes that are other than they were."""
    random = np.random.default_rng(seed)
    file = io.BytesIO()
    Image.fromarray(dots(random)).save(file, suffix)
    content = np.frombuffer(file.getvalue(), np.uint8).copy()
    at = random.integers(8, len(content), 12)
    content[at] = random.integers(0, 256, len(at))
    return content.tobytes()


def spoiled(seed: int, kind: str) -> Case:
    """A photograph's file with flipped bytes, made only when it is tried."""
    name = f"flipped bytes {kind} {seed}"
    return huge(name, lambda path: path.write_bytes(flipped(seed, kind)), kind.lower())


def predicted(make: Make, name: str = "odd.png") -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        make(folder / name)
        return ["predict", "latest", str(folder / name)]

    return command


def odd(name: str, make: Make, says: str = "odd", suffix: str = "png") -> Case:
    """A picture that must be refused."""
    return Case(name, predicted(make, f"odd.{suffix}"), says)


def huge(name: str, make: Make, suffix: str = "png") -> Case:
    """A picture that may be answered, if that is cheap."""
    return Case(name, predicted(make, f"odd.{suffix}"), "odd", refused=False)


BOMB = "at most|more than 178 million"
KINDS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
EXIF = Image.Exif()
EXIF[0x0112] = 6
BAD_EXIF = b"Exif\0\0II*\0" + b"\xff" * 60
REFUSED = [
    odd("text named .png", raw(b"I am a text"), "not an image"),
    odd("an empty file", raw(b""), "not an image"),
    odd("a PNG cut off in its header", raw(png(28, 28, b"")[:20]), "odd.png"),
    odd("a PNG cut off in its data", raw(png(400, 400, zlib.compress(bytes(160_400)))[:200])),
    odd("a PNG of no width", raw(png(0, 28, b""))),
    odd("a PNG of the largest sides", raw(png(2**31 - 1, 2**31 - 1, b"")), BOMB),
    odd("a PNG bomb", raw(png(60_000, 60_000, zlib.compress(bytes(10**6)))), BOMB),
    odd("a PNG of 30 million pixels", raw(png(6_000, 5_000, zlib.compress(bytes(99)))),
        "6000×5000 pixels; at most 25 million"),
    odd("a PNG whose text unpacks to a gigabyte", raw(lambda: png(28, 28,
        zlib.compress(bytes(28 * 29)), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**28), 9))))),
    odd("a PNG without data", raw(png(28, 28, b""))),
    odd("a PNG of damaged data", raw(png(28, 28, b"\x78\x9cxxxxxxxx"))),
    odd("a GIF of no size", raw(b"GIF89a" + bytes(7) + b";"), suffix="gif"),
    odd("a GIF of the largest sides", raw(b"GIF89a" + b"\xff" * 4 + bytes(3) + b",\0\0\0\0"
        + b"\xff" * 4 + b"\0\x08\0;"), BOMB, "gif"),
    odd("a BMP of the largest sides", raw(b"BM" + bytes(8) + struct.pack(
        "<IIiiHHIIiiII", 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, *[0] * 6)), BOMB, "bmp"),
    odd("a PPM of a side of 400 digits", raw(b"P5 " + b"9" * 400 + b" 9 255\n"), suffix="ppm"),
    odd("a PPM of negative sides", raw(b"P5 -9 -9 255\n" + bytes(81)), suffix="ppm"),
    odd("a PPM of the largest value 0", raw(b"P5 9 9 0\n" + bytes(81)), suffix="ppm"),
    odd("a TIFF that points into itself", raw(b"II*\0\x08\0\0\0" + b"\xff" * 90), suffix="tif"),
    odd("a TIFF in LAB", saved(blank("LAB", 100, 100)), "color space LAB", "tif"),
    odd("a WebP cut off", raw(b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(30)), suffix="webp"),
    odd("a JPEG of two bytes", raw(b"\xff\xd8"), suffix="jpg"),
    odd("a JPEG without its tables", raw(b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\3\1\x11\0"
        b"\2\x11\1\3\x11\1\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0?\0" + bytes(50)), suffix="jpg"),
    odd("PostScript named .png", raw(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        "not an image"),
    odd("a picture in SVG", raw(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not an image"),
    odd("a named pipe", fifo, "not a regular file"),
    odd("a link to itself", loop),
    odd("/dev/zero", link("/dev/zero"), "not a regular file"),
    odd("/dev/null", link("/dev/null"), "not a regular file"),
    odd("a folder", lambda path: path.mkdir(), "a folder"),
    odd("a file that is not there", lambda path: None, "no file"),
    Case("a name that is no UTF-8", predicted(raw(b"x"), os.fsdecode(b"caf\xe9.png")), "caf"),
    Case("a name of 5,000 letters", lambda f: ["predict", "latest", "a" * 5000], "too long"),
    odd("a picture of one pixel", saved(blank("L", 1, 1)), "blank"),
    odd("a blank picture", saved(blank("L", 200, 200, 255)), "blank"),
    odd("a blank picture in 16 bits", saved(blank("I;16", 200, 200, 9)), "blank"),
    odd("a picture all transparent", saved(blank("RGBA", 200, 200, (9, 9, 9, 0))), "blank"),
    odd("a line of NaN", saved(of(lambda random: np.full((99, 99), np.nan, np.float32))),
        "blank|odd", "tif"),
]  # fmt: skip
ODD = [
    huge("salt", saved(of(noise(300, 300, 0.1)))),
    huge("pepper", saved(of(noise(300, 300, 0.9)))),
    huge("salt and pepper in equal parts", saved(of(noise(300, 300, 0.5)))),
    huge("dots on paper", saved(of(dots))),
    huge("one dot on paper", saved(of(lambda random: dots(random, 1)))),
    huge("paper alone", saved(of(paper))),
    huge("one dot on white", saved(of(lambda r: np.pad(np.zeros((1, 1), np.uint8), 99,
         constant_values=255)))),
    huge("a gray ramp", saved(of(lambda r: np.tile(np.arange(256, dtype=np.uint8), (99, 1))))),
    huge("a chess board of pixels", saved(of(
        lambda r: (np.indices((200, 200)).sum(0) % 2 * 255).astype(np.uint8)))),
    huge("a thin picture of grain", saved(of(lambda random: paper(random, 65, 4000)))),
    huge("a palette", saved(lambda: of(dots)().convert("P"))),
    huge("a palette with transparency", saved(lambda: of(dots)().convert("P"), transparency=0)),
    huge("1 bit", saved(lambda: of(dots)().convert("1"))),
    huge("16 bits", saved(of(lambda random: dots(random).astype("u2") * 257))),
    huge("32 bits", saved(lambda: of(dots)().convert("I")), "tif"),
    huge("floats", saved(lambda: of(dots)().convert("F")), "tif"),
    huge("infinite floats", saved(of(lambda r: np.where(dots(r) > 99, np.inf, 0).astype("f4"))),
         "tif"),
    huge("CMYK", saved(lambda: of(dots)().convert("CMYK")), "jpg"),
    huge("YCbCr", saved(lambda: of(dots)().convert("YCbCr")), "tif"),
    huge("gray with alpha", saved(lambda: of(dots)().convert("LA"))),
    huge("color with alpha", saved(lambda: of(dots)().convert("RGBA"))),
    huge("an animation", saved(lambda: of(dots)().convert("P"), save_all=True,
         append_images=[Image.new("P", (9, 9))] * 30), "gif"),
    huge("turned by its camera", saved(of(dots), exif=EXIF), "jpg"),
    huge("metadata that is damaged", saved(of(dots), exif=BAD_EXIF), "jpg"),
    huge("a color profile that is damaged", saved(of(dots), icc_profile=b"\xff" * 200)),
    *[spoiled(seed, kind)
      for kind in KINDS for seed in range(3)],
]  # fmt: skip
THIN = [
    huge("60,000 pixels wide, 3 high", saved(of(noise(3, 60_000, 0.1)))),
    huge("60,000 pixels wide, 100 high", saved(of(noise(100, 60_000, 0.1)))),
    huge("3 pixels wide, 60,000 high", saved(of(noise(60_000, 3, 0.1)))),
    huge("1 pixel wide, 60,000 high", saved(of(noise(60_000, 1, 0.5)))),
    huge("25 million pixels of nothing", raw(lambda: png(5_000, 5_000, zlib.compress(
        bytes(5_001 * 5_000), 1)))),
]  # fmt: skip
CASES = [*REFUSED, *ODD, *THIN]
