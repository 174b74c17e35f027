import numpy as np
import pytest

from dashboard import cells
from dashboard.palette import palette

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
    counts = np.array([[0, 1, 5], [30, 100, 1000], [0, 3, 9]])
    shown = cells.counted(counts, colors)

    def luma(color: str) -> float:
        parts = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]

    for ground, ink in zip(shown.colors, shown.inks, strict=True):
        assert abs(luma(ground) - luma(ink)) > 80
