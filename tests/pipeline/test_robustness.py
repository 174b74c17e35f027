"""What is measured of a run under adversarial changes, and kept with it."""

import dataclasses
import shutil

import numpy as np
import pytest

from pipeline import robustness
from pipeline.analysis import corruption_sheet
from pipeline.analysis.adversarial import BUDGETS, ITERATIONS
from pipeline.analysis.sampling import sample
from pipeline.cli import results
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
    chosen = sample(digits.y_test, FEW)
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


def original_files(folder, digits, **changes) -> None:
    """Write MNIST-C's files of a corruption, with these digits."""
    folder.mkdir(parents=True)
    arrays = {
        "train_images": digits.x_train[:20],
        "train_labels": digits.y_train[:20],
        "test_images": digits.x_test[:40],
        "test_labels": digits.y_test[:40],
    }
    for name, array in (arrays | changes).items():
        np.save(folder / f"{name}.npy", array)


def test_corruptions_are_measured_and_kept_with_the_run(run, digits, tmp_path, monkeypatch):
    monkeypatch.setattr(corruption_sheet, "PART", FEW)
    monkeypatch.setattr(robustness.corruption_sheet, "DEGREES", (0, 90))
    few = dataclasses.replace(digits, x_test=digits.x_test[:60], y_test=digits.y_test[:60])
    original_files(tmp_path / "mnist_c" / "fog", digits)
    seen = []
    found = robustness.measure_corruptions(run, few, tmp_path / "mnist_c", seen.append)
    assert Store(run.folder.parent).open("latest").corruption_sheet() == found
    right = (run.predictions()["label"] == run.predictions()["predicted"]).to_numpy()
    assert found.unchanged.correct == right[corruption_sheet.first_part(few.y_test, FEW)].sum()
    assert found.mean < right.mean()
    (original,) = found.originals
    assert (original.name, original.correct, original.images) == ("fog", right[:40].sum(), 40)
    assert {progress.stage for progress in seen} == {"Reading MNIST-C", "Reading corrupted images"}
    assert "MNIST-C's own" in results.under_corruptions(found)
    again = robustness.measure_corruptions(run, few)
    assert (again.under, again.originals) == (found.under, ())


def test_what_is_not_mnist_c_is_refused_before_anything_is_measured(run, digits, tmp_path):
    with pytest.raises(InklingError, match="has none of MNIST-C's folders"):
        robustness.measure_corruptions(run, digits, tmp_path)
    original_files(tmp_path / "fog", digits, test_images=np.zeros((40, 20, 20, 1), np.uint8))
    with pytest.raises(InklingError, match=r"does not take the images of .*fog"):
        robustness.measure_corruptions(run, digits, tmp_path)
    assert run.corruption_sheet() is None
