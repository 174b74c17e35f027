"""Reports of the tiny run, and copies of it in which something is different."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.metrics import predictions_table, summarize
from pipeline.store import run_folder
from pipeline.store.run_folder import Run


@pytest.fixture
def altered(tmp_path: Path, tiny_run: Run) -> Callable[..., Run]:
    """Copy the tiny run with other predictions, or other parts of its run.json."""

    def copy(name: str = "other", table: pd.DataFrame | None = None, **parts: object) -> Run:
        folder = tmp_path / name
        shutil.copytree(tiny_run.folder, folder)
        raw = json.loads((folder / "run.json").read_text("utf-8")) | {"id": name}
        if table is not None:
            path = folder / "predictions.parquet"
            table.to_parquet(path, index=False)
            names = tuple(raw["dataset"]["class_names"])
            raw["metrics"] = summarize(table, names).model_dump()
            raw["files"]["predictions.parquet"] = path.stat().st_size
        for key, value in parts.items():
            raw[key] = (raw.get(key) or {}) | value if isinstance(value, dict) else value
        (folder / "run.json").write_text(json.dumps(raw), "utf-8")
        return run_folder.read(folder, None, "")

    return copy


@pytest.fixture
def perfect(tiny_run: Run, altered: Callable[..., Run]) -> Run:
    """The tiny run if it made no mistakes."""
    labels = tiny_run.predictions(["label"])["label"].to_numpy()
    return altered("perfect", predictions_table(labels, np.eye(10)[labels]))
