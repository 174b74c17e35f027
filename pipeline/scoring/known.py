"""Where results are that were made with the runs of a store, so that pages can list them.

`<store>/.scored/<hash of its path>.json` names one; what it is of, it says itself.
"""

import json
from hashlib import sha256
from pathlib import Path

from pipeline import atomic, reading
from pipeline.errors import InklingError
from pipeline.reading import changed
from pipeline.store.runs import Store

FOLDER = ".scored"  # in the store


def note(store: Store, path: Path) -> None:
    """Note where a result is.

    Raises:
        InklingError: the store cannot be written.
    """
    name = sha256(str(path).encode()).hexdigest()[:16]
    atomic.write_text(store.folder / FOLDER / f"{name}.json", json.dumps({"path": str(path)}))


def noted(store: Store) -> list[Path]:
    """List where results are, or were, the newest first; what cannot be read is left out."""
    notes = sorted((store.folder / FOLDER).glob("*.json"), key=changed, reverse=True)
    return [found for one in notes if (found := _path(one)) is not None]


def _path(note: Path) -> Path | None:
    try:
        path = reading.read_json(note)["path"]
        return reading.place(path) if isinstance(path, str) else None
    except (OSError, ValueError, LookupError, TypeError, InklingError):
        return None
