"""`inkling promote`."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import RUN_NAME, Models, store_at

if TYPE_CHECKING:
    from pipeline.store.promotions import Promotion
    from pipeline.store.runs import Store

MARKS = {True: "✓", False: "✗", None: "–"}  # of the parts of the promotion rule


def promote(
    run: Annotated[str | None, typer.Argument(help=RUN_NAME)] = None,
    because: Annotated[
        str,
        typer.Option(help="Why, in a sentence; a run that breaks the promotion rule needs one."),
    ] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the default run before this one.")
    ] = False,
    models: Models = None,
) -> None:
    """Make a run the default run: the dashboard opens with it. Without a run, list the history."""
    from pipeline.store import promotions

    if undo and run is not None:
        raise typer.BadParameter("--undo takes no run: it goes back to the one before")
    store = store_at(models)
    if undo:
        current = promotions.read(store.folder).current
        _undo(store, current.id if current else "", because)
    elif run is None:
        _show(store)
    else:
        _promote(store, run, because)


def _promote(store: "Store", run: str, because: str) -> None:
    from pipeline.analysis.guard import crossed
    from pipeline.store import guard, promotions

    found, default = store.open(run), store.default_run()
    current = promotions.read(store.folder).current
    checks = guard.judge(store.folder, default.run if default.promotion else None, found)
    for check in checks:
        print(f"{MARKS[check.met]} {check.rule}: {check.found}", file=sys.stderr)
    promotions.promote(
        store.folder, found, because=because, by=_who(), crossed=crossed(checks),
        instead_of=current.run if current else "",
    )  # fmt: skip
    print(f"{found.id} is the default run")


def _undo(store: "Store", promotion: str, because: str) -> None:
    from pipeline.errors import InklingError
    from pipeline.store import promotions

    if not promotion:
        raise InklingError("No run is promoted, so there is nothing to undo.")
    former = promotions.undo(store.folder, promotion, because=because, by=_who()).run
    print(f"{former} is the default run again" if former else "No run is promoted any more")


def _show(store: "Store") -> None:
    """Print the default run, and how it came to be, newest first."""
    from pipeline.store import promotions

    found, default = promotions.read(store.folder), store.default_run()
    if default.promotion:
        print(f"The default run is {default.promotion.run}")
    else:
        opens = f" Pages open with {default.run.id}." if default.run else ""
        print(default.note or f"No run is promoted.{opens}")
    for entry in reversed(found.history):
        print(f"  {_line(entry)}")


def _line(entry: "Promotion") -> str:
    what = f"back to {entry.run or 'the newest run'}" if entry.undoes else entry.run
    by = f" by {entry.by}" if entry.by else ""
    because = f": {entry.because}" if entry.because else ""
    return f"{entry.time:%Y-%m-%d %H:%M} UTC  {what}{by}{because}"


def _who() -> str:
    """Return the name that the user is signed in with on this machine; "" if it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # such as in a container, for a user without a name
        return ""
