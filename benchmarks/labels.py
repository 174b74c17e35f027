"""How many of MNIST's known label errors are found.

`python benchmarks/labels.py [RUN] [--models DIR]` ranks the test images as the Labels page does,
the most suspicious label first, and prints the ranks of the 15 test labels that are known to be
wrong (Northcutt, Athalye, Mueller 2021), beside those by the run's loss alone. Other runs in the
folder are asked, too, and so is the audit, if `inkling audit --dataset mnist` has made one there.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.arguments import chosen_run
from benchmarks.table import show
from pipeline.data.datasets import open_by_fingerprint
from pipeline.errors import InklingError
from pipeline.store import audits, suspicion
from pipeline.store.runs import Store
from pipeline.words import counted

KNOWN = (
    947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
)  # fmt: skip
FIRST = (20, 60, 100)


def places(score: np.ndarray) -> np.ndarray:
    """Rank images by a score, the highest first: int64 (n,), from 1."""
    found = np.empty(len(score), np.int64)
    found[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return found


def main() -> None:
    """Print the rank of each known label error, and how many are at the top."""
    run = chosen_run()
    if run.info.dataset.name != "mnist":
        raise InklingError(f"Run {run.id} was trained on {run.info.dataset.name}, not on MNIST.")
    dataset = open_by_fingerprint(run.info.dataset.name, run.info.dataset.fingerprint)
    store, labels = Store(run.folder.parent), dataset.y_train
    asked, audit = suspicion.witnesses(run, store.runs()), audits.read(store, dataset.fingerprint)
    scores = {
        "by its loss": run.predictions(["loss"])["loss"].to_numpy(),
        "with neighbors": suspicion.of_test_images([run], labels),
    }
    if len(asked) > 1:
        several = suspicion.of_test_images(asked, labels)
        scores[f"and {counted(len(asked) - 1, 'other run')}"] = several
    if audit is not None:
        scores["by the audit"] = audit.table("test")["suspicion"].to_numpy()
    names, ranks = list(scores), [places(score) for score in scores.values()]
    known = np.array(KNOWN)
    rows = [[int(image), *(int(rank[image]) for rank in ranks)] for image in known]
    rows.sort(key=lambda row: row[-1])
    rows += [
        [f"in the first {first}", *(int((rank[known] <= first).sum()) for rank in ranks)]
        for first in FIRST
    ]
    show(f"MNIST's known wrong test labels, as ranked by {run.id}", ["image", *names], rows)


if __name__ == "__main__":
    main()
