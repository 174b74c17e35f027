"""Many runs with several settings and seeds -> which settings are best, and which of them matter.

Pure: tables in, tables out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.analysis.significance import Difference, over_seeds

KINDS = ("network", "preset")  # which settings are a network's own follows from these
CURVE = 2  # degree: as a setting grows, accuracy rises, has its best, and falls


@dataclass(frozen=True)
class Standing:
    """How settings did over their seeds.

    Attributes:
        settings: what they are, by column.
        runs: the ids of their runs, by seed.
        mean: of their accuracies on the test images, in [0, 1].
        sd: the standard deviation over seeds; None for a single one.
        behind: their accuracy minus that of the best settings, over the seeds that both have; None
            for the best ones themselves, or where they share fewer than two seeds.
    """

    settings: dict[str, object]
    runs: dict[int, str]
    mean: float
    sd: float | None
    behind: Difference | None = None

    @property
    def beaten(self) -> bool:
        """Whether the best settings are better by more than seeds explain."""
        return self.behind is not None and self.behind.high < 0


def leaderboard(table: pd.DataFrame, by: Sequence[str]) -> list[Standing]:
    """Rank settings by their mean accuracy over seeds.

    Args:
        table: a row per run: run, seed, accuracy in [0, 1], and the columns `by`. Of several runs
            with the same settings and seed, the last one counts.
        by: what are the settings.

    Returns:
        The best settings first. Each is compared with them by itself: of many that are equally
        good, one in twenty will seem to be worse.
    """
    found: list[tuple[Standing, pd.Series]] = []
    for key, rows in table.groupby(list(by), dropna=False, sort=False):
        once = rows.drop_duplicates("seed", keep="last").set_index("seed").sort_index()
        accuracy = once["accuracy"]
        sd = float(accuracy.std(ddof=1)) if len(accuracy) > 1 else None
        runs = dict(zip(map(int, once.index), map(str, once["run"]), strict=True))
        settings = dict(zip(by, key, strict=True))
        found.append((Standing(settings, runs, float(accuracy.mean()), sd), accuracy))
    # Of equally good ones, that with more seeds first: it is better known.
    found.sort(key=lambda one: (-one[0].mean, -len(one[1])))
    return [
        Standing(one.settings, one.runs, one.mean, one.sd, _behind(accuracy, found[0][1], place))
        for place, (one, accuracy) in enumerate(found)
    ]


def _behind(accuracy: pd.Series, best: pd.Series, place: int) -> Difference | None:
    if place == 0:
        return None
    return over_seeds((accuracy - best).dropna().to_numpy())


def varied(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return the columns that a sweep varied: in which runs differ that are otherwise of a kind.

    Args:
        table: a row per run, with the columns and `KINDS`.
        columns: to choose from. Those of `KINDS` count if there are several; of the others, what
            differs only because networks and presets have settings of their own does not.
    """
    kinds = table.groupby(list(KINDS), dropna=False)
    return [
        name
        for name in columns
        if (
            table[name].nunique(dropna=False) > 1
            if name in KINDS
            else (kinds[name].nunique(dropna=False) > 1).any()
        )
    ]


def what_mattered(table: pd.DataFrame, factors: Sequence[str]) -> dict[str, float]:
    """Say how much of the variance of the validation accuracy each setting explains alone.

    The adjusted R² (Ezekiel 1930) of a model with this setting only: a mean for each value of a
    name or of a few numbers, a parabola over many numbers; over the logarithm of a learning rate.
    Adjusted, a setting that does nothing is at 0 on average, however many values it has.

    Args:
        table: a row per training: val_accuracy in [0, 1], and the columns `factors`.
        factors: what was varied.

    Returns:
        By setting, in [0, 1], the largest first. They need not add up to 1: settings work together.
    """
    outcome = table["val_accuracy"].to_numpy(float)
    shares = {name: _explained(table[name], outcome) for name in factors}
    return dict(sorted(shares.items(), key=lambda one: -one[1]))


def _explained(factor: pd.Series, outcome: np.ndarray) -> float:
    spread = float(((outcome - outcome.mean()) ** 2).sum())
    values = factor.nunique(dropna=False)
    if is_continuous(factor):
        x = along(factor)
        fitted, terms = np.polyval(np.polyfit(x, outcome, CURVE), x), CURVE
    else:
        means = pd.Series(outcome).groupby(factor.astype(str).to_numpy()).transform("mean")
        fitted, terms = means.to_numpy(), values - 1
    freedom = len(outcome) - terms - 1
    if spread < 1e-15 or freedom < 1:  # nothing to explain, or as many values as trainings
        return 0.0
    left = float(((outcome - fitted) ** 2).sum()) / freedom
    return float(np.clip(1 - left * (len(outcome) - 1) / spread, 0.0, 1.0))


def is_continuous(factor: pd.Series) -> bool:
    """Whether a setting has so many values that only their order and distance can tell."""
    numbers = pd.api.types.is_float_dtype(factor)
    return bool(numbers and factor.nunique() > max(CURVE + 1, len(factor) // 3))


def along(factor: pd.Series) -> np.ndarray:
    """Return the values of a continuous setting as they are drawn: a learning rate by its log."""
    values = factor.to_numpy(float)
    return np.log10(values) if factor.name == "learning_rate" else values
