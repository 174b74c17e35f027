"""`inkling data`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, ClassNames, class_names_in
from pipeline.errors import InklingError
from pipeline.words import counted

if TYPE_CHECKING:
    from pipeline.data.prepared import Prepared

MOST_NAMED = 12  # classes listed by name; more are only counted


def data(
    name: Annotated[
        str | None, typer.Argument(help="The dataset to download, or the name to import it under.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder or .npz file to import it from.")
    ] = None,
    class_names: ClassNames = None,
    as_json: AsJson = False,
) -> None:
    """List the datasets on this machine; download one, import your own, or name its classes."""
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.data.embedded import EMBEDDED
    from pipeline.data.known import NAMES
    from pipeline.data.prepared import list_prepared

    names = class_names_in(class_names)
    if name is None and (source is not None or names is not None):
        raise InklingError("Give the dataset a name: inkling data NAME --from FOLDER.")
    if name is not None:
        with shown_progress() as report:
            if source is not None:
                datasets.take_in(name, source, report, names)
            else:
                datasets.open_dataset(name, None, report, names)
    listed = list_prepared()
    if as_json:
        rows = [
            {"name": item.name, "fingerprint": item.fingerprint, "classes": item.class_names}
            | {"images": item.counts, "source": item.source}
            for item in listed
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for item in listed:
        print(_line(item))
    for known in NAMES:
        if known not in {item.name for item in listed}:
            embedded = known in EMBEDDED
            how = "comes with Inkling" if embedded else f"get it with “inkling data {known}”"
            print(f"{known:<16} not prepared yet: {how}")


def _line(item: "Prepared") -> str:
    """Describe a dataset in a line: its images, its classes, and where it was read from."""
    classes = counted(len(item.class_names), "class", "classes")
    if len(item.class_names) <= MOST_NAMED:
        classes += f": {', '.join(item.class_names)}"
    source = f"  ({item.source})" if item.source else ""
    return f"{item.name:<16} {item.total:>8,} images, {classes}{source}"
