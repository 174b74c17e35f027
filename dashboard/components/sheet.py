"""Many pictures as one, for the components that show them."""

from dataclasses import dataclass
from pathlib import Path

# A component's script is loaded by itself and cannot import: this is put before it.
SCRIPT = Path(__file__).with_name("sheet.js").read_text("utf-8")


@dataclass(frozen=True)
class Sheet:
    """The pictures of a component as one, row by row: one to encode, send and decode.

    Attributes:
        source: a data URI.
        columns, rows: how many pictures there are across and down.
    """

    source: str
    columns: int
    rows: int
