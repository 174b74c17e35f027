"""`inkling backup`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Models, store_at


def backup(
    to: Annotated[Path, typer.Argument(help="The archive, a .tar that does not exist yet.")],
    models: Models = None,
) -> None:
    """Write the whole store into one archive, while others work; “tar -x” restores it."""
    from pipeline.store import backup

    store = store_at(models)
    files = backup.write(store, to)
    print(f"{to} has {files:,} files of {store.folder}, {to.stat().st_size / 1e6:,.1f} MB")
