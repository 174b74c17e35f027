"""What a dataset's classes are called: as given, as its files say, as is known, or by numbers.

Names are labels to read, not part of what a dataset is: they can be changed at any time (see
`prepared.rename_classes`) without making it another dataset.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline import reading
from pipeline.data import downloads
from pipeline.data.known import KNOWN
from pipeline.data.readers import Labeled
from pipeline.errors import InklingError

FILE = "classes.txt"
MOST_BYTES = 2**20  # of such a file
Names = tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """What the classes of a dataset are called.

    Attributes:
        shown: what they are called now.
        own: what its source alone says: what the fingerprint is made of.
        others: what they may have been called when others made a fingerprint of the same images.
    """

    shown: Names
    own: Names
    others: tuple[Names, ...]


def parse(text: str) -> Names:
    """Read class names as typed: the path of a file of them, or a list with commas.

    Raises:
        InklingError: it is neither.
    """
    if "," in text and not reading.exists(text):
        return tuple(name.strip() for name in text.split(","))
    if not reading.exists(text):
        raise InklingError(
            f"“{text}” is neither a file of class names, one per line, nor a list such as a,b,c."
        )
    return read(reading.place(text))


def read(path: Path) -> Names:
    """Read a file of class names: UTF-8, one per line in label order; empty lines are skipped.

    Raises:
        InklingError: it is not text, or has no names.
    """
    lines = reading.read_text(path, MOST_BYTES).splitlines()
    names = tuple(line.strip() for line in lines if line.strip())
    if not names:
        raise InklingError(f"{path} has no class names. Write one per line, in label order.")
    return names


def file_of(place: Path) -> Path | None:
    """Find the file of class names in a folder, or beside a file; None if there is none."""
    path = (place if place.is_dir() else place.parent) / FILE
    return path if path.is_file() else None


def naming(name: str, place: Path | None, labeled: Labeled, given: Names | None) -> Naming:
    """Decide what the classes of a dataset are called.

    Args:
        name: the dataset's.
        place: the folder or file it was read from; None if it comes with a package.
        labeled: what was read.
        given: names that a person chose, if any.

    Raises:
        InklingError: there are more or fewer names than classes.
    """
    numbers = tuple(map(str, range(int(labeled.y.max()) + 1)))
    stated = labeled.class_names or numbers
    own, known = stated, None
    if name in downloads.FILES:
        own = known = KNOWN[name].class_names
    elif labeled.class_names is None:
        known = _recognized(labeled) or _named_after(place, len(numbers))
        listed = file_of(place) if place else None
        if given is None and listed is not None:
            given = read(listed)
            check_number(given, stated, str(listed))
    if given is not None:
        check_number(given, stated, name)
    others = {stated, known or stated} - {own}
    return Naming(given or known or stated, own, tuple(others))


def check_number(given: Names, present: Names, where: str) -> None:
    """Check that there is a name for each class.

    Raises:
        InklingError: there are more names or fewer.
    """
    if len(given) != len(present):
        raise InklingError(
            f"{where}: there are {len(given)} class names ({', '.join(given)[:500]}) for "
            f"{len(present)} classes. Give one for each, in label order."
        )


def _recognized(labeled: Labeled) -> Names | None:
    """Recognize a known dataset by the labels that its two parts begin with."""
    if labeled.y_test is None:
        return None
    for known in KNOWN.values():
        starts = zip((labeled.y, labeled.y_test), known.first_labels, strict=False)
        if known.first_labels and all(
            "".join(map(str, labels[: len(first)])) == first for labels, first in starts
        ):
            return known.class_names
    return None


def _named_after(place: Path | None, classes: int) -> Names | None:
    """Find a known dataset of the same name as a folder or the one it is in: FashionMNIST/raw."""
    named = {_letters(name): KNOWN[name].class_names for name in downloads.FILES}
    for folder in (place, place.parent) if place else ():
        names = named.get(_letters(folder.stem))
        if names is not None and len(names) == classes:
            return names
    return None


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
