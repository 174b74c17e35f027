import numpy as np
import pytest

from dashboard import cells
from dashboard.palette import contrast, palette

LIGHT = palette(dark=False)
COUNTS = np.array([[8, 2], [0, 10]])


def test_counts_are_written_and_empty_cells_are_not():
    shown = cells.counted(COUNTS, LIGHT)
    assert shown.texts == ["8", "2", "", "10"]
    assert shown.numbers == [8, 2, 0, 10]
    assert shown.hints[1] == "2 (20.0% of the row, 16.7% of the column)"


@pytest.mark.parametrize(
    ("shown", "texts"),
    [("% of true", ["80.0", "20.0", "", "100"]), ("% of predicted", ["100", "16.7", "", "83.3"])],
)
def test_shares_are_of_the_row_or_of_the_column(shown, texts):
    assert cells.counted(COUNTS, LIGHT, shown=shown).texts == texts


def test_without_the_diagonal_the_rare_stands_out():
    whole, bare = (cells.counted(COUNTS, LIGHT, diagonal=kept) for kept in (True, False))
    assert bare.texts == ["", "2", "", ""]
    assert bare.numbers == [8, 2, 0, 10]  # what is downloaded is all of it
    assert whole.colors[1] != bare.colors[1] == LIGHT.sequential[-1]
    assert bare.colors[0] == LIGHT.sequential[0]


def test_a_difference_counts_what_is_fixed_and_what_is_newly_broken():
    fixed, broken = np.array([[3, 3], [0, 0]]), np.array([[1, 1], [4, 4]])
    shown = cells.changed(fixed, broken, LIGHT)
    assert shown.texts == ["✓3\n✗1", "✓3\n✗1", "✗4", "✗4"]
    assert shown.numbers == [2, 2, -4, -4]  # more is better
    assert shown.hints[1] == "3 fixed, 1 newly broken"
    better, worse = shown.colors[1], shown.colors[2]
    assert worse == LIGHT.diverging[-1]
    assert int(better[1:3], 16) < int(better[5:7], 16)  # blue


def test_what_did_not_change_is_paper():
    nothing = np.zeros((2, 2), int)
    assert set(cells.changed(nothing, nothing, LIGHT).colors) == {LIGHT.sequential[0]}


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(dark):
    colors = palette(dark)
    counts = np.arange(400).reshape(20, 20)
    shown = [cells.counted(counts, colors), cells.changed(counts, counts.T, colors)]
    for one in shown:
        for ground, ink in zip(one.colors, one.inks, strict=True):
            assert contrast(ground, ink) >= 4.5, (ground, ink)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#ffffff", "#000000") == contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1
    # The example of the guidelines' tools: just below what is asked for.
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
