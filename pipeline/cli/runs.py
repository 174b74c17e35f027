"""`inkling runs`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import results
from pipeline.cli.options import AsJson, Models, store_at

if TYPE_CHECKING:
    from pipeline.store.promotions import Default
    from pipeline.store.run_folder import Damaged, Run
    from pipeline.store.runs import Store


def runs(
    models: Models = None,
    as_json: AsJson = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Read every file; exit status 1 if one is not as written."),
    ] = False,
) -> None:
    """List the runs in the store, newest first, then the one that comes with Inkling."""
    from pipeline.store import promotions
    from pipeline.store.run_folder import Damaged

    store = store_at(models)
    entries = store.entries()
    if check:
        entries = [entry if isinstance(entry, Damaged) else entry.checked() for entry in entries]
    default = promotions.default_run(promotions.read(store.folder), entries)
    promoted = default.promotion.run if default.promotion else None
    if as_json:
        listed = [
            {"id": entry.id, "damaged": entry.reason}
            if isinstance(entry, Damaged)
            else entry.info.model_dump(mode="json")
            | entry.about.model_dump()
            | {"bundled": entry.bundled, "default": entry.id == promoted}
            for entry in entries
        ]
        print(json.dumps(listed, ensure_ascii=False))
    else:
        _show(store, entries, default, promoted)
    if check and any(isinstance(entry, Damaged) for entry in entries):
        raise typer.Exit(1)


def _show(
    store: "Store", entries: "list[Run | Damaged]", default: "Default", promoted: str | None
) -> None:
    from pipeline.store.run_folder import Damaged

    if not entries:
        print(f"There are no runs in {store.where} yet. Train one with “inkling train”.")
    for entry in entries:
        if isinstance(entry, Damaged):
            print(f"{entry.id}\n  {entry.reason}")
            continue
        called = f"  “{entry.about.name}”" if entry.about.name else ""
        marked = "  (default)" if entry.id == promoted else ""
        print(f"{entry.id}{called}{marked}{'  (comes with Inkling)' if entry.bundled else ''}")
        info = entry.info
        print(f"  {results.accuracy(info.metrics, seen=info.saw_test_images)}")
        for line in entry.about.note.splitlines():
            print(f"  {line}")
    if default.note:
        print(default.note)
