"""A run's model card: what it is for, what it learned from, and where it stops, in plain words.

After Mitchell et al. 2019, "Model Cards for Model Reporting", as short as a small network deserves.
"""

from pipeline.analysis.metrics import Metrics
from pipeline.config import TrainConfig

SOURCES = {
    "digits": (
        "1,797 handwritten digits (the test part of UCI's Optical Recognition of Handwritten "
        "Digits, Alpaydin and Kaynak 1998), scaled up from 8×8 pixels"
    ),
    "mnist": (
        "70,000 handwritten digits by employees of the US Census Bureau and by high-school "
        "students (MNIST, LeCun, Cortes and Burges)"
    ),
    "fashion_mnist": (
        "70,000 pictures of clothes from a shop's catalogue (Fashion-MNIST, Xiao, Rasul and "
        "Vollgraf 2017)"
    ),
}


def model_card(
    dataset: str,
    counts: dict[str, int],
    config: TrainConfig,
    metrics: Metrics,
    *,
    ink: bool,
    corrections: dict[str, int] | None = None,
) -> dict[str, str]:
    """Write a model card.

    Args:
        dataset: its name.
        counts: images by part: "train", "valid", "test".
        config: the settings of the training.
        metrics: on the test part.
        ink: whether pictures are framed as MNIST's digits are.
        corrections: how many it learned from too, by class.

    Returns:
        A few sentences for each of "Intended use", "Data" and "Limits".
    """
    source = SOURCES.get(dataset, f"the pictures of “{dataset}”")
    weakest = min(metrics.classes, key=lambda score: score.recall)
    changed = (
        " Training images were moved, turned and bent a little." if config.augmentation else ""
    )
    learned = f" It also learned from {in_words(corrections)}." if corrections else ""
    limits = (
        f"Its {100 * metrics.accuracy:.2f} % hold for pictures like those of its test part; other "
        f"hands, pens or cameras fare worse. It finds {100 * weakest.recall:.1f} % of "
        f"“{weakest.name}”, its weakest class. It always answers with one of its classes, also "
        "where the picture shows none of them."
    )
    if ink:
        limits += " It expects one sign at a time, upright, and brings it to the middle itself."
    return {
        "Intended use": (
            f"To tell {len(metrics.classes)} classes of small pictures apart, and to show how such "
            "a network works and errs. Not for decisions that matter to someone."
        ),
        "Data": (
            f"{source[0].upper()}{source[1:]}: {counts.get('train', 0):,} to learn from, "
            f"{counts.get('valid', 0):,} to choose the epoch and the temperature, "
            f"{counts.get('test', 0):,} to measure with, looked at once.{changed}{learned}"
        ),
        "Limits": limits,
    }


def in_words(corrections: dict[str, int]) -> str:
    """Say how many corrections there are: "12 corrections: 3 × “4”, 9 × “9”"."""
    total = sum(corrections.values())
    by_class = ", ".join(f"{count:,} × “{name}”" for name, count in corrections.items())
    return f"{total:,} {'correction' if total == 1 else 'corrections'}: {by_class}"
