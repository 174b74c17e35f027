"""Which trainings of a search go on: at a quarter and at half of the epochs, the better half.

ASHA (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"): whoever reaches a
mark is compared with those that were there before, so nobody waits. Imported by Ray's workers only.
"""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from ray.tune.schedulers import ASHAScheduler, FIFOScheduler, TrialScheduler

from pipeline.sweeps.candidates import ACCURACY, EPOCH, Candidate, Known
from pipeline.sweeps.results import kind

KEEP = 2  # of so many, one goes on
FIRST = 0.25  # of the epochs: where they are compared first; learning rates have risen by then


class Halving(FIFOScheduler):
    """A scheduler for Ray Tune that compares only trainings of one kind with each other."""

    def __init__(self, candidates: Sequence[Candidate], known: Sequence[Known]) -> None:
        """Judge candidates, of which some were trained before.

        Args:
            candidates: what is tried now.
            known: what earlier searches know of the same kinds.
        """
        super().__init__()
        self._candidates = {one.key: one for one in candidates}
        self._kinds = {kind(one.config): _asha(one.config.epochs or 1) for one in candidates}
        for number, one in enumerate(known):
            if one.kind in self._kinds:
                _tell(self._kinds[one.kind], f"known-{number}", one.history)

    def on_trial_add(self, tune_controller: Any, trial: Any) -> None:
        """Note that there is one more."""
        self._of(trial).on_trial_add(tune_controller, trial)

    def on_trial_result(self, tune_controller: Any, trial: Any, result: Mapping[str, Any]) -> str:
        """Say whether a training goes on after an epoch; the presets' own settings always do."""
        decision = self._of(trial).on_trial_result(tune_controller, trial, result)
        return TrialScheduler.CONTINUE if self._candidate(trial).stays else decision

    def on_trial_complete(
        self, tune_controller: Any, trial: Any, result: Mapping[str, Any]
    ) -> None:
        """Note that one has ended."""
        self._of(trial).on_trial_complete(tune_controller, trial, result)

    def on_trial_remove(self, tune_controller: Any, trial: Any) -> None:
        """Note that one is not made."""
        self._of(trial).on_trial_remove(tune_controller, trial)

    def _candidate(self, trial: Any) -> Candidate:
        return self._candidates[trial.config["key"]]

    def _of(self, trial: Any) -> ASHAScheduler:
        return self._kinds[kind(self._candidate(trial).config)]


def _asha(epochs: int) -> ASHAScheduler:
    return ASHAScheduler(
        time_attr=EPOCH, metric=ACCURACY, mode="max", reduction_factor=KEEP,
        grace_period=max(1, round(FIRST * epochs)), max_t=epochs,
        stop_last_trials=False,  # the last epoch is followed by what makes a run of it
    )  # fmt: skip


def _tell(asha: ASHAScheduler, name: str, history: Sequence[float]) -> None:
    """Let a scheduler know how a training went that was made before."""
    trial = SimpleNamespace(trial_id=name)
    asha.on_trial_add(None, trial)
    for epoch, accuracy in enumerate(history, 1):
        asha.on_trial_result(None, trial, {EPOCH: epoch, ACCURACY: accuracy})
