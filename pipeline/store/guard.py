"""The promotion rule of a store, and what it says to one run in another one's place."""

import json
from pathlib import Path

from pipeline import access, atomic
from pipeline.analysis.guard import Check, Rule, checks
from pipeline.analysis.proof import Proof, prove
from pipeline.data.prepared import same_images
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
        return Rule.model_validate(json.loads(path.read_text("utf-8"))), ""
    except FileNotFoundError:
        return Rule(), ""
    except (OSError, ValueError, RecursionError):
        return Rule(), f"{path} cannot be read, so the usual promotion rule holds."


def write(folder: Path, rule: Rule) -> None:
    """Set the rule of a store.

    Raises:
        InklingError: the dashboard is read-only, or the store cannot be written. The old rule holds
            then.
    """
    access.refuse_if_read_only(REFUSED)
    atomic.write_text(folder / RULE, rule.model_dump_json(indent=1))


def judge(folder: Path, before: Run | None, after: Run) -> list[Check]:
    """Say what the rule of a store says to a promotion.

    Args:
        folder: that of the store.
        before: the run whose place is taken; None if there is none, then nothing stands against it.
        after: the run to promote.

    Raises:
        RunDamaged: their predictions cannot be read.
    """
    if before is None or before.id == after.id:
        return []
    return checks(read(folder)[0], proof_of(before, after))


def proof_of(before: Run, after: Run) -> Proof | None:
    """Compare two runs; None if they were not tested on the same images.

    Raises:
        RunDamaged: their predictions cannot be read.
    """
    if after.info.dataset.fingerprint not in same_images(before.info.dataset.fingerprint):
        return None
    columns = ("label", "predicted", "confidence")
    try:
        return prove(before.predictions(columns), after.predictions(columns), after.class_names)
    except ValueError:  # they name the same images, yet other labels
        return None
