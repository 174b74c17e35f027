"""Metrics as the commands print them."""

from typing import TYPE_CHECKING

from pipeline import words

if TYPE_CHECKING:
    from pipeline.analysis.corruption_sheet import CorruptionSheet
    from pipeline.analysis.metrics import Metrics
    from pipeline.analysis.strangers import Strangers
    from pipeline.store.run_info import Robustness

NORMS = {"linf": "L∞", "l2": "L2"}


def accuracy(metrics: "Metrics", *, seen: bool | None = False) -> str:
    """Write how often a classifier is right, with its confidence interval; see `verdict`."""
    low, high = metrics.accuracy_low, metrics.accuracy_high
    return (
        f"{words.verdict(metrics.correct, metrics.total, seen=seen)}, "
        f"95% confidence interval {words.interval(low, high)}"
    )


def details(metrics: "Metrics") -> str:
    """Write log loss, calibration error and the scores of each class, in several lines."""
    lines = [f"log loss {metrics.log_loss:.4f}, calibration error {metrics.calibration_error:.4f}"]
    lines += [
        f"  {score.name:<14} precision {score.precision:6.1%}  recall {score.recall:6.1%}  "
        f"F1 {score.f1:6.1%}  {words.counted(score.support, 'image')}"
        for score in metrics.classes
    ]
    return "\n".join(lines)


def under_change(found: "Robustness") -> str:
    """Write the accuracy under adversarial changes of each size, in several lines."""
    lines = [f"accuracy under adversarial changes, on {words.counted(found.images, 'test image')}"]
    for norm, measured in found.by_norm.items():
        shares = (
            f"{budget:g}: {share:.1%}"
            for budget, share in zip(measured.budgets, measured.accuracy, strict=True)
        )
        lines.append(f"  {NORMS[norm]:<4} {'  '.join(shares)}")
    return "\n".join(lines)


def under_corruptions(sheet: "CorruptionSheet") -> str:
    """Write the accuracy on corrupted images, the worst first, and when turned, in lines."""
    unchanged, worst = sheet.unchanged, sheet.worst_first
    lines = [
        f"accuracy on corrupted images: {sheet.mean:.1%}, the mean over {len(worst)} corruptions "
        f"(unchanged: {unchanged.accuracy:.1%} of {unchanged.images:,})"
    ]
    originals = {under.name: under for under in sheet.originals}
    for under in worst:
        low, high = under.interval
        severities = "  ".join(f"{other.accuracy:6.1%}" for other in sheet.of(under.name))
        line = f"  {words.corruption(under.name):<14} {under.accuracy:6.1%}"
        line += f"  {words.interval(low, high):<16} of {under.images:,}  by severity {severities}"
        if under.name in originals:
            line += f"  MNIST-C's own {originals[under.name].accuracy:6.1%}"
        lines.append(line)
    turned = "  ".join(f"{turn.degrees}°: {turn.accuracy:.1%}" for turn in sheet.turned)
    return "\n".join([*lines, f"accuracy when turned  {turned}"])


def strangers(found: "Strangers") -> str:
    """Write how well strange images are told from a run's own, worst first, in lines."""
    lines = [f"strange images ({found.own.flagged:.1%} of its own are remarked on, too)"]
    for group in found.others:
        lines.append(
            f"  {group.name:<28} AUROC {group.auroc:.3f}  FPR at 95% {group.fpr95:6.1%}  "
            f"{group.flagged:6.1%} of {group.images:,} remarked on"
        )
    return "\n".join(lines)
