"""What people may do: three roles, and which of them each change needs.

Whoever is at the command line owns the store. In the web process the role is that of the visitor,
whom the dashboard recognizes (`recognize`); everything below the pages that changes something asks
here first, so a page that offers too much still changes nothing.
"""

import os
from collections.abc import Callable
from enum import Enum, IntEnum
from pathlib import Path

from pipeline.errors import InklingError

READ_ONLY = "INKLING_READ_ONLY"  # environment variable; any value but "" turns it on

FOLDERS = "INKLING_FOLDERS"  # environment variable: where visitors may name files, like PATH
RAY = "INKLING_RAY"  # environment variable: where Ray is that visitors may train on


class Role(IntEnum):
    """Who somebody is: each may do what those before may."""

    VIEWER = 0  # looks at everything
    TRAINER = 1  # also marks, corrects and trains
    OWNER = 2  # also renames, deletes, promotes, and adds other people's networks


class Change(Enum):
    """What can be changed, and the role it needs."""

    JUDGE = "marks and corrections"
    TRAIN = "trainings and downloads"
    MANAGE = "names, notes, deletions, promotions and added networks"

    @property
    def needs(self) -> Role:
        """The least role that may do it."""
        return Role.OWNER if self is Change.MANAGE else Role.TRAINER


_visitor: list[Callable[[], Role]] = []  # none, or the one that recognizes visitors


def recognize(visitor: Callable[[], Role]) -> None:
    """Let the role come from the visitor whom a thread of the web process works for.

    Args:
        visitor: returns the role of whom the current thread works for; it is asked each time.
    """
    _visitor[:] = [visitor]


def role() -> Role:
    """Return the role of whoever asks for what happens now."""
    if os.environ.get(READ_ONLY):
        return Role.VIEWER
    return _visitor[0]() if _visitor else Role.OWNER


def may(change: Change) -> bool:
    """Whether whoever asks may change something."""
    return role() >= change.needs


def refuse_unless_may(change: Change, consequence: str) -> None:
    """Refuse a change to whoever may not make it.

    Args:
        change: what is to be changed.
        consequence: what is not possible, as a clause: "marks cannot be changed".

    Raises:
        InklingError: whoever asks may not do it.
    """
    if os.environ.get(READ_ONLY):
        raise InklingError(f"This dashboard is read-only: {consequence}.")
    if not may(change):
        raise InklingError(
            f"With the role “{role().name.lower()}”, {consequence}: it needs the role "
            f"“{change.needs.name.lower()}”."
        )


def check_path(path: str | Path) -> None:
    """Refuse a path that a visitor named outside the folders that are open to them.

    Whether there is something must not be learned: the answer is the same for what is missing.

    Raises:
        InklingError: it leads, with links followed, out of every open folder.
    """
    folders = os.environ.get(FOLDERS)
    if folders is None:
        return
    try:
        named = Path(path).expanduser().resolve()
        found = any(named.is_relative_to(one) for one in folders.split(os.pathsep) if one)
    except (OSError, RuntimeError, ValueError):  # no such user, links in a circle, a null byte
        found = False
    if not found:
        where = " or ".join(folders.split(os.pathsep)) or "none"
        raise InklingError(
            f"{path} is in no folder that visitors may use (open to them: {where}). "
            "`inkling app --folder` opens one."
        )


def ray() -> str | None:
    """Return where Ray is that the operator lets visitors train on; None for none."""
    return os.environ.get(RAY) or None


def check_ray(on: str | None) -> None:
    """Refuse to connect to a Ray that a visitor named: which one there is, the operator decides.

    Args:
        on: where it is; None for no Ray.

    Raises:
        InklingError: somebody in the web process asks for another one than the operator's.
    """
    if on is not None and _visitor and on != ray():
        raise InklingError(
            f"Visitors may not train on a Ray at “{on}” (open to them: {ray() or 'none'}). "
            "`inkling app --on` opens one."
        )
