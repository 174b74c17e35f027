"""A presenter's views: what each opens, how an address and a file encode a list of them; pure.

Both may come from anybody. Only a page's name and what its address asks for are read from them, so
nothing but a page of this dashboard can ever be opened.
"""

import binascii
import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

MOST = 40  # views of a list
LONGEST_TITLE = 80  # letters
LONGEST_ADDRESS = 2000  # letters of one view's
LONGEST_CODE = 8000  # letters of a list in an address, which servers limit
LONGEST_FILE = 200_000  # bytes
VERSION = 1

_NAME = re.compile(r"[a-z][a-z_]{0,39}")  # of a page, and of what an address asks for
# Streamlit's own, and those that say which view is shown: no view may ask for them.
RESERVED = frozenset({"embed", "embed_options", "present", "views", "view", "lang"})
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True)
class View:
    """One view of a list.

    Attributes:
        page: its file's name; there may be no such page.
        asks: what its address asks for: names and values, unchecked like any address.
        title: shown instead of the page's own; "" for none.
    """

    page: str
    asks: tuple[tuple[str, str], ...] = ()
    title: str = ""

    @property
    def parameters(self) -> dict[str, list[str]]:
        """What its address asks for, by name."""
        found: dict[str, list[str]] = {}
        for name, value in self.asks:
            found.setdefault(name, []).append(value)
        return found


@dataclass(frozen=True)
class Views:
    """What was read of a list.

    Attributes:
        views: at most `MOST`.
        left_out: how many were no views, or too many.
        readable: False if it is no list of views at all.
    """

    views: tuple[View, ...] = ()
    left_out: int = 0
    readable: bool = True


def view_of(page: str, address: Mapping[str, Sequence[str]], title: str = "") -> View:
    """Return the view that a page shows at an address; what no view may ask for is left out."""
    pairs = [(name, value) for name, values in address.items() for value in values]
    return View(page, _allowed(pairs), _clean(title))


def encode(views: Iterable[View]) -> str:
    """Write views for an address: letters, digits, - and _; `decode` reads them back."""
    written = json.dumps([_row(view) for view in views], ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(written.encode("utf-8"), 9)
    return urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode(code: str) -> Views:
    """Read the views of an address; whatever it says, something is returned."""
    if len(code) > LONGEST_CODE or not code.isascii():
        return Views(readable=False)
    unpacker = zlib.decompressobj()
    try:
        packed = urlsafe_b64decode(code + "=" * (-len(code) % 4))
        # A few letters can unpack to gigabytes: no more is read than a file may have.
        written = unpacker.decompress(packed, LONGEST_FILE)
    except (binascii.Error, ValueError, zlib.error):
        return Views(readable=False)
    return _read(written) if unpacker.eof else Views(readable=False)


def to_file(views: Iterable[View]) -> str:
    """Write views as a file that people can read: JSON; `from_file` reads it back."""
    listed = [
        {"title": view.title, "page": view.page, "address": urlencode(view.asks)} for view in views
    ]
    return json.dumps({"inkling_views": VERSION, "views": listed}, ensure_ascii=False, indent=2)


def from_file(written: bytes) -> Views:
    """Read the views of a file; whatever it holds, something is returned."""
    return _read(written) if len(written) <= LONGEST_FILE else Views(readable=False)


def _row(view: View) -> list[str]:
    parts = [view.page, urlencode(view.asks), view.title]
    return parts if view.title else parts[:2]


def _read(written: bytes) -> Views:
    try:
        found = json.loads(written.decode("utf-8"))
    except (ValueError, RecursionError):
        return Views(readable=False)
    if isinstance(found, dict) and found.get("inkling_views") == VERSION:
        found = found.get("views")
    if not isinstance(found, list):
        return Views(readable=False)
    read = [_view(one) for one in found[:MOST]]
    views = tuple(view for view in read if view is not None)
    return Views(views, left_out=len(found) - len(views))


def _view(found: Any) -> View | None:
    """Check one entry; None if it is no view."""
    if isinstance(found, dict):
        found = [found.get("page"), found.get("address", ""), found.get("title", "")]
    if not (isinstance(found, list) and len(found) in (2, 3)):
        return None
    if not all(isinstance(part, str) for part in found):
        return None
    page, address, title = (*found, "")[:3]
    if not _NAME.fullmatch(page) or len(address) > LONGEST_ADDRESS:
        return None
    written = address.encode("utf-8", "ignore").decode("utf-8")  # half of a surrogate pair is none
    return View(page, _allowed(parse_qsl(written)), _clean(title))


def _allowed(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    asked = [(name, value) for name, value in pairs if _NAME.fullmatch(name) and value]
    return tuple((name, value) for name, value in asked if name not in RESERVED)


def _clean(title: str) -> str:
    """Cut a title, and take out what cannot be seen or turns the direction of writing around."""
    return _UNSEEN.sub(" ", title).strip()[:LONGEST_TITLE].rstrip()
