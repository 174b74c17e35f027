"""Options that several commands share, and the store they work on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.store.runs import Store

Models = Annotated[
    Path | None,
    typer.Option(
        "--models", help="Folder with the runs.", envvar="INKLING_MODELS", show_default="models"
    ),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder to search first for a named dataset.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
RunName = Annotated[str, typer.Argument(help="A run's id, a part of it, or “latest”.")]


def store_at(models: Path | None) -> "Store":
    """Return the store that was named, or the default one."""
    from pipeline.store.runs import Store

    return Store.default() if models is None else Store(models)
