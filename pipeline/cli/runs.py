"""`inkling runs`."""

import json

from pipeline.cli import results
from pipeline.cli.options import AsJson, Models, store_at


def runs(models: Models = None, as_json: AsJson = False) -> None:
    """List the runs in the store, newest first."""
    from pipeline.store.runs import Damaged

    store = store_at(models)
    entries = store.entries()
    if as_json:
        listed = [
            {"id": entry.id, "damaged": entry.reason}
            if isinstance(entry, Damaged)
            else entry.info.model_dump(mode="json")
            for entry in entries
        ]
        print(json.dumps(listed, ensure_ascii=False))
        return
    if not entries:
        print(f"There are no runs in {store.folder} yet. Train one with “inkling train”.")
    for entry in entries:
        said = entry.reason if isinstance(entry, Damaged) else results.accuracy(entry.info.metrics)
        print(f"{entry.id}\n  {said}")
