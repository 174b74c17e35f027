"""How well a run withstands adversarial changes, in sentences; pure."""

from dashboard.words.text import percent, within
from pipeline.analysis.adversarial import Norm
from pipeline.store.run_info import Robustness, UnderChange
from pipeline.words import counted

WHAT = (
    "An **adversarial example** is an image changed slightly, on purpose, so that the network "
    "predicts something else while people still see the same thing."
)
CHARTS = "Each chart shows the accuracy that remains when every image is changed within a size."
_HALF = 0.5
_SIZES: dict[Norm, str] = {
    "linf": "Changing every value by at most {} of its range",
    "l2": "A change of size {}, all values together,",
}
_EXPLAINED: dict[Norm, str] = {
    "linf": "A value is the brightness of one pixel, in one channel; a change of 1% is too small "
    "to see.",
    "l2": "The size is the root of the sum of all squared changes: a change of one value by its "
    "whole range has size 1, one of four values size 2.",
}


def size(budget: float, norm: Norm) -> str:
    """Write the size of a change: "10%" of the range of a value, or "1.5"."""
    return f"{100 * budget:g}%" if norm == "linf" else f"{budget:g}"


def finding(found: UnderChange, norm: Norm) -> str:
    """Say how small a change misleads the network, for the title of a chart.

    That is the smallest size that misleads it on half of the images it gets right, or else the
    largest that was tried.
    """
    unchanged = found.accuracy[0]
    if not unchanged:
        return "It gets none of these images right, changed or not"
    misled = [1 - share / unchanged for share in found.accuracy]
    enough = (place for place, share in enumerate(misled) if share >= _HALF)
    place = next(enough, len(misled) - 1)
    what = _SIZES[norm].format(size(found.budgets[place], norm))
    if misled[place] < _HALF:
        what = f"Even {within(what)}"
    return f"{what} misleads it on {_share(misled[place])} it gets right"


def explained(norm: Norm) -> str:
    """Say how the size of a change is measured."""
    return _EXPLAINED[norm]


def how(found: Robustness) -> str:
    """Say how it was measured."""
    created = found.created
    return (
        f"Measured on {counted(found.images, 'test image')}, each class by its share, on "
        f"{created:%B} {created.day}, {created:%Y}. The changes follow the network's own gradient "
        f"(projected gradient descent, {found.iterations} steps); a stronger attack may find "
        "smaller ones."
    )


def _share(misled: float) -> str:
    if misled == 0:
        return "none of the images"
    return "every image" if misled == 1 else f"{percent(misled)} of the images"
