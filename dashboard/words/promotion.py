"""The default run, what came before it, and the promotion rule, in sentences; pure."""

from collections.abc import Mapping, Sequence

from dashboard.words.text import plain
from pipeline.analysis.guard import Check
from pipeline.store.promotions import Default, Promotion

NONE_YET = "No run is promoted."
KEPT = "Kept in the history, with the day and the name you signed in with, if there is one."
MEANING = (
    "The default run is the one in use: pages open with it, Draw answers with it where it can, and "
    "`default` means it on the command line."
)
MARKS = {True: "✓ Met", False: "✗ Not met", None: "– Not measured"}  # told by words, too


def standing(default: Default, name: str) -> str:
    """Say which run is the default run, since when and why, in Markdown.

    Args:
        default: the default run.
        name: of its run; where none is promoted, of the one that stands in.
    """
    if default.promotion is None:
        opens = f" Pages open with **{plain(name)}**." if name else ""
        return plain(default.note) or f"{NONE_YET}{opens}"
    return f"Default run: **{plain(name)}**, {since(default.promotion)}"


def since(promotion: Promotion) -> str:
    """Say when a run was promoted, by whom and why, in Markdown."""
    by = f" by {promotion.by}" if promotion.by else ""
    because = f": “{promotion.because}”" if promotion.because else ""
    return plain(f"promoted {_day(promotion)}{by}{because}")


def before_promotion(name: str, replaced: str) -> str:
    """Say what a promotion changes, in Markdown.

    Args:
        name: of the run.
        replaced: the name of the default run now; "" for none.
    """
    instead = f" in place of **{plain(replaced)}**" if replaced else ""
    return f"**{plain(name)}** becomes the default run{instead}. {MEANING}"


def checked(found: Sequence[Check]) -> str:
    """List what the promotion rule says, in Markdown."""
    lines = [
        f"{MARKS[check.met]}: **{plain(check.rule)}**: {plain(check.found)}" for check in found
    ]
    return "  \n".join(lines)  # each on a line of its own


def of_rule(note: str) -> str:
    """Say where the promotion rule can be changed, in Markdown.

    Args:
        note: why it is not the store's own; "" if it is.
    """
    return f"{plain(note)} `inkling rule` changes what is asked for here.".strip()


def reason(*, broken: bool) -> str:
    """Ask why a run is promoted."""
    return "The promotion rule is not met. Why promote it all the same?" if broken else "Why?"


def promoted(name: str) -> str:
    """Say that a run is the default run now, in Markdown."""
    return f"{plain(name)} is the default run."


def undone(name: str) -> str:
    """Say which run is the default run again, in Markdown; "" for none."""
    return f"{plain(name)} is the default run again." if name else NONE_YET


def undoes(name: str) -> str:
    """Name the button that goes back to the default run before; "" if there was none."""
    return f"Go back to {plain(name)}" if name else "Go back to the newest run"


def history(entries: Sequence[Promotion], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Tabulate what was promoted and undone, newest first.

    Args:
        entries: oldest first.
        names: of the runs in the store, by id.
    """
    return [
        {
            "When (UTC)": f"{entry.time:%Y-%m-%d %H:%M}",
            "What": _what(entry, names),
            "Who": entry.by,
            "Why": entry.because,
            "Against the rule": "; ".join(entry.crossed),
        }
        for entry in reversed(entries)
    ]


def _what(entry: Promotion, names: Mapping[str, str]) -> str:
    name = names.get(entry.run, entry.run)
    if entry.undoes:
        return f"Back to {name or 'the newest run'}"
    return f"Promoted {name}"


def _day(promotion: Promotion) -> str:
    return f"{promotion.time:%B} {promotion.time.day}, {promotion.time:%Y}"
