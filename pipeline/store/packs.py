"""Packs: many small texts in one object, so that reading them takes one request, not thousands."""

import json
import zlib
from collections.abc import Mapping

from pipeline.reading import MEGABYTE

FORMAT = 1
MOST_BYTES = 256 * MEGABYTE  # unpacked
GZIP = 31  # what zlib calls its framing
QUICK = 3  # of zlib's levels: descriptions of runs are much alike, and shrink anyway


def pack(texts: Mapping[str, str]) -> bytes:
    """Pack texts, each under a name of its own."""
    whole = json.dumps({"format": FORMAT, "texts": dict(texts)}).encode()
    packer = zlib.compressobj(QUICK, wbits=GZIP)
    return packer.compress(whole) + packer.flush()


def unpack(content: bytes) -> dict[str, str]:
    """Unpack texts.

    Raises:
        ValueError: it is no pack, is damaged, too large, or of a newer version.
    """
    unpacker = zlib.decompressobj(GZIP)
    try:
        whole = unpacker.decompress(content, MOST_BYTES)
        if not unpacker.eof:
            raise ValueError("it is damaged or too large")
        found = json.loads(whole)
        if found["format"] != FORMAT:
            raise ValueError("it is of a newer version")
        texts = dict(found["texts"])
    except (zlib.error, RecursionError, TypeError, KeyError) as error:
        raise ValueError("it is damaged") from error
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("it is damaged")
    return texts
