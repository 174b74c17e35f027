"""`inkling export`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Models, RunName, store_at
from pipeline.export.formats import Format


def export(
    run: RunName,
    to: Annotated[Path, typer.Option(help="Where to write it; must not exist yet.")],
    format: Annotated[
        Format, typer.Option(help="A single HTML page, or a folder for LiteRT or TensorFlow.js.")
    ],
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Export a run's network, with its class names, for use without Inkling."""
    from pipeline.cli.terminal import shown_progress
    from pipeline.export import formats

    found = store_at(models).open(run)
    with shown_progress() as report:
        written = formats.export(found, to, format, report)
    sizes = {str(path): path.stat().st_size for path in written}
    if as_json:
        files = [{"path": path, "bytes": size} for path, size in sizes.items()]
        print(json.dumps({"run": found.id, "format": format, "files": files}, ensure_ascii=False))
        return
    print(f"{found.id} as {format}")
    for path, size in sizes.items():
        print(f"  {path}  {size:,} bytes")
