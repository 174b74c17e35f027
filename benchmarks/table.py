"""Results as a table that is readable both in a terminal and as Markdown."""

import os
import platform
import statistics
from collections.abc import Sequence


def mean_sd(values: Sequence[float], form: str = ".2f") -> str:
    """Write a mean and, of several values, their standard deviation: "98.52 ± 0.11"."""
    mean = f"{statistics.mean(values):{form}}"
    return f"{mean} ± {statistics.stdev(values):{form}}" if len(values) > 1 else mean


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a title, the machine it was measured on, and a Markdown table."""
    cells = [list(header), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"

    print(f"\n{title}\n({os.cpu_count()} cores, {platform.machine()}, Python "
          f"{platform.python_version()})\n")  # fmt: skip
    print(line(cells[0]))
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in cells[1:]:
        print(line(row))
    print(flush=True)
