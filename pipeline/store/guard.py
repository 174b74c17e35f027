"""The promotion rule of a store, and what it says to one run in another one's place."""

from pathlib import Path

from pipeline import access
from pipeline.analysis.guard import Check, Rule, checks
from pipeline.analysis.proof import Proof
from pipeline.data.prepared import same_images
from pipeline.errors import InklingError
from pipeline.reading import read_json
from pipeline.store import shared, teaching
from pipeline.store.promotions import REFUSED
from pipeline.store.run_folder import Run

RULE = "promotion-rule.json"


def read(folder: Path) -> tuple[Rule, str]:
    """Read the rule of a store.

    Args:
        folder: that of the store.

    Returns:
        The rule, and "" or a sentence that says why it is the usual one instead of the store's.
    """
    path = folder / RULE
    try:
        return Rule.model_validate(read_json(path)), ""
    except FileNotFoundError:
        return Rule(), ""
    except (OSError, ValueError):
        return Rule(), f"{path} cannot be read, so the usual promotion rule holds."


def write(folder: Path, rule: Rule) -> None:
    """Set the rule of a store.

    Raises:
        InklingError: the dashboard is read-only, or the store cannot be written. The old rule holds
            then.
    """
    access.refuse_unless_may(access.Change.MANAGE, REFUSED)
    shared.write(folder / RULE, rule.model_dump_json(indent=1))


def judge(folder: Path, before: Run | None, after: Run) -> list[Check]:
    """Say what the rule of a store says to a promotion.

    Args:
        folder: that of the store.
        before: the run whose place is taken; None if there is none, then nothing stands against it.
        after: the run to promote.
    """
    if before is None or before.id == after.id:
        return []
    return checks(read(folder)[0], _proof(before, after))


def _proof(before: Run, after: Run) -> Proof | str:
    """Return the proof, or why there is none."""
    if after.info.dataset.fingerprint not in same_images(before.info.dataset.fingerprint):
        return "the two runs have no test images in common"
    try:
        return teaching.proof_of(after, before)
    except InklingError as error:  # such as predictions that cannot be read
        return str(error).rstrip(".")
