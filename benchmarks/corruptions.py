"""How well runs withstand MNIST-C's corruptions, and turns.

`python benchmarks/corruptions.py [RUN …] [--models DIR] [--part validation|test] [--mnist-c DIR]`
corrupts the images of a part of the runs' dataset, by default those that training held out, so that
networks can be compared without looking at the test images, and prints what `inkling evaluate RUN
--corruptions` measures. With `--mnist-c`, also the accuracy on MNIST-C's own test images.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from pipeline import words
from pipeline.analysis.corruption_sheet import CorruptionSheet, mean, measure
from pipeline.data import datasets
from pipeline.robustness import on_originals
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


def main() -> None:
    """Print two tables for each run."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("runs", nargs="*", default=["mnist-cnn"])
    arguments.add_argument("--models", type=Path, default=Path(__file__).parents[1] / "models")
    arguments.add_argument("--part", choices=["validation", "test"], default="validation")
    arguments.add_argument("--mnist-c", type=Path)
    chosen = arguments.parse_args()
    for name in chosen.runs:
        run = Store(chosen.models).open(name)
        began = time.perf_counter()
        sheet = measured(run, test=chosen.part == "test")
        if chosen.mnist_c:
            found = on_originals(run, chosen.mnist_c)
            sheet = sheet.model_copy(update={"originals": found})
        print_tables(run, sheet, chosen.part)
        print(f"Measured in {time.perf_counter() - began:.0f} s.")


def measured(run: Run, *, test: bool) -> CorruptionSheet:
    """Measure a run on one part of its dataset."""
    own = run.info.dataset
    dataset = datasets.open_by_fingerprint(own.name, own.fingerprint)
    images, labels = (
        (dataset.x_test, dataset.y_test) if test else (dataset.x_valid, dataset.y_valid)
    )
    return measure(run.graph().probabilities, images, labels, is_ink=dataset.mnist_framed)


def print_tables(run: Run, sheet: CorruptionSheet, part: str) -> None:
    """Print the corruptions, the worst first, and the turns."""
    originals = {under.name: under for under in sheet.originals}
    rows = []
    for under in sheet.worst_first:
        severities = " / ".join(
            f"**{share.accuracy:.1%}**" if share.published else f"{share.accuracy:.1%}"
            for share in sheet.of(under.name)
        )
        rows.append([words.corruption(under.name), f"{under.accuracy:.1%}",
                     words.interval(*under.interval), severities])  # fmt: skip
        if originals:
            original = originals.get(under.name)
            rows[-1].append("" if original is None else f"{original.accuracy:.1%}")
    rows.append([f"mean of {len(rows)}", f"{sheet.mean:.1%}", "", ""])
    if originals:
        rows[-1].append(f"{mean(sheet.originals):.1%}")
    images = sheet.worst_first[0].images
    show(
        f"Accuracy of {run.id} on {images:,} corrupted {part} images, by severity on "
        f"{sheet.unchanged.images:,}, mildest first; in bold what MNIST-C has",
        ["corruption", "accuracy", "95% confidence interval", "by severity",
         *(["MNIST-C's own images"] if originals else [])],
        rows,
    )  # fmt: skip
    show(
        f"Accuracy of {run.id} on {sheet.unchanged.images:,} {part} images, turned to either side",
        [f"{turned.degrees}°" for turned in sheet.turned],
        [[f"{turned.accuracy:.1%}" for turned in sheet.turned]],
    )


if __name__ == "__main__":
    main()
