"""Inkling's mark, half ink and half pixels on a sheet of paper, and its name; pure."""

from functools import cache

from dashboard import APP

WHOLE, MARK_ALONE = 'viewBox="0 0 250 68"', 'viewBox="0 0 64 64"'


@cache
def _drawing() -> str:
    return (APP.parent / "logo.svg").read_text("utf-8")


def logo(ink: str) -> str:
    """Return the mark with the name beside it as SVG, the name in a color "#rrggbb"."""
    return _drawing().replace("currentColor", ink)


def mark() -> str:
    """Return the mark alone as SVG: its paper makes it look right on any background."""
    return _drawing().replace(WHOLE, MARK_ALONE)
