import numpy as np
import pytest

from pipeline.analysis import metrics as evaluation
from pipeline.store import tables
from pipeline.store.run_folder import PREDICTIONS
from tests.pipeline.store.test_runs import results


def test_one_rows_probabilities_are_read_alone(store, monkeypatch):
    monkeypatch.setattr(tables, "ROWS_A_GROUP", 2)
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.5, 0.5]])
    table = evaluation.predictions_table(np.array([0, 1, 1, 1, 0]), shares)
    run = store.publish(*results(predictions=table))
    for index, row in enumerate(shares):
        assert run.probabilities(index) == pytest.approx(row)


def test_tables_are_small_and_read_back_bit_by_bit(store, random):
    """A dictionary of values of which hardly one repeats would take more than the values."""
    shares = random.dirichlet(np.full(10, 0.05), 5000).astype(np.float32)
    table = evaluation.predictions_table(random.integers(0, 10, 5000), shares)
    run = store.publish(*results(predictions=table))
    assert run.predictions().equals(table)
    whole = table.memory_usage(index=False).sum()
    assert (run.folder / PREDICTIONS).stat().st_size < 0.8 * whole
