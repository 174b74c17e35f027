"""Numbers and names as pages show them; pure."""

import re

from pipeline.words import LONGEST_NAME, counted, percent, shorten

__all__ = ["LONGEST_NAME", "duration", "images", "percent", "plain", "shorten", "times"]


def plain(text: str) -> str:
    """Escape a name that others chose, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def images(count: int) -> str:
    """Write how many images: "1 image", "1,400 images"."""
    return counted(count, "image")


def times(count: int) -> str:
    """Write how often: "once", "twice", "14 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def duration(seconds: float) -> str:
    """Write a time roughly: "8 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
