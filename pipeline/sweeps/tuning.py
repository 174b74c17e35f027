"""A search by Ray Tune, which decides what is trained when, and what goes on; in a worker of Ray's.

Tune reports to nobody: each training gets its assignment at the driver's desk, and leaves its
checkpoints and what came of it there. Only a worker imports this, so nothing is said on a terminal.
"""

import os
import pickle
import shutil
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import ray
from ray import tune

from pipeline.errors import InklingError
from pipeline.sweeps import trainer
from pipeline.sweeps.candidates import ACCURACY, EPOCH, Candidate, Known
from pipeline.sweeps.halving import Halving
from pipeline.sweeps.resources import Resources

SECONDS_BETWEEN_QUESTIONS = 0.1
# It keeps no tables of its own, no working folder for each training, and takes one that ends
# before its first epoch.
SETTINGS = {
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1", "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
}  # fmt: skip


def search(
    candidates: Sequence[Candidate],
    known: Sequence[Known],
    shared: Sequence[Any],
    desk: Any,
    resources: Resources,
    retries: int,
    place: str,
) -> None:
    """Train candidates in this order, as many at once as there is room for.

    Args:
        candidates: what is tried.
        known: what was tried before.
        shared: where Ray has the dataset, in a list of one.
        desk: the actor.
        resources: of each training.
        retries: of each training whose worker dies.
        place: a folder for what Tune writes; it is gone afterwards.
    """
    os.environ.update(SETTINGS)
    trial = tune.with_parameters(attempt, shared=shared, desk=desk)
    declared = {"cpu": resources.cores, "gpu": resources.gpus, "memory": resources.memory}
    try:
        tune.Tuner(
            tune.with_resources(trial, declared),
            param_space={"key": tune.grid_search([one.key for one in candidates])},
            tune_config=tune.TuneConfig(
                scheduler=Halving(candidates, known),
                reuse_actors=True,  # each would load TensorFlow anew
            ),
            run_config=tune.RunConfig(
                storage_path=place, verbose=0, callbacks=[Ending(desk)],
                failure_config=tune.FailureConfig(max_failures=retries),
            ),
        ).fit()  # fmt: skip
    finally:
        shutil.rmtree(place, ignore_errors=True)


def attempt(config: Mapping[str, str], shared: Sequence[Any], desk: Any) -> None:
    """Train one candidate, in a worker; it ends in the middle of a report if it is given up."""
    key = config["key"]
    while (assigned := ray.get(desk.ask.remote(key))) is None:
        time.sleep(SECONDS_BETWEEN_QUESTIONS)
    if assigned == trainer.OVER:  # its worker died when all was done
        return
    try:
        (dataset,) = ray.get(shared)
        outcome: object = trainer.train(assigned, dataset, desk, _report)
    except InklingError as error:
        outcome = error
    except Exception:  # a fault of Inkling's, which would be no other the next time
        outcome = RuntimeError(traceback.format_exc())
    ray.get(desk.deliver.remote(key, pickle.dumps(outcome)))


def _report(row: Mapping[str, float]) -> None:
    tune.report({EPOCH: row[EPOCH], ACCURACY: row[ACCURACY]})


class Ending(tune.Callback):
    """Says at the desk which trainings Tune has ended."""

    def __init__(self, desk: Any) -> None:
        """Say it there."""
        self._desk = desk

    def on_trial_complete(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        """Say that one was done, or given up."""
        ray.get(self._desk.end.remote(trial.config["key"]))

    def on_trial_error(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        """Say that a worker died too often."""
        ray.get(self._desk.end.remote(trial.config["key"], lost=True))
