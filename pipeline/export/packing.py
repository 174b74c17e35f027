"""A description in JSON and the bytes it points into, as one value for a browser."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

ALIGNMENT = 8  # bytes; graphs and numbers are read in place
TYPES = {"f": "<f4", "i": "<i4"}  # by the kind of an array: floats and integers


@dataclass(frozen=True)
class Spec:
    """A description and the bytes it points into.

    Attributes:
        facts: JSON values; a place in `blob` is written as [first byte, bytes].
        blob: graphs and arrays.
    """

    facts: dict[str, Any]
    blob: bytes

    def packed(self) -> bytes:
        """Join both: the length of the description in four bytes, the description, the blob."""
        text = json.dumps(self.facts, ensure_ascii=False).encode()
        text += b" " * (-(len(text) + 4) % ALIGNMENT)
        return struct.pack("<I", len(text)) + text + self.blob


class Blob:
    """Chunks of bytes one after the other, each aligned so that it can be read as numbers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bytes = bytearray()

    def add(self, data: bytes) -> list[int]:
        """Append bytes; return where they start, and how many they are."""
        place = [len(self.bytes), len(data)]
        self.bytes += data + bytes(-len(data) % ALIGNMENT)
        return place

    def add_array(self, array: np.ndarray) -> list[int]:
        """Append numbers, row by row: floats as float32, integers as int32, little-endian."""
        return self.add(array.astype(TYPES[array.dtype.kind]).tobytes())
