"""What several benchmarks are told on the command line."""

import argparse
from pathlib import Path

from pipeline.store.runs import Run, Store


def chosen_run() -> Run:
    """Open the run that the arguments name: `[RUN] [--models DIR]`, else the bundled one."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="mnist-cnn")
    arguments.add_argument("--models", type=Path, default=Path(__file__).parents[1] / "models")
    chosen = arguments.parse_args()
    return Store(chosen.models).open(chosen.run)
