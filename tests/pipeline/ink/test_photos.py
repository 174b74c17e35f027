import numpy as np
import pytest
from PIL import Image

from benchmarks.drawing import canvas
from benchmarks.photos import PAPERS, photographed
from pipeline.ink import drawing, photos
from pipeline.ink.drawing import BlankDrawing

TWO_STROKES = [[[170, 60], [90, 70], [100, 130], [170, 150], [150, 210], [80, 215]]]
FOUR = [[[90, 60], [80, 150], [190, 150]], [[160, 60], [150, 230]]]
SCALE = 500 / 280  # `canvas` takes a tablet's units
EMPTY = np.zeros((40, 30), np.uint8)


def inked(strokes) -> np.ndarray:
    scaled = [[[x * SCALE, y * SCALE] for x, y in stroke] for stroke in strokes]
    return 255 - np.asarray(canvas(scaled, 14))


def alike(first: np.ndarray, second: np.ndarray) -> float:
    """Correlate two images of ink where they lie best on each other, within two pixels."""
    shifted = (np.roll(second, (y, x), (0, 1)) for x in range(-2, 3) for y in range(-2, 3))
    return max(np.corrcoef(first.ravel(), other.ravel())[0, 1] for other in shifted)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("seed", range(3))
def test_a_photograph_is_read_as_what_was_drawn(paper, seed):
    photo = photographed(inked(FOUR), np.random.default_rng(seed), paper)
    straight = drawing.from_strokes(FOUR)
    # Turned by up to 10°, seen from aside: alike, not the same.
    assert alike(straight, drawing.from_pixels(photos.find_ink(photo))) > 0.6


@pytest.mark.parametrize("paper", PAPERS)
def test_paper_alone_is_blank(paper):
    with pytest.raises(BlankDrawing):
        photos.find_ink(photographed(EMPTY, np.random.default_rng(7), paper))


def test_chalk_on_a_board_is_the_same_ink():
    photo = photographed(inked(TWO_STROKES), np.random.default_rng(2), "plain").convert("L")
    board = Image.fromarray(255 - np.asarray(photo))
    dark, light = (drawing.from_pixels(photos.find_ink(picture)) for picture in (photo, board))
    assert alike(dark, light) > 0.9


def test_light_that_falls_off_leaves_no_ink_where_there_is_none():
    """A bar on paper whose light falls from 230 to 90: the ink is the bar and nothing else."""
    light = np.tile(np.linspace(230, 90, 400), (300, 1))
    light[100:200, 180:200] *= 0.3
    ink = photos.find_ink(Image.fromarray(light.astype(np.uint8)))
    rows, columns = np.nonzero(ink > 127)
    assert (rows.min(), rows.max()) == pytest.approx((100, 199), abs=1)
    assert (columns.min(), columns.max()) == pytest.approx((180, 199), abs=1)
    assert (ink > 127).sum() == pytest.approx(100 * 20, rel=0.03)


def test_what_comes_in_from_the_edge_is_no_drawing():
    picture = np.tile(np.linspace(200, 150, 300), (300, 1))
    picture[:, :40] = 20  # a table, darker than the ink
    picture[120:180, 150:158] *= 0.5
    rows, columns = np.nonzero(photos.find_ink(Image.fromarray(picture.astype(np.uint8))))
    assert columns.min() > 140
    assert (rows.min(), rows.max()) == pytest.approx((120, 179), abs=3)


def test_a_drawing_that_reaches_the_edge_is_still_read():
    picture = np.tile(np.linspace(200, 150, 300), (300, 1))
    picture[120:, 150:158] *= 0.5
    assert photos.find_ink(Image.fromarray(picture.astype(np.uint8)))[290, 154] > 127


def test_a_clean_picture_takes_the_plain_way():
    clean = Image.fromarray(255 - inked(FOUR))
    assert np.array_equal(photos.find_ink(clean), photos.ink_of_clean_picture(clean))


def test_transparent_and_tiny_pictures_take_the_plain_way(random):
    tiny = Image.fromarray(random.integers(0, 256, (20, 20)).astype(np.uint8))
    assert np.array_equal(photos.find_ink(tiny), photos.ink_of_clean_picture(tiny))
    noise = random.integers(0, 256, (90, 90, 4)).astype(np.uint8)
    clear = Image.fromarray(noise)
    assert np.array_equal(photos.find_ink(clear), photos.ink_of_clean_picture(clear))
