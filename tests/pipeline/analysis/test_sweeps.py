"""Leaderboards over seeds and what mattered, by numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis import sweeps
from pipeline.analysis.significance import over_seeds


def runs(**by_network: list[float]) -> pd.DataFrame:
    """A run per accuracy, with the seeds 0, 1, 2 …."""
    return pd.DataFrame(
        [
            {"run": f"{network}-{seed}", "network": network, "seed": seed, "accuracy": accuracy}
            for network, accuracies in by_network.items()
            for seed, accuracy in enumerate(accuracies)
        ]
    )


def test_a_difference_over_seeds_has_students_interval():
    # Mean 2, standard deviation 1, of three: 4.303 is Student's t for two degrees of freedom.
    found = over_seeds(np.array([0.01, 0.02, 0.03]))
    half = 4.302653 * 0.01 / np.sqrt(3)
    assert (found.value, found.low, found.high) == pytest.approx((0.02, 0.02 - half, 0.02 + half))
    assert over_seeds(np.array([0.01])) is None


def test_the_best_settings_come_first_and_others_are_compared_seed_by_seed():
    # Seeds do the same to both, so what looks like a large spread is a sure difference.
    board = sweeps.leaderboard(runs(a=[0.90, 0.94, 0.98], b=[0.91, 0.95, 0.99]), ["network"])
    best, other = board
    assert best.settings == {"network": "b"}
    assert best.runs == {0: "b-0", 1: "b-1", 2: "b-2"}
    assert (best.mean, best.sd) == pytest.approx((0.95, 0.04))
    assert best.behind is None
    assert not best.beaten
    assert other.behind.value == pytest.approx(-0.01)
    assert other.behind.high == pytest.approx(-0.01)
    assert other.beaten


def test_a_difference_that_changes_sides_with_the_seed_is_no_more_than_seeds():
    _, other = sweeps.leaderboard(runs(a=[0.90, 0.97], b=[0.95, 0.93]), ["network"])
    assert other.behind.value == pytest.approx(-0.005)
    assert not other.beaten


def test_a_single_seed_tells_nothing_and_of_two_equal_runs_the_last_counts():
    table = pd.concat([runs(a=[0.5], b=[0.9]), runs(a=[0.6])])
    best, other = sweeps.leaderboard(table, ["network"])
    assert best.sd is None
    assert (other.mean, other.behind, other.beaten) == (0.6, None, False)


def test_settings_that_were_not_set_are_settings_too():
    table = runs(a=[0.5, 0.6]).assign(learning_rate=[np.nan, 0.1])
    assert len(sweeps.leaderboard(table, ["network", "learning_rate"])) == 2


def grid() -> pd.DataFrame:
    """Two networks × three seeds: the network is worth 0.1, a seed nothing."""
    table = runs(a=[0.8, 0.8, 0.8], b=[0.9, 0.9, 0.9])
    return table.assign(preset="quick", learning_rate=[1.0] * 3 + [2.0] * 3).rename(
        columns={"accuracy": "val_accuracy"}
    )


def test_only_what_a_sweep_varied_counts():
    columns = ["network", "preset", "learning_rate", "seed"]
    # Each network has a learning rate of its own: nobody varied it.
    assert sweeps.varied(grid(), columns) == ["network", "seed"]
    table = grid().assign(learning_rate=np.arange(6.0))
    assert sweeps.varied(table, columns) == ["network", "learning_rate", "seed"]


def test_what_explains_all_is_at_one_and_what_does_nothing_at_zero():
    assert sweeps.what_mattered(grid(), ["seed", "network"]) == {"network": 1.0, "seed": 0.0}


def test_a_learning_rate_with_a_best_value_explains_what_follows_from_its_logarithm():
    rates = np.geomspace(1e-4, 1e-2, 12)
    table = pd.DataFrame(
        {"learning_rate": rates, "val_accuracy": 0.9 - (np.log10(rates) + 3) ** 2 / 10}
    )
    assert sweeps.what_mattered(table, ["learning_rate"])["learning_rate"] == pytest.approx(1)


def test_noise_explains_about_nothing_on_average(random):
    shares = []
    for _ in range(50):
        table = pd.DataFrame({"augmentation": random.random(30), "val_accuracy": random.random(30)})
        shares.append(sweeps.what_mattered(table, ["augmentation"])["augmentation"])
    assert np.mean(shares) < 0.06


def test_as_many_values_as_trainings_explain_nothing():
    table = runs(a=[0.1, 0.2]).rename(columns={"accuracy": "val_accuracy"})
    assert sweeps.what_mattered(table, ["seed"]) == {"seed": 0.0}
