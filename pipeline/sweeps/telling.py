"""What came of a sweep, in lines for a terminal and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from pipeline.analysis import sweeps
from pipeline.analysis.sweeps import Standing
from pipeline.sweeps import results
from pipeline.sweeps.results import NAMES, SETTINGS
from pipeline.sweeps.sweeping import Swept
from pipeline.words import counted


def lines(swept: Swept) -> list[str]:
    """Return the leaderboard, what mattered and what failed, a line each."""
    table, said = swept.table, []
    if len(table):
        board = sweeps.leaderboard(table, SETTINGS)
        names = titles(table, board)
        width = max(map(len, names))
        for name, one in zip(names, board, strict=True):
            said.append(f"{name:<{width}}  {standing(one)}")
        said += mattered(everything(swept))
    given_up = [one for one in swept.tried if not one.failed]
    if given_up:
        said.append(f"The search gave up {counted(len(given_up), 'training')} early.")
    for failure in swept.tried:
        if failure.failed:
            said.append(f"{results.title(failure.config)} failed: {failure.failed}")
    return said


def titles(table: pd.DataFrame, board: Sequence[Standing]) -> list[str]:
    """Name settings by what tells them apart in a table."""
    varied = [name for name in sweeps.varied(table, SETTINGS) if name not in sweeps.KINDS]
    return [title(one.settings, varied) for one in board]


def title(found: dict[str, Any], varied: Sequence[str]) -> str:
    """Name settings by network, preset, and what else the sweep varied."""
    more = results.named(found, varied)
    return ", ".join([str(found["network"]), str(found["preset"]), *more])


def standing(one: Standing) -> str:
    """Say how settings did: accuracy over seeds, and how far they are behind the best ones."""
    spread = f" ± {100 * one.sd:.2f}" if one.sd is not None else ""
    accuracy = f"{100 * one.mean:.2f}%{spread} over {counted(len(one.runs), 'seed')}"
    if one.behind is None:
        return accuracy
    return f"{accuracy}; {behind(one)}"


def behind(one: Standing) -> str:
    """Say whether settings are worse than the best ones by more than seeds."""
    if one.behind is None:
        return ""
    low, high = (f"{100 * end:+.2f}" for end in (one.behind.low, one.behind.high))
    told = "more than seeds explain" if one.beaten else "no more than seeds explain"
    return f"{100 * one.behind.value:+.2f} points against the best ({low} to {high}): {told}"


def everything(swept: Swept) -> pd.DataFrame:
    """Return all trainings with a validation accuracy, those that a search gave up included."""
    lost = float("nan")
    tried = [
        {**results.settings(one.config), "accuracy": lost, "val_accuracy": one.val_accuracy}
        for one in swept.tried
        if one.val_accuracy
    ]
    added = pd.DataFrame(tried, columns=swept.table.columns).astype(swept.table.dtypes.to_dict())
    return pd.concat([swept.table, added], ignore_index=True) if tried else swept.table


def explained(table: pd.DataFrame) -> dict[str, float]:
    """Return how much of the differences in validation accuracy each varied setting explains."""
    shares = sweeps.what_mattered(table, sweeps.varied(table, [*SETTINGS, "seed"]))
    return {NAMES.get(name, name): share for name, share in shares.items()}


def mattered(table: pd.DataFrame) -> list[str]:
    """Say the same in a line, if several settings vary."""
    shares = explained(table)
    if len(shares) < 2:
        return []
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return [f"Of the differences in validation accuracy, explained by each alone: {told}."]


def facts(swept: Swept) -> dict[str, Any]:
    """Return the same as JSON values."""
    table = swept.table
    board = sweeps.leaderboard(table, SETTINGS) if len(table) else []
    whole = everything(swept)
    return {
        "trained": swept.trained,
        "leaderboard": [
            {
                "settings": one.settings,
                "runs": {str(seed): run for seed, run in one.runs.items()},
                "accuracy": {"mean": one.mean, "sd": one.sd},
                "behind_best": None if one.behind is None else asdict(one.behind),
                "more_than_seeds": one.beaten,
            }
            for one in board
        ],
        "explained": explained(whole) if len(whole) else {},
        "given_up_or_failed": [one.model_dump(mode="json") for one in swept.tried],
    }
