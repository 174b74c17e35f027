"""Settings over their seeds on the Compare page, and their figures."""

import json
import shutil
from pathlib import Path

import pytest

from dashboard.figures import seeds as figures
from dashboard.palette import palette
from dashboard.words import seeds as words
from pipeline.analysis.significance import Difference
from pipeline.analysis.sweeps import Standing
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text

LIGHT = palette(dark=False)


def standing(mean: float, behind: Difference | None = None) -> Standing:
    return Standing({"network": "cnn", "preset": "quick"}, {0: "a", 1: "b"}, mean, 0.01, behind)


WORSE, MAYBE = Difference(-0.02, -0.03, -0.01), Difference(-0.02, -0.05, 0.01)


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        ([WORSE, WORSE], "best is best on average, by more than seeds explain"),
        ([MAYBE, MAYBE], "best is best on average, but by no more than seeds explain"),
        ([WORSE, MAYBE], "best is best on average; with 1 other setting, it may be chance"),
    ],
)
def test_whether_the_best_settings_are_better_than_chance_is_said(behind, said):
    board = [standing(0.99), *(standing(0.97, one) for one in behind)]
    assert words.finding(["best", "b", "c"], board) == said


def test_a_setting_matters_only_more_than_the_seed():
    assert words.mattered({"network": 0.8, "seed": 0.1}) == "The network mattered most"
    assert words.mattered({"seed": 0.8, "network": 0.1}) == "No setting mattered more than chance"
    assert words.mattered({"network": 0.01, "seed": 0}) == "No setting mattered more than chance"


def test_a_row_says_whether_settings_are_behind_by_more_than_seeds():
    best, worse = (words.row(one) for one in (standing(0.99), standing(0.97, WORSE)))
    assert (best["accuracy"], best["sd"], best["seeds"], best["behind"]) == (99, 1, 2, None)
    assert (worse["behind"], worse["interval"], worse["more"]) == (-2, "-3.00 to -1.00", "yes")
    assert words.row(standing(0.97, MAYBE))["more"] == "no"


def test_a_long_name_takes_lines_and_room_of_its_own():
    short = figures.over_seeds(["a", "b"], [{0: 0.9}, {0: 0.5}], LIGHT)
    long = figures.over_seeds(["a", "word " * 20], [{0: 0.9}, {0: 0.5}], LIGHT)
    assert long.layout.annotations[1].text.count("<br>") == 2
    assert long.layout.height > short.layout.height


def test_each_seed_is_a_ring_and_their_mean_a_diamond():
    figure = figures.over_seeds(["<b>", "b"], [{0: 0.9, 3: 1.0}, {0: 0.5}], LIGHT)
    rings, mean, *_ = figure.data
    assert (list(rings.x), list(rings.customdata), list(mean.x)) == ([90, 100], [0, 3], [95])
    assert figure.layout.annotations[0].text == "&lt;b&gt;"


def test_what_mattered_is_drawn_in_its_order():
    (bars,) = figures.what_mattered({"learning rate": 0.5, "seed": 0.25}, LIGHT).data
    assert (list(bars.y), list(bars.x)) == (["learning rate", "seed"], [50, 25])


def with_settings(run: Run, folder: Path, **settings: object) -> None:
    """Write a copy of a run with other settings, and an accuracy that follows from its seed."""
    shutil.copytree(run.folder, folder)
    raw = json.loads((folder / "run.json").read_text())
    raw["id"] = folder.name
    raw["config"] |= settings
    raw["metrics"]["accuracy"] += settings["seed"] / 1000
    (folder / "run.json").write_text(json.dumps(raw))


def test_the_compare_page_shows_settings_that_have_several_seeds(app, tiny_run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    assert "Over seeds" not in [one.value for one in app("compare", store).subheader]
    for seed in (1, 2):
        with_settings(
            tiny_run, store.folder / f"20990101-00000{seed}-digits-lenet5-beef", seed=seed
        )
    for seed in (0, 1):
        name = f"20990101-00001{seed}-digits-lenet5-beef"
        with_settings(tiny_run, store.folder / name, seed=seed, learning_rate=0.5)
    at = app("compare", store)
    assert not at.exception
    assert "Over seeds" in [one.value for one in at.subheader]
    said = text(at)
    assert "is best on average" in said
    assert "Settings are compared with the best ones seed by seed" in said
    table = next(one.value for one in at.dataframe if "behind" in one.value)
    assert list(table["seeds"]) == [3, 2]
    assert 0.5 in list(table["learning_rate"])
    assert list(table["more"]) == ["", "no"]
