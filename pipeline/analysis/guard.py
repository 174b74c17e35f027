"""The promotion rule: what a proof must show before a network takes another one's place."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from pipeline.analysis.proof import Proof
from pipeline.words import counted

ROUNDING = 1e-9  # of a share: exactly what a class may lose is not more


class Rule(BaseModel):
    """What a promotion should keep to; each part can be left out.

    Attributes:
        accuracy: on the test images it is not worse by more than chance explains.
        most_lost: percentage points of its accuracy that no class loses more of; None for any.
        corrections: more of the corrections that were held back are read right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accuracy: bool = True
    most_lost: float | None = Field(default=0.5, ge=0, le=100, allow_inf_nan=False)
    corrections: bool = True

    @property
    def said(self) -> str:
        """The rule in words, its parts separated by semicolons."""
        parts = [
            NOT_WORSE if self.accuracy else "",
            _no_class(self.most_lost) if self.most_lost is not None else "",
            BETTER if self.corrections else "",
        ]
        return "; ".join(part for part in parts if part)


NOT_WORSE = "accuracy not significantly worse"
BETTER = "held-back corrections better"
COMPARABLE = "tested on the same images"


def _no_class(most: float) -> str:
    return f"no class loses more than {most:g} {'point' if most == 1 else 'points'}"


@dataclass(frozen=True)
class Check:
    """One part of the rule, looked up in a proof.

    Attributes:
        rule: what should hold.
        found: what was measured, in words.
        met: whether it holds; None where there was nothing to measure.
    """

    rule: str
    found: str
    met: bool | None


def checks(rule: Rule, proof: Proof | str) -> list[Check]:
    """Look up in a proof whether each part of a rule holds.

    Args:
        rule: what should hold.
        proof: or why there is none, in words.
    """
    if isinstance(proof, str):
        return [Check(COMPARABLE, proof, False)]
    found = []
    if rule.accuracy:
        said = f"{len(proof.broken):,} newly wrong and {len(proof.fixed):,} newly right"
        images = counted(proof.images, "test image")
        found.append(Check(NOT_WORSE, f"{said} of {images}", not proof.is_worse))
    if rule.most_lost is not None:
        found.append(_of_classes(rule.most_lost, proof))
    if rule.corrections:
        found.append(_of_corrections(proof))
    return found


def _of_classes(most: float, proof: Proof) -> Check:
    worst = proof.worst_class
    lost = -worst.accuracy.gain
    images, of = round(lost * worst.images), counted(worst.images, "image")
    said = f"“{worst.name}” loses {100 * lost:.2f} points ({images:,} of {of})"
    return Check(
        _no_class(most), said if images > 0 else "none loses any", lost <= most / 100 + ROUNDING
    )


def _of_corrections(proof: Proof) -> Check:
    held = proof.held_back
    if held.learned_before:
        return Check(BETTER, "it may have learned those held back before", None)
    if not held.total:
        return Check(BETTER, "none was held back", None)
    said = f"{held.after:,} of {held.total:,} right, {held.before:,} before"
    # All right before and after: there was nothing to gain.
    return Check(BETTER, said, held.after > held.before or held.before == held.after == held.total)


def crossed(found: list[Check]) -> tuple[str, ...]:
    """Say what was not met, for the history: the rule with what was measured."""
    return tuple(f"{check.rule}: {check.found}" for check in found if check.met is False)
