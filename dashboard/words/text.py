"""Numbers and names as pages show them; pure."""

import re

from pipeline.words import counted, percent

__all__ = ["images", "percent", "plain", "shorten", "times"]

LONGEST_NAME = 40  # letters: what fits on a phone's screen
NAME_END = 28  # of those, kept at the end, where a run's network, accuracy and id are


def plain(text: str) -> str:
    """Escape a name that others chose, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def shorten(name: str, longest: int = LONGEST_NAME) -> str:
    """Leave out the middle of a name of more letters: both ends tell names apart.

    Most of a run's name is kept at its end, where network, accuracy and id are; of other, shorter
    ones as much at both ends.
    """
    if len(name) <= longest:
        return name
    end = NAME_END if longest == LONGEST_NAME else longest // 2
    return f"{name[: longest - end - 1]}…{name[-end:]}"


def images(count: int) -> str:
    """Write how many images: "1 image", "1,400 images"."""
    return counted(count, "image")


def times(count: int) -> str:
    """Write how often: "once", "twice", "14 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
