"""What a search gives up: worked out by hand for trainings of eight epochs, judged at 2 and 4."""

from types import SimpleNamespace

import pytest

from pipeline.config import TrainConfig
from pipeline.sweeps.candidates import Candidate, Known

halving = pytest.importorskip("pipeline.sweeps.halving")
KIND = ("pixels", "quick")
ON, OFF = "CONTINUE", "STOP"


def candidate(key: str, network: str = "pixels", *, stays: bool = False, epochs=8) -> Candidate:
    config = TrainConfig(dataset="digits", network=network, preset="quick", epochs=epochs)
    return Candidate(key, config, stays)


class Told:
    """Candidates whose accuracies are told to a scheduler."""

    def __init__(self, *candidates: Candidate, known: tuple[Known, ...] = ()) -> None:
        self._scheduler = halving.Halving(candidates, known)
        self._trials = {
            one.key: SimpleNamespace(trial_id=one.key, config={"key": one.key})
            for one in candidates
        }
        for trial in self._trials.values():
            self._scheduler.on_trial_add(None, trial)

    def __call__(self, key: str, epoch: int, accuracy: float) -> str:
        """Return what is decided after an epoch."""
        result = {"epoch": epoch, "val_accuracy": accuracy}
        return self._scheduler.on_trial_result(None, self._trials[key], result)


def test_at_each_mark_those_below_the_median_of_the_others_are_given_up():
    told = Told(*map(candidate, "abcd"))
    assert told("a", 1, 0.1) == ON  # nobody is judged yet
    assert told("a", 2, 0.8) == ON  # the first has nobody to be compared with
    assert told("b", 2, 0.7) == OFF
    assert told("c", 2, 0.76) == ON  # between the two: their median is 0.75
    assert told("c", 3, 0.1) == ON  # between the marks, nobody is judged
    assert told("c", 4, 0.9) == ON
    assert told("a", 4, 0.8) == OFF
    for epoch in (5, 6, 7, 8):
        assert told("c", epoch, 0.0) == ON  # what came so far is finished
    assert told("d", 2, 0.5) == OFF


def test_networks_and_presets_are_judged_apart():
    told = Told(candidate("a"), candidate("b", "cnn"))
    assert told("a", 2, 0.9) == ON
    assert told("b", 2, 0.1) == ON


def test_the_presets_own_settings_stay_and_are_compared_with():
    told = Told(candidate("a"), candidate("own", stays=True), candidate("c"))
    assert told("a", 2, 0.9) == ON
    assert told("own", 2, 0.5) == ON
    assert told("c", 2, 0.75) == ON  # the median of 0.9 and 0.5 is 0.7


def test_what_was_trained_before_is_compared_with():
    known = (Known(KIND, (0.1, 0.8, 0.9, 0.95)), Known(("cnn", "quick"), (0.99, 0.99)))
    told = Told(candidate("a"), candidate("b"), known=known)
    assert told("a", 2, 0.79) == OFF
    assert told("b", 2, 0.81) == ON
    assert told("b", 4, 0.94) == OFF


def test_one_that_goes_on_from_a_checkpoint_tells_all_it_knows():
    told = Told(candidate("a"), candidate("b"))
    decided = [told("a", epoch, 0.1 * epoch) for epoch in range(1, 6)]
    assert decided == [ON] * 5
    assert told("b", 2, 0.19) == OFF


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_short_trainings_are_judged_after_the_first_epoch(epochs):
    told = Told(candidate("a", epochs=epochs), candidate("b", epochs=epochs))
    assert told("a", 1, 0.9) == ON
    assert told("b", 1, 0.8) == OFF
