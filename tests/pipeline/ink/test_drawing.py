import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pipeline.errors import InklingError
from pipeline.ink import drawing, photos
from pipeline.ink.drawing import BlankDrawing

SEVEN = [[[60.0, 60.0], [200.0, 60.0], [120.0, 220.0]]]
BOWL = [[[50.0, 60.0], [70.0, 200.0], [200.0, 190.0], [210.0, 80.0]]]
points = st.lists(
    st.tuples(st.floats(0, 280), st.floats(0, 280)).map(list), min_size=1, max_size=12
)
drawings = st.lists(points, min_size=1, max_size=4)


def blot(height=200, width=160) -> np.ndarray:
    """Ink of an L with a soft edge, uint8."""
    ink = np.zeros((height, width), np.uint8)
    ink[40:160, 50:66] = 255
    ink[144:160, 50:120] = 255
    ink[39, 50:66] = 128
    return ink


def center_of_mass(ink: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(ink.shape)
    return (ink * columns).sum() / ink.sum(), (ink * rows).sum() / ink.sum()


def test_strokes_become_28_by_28_ink():
    ink = drawing.from_strokes(SEVEN)
    assert ink.shape == (28, 28)
    assert ink.dtype == np.uint8
    assert ink.max() == 255


def test_the_longer_side_fills_twenty_pixels():
    line = drawing.from_strokes([[[100, 20], [100, 250]]])
    assert line.max(axis=1).sum() / 255 == pytest.approx(20, abs=0.5)
    wide = drawing.from_pixels(np.pad(np.full((10, 100), 255, np.uint8), 50))
    assert wide.max(axis=0).sum() / 255 == pytest.approx(20, abs=0.5)


def test_the_center_of_mass_comes_to_the_middle():
    for ink in (drawing.from_strokes(BOWL), drawing.from_pixels(blot())):
        assert center_of_mass(ink) == pytest.approx((drawing.MIDDLE, drawing.MIDDLE), abs=0.35)


@settings(max_examples=60, deadline=None)
@given(drawings, st.floats(-500, 500), st.floats(-500, 500), st.floats(0.2, 5))
def test_where_and_how_large_strokes_are_makes_no_difference(strokes, right, down, scale):
    spread = np.ptp(np.array([p for stroke in strokes for p in stroke]), axis=0).max()
    if 0 < spread < 1:
        return  # smaller than a pixel: a dot, whose size is the pen's
    moved = [[[x * scale + right, y * scale + down] for x, y in stroke] for stroke in strokes]
    before, after = drawing.from_strokes(strokes), drawing.from_strokes(moved)
    assert np.abs(before.astype(int) - after).max() <= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 120), st.integers(0, 120))
def test_moving_pixels_makes_no_difference(right, down):
    moved = np.pad(blot(), ((down, 120 - down), (right, 120 - right)))
    assert np.array_equal(drawing.from_pixels(blot()), drawing.from_pixels(moved))


def test_inverting_a_picture_makes_no_difference():
    ink = np.pad(blot(), 5)
    light_on_dark, dark_on_light = Image.fromarray(ink), Image.fromarray(255 - ink)
    assert np.array_equal(
        photos.ink_of_clean_picture(light_on_dark), photos.ink_of_clean_picture(dark_on_light)
    )


@pytest.mark.parametrize("factor", [2, 4])
def test_enlarging_pixels_hardly_makes_a_difference(factor):
    large = blot().repeat(factor, axis=0).repeat(factor, axis=1)
    gap = np.abs(drawing.from_pixels(blot()).astype(int) - drawing.from_pixels(large))
    assert gap.mean() < 1.5


@pytest.mark.parametrize("pen", [8, 16, 28])
def test_the_pen_of_a_picture_makes_little_difference(pen):
    """The same bowl with three pens: within the strokes' own ink, or nearly."""
    sheet = Image.new("L", (1120, 1120))
    ink = ImageDraw.Draw(sheet)
    points = [(4 * x, 4 * y) for x, y in BOWL[0]]
    ink.line(points, fill=255, width=4 * pen, joint="curve")
    for x, y in points:
        ink.ellipse((x - 2 * pen, y - 2 * pen, x + 2 * pen, y + 2 * pen), fill=255)
    framed = drawing.from_pixels(np.asarray(sheet.resize((280, 280), Image.Resampling.BOX)))
    strokes = drawing.from_strokes(BOWL)
    assert np.corrcoef(framed.ravel(), strokes.ravel())[0, 1] > 0.95


def test_thinning_leaves_a_blot_whole():
    blot = np.zeros((200, 200), np.uint8)
    blot[20:90, 60:140] = blot[110:180, 60:140] = blot[80:120, 92:108] = 255
    framed = drawing.from_pixels(blot)
    assert (framed[7:21, 14] > 100).all()  # the narrow waist still joins the halves


def test_a_transparent_picture_is_read_by_its_ink():
    ink = blot()
    for gray in (0, 255):  # dark and light ink on nothing
        pixels = np.full((*ink.shape, 4), gray, np.uint8)
        pixels[..., 3] = ink
        assert (
            np.abs(photos.ink_of_clean_picture(Image.fromarray(pixels)).astype(int) - ink).max()
            <= 1
        )


def test_a_dot_is_one_touch_of_the_pen():
    ink = drawing.from_strokes([[[140, 140]]])
    assert 1 <= (ink > 127).sum() <= 9


def test_two_points_with_next_to_nothing_between_them_are_a_dot():
    dot = drawing.from_strokes([[[0.0, 0.0]]])
    assert np.array_equal(drawing.from_strokes([[[0.0, 0.0], [1e-310, 0.0]]]), dot)


def test_no_ink_is_pushed_over_the_edge():
    # A heavy foot far from a long thin neck: by mass alone the neck would leave the picture.
    ink = np.zeros((200, 200), np.uint8)
    ink[0:190, 98:102] = 255
    ink[150:200, 0:200] = 255
    framed = drawing.from_pixels(ink)
    columns, rows = np.flatnonzero(framed.any(axis=0)), np.flatnonzero(framed.any(axis=1))
    assert len(rows) >= 20
    assert len(columns) >= 20


def test_mnist_framing_is_stable(digits):
    """What is framed already stays as it is, but for resampling."""
    for image in digits.x_test[:20, ..., 0]:
        again = drawing.from_pixels(image)
        assert np.corrcoef(image.ravel(), again.ravel())[0, 1] > 0.93


@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_no_strokes_are_blank(strokes):
    with pytest.raises(BlankDrawing, match="blank"):
        drawing.from_strokes(strokes)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_picture_of_one_color_is_blank(mode):
    with pytest.raises(BlankDrawing):
        photos.ink_of_clean_picture(Image.new(mode, (50, 50)))
    with pytest.raises(BlankDrawing):
        drawing.from_pixels(np.zeros((50, 50), np.uint8))


@pytest.mark.parametrize(
    "strokes", [[[[1, 2, 3]]], [[["a", "b"]]], [[[float("nan"), 1]]], [[[1e400, 1]]], [[[1]]]]
)
def test_points_that_are_none_are_refused_with_an_example(strokes):
    with pytest.raises(InklingError, match=r"\[x, y\]"):
        drawing.from_strokes(strokes)


def test_very_long_drawings_are_fine():
    angle = np.linspace(0, 60, 5000)
    spiral = np.stack([140 + angle * np.cos(angle), 140 + angle * np.sin(angle)], axis=1)
    assert drawing.from_strokes([spiral.tolist()]).max() == 255


def test_pixels_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="uint8"):
        drawing.from_pixels(np.zeros((5, 5)))


class TestEdited:
    def test_without_edits_nothing_changes(self, random):
        image = random.integers(0, 256, (20, 40, 3)).astype(np.uint8)
        assert np.array_equal(drawing.edited(image, [], 280), image)

    def test_a_stroke_lies_where_it_was_drawn(self):
        blank = np.zeros((28, 28, 1), np.uint8)
        # The box is 280 wide: x = 145 is the middle of column 14.
        line = drawing.Edit([[145, 55], [145, 205]], 24, (255,))
        inked = drawing.edited(blank, [line], 280)[..., 0]
        assert (inked[5:21, 14] == 255).all()
        assert inked[2, 14] == inked[25, 14] == 0
        assert np.array_equal(inked[10, 12:17], inked[10, 12:17][::-1])

    def test_the_eraser_takes_ink_away_and_the_pen_brings_it_back(self):
        full = np.full((28, 28, 1), 255, np.uint8)
        line = [[145, 55], [145, 205]]
        pen, eraser = drawing.Edit(line, 24, (255,)), drawing.Edit(line, 24, (0,))
        rubbed = drawing.edited(full, [eraser], 280)
        assert (rubbed[5:21, 14] == 0).all()
        assert rubbed[10, 2] == 255
        again = drawing.edited(full, [eraser, pen], 280)
        assert (again[5:21, 14] == 255).all()

    def test_an_image_of_any_size_is_edited_in_its_own_colors(self):
        image = np.full((8, 64, 3), 200, np.uint8)
        # Ten units are a pixel: a stroke over row 3, from the middle to the right edge.
        line = drawing.Edit([[320, 35], [640, 35]], 30, (255, 0, 10))
        painted = drawing.edited(image, [line], 640)
        assert painted.shape == (8, 64, 3)
        assert (painted[3, 33:] == (255, 0, 10)).all()
        assert (painted[:, :28] == 200).all()
        assert (painted[6:] == 200).all()
