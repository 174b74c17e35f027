"""Switching maps off, on all test images."""

import numpy as np
import pytest

from pipeline.data.datasets import Dataset
from pipeline.serving import ablation
from pipeline.serving.gradients import GradientGraph
from pipeline.store.run_folder import Run


@pytest.fixture(scope="module")
def graph(tiny_run: Run) -> GradientGraph:
    return GradientGraph(tiny_run.gradient_bytes())


def ablated(graph: GradientGraph, tiny_run: Run, digits: Dataset, gates) -> ablation.Ablation:
    before = tiny_run.predictions()["predicted"].to_numpy()
    shares: list[float] = []
    found = ablation.ablate(graph, gates, digits.x_test, digits.y_test, before, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return found


def test_with_everything_on_nothing_changes(graph, tiny_run, digits):
    found = ablated(graph, tiny_run, digits, np.ones(graph.gates, np.float32))
    assert found.before == found.after == tiny_run.info.metrics.correct
    assert found.images == len(digits.y_test)
    assert found.shifts == ()


def test_with_everything_off_all_are_taken_for_one_class(graph, tiny_run, digits):
    found = ablated(graph, tiny_run, digits, np.zeros(graph.gates, np.float32))
    (only,) = {shift.predicted for shift in found.shifts}
    table = tiny_run.predictions()
    assert found.after == int((table["label"] == only).sum())
    counts = [shift.more for shift in found.shifts]
    assert counts == sorted(counts, reverse=True)
    true = found.shifts[0].true
    of_class = table[table["label"] == true]
    assert counts[0] == len(of_class) - int((of_class["predicted"] == only).sum())


def test_a_large_test_part_is_sampled_the_same_way_each_time():
    assert np.array_equal(ablation.sample(600), np.arange(600))
    rows = ablation.sample(50_000)
    assert len(rows) == len(set(rows)) == ablation.MOST_IMAGES
    assert np.array_equal(rows, np.sort(rows))
    assert np.array_equal(rows, ablation.sample(50_000))


@pytest.mark.parametrize(
    "pairs",
    [None, [], 3, "no", [[0]], [["0", 0]], [[-1, 0]], [[10**6, 0]], [[0, 2.1]], [[0, -1]],
     [[0, float("nan")]], [[0.5, 0]], {"a": 1}, [[0, 1]]],
)  # fmt: skip
def test_what_no_page_sends_is_nothing(tiny_run, pairs):
    assert tiny_run.anatomy().gates_of(pairs) is None


def test_pairs_become_factors(tiny_run):
    found = tiny_run.anatomy().gates_of([[2, 0], [5, 0.5]])
    assert found[2] == 0
    assert found[5] == 0.5
    assert (np.delete(found, [2, 5]) == 1).all()
