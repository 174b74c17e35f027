"""What came out where images without labels were scored, in sentences; pure."""

from collections.abc import Hashable, Mapping
from typing import Any

from dashboard.words.text import images, percent, plain
from pipeline.scoring.result import Facts, Scored
from pipeline.words import counted

NONE = "Nothing has been scored yet."
HOW = (
    "`inkling score` lets a run read any number of images without labels, from folders, arrays, "
    "Parquet files or tar archives, and keeps what it says of each:"
)
COMMAND = "inkling score latest path/to/images --out scored.parquet"
ORDERS = {  # what images are sorted by
    "most_confident": "Most confident",
    "least_confident": "Least confident",
    "least_typical": "Least typical",
}


def summary(of: Scored, run: str) -> str:
    """Say how many images there are, and what came out: Markdown.

    Args:
        of: the result.
        run: the name of the run that scored.
    """
    done, facts = of.done, of.facts
    said = f"**{done.images:,}** {'image' if done.images == 1 else 'images'} without labels, "
    said += f"read by {plain(run)}."
    if facts.threshold is not None and done.images:
        said += f" **{percent(done.ood / done.images)}** are unlike anything in training."
    return f"{said} {failed(of)}".strip()


def failed(of: Scored) -> str:
    """Say how many images could not be read; "" if all could."""
    count = of.done.failed
    return (
        f"{counted(count, 'image or file', 'images or files')} could not be read." if count else ""
    )


def by_class(of: Scored) -> str:
    """Say which class comes most often, for the title of the chart."""
    counts, names = of.done.by_class, of.facts.class_names
    most = max(range(len(counts)), key=lambda label: counts[label].images)
    share = counts[most].images / max(of.done.images, 1)
    return f"“{names[most]}” comes most often: {images(counts[most].images)}, {percent(share)}"


def sorted_by(order: str, count: int, class_name: str | None) -> str:
    """Say what a gallery shows: Markdown.

    Args:
        order: a key of ORDERS.
        count: how many images it has.
        class_name: what they were read as; None for anything.
    """
    what = "" if class_name is None else f" read as “{plain(class_name)}”"
    said = {
        "most_confident": "the most confident first",
        "least_confident": "the least confident first",
        "least_typical": "the least typical first",
    }
    return f"{images(count)}{what}, {said[order]}."


def ood(score: float | None, facts: Facts) -> str:
    """Say how unlike the training images one is; "" if the run cannot tell."""
    if score is None or facts.threshold is None:
        return ""
    if score > facts.threshold:
        return f"unlike anything in training: score {score:.1f}, above {facts.threshold:.1f}"
    return f"like those in training: score {score:.1f}, up to {facts.threshold:.1f}"


def where(row: Mapping[Hashable, Any]) -> str:
    """Say where an image is: its file, and which of it."""
    inside = [str(row["member"])] if isinstance(row["member"], str) else []
    if inside or row["index"]:
        inside.append(f"image {int(row['index']):,}")
    return ", ".join([str(row["source"]), *inside])


def gone(count: int, first: str) -> str:
    """Say that images are not where they were, and why the first one is not shown."""
    return f"{images(count)} cannot be shown. {first}"
