"""How strange other images are to a run, and that it is kept with it."""

import shutil

import numpy as np
import pytest

from pipeline import strangers
from pipeline.analysis.strangers import OWN
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.store.run_folder import OOD_DETECTOR, Run
from pipeline.store.runs import Store
from pipeline.strangers import DRAWINGS, GAUSSIAN, UNIFORM
from tests import made


@pytest.fixture
def run(tiny_run: Run, tmp_path, monkeypatch) -> Run:
    monkeypatch.setattr(strangers, "NOISE", 20)
    monkeypatch.setattr(strangers, "EACH", 2)
    monkeypatch.setattr(strangers, "IMAGES", 200)
    shutil.copytree(tiny_run.folder, tmp_path / tiny_run.id)
    return Store(tmp_path).open("latest")


def test_noise_and_other_drawings_are_told_from_its_own_images(run, digits):
    seen = []
    found = strangers.measure(run, digits, seen.append)
    assert Store(run.folder.parent).open("latest").strangers() == found
    assert [group.name for group in found.groups] == [OWN, UNIFORM, GAUSSIAN, DRAWINGS]
    assert [group.images for group in found.groups] == [200, 20, 20, 34]
    assert found.threshold == run.ood_detector().threshold
    own, uniform, gaussian, drawings = found.groups
    assert own.flagged < 0.15
    assert uniform.flagged == gaussian.flagged == uniform.auroc == gaussian.auroc == 1
    assert uniform.fpr95 == 0
    assert drawings.auroc > 0.9
    assert own.quantiles < drawings.quantiles < uniform.quantiles
    assert len(seen) == 274
    assert strangers.measure(run, digits).groups == found.groups


def test_the_images_of_another_dataset_can_be_the_strangers(run, digits, tmp_path):
    clothes = datasets.open_dataset(str(made.write_clothes(tmp_path / "clothes")))
    found = strangers.measure_dataset(run, digits, clothes)
    assert [group.name for group in found.groups] == [OWN, "clothes", UNIFORM, GAUSSIAN, DRAWINGS]
    assert found.groups[1].images == 100
    assert found.groups[1].auroc > 0.9
    assert Store(run.folder.parent).open("latest").strangers() == found
    again = strangers.measure(Store(run.folder.parent).open("latest"), digits)
    assert {group.name for group in again.groups} == {group.name for group in found.groups}


def test_what_is_no_stranger_is_refused(run, digits, tmp_path):
    with pytest.raises(InklingError, match="no strangers"):
        strangers.measure_dataset(run, digits, digits)
    shapes = datasets.open_dataset(str(made.write(tmp_path / "shapes")))
    with pytest.raises(InklingError, match=r"has color images .* takes grayscale"):
        strangers.measure_dataset(run, digits, shapes)
    assert run.strangers() is None


def test_a_run_without_a_score_says_how_to_add_it(run, digits):
    (run.folder / OOD_DETECTOR).unlink()
    with pytest.raises(InklingError, match=f"inkling evaluate {run.id}"):
        strangers.measure(run, digits)


def test_noise_of_a_color_dataset_is_in_color(run, tmp_path):
    shapes = datasets.open_dataset(str(made.write(tmp_path / "shapes")))
    noise = dict(strangers._made(shapes))
    assert list(noise) == [UNIFORM, GAUSSIAN]
    for images in noise.values():
        assert (images.shape, images.dtype) == ((20, *shapes.image_shape), np.uint8)
