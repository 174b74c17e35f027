"""The model that comes with Inkling: it must open and answer on any machine, without a download."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from pipeline.data.datasets import Dataset
from pipeline.ink import drawing
from pipeline.store import bundled as bundled_folder
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store

MODELS = Path(__file__).parents[2] / "models"
MOST_BYTES = 3_000_000
DRAWN = {
    "0": [[[140, 40], [70, 90], [70, 190], [140, 240], [210, 190], [210, 90], [140, 40]]],
    "1": [[[140, 40], [140, 240]]],
    "7": [[[60, 60], [200, 60], [120, 220]]],
    "4": [[[90, 40], [70, 140], [200, 140]], [[180, 60], [170, 240]]],
}


@pytest.fixture(scope="module")
def bundled() -> Run:
    return Store(MODELS).open("mnist-cnn")


def test_it_is_small_and_whole(bundled):
    files = [path for path in bundled.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert bundled.info.config.preset == "best"
    assert bundled.info.dataset.name == "mnist"
    assert bundled.info.status == "finished"


def test_its_numbers_are_those_of_its_predictions(bundled):
    table = bundled.predictions()
    right = int((table["label"] == table["predicted"]).sum())
    assert (bundled.info.metrics.correct, bundled.info.metrics.total) == (right, 10_000)
    assert right >= 9950
    assert bundled.info.metrics.calibration_error <= 0.005


def test_it_reads_what_is_drawn(bundled):
    ink = np.stack([drawing.from_strokes(strokes) for strokes in DRAWN.values()])
    guesses = bundled.graph().probabilities(ink[..., None]).argmax(axis=1)
    assert [bundled.class_names[guess] for guess in guesses] == list(DRAWN)


def test_it_tells_digits_from_other_drawings(bundled):
    detector, graph = bundled.ood_detector(), bundled.graph()
    house = [[[0, 90], [0, 40], [45, 0], [90, 40], [90, 90], [0, 90]], [[0, 40], [90, 40]]]
    spiral = [[[5 * t * np.cos(t), 5 * t * np.sin(t)] for t in np.arange(0, 19, 0.2)]]
    for drawn, is_ood in [*((strokes, False) for strokes in DRAWN.values()),
                           (house, True), (spiral, True)]:  # fmt: skip
        image = drawing.from_strokes(drawn)[..., None]
        score = detector.score_activations(image, graph.activations(image))
        assert detector.is_ood(score) == is_ood


def test_it_reads_digits_of_another_source(bundled, digits: Dataset):
    """UCI's digits of 8×8, which it never saw."""
    guesses = bundled.graph().probabilities(digits.x_test[:]).argmax(axis=1)
    assert (guesses == digits.y_test).mean() > 0.9


def test_it_travels_in_the_wheel_and_in_the_source():
    project = tomllib.loads((MODELS.parent / "pyproject.toml").read_text("utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]
    place = f"models/{bundled_folder.NAME}"
    installed = f"{bundled_folder.INSTALLED}/{bundled_folder.NAME}"
    assert targets["wheel"]["force-include"] == {place: installed}
    assert place in targets["sdist"]["include"]
