"""`inkling rule`."""

from typing import Annotated, Any

import typer

from pipeline.cli.options import Models, store_at


def rule(
    accuracy: Annotated[
        bool | None, typer.Option(help="Its accuracy must not be significantly worse.")
    ] = None,
    most_lost: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="Percentage points that a class may lose at most; 100 for any."
        ),
    ] = None,
    corrections: Annotated[
        bool | None, typer.Option(help="It must read more of the held-back corrections right.")
    ] = None,
    models: Models = None,
) -> None:
    """Show or set what a run should prove before it is promoted; a sentence overrides it."""
    from pipeline.analysis.guard import Rule
    from pipeline.store import guard

    folder = store_at(models).folder
    held, note = guard.read(folder)
    given = {"accuracy": accuracy, "most_lost": most_lost, "corrections": corrections}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if changed.get("most_lost") == 100:
        changed["most_lost"] = None
    if changed:
        held = Rule.model_validate(held.model_dump() | changed)
        guard.write(folder, held)
    elif note:
        print(note)
    print(held.said or "Any run can be promoted.")
