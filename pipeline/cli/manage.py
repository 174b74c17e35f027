"""`inkling name` and `inkling delete`."""

from typing import Annotated

import typer

from pipeline.cli.options import Models, RunName, store_at


def name(
    run: RunName,
    to: Annotated[str | None, typer.Argument(help="Its name; “” removes it.")] = None,
    note: Annotated[str | None, typer.Option(help="A note on it; “” removes it.")] = None,
    models: Models = None,
) -> None:
    """Give a run a name, a note or both; the dashboard and “inkling runs” show them."""
    if to is None and note is None:
        raise typer.BadParameter("give a name, a --note or both")
    store = store_at(models)
    found = store.open(run)
    found.describe(name=to, note=note)
    about = store.open(found.id).about
    print(f"{found.id} is called “{about.name}”" if about.name else f"{found.id} has no name")
    if about.note:
        print(about.note)


def delete(
    run: RunName,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    models: Models = None,
) -> None:
    """Delete a run with its network and results; damaged ones, too. This cannot be undone."""
    from pipeline.store import promotions

    store = store_at(models)
    found = store.find(run)
    if not yes:
        current = promotions.read(store.folder).current
        what = " It is the default run." if current and current.run == found.id else ""
        question = f"Delete {found.id} from {store.where}?{what} This cannot be undone."
        typer.confirm(question, abort=True)
    store.delete(found)
    print(f"{found.id} is deleted")
