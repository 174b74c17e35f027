"""Numbers and names as pages show them; pure."""

import re

from pipeline.words import LONGEST_NAME, counted, duration, percent, shorten

__all__ = ["LONGEST_NAME", "duration", "images", "percent", "plain", "shorten", "times", "within"]


def plain(text: str) -> str:
    """Escape a name that others chose, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def within(sentence: str) -> str:
    """Return a sentence as it goes on after other words: with a small first letter."""
    return f"{sentence[:1].lower()}{sentence[1:]}"


def images(count: int) -> str:
    """Write how many images: "1 image", "1,400 images"."""
    return counted(count, "image")


def times(count: int) -> str:
    """Write how often: "once", "twice", "14 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
