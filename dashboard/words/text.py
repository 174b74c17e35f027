"""Numbers and names as pages show them; pure."""

import re

from pipeline.words import counted, percent

__all__ = ["images", "percent", "plain", "shorten", "times"]

LONGEST_NAME = 40  # letters: what fits on a phone's screen
NAME_END = 28  # of those, kept at the end, where a run's network, accuracy and id are


def plain(text: str) -> str:
    """Escape a name that others chose, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def shorten(name: str) -> str:
    """Leave out the middle of a long name."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - NAME_END - 1]}…{name[-NAME_END:]}"


def images(count: int) -> str:
    """Write how many images: "1 image", "1,400 images"."""
    return counted(count, "image")


def times(count: int) -> str:
    """Write how often: "once", "twice", "14 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
