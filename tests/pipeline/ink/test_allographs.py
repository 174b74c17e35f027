import numpy as np
import pytest

from pipeline.ink import allographs, drawing

EVERY = [(digit, form) for digit, forms in allographs.TEMPLATES.items() for form in forms]


def test_a_template_is_read_as_strokes_of_ranges_and_corners():
    seven, bar = allographs._parsed("1,2~3 9,0 | 4,10 ; 2~3,5 8,.5")
    assert seven.low.tolist() == [[0.1, 0.2], [0.9, 0], [0.4, 1]]
    assert seven.high.tolist() == [[0.1, 0.3], [0.9, 0], [0.4, 1]]
    assert seven.corners == (0, 1, 2)
    assert bar.low.tolist() == [[0.2, 0.5], [0.8, 0.05]]
    assert bar.corners == (0, 1)


class TestCurve:
    def test_between_two_points_it_is_a_straight_line(self):
        line = allographs._curve(np.array([[0.0, 0.0], [0.3, 0.4]]))
        assert line[[0, -1]].tolist() == [[0, 0], pytest.approx([0.3, 0.4])]
        assert line[:, 0] * 4 == pytest.approx(line[:, 1] * 3)
        steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
        assert steps == pytest.approx(np.full(len(steps), steps[0]))
        assert steps[0] == pytest.approx(allographs.STEP, rel=0.2)

    def test_through_the_points_of_a_circle_it_is_round(self):
        angles = np.linspace(0, 2 * np.pi, 9)
        circle = allographs._curve(np.stack([np.cos(angles), np.sin(angles)], axis=1))
        inner = np.linalg.norm(circle, axis=1)[len(circle) // 4 : -len(circle) // 4]
        assert inner == pytest.approx(np.ones(len(inner)), abs=0.02)

    def test_points_that_coincide_do_no_harm(self):
        assert np.isfinite(allographs._curve(np.zeros((3, 2)))).all()


class TestInked:
    def test_the_same_seed_gives_the_same_drawings_and_another_one_others(self):
        digits = np.arange(10)
        first = allographs.inked(digits, 1)
        assert first.shape == (10, 28, 28)
        assert first.dtype == np.uint8
        assert np.array_equal(first, allographs.inked(digits, 1))
        other = allographs.inked(digits, 2)
        assert all((one != two).any() for one, two in zip(first, other, strict=True))

    def test_drawings_are_framed_as_mnist_is(self):
        for ink in allographs.inked(np.arange(40) % 10, 3):
            rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
            longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
            assert abs(longer - drawing.BOX) <= drawing.BOX_SLACK
            assert ink.max() == 255

    def test_pens_differ(self):
        ink = allographs.inked(np.ones(30, int), 4) / 255
        tall = ink.any(2).sum(1)
        widths = ink.sum((1, 2)) / tall
        assert widths.max() > 1.5 * widths.min()


@pytest.mark.parametrize(("digit", "form"), EVERY)
def test_every_template_keeps_its_corners_and_stays_on_the_paper(digit, form, random):
    strokes = allographs.bent(form, random)
    assert len(strokes) == form.count(";") + 1
    points = np.concatenate(strokes)
    assert np.abs(points - [0.5, 0.5]).max() < 1.5
    assert np.ptp(points[:, 1]) > 0.7


def test_no_form_stands_for_two_digits():
    assert len({form for _, form in EVERY}) == len(EVERY)
    assert sorted(allographs.TEMPLATES) == list(range(10))
