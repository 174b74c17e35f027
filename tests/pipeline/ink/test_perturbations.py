import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.ink import drawing, perturbations

CHANGES = [
    (perturbations.turned, 0),
    (perturbations.scaled, 1),
    (perturbations.thickened, 0),
    (lambda image, pixels: perturbations.moved(image, pixels, pixels), 0),
]
any_images = arrays(np.uint8, st.tuples(st.integers(8, 20), st.integers(8, 20), st.just(1)))


def bar(left: int, right: int) -> np.ndarray:
    """A full upright bar over the columns from `left` to before `right`, uint8 (28, 28, 1)."""
    image = np.zeros((28, 28, 1), np.uint8)
    image[4:24, left:right] = 255
    return image


def columns(image: np.ndarray) -> list[int]:
    return image[14, :, 0].tolist()


def test_a_bar_moved_by_whole_pixels_is_the_bar_that_much_further():
    assert np.array_equal(perturbations.moved(bar(10, 13), 1, 0), bar(11, 14))
    assert np.array_equal(perturbations.moved(bar(10, 13), -10, 0), bar(0, 3))
    down = perturbations.moved(bar(10, 13), 0, 3)
    assert np.array_equal(down[3:], bar(10, 13)[:-3])
    assert not down[:3].any()


def test_half_a_pixel_is_shared_by_two():
    moved = columns(perturbations.moved(bar(10, 13), 0.5, 0))
    assert moved[10] == pytest.approx(127, abs=17)
    assert moved[13] == pytest.approx(127, abs=17)


def test_a_quarter_turn_clockwise_is_exact(random):
    image = random.integers(0, 256, (28, 28, 3)).astype(np.uint8)
    assert np.array_equal(perturbations.turned(image, 90), np.rot90(image, -1))
    assert np.array_equal(perturbations.turned(image, -90), np.rot90(image))


def test_half_the_size_is_half_as_long():
    small = perturbations.scaled(bar(12, 16), 0.5)
    assert small[..., 0].astype(float).sum() == pytest.approx(20 * 4 * 255 / 4, rel=0.02)
    rows = np.flatnonzero(small[:, 13, 0] > 127)
    assert (rows[0], rows[-1]) == (9, 18)


def test_a_pen_two_pixels_wider_adds_one_on_either_side():
    assert columns(perturbations.thickened(bar(12, 16), 2)) == columns(bar(11, 17))
    assert columns(perturbations.thickened(bar(12, 16), -2)) == columns(bar(13, 15))
    half = columns(perturbations.thickened(bar(12, 16), 1))
    assert half[11] == half[16] == pytest.approx(127, abs=17)


@settings(max_examples=40, deadline=None)
@given(any_images, st.floats(-3, 4), st.floats(-3, 4))
def test_thicker_never_takes_ink_away(image, first, second):
    thin, thick = sorted((first, second))
    assert (perturbations.thickened(image, thin) <= perturbations.thickened(image, thick)).all()


@settings(max_examples=40, deadline=None)
@given(any_images)
def test_no_change_changes_nothing(image):
    for change, neutral in CHANGES:
        assert np.array_equal(change(image, neutral), image)


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 1), (64, 48, 3)])
def test_sweeps_hold_the_image_itself_in_their_middle(shape, random):
    image = random.integers(0, 256, shape).astype(np.uint8)
    found = perturbations.sweeps(image)
    assert [sweep.kind for sweep in found] == ["across", "along", "turn", "scale", "pen"]
    for sweep in found:
        assert sweep.images.shape == (len(sweep.values), *shape)
        assert sorted(set(sweep.values)) == list(sweep.values)
        assert np.array_equal(sweep.images[sweep.neutral], image)


def test_how_far_a_sweep_goes():
    across, _, turn, scale, pen = perturbations.sweeps(
        drawing.from_strokes([[[0, 0], [5, 9]]])[..., None]
    )
    assert across.values == tuple(range(-8, 9))
    assert (turn.values[0], turn.values[-1]) == (-60, 60)
    assert (scale.values[0], scale.values[-1]) == (0.5, 1.6)
    assert (pen.values[0], pen.values[1], pen.values[-1]) == (-1, -0.75, 3)


@pytest.mark.parametrize(
    ("predicted", "neutral", "found"),
    [
        ([7, 7, 7, 7, 7], 2, (None, None)),
        ([1, 7, 7, 7, 9], 2, (0, 4)),
        ([7, 1, 7, 7, 7], 2, (1, None)),
        ([1, 2, 7, 9, 7], 2, (1, 3)),
        ([7, 9], 0, (None, 1)),
    ],
)
def test_decision_boundaries_are_the_nearest_steps_read_otherwise(predicted, neutral, found):
    assert perturbations.decision_boundary(np.array(predicted), neutral) == found


class TestNotInk:
    def test_it_has_no_pen(self):
        image = np.full((24, 32, 3), 200, np.uint8)
        kinds = [sweep.kind for sweep in perturbations.sweeps(image, is_ink=False)]
        assert kinds == ["across", "along", "turn", "scale"]

    def test_its_edge_goes_on_where_something_comes_in(self):
        image = np.full((24, 32, 3), (200, 40, 90), np.uint8)
        for sweep in perturbations.sweeps(image, is_ink=False):
            assert (sweep.images == image).all(), sweep.kind

    def test_black_comes_in_around_ink(self):
        image = np.full((24, 32, 1), 200, np.uint8)
        assert perturbations.moved(image, 5, 0)[:, :5].max() == 0
