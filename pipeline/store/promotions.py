"""The default run: which run was promoted, by whom, when and why; and what was default before.

One file, `<store>/default.json`, is the pointer and its history at once, so that the two can never
disagree. It is replaced atomically, under a lock: whoever reads it sees one state or the next. What
counts is the order in the file, not the times in it: a clock may be set back.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field

from pipeline import access, atomic
from pipeline.errors import InklingError, printable
from pipeline.reading import read_json
from pipeline.store import shared
from pipeline.store.objects import ObjectExists
from pipeline.store.run_folder import Damaged, Run

POINTER = "default.json"
FORMAT = 1
LONGEST_REASON, LONGEST_NAME = 500, 200  # characters
MOST_KEPT = 1_000  # promotions and undos
REFUSED = "runs cannot be promoted"
Replace = Callable[[str], None]
MEANWHILE = "Somebody else changed the default run meanwhile: look again."


class Promotion(BaseModel):
    """One line of the history: a run became the default run, or that was undone.

    Attributes:
        id: random, in hexadecimal.
        run: id of the run that is the default run from now on; "" for none.
        time: when, in UTC.
        by: who, by the name they signed in with; "" where there is none.
        because: why, in their words.
        crossed: what the promotion rule said against it; see `analysis.guard`.
        undoes: id of the promotion that this undoes; "" if it is one itself.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    run: str
    time: datetime
    by: str = ""
    because: str = ""
    crossed: tuple[str, ...] = ()
    undoes: str = ""


@dataclass(frozen=True)
class Promotions:
    """The pointer with its history.

    Attributes:
        history: all promotions and undos, oldest first.
        damaged: a sentence that says why the file cannot be read; "" if it can.
    """

    history: tuple[Promotion, ...] = ()
    damaged: str = ""

    @property
    def standing(self) -> tuple[Promotion, ...]:
        """The promotions that were not undone, oldest first."""
        stack: list[Promotion] = []
        for entry in self.history:
            if not entry.undoes:
                stack.append(entry)
            elif stack and stack[-1].id == entry.undoes:
                stack.pop()
        return tuple(stack)

    @property
    def current(self) -> Promotion | None:
        """The promotion in effect; None if no run was promoted, or all was undone."""
        return self.standing[-1] if self.standing else None


class Default(NamedTuple):
    """The run that everything opens with.

    Attributes:
        run: the promoted run, or else the newest one; None in a store without runs.
        promotion: what made it the default run; None if it is just the newest one.
        note: a sentence that says why the promoted run is not it; "" if it is, or if none was
            promoted.
    """

    run: Run | None
    promotion: Promotion | None
    note: str


def read(folder: Path) -> Promotions:
    """Read who promoted which run of a store; a damaged file is told, never raised.

    Args:
        folder: that of the store.
    """
    path = folder / POINTER
    try:
        raw: dict[str, Any] = read_json(path)
        if isinstance(raw["format"], int) and raw["format"] > FORMAT:
            return Promotions(damaged=f"{path} was written by a newer version of Inkling.")
        return Promotions(tuple(Promotion.model_validate(entry) for entry in raw["history"]))
    except FileNotFoundError:
        return Promotions()
    except (OSError, ValueError, TypeError, KeyError):
        return Promotions(damaged=f"{path} cannot be read.")


def default_run(found: Promotions, entries: Sequence[Run | Damaged]) -> Default:
    """Find the default run among those of a store: the promoted one, or else the newest.

    A run that was retrained from another counts as the newest only where there is no other: it
    replaces nothing until somebody promotes it.

    Args:
        found: what was promoted.
        entries: the runs of the store, newest first, as `Store.entries` lists them.
    """
    runs = [entry for entry in entries if isinstance(entry, Run)]
    newest = next((run for run in runs if run.info.retrained is None), runs[0] if runs else None)
    instead = f"The newest run, {newest.id}, takes its place." if newest else ""
    if found.damaged:
        return Default(newest, None, f"Which run is the default run is unknown: {found.damaged}")
    if found.current is None:
        return Default(newest, None, "")
    wanted = found.current.run
    entry = next((entry for entry in entries if entry.id == wanted), None)
    if isinstance(entry, Run):
        return Default(entry, found.current, "")
    why = "is no longer here" if entry is None else "is damaged"
    return Default(newest, None, f"The default run, {wanted}, {why}. {instead}".strip())


def promote(
    folder: Path,
    run: Run,
    *,
    because: str = "",
    by: str = "",
    crossed: Sequence[str] = (),
    instead_of: str | None = None,
) -> Promotion:
    """Make a run the default run of a store.

    Args:
        folder: that of the store.
        run: the run.
        because: why, in a sentence.
        by: who, if a name is known.
        crossed: what the promotion rule says against it; then `because` must say something.
        instead_of: id of the default run that the person saw, "" for none; None not to check it.

    Raises:
        InklingError: it is the default run already, a reason is missing or too long, somebody else
            changed the default run meanwhile, the run was deleted, the dashboard is read-only, or
            the store cannot be written. Nothing was changed then.
    """
    because, by = printable(" ".join(because.split())), " ".join(by.split())[:LONGEST_NAME]
    if len(because) > LONGEST_REASON:
        raise InklingError(
            f"A reason can have up to {LONGEST_REASON} characters; this has {len(because):,}."
        )
    if crossed and not because:
        raise InklingError(
            "The promotion rule is not met, so say in a sentence why this run is promoted all the "
            f"same: {'; '.join(crossed)}."
        )
    with _changing(folder) as (found, replace):
        now = found.current.run if found.current else ""
        if now == run.id:
            raise InklingError(f"{run.id} is the default run already.")
        if instead_of is not None and now != instead_of:
            raise InklingError(
                f"Meanwhile somebody else changed the default run: it is now {now or 'none'}. Look "
                "again at what would be replaced."
            )
        if not run.folder.is_dir():
            raise InklingError(f"{run.id} was deleted meanwhile, so it cannot be promoted.")
        entry = _entry(run=run.id, by=by, because=because, crossed=tuple(crossed))
        _write(found, entry, replace)
    return entry


def undo(folder: Path, promotion: str, *, because: str = "", by: str = "") -> Promotion:
    """Undo the promotion in effect: the run before it, if any, is the default run again.

    Args:
        folder: that of the store.
        promotion: its id, so that two people who click at once undo it once.
        because, by: as for `promote`.

    Returns:
        The new line of the history.

    Raises:
        InklingError: it is not in effect any more, the dashboard is read-only, or the store cannot
            be written. Nothing was changed then.
    """
    with _changing(folder) as (found, replace):
        *before, last = found.standing or (None,)
        if last is None or last.id != promotion:
            raise InklingError(MEANWHILE)
        former = before[-1].run if before and before[-1] else ""
        reason = printable(" ".join(because.split()))[:LONGEST_REASON]
        who = " ".join(by.split())[:LONGEST_NAME]
        entry = _entry(run=former, by=who, because=reason, undoes=last.id)
        _write(found, entry, replace)
    return entry


def _entry(**facts: Any) -> Promotion:
    now = datetime.now(UTC).replace(microsecond=0)
    return Promotion(id=secrets.token_hex(8), time=now, **facts)


@contextmanager
def _changing(folder: Path) -> Iterator[tuple[Promotions, Replace]]:
    """Keep others from changing the pointer, and yield it as it is now, with what replaces it."""
    access.refuse_unless_may(access.Change.MANAGE, REFUSED)
    path = folder / POINTER
    try:
        atomic.make_folder(folder)
        with FileLock(path.with_suffix(".lock")), _conditionally(path) as replace:
            found = read(folder)
            if found.damaged:
                raise InklingError(
                    f"{found.damaged} Mend it, or move it away to start a new history."
                )
            yield found, replace
    except ObjectExists as error:
        raise InklingError(MEANWHILE) from error
    except OSError as error:
        raise InklingError(
            f"{path} could not be written: {error.strerror}. Nothing was changed."
        ) from error


def _conditionally(path: Path) -> AbstractContextManager[Replace]:
    """Return what yields what replaces a file; in a shared store, only if it has not changed."""
    shared_with = shared.of(path.parent)
    if shared_with is None:
        return nullcontext(partial(_replace, path))
    return shared_with.changing(path.name)


def _replace(path: Path, text: str) -> None:
    atomic.write_text(path, text)


def _write(found: Promotions, entry: Promotion, replace: Replace) -> None:
    kept = _shortened(Promotions((*found.history, entry)))
    lines = [one.model_dump(mode="json", exclude_defaults=True) for one in kept]
    pointer = {"format": FORMAT, "run": entry.run, "history": lines}
    replace(json.dumps(pointer, ensure_ascii=False, indent=1))


def _shortened(found: Promotions) -> list[Promotion]:
    """Forget the oldest lines of too long a history; those that were undone go first."""
    standing = found.standing[-MOST_KEPT // 2 :]
    others = [entry for entry in found.history if entry not in standing]
    known = {entry.id for entry in [*standing, *others[len(standing) - MOST_KEPT :]]}
    return [entry for entry in found.history if entry.id in known]
