import numpy as np

from pipeline.analysis import lines


def test_a_dotted_line_has_dots_and_gaps_of_two_pixels():
    drawn = lines.dotted_line((50, 28, 28), np.random.default_rng(0))
    inked = drawn.any(axis=1)
    assert (inked == inked[0]).all()
    assert np.flatnonzero(inked[0]).tolist() == [
        column for column in range(27) if column % 4 in (2, 3)
    ]
    assert drawn.min() == 0
    assert 0.5 < drawn.max() <= 1


def test_a_zigzag_goes_up_and_down_by_two_pixels_from_the_second_column_to_the_last_but_two():
    straight = lines._zigzag(28, 28, begin=14, rise=0)
    inked = np.flatnonzero(straight.any(axis=0))
    assert (inked[0], inked[-1]) == (2, 24)
    peaks = straight.argmax(axis=0)
    assert peaks[4] == 16  # a tooth is two pixels wide and two high
    assert peaks[8] == 12
    assert peaks[12] == 16


def test_lines_grow_with_images():
    for draw in (lines.dotted_line, lines.zigzag):
        small = draw((20, 28, 28), np.random.default_rng(1)).mean()
        large = draw((20, 64, 64), np.random.default_rng(1)).mean()
        assert abs(small - large) < 0.02
