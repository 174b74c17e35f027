"""Settings over their seeds, in sentences; pure."""

from collections.abc import Mapping, Sequence

from pipeline.analysis.sweeps import Standing
from pipeline.sweeps import telling
from pipeline.words import counted

RINGS = "Rings are runs, diamonds the means over seeds."
HOW = (
    "Settings are compared with the best ones seed by seed (Student’s t, 95%), each by itself: of "
    "many that are equally good, one in twenty will seem to be worse."
)
EXPLAINED = (
    "Of the differences in validation accuracy between these runs, the share that each setting "
    "explains alone (adjusted R²). They need not add up to 100%, since settings work together."
)


def finding(names: Sequence[str], board: Sequence[Standing]) -> str:
    """Say which settings are best, and whether that is more than seeds.

    Args:
        names: of the settings.
        board: how they did, best first; at least one.
    """
    first = f"{names[0]} is best on average"
    if len(board) == 1:
        return f"{names[0]}: {telling.standing(board[0])}"
    beaten = sum(one.beaten for one in board)
    if beaten == len(board) - 1:
        return f"{first}, by more than seeds explain"
    if not beaten:
        return f"{first}, but by no more than seeds explain"
    others = counted(len(board) - 1 - beaten, "other setting")
    return f"{first}; with {others}, it may be chance"


def row(one: Standing) -> dict[str, object]:
    """Return what a table says of how settings did; numbers in percent and percentage points."""
    found: dict[str, object] = {
        "accuracy": 100 * one.mean,
        "sd": None if one.sd is None else 100 * one.sd,
        "seeds": len(one.runs),
        "behind": None,
        "interval": "",
        "more": "",
    }
    if one.behind is None:
        return found
    low, high = (f"{100 * end:+.2f}" for end in (one.behind.low, one.behind.high))
    return found | {
        "behind": 100 * one.behind.value,
        "interval": f"{low} to {high}",
        "more": "yes" if one.beaten else "no",
    }


def mattered(shares: Mapping[str, float]) -> str:
    """Say which setting mattered most; the seed is none."""
    name, share = next((one for one in shares.items() if one[0] != "seed"), ("", 0.0))
    if share <= shares.get("seed", 0.0) or share < 0.05:
        return "No setting mattered more than chance"
    return f"The {name} mattered most"


def told(names: Sequence[str], board: Sequence[Standing]) -> str:
    """Describe the chart for whoever does not see it."""
    rows = (f"{name}: {telling.standing(one)}" for name, one in zip(names, board, strict=True))
    return f"Accuracy over seeds, best first. {'. '.join(rows)}."
