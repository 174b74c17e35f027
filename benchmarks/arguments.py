"""Command-line arguments that several benchmarks share."""

import argparse
from pathlib import Path

from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


def chosen_run() -> Run:
    """Open the run given as `[RUN] [--models DIR]`; by default, the bundled one."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="mnist-cnn")
    arguments.add_argument("--models", type=Path, default=Path(__file__).parents[1] / "models")
    chosen = arguments.parse_args()
    return Store(chosen.models).open(chosen.run)
