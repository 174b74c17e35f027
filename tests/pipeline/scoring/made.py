"""Images that are scored, in every kind of file that can be."""

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def images(count: int, shape: tuple[int, ...] = (8, 8), seed: int = 0) -> np.ndarray:
    """Make random images: uint8 (count, *shape)."""
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


def idx(path: Path, values: np.ndarray) -> Path:
    """Write an IDX file, gzipped if it is called so."""
    content = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    content += values.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def png(image: np.ndarray) -> bytes:
    """Encode an image."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def folder(path: Path, values: np.ndarray) -> Path:
    """Write a folder of image files."""
    path.mkdir(parents=True)
    for number, image in enumerate(values):
        (path / f"{number:04}.png").write_bytes(png(image))
    return path


def tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    """Write a tar archive."""
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def shard(values: np.ndarray) -> dict[str, bytes]:
    """Name images and their labels as WebDataset does."""
    files = {}
    for number, image in enumerate(values):
        files |= {f"{number:04}.cls": b"3", f"{number:04}.png": png(image)}
    return files


def table(path: Path, column: pa.Array, rows_a_group: int = 4, name: str = "image") -> Path:
    """Write a Parquet file with images, and their labels."""
    labels = pa.array(range(len(column)), pa.int64())
    written = pa.table({name: column, "label": labels})
    pq.write_table(written, path, row_group_size=rows_a_group)
    return path
