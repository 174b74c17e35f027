"""The Scorecard's sheet of corruptions: what is said, what a click shows, what is missing."""

import shutil

import pytest

from dashboard.words import corruptions as words
from pipeline.analysis import corruption_sheet
from pipeline.analysis.corruption_sheet import CorruptionSheet, Mistake
from pipeline.analysis.corruptions import CORRUPTIONS
from pipeline.robustness import measure_corruptions
from pipeline.store import run_folder
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_matrix_page import sent
from tests.dashboard.test_pages import text

PART = 60


@pytest.fixture(scope="module")
def sheet(tiny_run: Run, digits, tmp_path_factory) -> CorruptionSheet:
    """What is measured of the tiny run."""
    store = Store(tmp_path_factory.mktemp("measured"))
    shutil.copytree(tiny_run.folder, store.folder / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corruption_sheet, "PART", PART)
        return measure_corruptions(store.open("run"), digits)


@pytest.fixture
def store(tiny_run: Run, sheet, tmp_path) -> Store:
    """A store with the tiny run twice, the first of which was measured."""
    store = Store(tmp_path)
    for name in ("first", "second"):
        shutil.copytree(tiny_run.folder, store.folder / name)
    store.open("first").add_corruption_sheet(sheet)
    return store


def said(at) -> str:
    return text(at).replace("\\", "")


def galleries(at) -> list[list[dict]]:
    """The tiles of each gallery: corruptions, then severities if there are, then mistakes."""
    return [found["tiles"] for found in sent(at, "tiles")]


def test_a_run_that_was_not_measured_says_how(app, store):
    at = app("scorecard", store, run="second")
    assert "inkling evaluate second --corruptions" in [code.value for code in at.code]
    assert "Corrupted images" not in said(at)
    assert galleries(at) == []


def test_the_worst_comes_first_with_its_mistakes(app, store, sheet, digits):
    at = app("scorecard", store, run="first")
    first, *_ = galleries(at)
    assert [tile["caption"].replace(" ", "_") for tile in first] == [
        under.name for under in sheet.worst_first
    ]
    worst = sheet.worst_first[0]
    assert f"Corrupted images: {100 * sheet.mean:.1f}% right on average" in said(at)
    assert f"right on {100 * worst.accuracy:.1f}% of 600 images" in said(at)
    assert f"severity of MNIST-C, {PART} of them at the others" in said(at)
    shown = galleries(at)[-1]
    assert [tile["id"] for tile in shown] == [mistake.index for mistake in worst.mistakes]
    for tile, mistake in zip(shown, worst.mistakes, strict=True):
        assert tile["caption"] == f"{digits.y_test[mistake.index]} → {mistake.predicted}"
    table = at.dataframe[-1].value
    assert table["corruption"].tolist() == [tile["caption"] for tile in first]
    assert table["accuracy (%)"].is_monotonic_increasing


def test_the_address_chooses_a_corruption_and_a_severity(app, store, sheet):
    at = app("scorecard", store, run="first", corruption="glass_blur", severity="5")
    severities, shown = galleries(at)[1:]
    under = sheet.of("glass_blur")[4]
    assert [tile["id"] for tile in severities] == [1, 2, 3, 4, 5]
    assert "(MNIST-C)" in severities[0]["caption"]
    assert "Glass blur (as seen through frosted glass), severity 5 of 5: right on" in said(at)
    assert [tile["id"] for tile in shown] == [mistake.index for mistake in under.mistakes]
    assert [found["chosen"] for found in sent(at, "tiles")][:2] == [
        list(CORRUPTIONS).index("glass_blur"), 5
    ]  # fmt: skip
    at = app("scorecard", store, run="first", corruption="stripe")  # which has one severity
    assert len(galleries(at)) == 2


def test_what_the_address_cannot_mean_is_dropped(app, store, sheet):
    at = app("scorecard", store, run="first", corruption="sabotage", severity="9")
    assert len(at.toast) == 2
    worst = list(CORRUPTIONS).index(sheet.worst_first[0].name)
    assert sent(at, "tiles")[0]["chosen"] == worst
    assert at.query_params.get("corruption") is None


def test_a_second_run_shows_the_difference(app, store, sheet):
    at = app("scorecard", store, run="first", second="second")
    assert "inkling evaluate second --corruptions" in said(at)
    better = [
        under.model_copy(update={"correct": under.images}) if under.name == "fog" else under
        for under in sheet.under
    ]
    store.open("second").add_corruption_sheet(sheet.model_copy(update={"under": tuple(better)}))
    at = app("scorecard", store, run="first", second="second")
    fog = next(tile for tile in galleries(at)[0] if tile["caption"] == "fog")
    before = sheet.of("fog")[-1].accuracy
    assert fog["detail"] == f"{100 * before:.1f}% → 100%"
    assert "they differ most on fog" in said(at)
    assert "Under each picture: “" in said(at)
    gains = at.dataframe[-1].value.set_index("corruption")["second run (points)"]
    assert gains["fog"] == pytest.approx(100 * (1 - before), abs=0.01)
    assert (gains.drop("fog") == 0).all()


def test_what_does_not_fit_the_images_is_not_shown(app, store, sheet):
    odd = (
        Mistake(index=10**6, predicted=1, confidence=1),
        Mistake(index=0, predicted=99, confidence=1),
    )
    changed = tuple(under.model_copy(update={"mistakes": odd}) for under in sheet.under)
    store.open("first").add_corruption_sheet(sheet.model_copy(update={"under": changed}))
    assert f"It misreads none of {PART} images." in said(app("scorecard", store, run="first"))
    path = store.folder / "first" / run_folder.CORRUPTIONS
    path.write_text(path.read_text().replace('"fog"', '"of a later version"'))
    assert "Not measured yet" in said(app("scorecard", store, run="first"))


def test_without_the_images_the_numbers_are_there(app, store, monkeypatch):
    from dashboard import loaders
    from pipeline.data.datasets import DatasetMissing

    def missing(run: Run):
        raise DatasetMissing("The images of digits are not on this machine.")

    monkeypatch.setattr(loaders, "dataset", missing)
    at = app("scorecard", store, run="first")
    assert "not on this machine" in said(at)
    assert "click" not in words.WHAT_WITHOUT_IMAGES
    assert words.WHAT_WITHOUT_IMAGES in said(at)
    (table,) = (one for one in at.expander if one.label.startswith("All corruptions"))
    assert table.proto.expanded
    assert len(at.dataframe[-1].value) == 15


def test_mnist_cs_own_images_are_mentioned(app, store, sheet):
    own = sheet.of("fog")[-1].model_copy(update={"correct": 300, "images": 600})
    store.open("first").add_corruption_sheet(sheet.model_copy(update={"originals": (own,)}))
    at = app("scorecard", store, run="first")
    assert "On MNIST-C’s own images (1 of its corruptions) it is right on 50.0%" in said(at)
