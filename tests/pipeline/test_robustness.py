"""What is measured of a run under adversarial changes, and kept with it."""

import dataclasses
import shutil

import numpy as np
import pytest

from pipeline import robustness
from pipeline.analysis.adversarial import BUDGETS, ITERATIONS
from pipeline.errors import InklingError
from pipeline.store.run_folder import ANATOMY, GRADIENTS, Run
from pipeline.store.runs import Store

FEW = 30


@pytest.fixture
def run(tiny_run: Run, tmp_path, monkeypatch) -> Run:
    monkeypatch.setattr(robustness, "IMAGES", FEW)
    shutil.copytree(tiny_run.folder, tmp_path / tiny_run.id)
    return Store(tmp_path).open("latest")


def test_accuracy_begins_with_that_of_the_images_as_they_are_and_falls(run, digits):
    seen = []
    found = robustness.measure(run, digits, seen.append)
    table = run.predictions()
    chosen = robustness.sample(digits.y_test, FEW)
    right = (table["label"] == table["predicted"]).to_numpy()[chosen].mean()
    assert list(found.by_norm) == ["linf", "l2"]
    for norm, measured in found.by_norm.items():
        assert measured.budgets == BUDGETS[norm]
        assert measured.accuracy[0] == pytest.approx(right)
        assert list(measured.accuracy) == sorted(measured.accuracy, reverse=True)
        assert measured.accuracy[-1] < measured.accuracy[0]
    assert (found.images, found.iterations) == (FEW, ITERATIONS)
    assert [progress.done for progress in seen] == 2 * list(range(FEW + 1))
    assert {progress.total for progress in seen} == {FEW}
    assert Store(run.folder.parent).open("latest").robustness() == found
    again = robustness.measure(run, digits)
    assert again.by_norm == found.by_norm


def test_a_run_without_a_gradient_graph_says_why(run, digits):
    (run.folder / GRADIENTS).unlink()
    reason = "What the layer wavy computes is not known here."
    run.add_anatomy(dataclasses.replace(run.anatomy(), no_gradients=reason), None)
    with pytest.raises(InklingError, match=f"no gradient graph to mislead it with. {reason}"):
        robustness.measure(run, digits)
    (run.folder / ANATOMY).unlink()
    with pytest.raises(InklingError, match="inkling evaluate"):
        robustness.measure(run, digits)
    assert run.robustness() is None


def test_classes_have_their_share_of_the_sample(random):
    labels = random.permutation(np.repeat([0, 1, 2], [600, 300, 100]))
    chosen = robustness.sample(labels, 50)
    assert np.bincount(labels[chosen]).tolist() == [30, 15, 5]
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, robustness.sample(labels, 50))
    assert robustness.sample(labels[:7], 50).tolist() == list(range(7))
