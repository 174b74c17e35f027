"""`inkling data`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson


def data(
    name: Annotated[
        str | None, typer.Argument(help="The dataset to download, or the name to import it under.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder or .npz file to import it from.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the datasets on this machine; download one, or import your own."""
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.data.embedded import EMBEDDED
    from pipeline.data.known import NAMES

    if name is not None:
        with shown_progress() as report:
            if source is not None:
                datasets.take_in(name, source, report)
            else:
                datasets.open_dataset(name, None, report)
    listed = datasets.list_prepared()
    if as_json:
        rows = [
            {"name": item.name, "fingerprint": item.fingerprint, "classes": item.class_names}
            | {"images": item.counts}
            for item in listed
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for item in listed:
        print(f"{item.name:<16} {item.total:>8,} images, {len(item.class_names)} classes")
    missing = [known for known in NAMES if known not in {item.name for item in listed}]
    for known in missing:
        embedded = known in EMBEDDED
        how = "comes with Inkling" if embedded else f"get it with “inkling data {known}”"
        print(f"{known:<16} not prepared yet: {how}")
