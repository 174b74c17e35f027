"""How many of MNIST's known label errors a run finds.

`python benchmarks/labels.py [RUN] [--models DIR]` ranks the test images as the Labels page does,
least likely label first, and prints the ranks of the 15 test labels that are known to be wrong
(Northcutt, Athalye, Mueller 2021).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.arguments import chosen_run
from benchmarks.table import show
from pipeline.errors import InklingError

KNOWN = (
    947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
)  # fmt: skip
FIRST = 60


def main() -> None:
    """Print the rank of each known label error, and how many are at the top."""
    run = chosen_run()
    if run.info.dataset.name != "mnist":
        raise InklingError(f"Run {run.id} was trained on {run.info.dataset.name}, not on MNIST.")
    loss = run.predictions(["loss"])["loss"]
    places = loss.rank(ascending=False, method="first").astype(int)
    rows = [[index, places[index]] for index in sorted(KNOWN, key=lambda index: places[index])]
    found = sum(place <= FIRST for _, place in rows)
    show(f"MNIST's known wrong test labels, as ranked by {run.id}", ["image", "rank"], rows)
    print(f"{found} of {len(KNOWN)} are among the top {FIRST}.")


if __name__ == "__main__":
    main()
