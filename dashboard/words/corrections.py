"""Corrections, and what a network that was not corrected says to them, in sentences; pure."""

from collections.abc import Sequence

from dashboard.words.text import percent, plain, shorten
from pipeline.store.corrections import Correction
from pipeline.store.second_opinion import Contradiction
from pipeline.store.teaching import HELD_BACK
from pipeline.words import counted

LONGEST = 12  # letters of a class name under a picture; its hint has all of them
NONE = (
    "None so far. Draw something, and where the network is wrong, say what it was: the next "
    "training can learn from that."
)
ALL_HELD_BACK = (
    f"About one correction in {HELD_BACK} is held back as a test, and so far all of them are. "
    "Correct more drawings, and a training can learn from those."
)
KEPT_FOR_LEARNING = "The next training can learn from it."
KEPT_FOR_TESTING = "It is held back: no training learns from it, so it can test what was learned."
INDEPENDENT = (
    "A network counts as independent if it has learned from no correction and is not the one that "
    "was corrected. It contradicts strongly if it has at least 99% confidence in another class. It "
    "can be wrong, too; if your label is right, keep it."
)


def so_far(kept: Sequence[Correction]) -> str:
    """Say how many corrections there are, and what for."""
    if not kept:
        return NONE
    them = "it" if len(kept) == 1 else "them"
    drawings = counted(len(kept), "drawing")
    return f"**{drawings}** that people gave the right class. A training can learn from {them}."


def caption(kept: Correction) -> str:
    """Name a correction in a gallery: what the network had predicted, and the class given."""
    return arrow(kept.predicted, kept.label) if kept.predicted else shorten(kept.label, LONGEST)


def arrow(before: str, after: str) -> str:
    """Name a picture in a gallery by two classes: "4 → 9"."""
    return " → ".join(shorten(name, LONGEST) for name in (before, after))


def relabeled(count: int, most: int) -> str:
    """Title the test images whose label was marked as wrong and that were given another class.

    Args:
        count: how many there are.
        most: how many of them are shown.
    """
    newest = f", the newest {most:,}" if count > most else ""
    return f"{counted(count, 'test image')} with a new label{newest}: old → new"


def test_image(index: int, *, held_back: bool) -> str:
    """Say what becomes of a test image that was given another class."""
    purpose = (
        "It is held back: a retraining is not taught it, so it can test what was learned."
        if held_back
        else "A retraining learns it with its new class, and then leaves it out of the comparison."
    )
    return f"Test image {index:,}. Its label was marked as wrong. {purpose}"


def hint(kept: Correction, against: Contradiction | None) -> str:
    """Describe a correction for a tooltip and for screen readers."""
    predicted = f", predicted as {kept.predicted}" if kept.predicted else ""
    doubt = f"; an independent network says {against.predicted}" if against else ""
    return f"labeled {kept.label}{predicted}{doubt}"


def facts(kept: Correction, against: Contradiction | None) -> dict[str, str]:
    """Return a correction as a row of a table."""
    return {
        "labeled": kept.label,
        "predicted": kept.predicted,
        "an independent network says": against.predicted if against else "",
        "on": kept.time[:10],
    }


def told(kept: Correction, predicted_by: str) -> str:
    """Say when a class was given, and which network had predicted what: Markdown.

    Args:
        kept: the correction.
        predicted_by: what the network's run is called; "" if it is not in the store.
    """
    when = f"Labeled on {kept.time[:10]}." if kept.time else ""
    network = plain(predicted_by) or "A network that is no longer here"
    predicted = f"{network} had predicted “{plain(kept.predicted)}”." if kept.predicted else ""
    purpose = KEPT_FOR_TESTING if kept.held_back else ""
    return " ".join(part for part in (when, predicted, purpose) if part)


def left_out(held_back: int) -> str:
    """Say how many corrections a training leaves out; "" if none."""
    if not held_back:
        return ""
    them = "is" if held_back == 1 else "are"
    return f"{held_back:,} more {them} held back, as a test of what was learned."


def look_again(against: Contradiction, contradicted_by: str) -> str:
    """Say what an independent network takes a correction for: Markdown.

    Args:
        against: the contradiction.
        contradicted_by: what the network's run is called.
    """
    return (
        f"Look again: {plain(contradicted_by)}, which was not corrected here, predicts "
        f"“{plain(against.predicted)}” with {percent(against.confidence)} confidence."
    )
