"""Files of a shared store that are made up of several objects; see `shared` for their names.

Entries are what the listing has below the name of the file: of a journal the lines that were added
at once, or *folded* ones, which hold many such entries under their own names. A journal is the
union of all of them, so it does not matter whether an entry is there by itself, in one folded
object, or in several: nothing is lost or read twice while somebody folds, or if they are killed.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import atomic
from pipeline.reading import own_text
from pipeline.store import packs

CURRENT = (".json", ".jsonl")  # such files, and what is fetched as soon as it changes
JOURNAL, FOLDED = ".jsonl", ".folded"
UNREADABLE = "this entry cannot be read\n"  # counts as a damaged line


def is_entry(name: str) -> bool:
    """Whether something is one of several objects that make up a file, such as `default.json/1`."""
    top, _, rest = name.partition("/")
    return bool(rest) and top.endswith(CURRENT)


def of(file: str, names: Iterable[str]) -> list[str]:
    """Return the entries of a file among all names of a listing, in order."""
    within = f"{file}/"
    return sorted(name[len(within) :] for name in names if name.startswith(within))


def number(entry: str) -> int:
    """Return the number that an entry's name begins with; 0 if it does not."""
    counted = entry.partition("-")[0]
    return int(counted) if counted.isdecimal() else 0


def compose(file: Path, folder: Path, entries: Sequence[str]) -> None:
    """Write a journal with all its lines, or another file in its newest version.

    Args:
        file: it; deleted if there are no entries.
        folder: where its entries are.
        entries: their names, in order.
    """
    if not entries:
        file.unlink(missing_ok=True)
    elif file.suffix == JOURNAL:
        found = texts(folder, entries)
        whole = "".join(found[name] for name in sorted(found))
        atomic.write_text(file, whole, lasting=False)
    else:
        newest = own_text(folder / entries[-1], errors="replace")
        atomic.write_text(file, newest, lasting=False)


def texts(folder: Path, entries: Iterable[str]) -> dict[str, str]:
    """Read the entries of a journal, folded or not, by their names."""
    found: dict[str, str] = {}
    for name in entries:
        try:
            if name.endswith(FOLDED):
                found |= packs.unpack((folder / name).read_bytes())
            else:
                found[name] = own_text(folder / name, errors="replace")
        except ValueError:
            found[name] = UNREADABLE
    return found
