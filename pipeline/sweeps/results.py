"""What a sweep has in the store: which of its trainings are done, and what came of them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.config import TrainConfig
from pipeline.store import searches
from pipeline.store.interrupted import InterruptedTraining, key_of
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.store.searches import Tried

# What tells settings of one sweep apart, besides the seed.
SETTINGS = (
    "network", "preset", "epochs", "batch_size", "learning_rate", "augmentation",
    "label_smoothing", "allographs", "disturbance", "variant",
)  # fmt: skip
NAMES = {
    "learning_rate": "learning rate", "label_smoothing": "label smoothing",
    "batch_size": "batch size",
}  # fmt: skip


def finished(store: Store, fingerprint: str) -> dict[str, Run]:
    """Find the runs of a store that were trained to their end on a dataset: key → run.

    One that was stopped counts as soon as nothing can go on with it, such as one that diverged.
    One that learned from corrections never counts: those change while its settings do not.
    """
    found = {}
    for run in reversed(store.runs()):  # of several, the newest
        config = run.info.config
        if config is None or not comparable(run) or run.info.dataset.fingerprint != fingerprint:
            continue
        can_go_on = InterruptedTraining.of(store, config, fingerprint).exists()
        if run.info.status == "finished" or not can_go_on:
            found[key_of(config, fingerprint)] = run
    return found


def comparable(run: Run) -> bool:
    """Whether a run follows from its settings and its dataset alone."""
    config = run.info.config
    return config is not None and not run.info.retrained and not config.corrections


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """Return a row per run that was trained here; see `as_table`."""
    return as_table([row(run, run.history()) for run in runs if run.info.config is not None])


def row(run: Run, history: pd.DataFrame) -> dict[str, object]:
    """Return what a table says of a run.

    Args:
        run: which was trained here.
        history: its own.
    """
    assert run.info.config is not None
    return {
        "run": run.id,
        **settings(run.info.config),
        "accuracy": run.info.metrics.accuracy,
        "val_accuracy": float(history["val_accuracy"].max()),
    }


def as_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a table.

    Returns:
        Columns: run (id), `SETTINGS`, seed, accuracy (on test images), val_accuracy (of its best
        epoch), both in [0, 1].
    """
    return pd.DataFrame(rows, columns=["run", *SETTINGS, "seed", "accuracy", "val_accuracy"])


def settings(config: TrainConfig) -> dict[str, object]:
    """Return what tells a training of a sweep from the others, the seed last."""
    return {name: getattr(config, name) for name in (*SETTINGS, "seed")}


def kind(config: TrainConfig) -> tuple[str, str]:
    """Return what trainings of a search have in common: their network and preset."""
    return config.network, config.preset


def title(config: TrainConfig, varied: Sequence[str] = ()) -> str:
    """Say which training of a sweep it is, in a few words, some settings among them."""
    found = settings(config)
    return ", ".join([*kind(config), *named(found, varied), f"seed {config.seed}"])


def named(found: Mapping[str, object], names: Sequence[str]) -> list[str]:
    """Write settings with their names, such as "learning rate 0.001"."""
    return [f"{NAMES.get(name, name)} {_short(found[name])}" for name in names]


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def note_failure(store: Store, config: TrainConfig, fingerprint: str, why: str) -> None:
    """Keep why a training of a sweep failed, so that the others go on."""
    key = key_of(config, fingerprint)
    found = Tried(key=key, dataset=fingerprint, config=config, failed=why)
    searches.add(store, found)
