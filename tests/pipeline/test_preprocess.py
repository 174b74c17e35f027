import io

import numpy as np
import pytest
from PIL import Image

from pipeline import preprocess
from pipeline.errors import InklingError
from pipeline.ink import drawing, inputs, pictures


def test_pixels_become_shares_of_white():
    images = np.array([0, 51, 255], np.uint8).reshape(1, 1, 3, 1)
    scaled = preprocess.to_model_input(images)
    assert scaled.dtype == np.float32
    assert scaled.ravel().tolist() == pytest.approx([0, 0.2, 1])


@pytest.mark.parametrize("images", [np.zeros((1, 8, 8, 1)), np.zeros((8, 8), np.uint8)])
def test_nothing_is_guessed(images):
    with pytest.raises(ValueError, match="uint8 \\(n, height, width, channels\\)"):
        preprocess.to_model_input(images)


def test_ink_fits_other_networks():
    ink = np.zeros((28, 28), np.uint8)
    ink[10:18] = 255
    assert np.array_equal(drawing.ink_to_image(ink, (28, 28, 1))[..., 0], ink)
    large = drawing.ink_to_image(ink, (64, 40, 3))
    assert large.shape == (64, 40, 3)
    assert large[32, 20].tolist() == [255, 255, 255]


def test_a_picture_is_framed_for_ink_and_only_resized_otherwise():
    picture = Image.new("L", (280, 280), 255)
    picture.paste(0, (200, 200, 260, 240))  # a dark block in a corner of a white sheet
    given = inputs.of_picture(picture, (28, 28, 1), mnist_framed=True)
    framed = given.image[..., 0]
    assert np.array_equal(given.drawing.ink, framed)
    assert framed[14, 14] == 255
    assert framed[0, 0] == 0
    given = inputs.of_picture(picture, (28, 28, 1), mnist_framed=False)
    resized = given.image[..., 0]
    assert given.drawing is None
    assert resized[22, 23] == 0
    assert resized[0, 0] == 255


def test_what_is_transparent_is_white():
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    picture.paste((0, 90, 200, 255), (0, 0, 20, 40))
    color = inputs.of_picture(picture, (10, 10, 3), mnist_framed=False).image
    assert color[5, 1].tolist() == [0, 90, 200]
    assert color[5, 8].tolist() == [255, 255, 255]
    gray = inputs.of_picture(picture.convert("LA"), (10, 10, 1), mnist_framed=False).image
    assert gray[5, 8].tolist() == [255]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_pictures_of_every_kind_are_read(tmp_path, mode):
    picture = Image.new("L", (60, 60), 255)
    picture.paste(0, (20, 10, 26, 50))
    picture = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
    path = tmp_path / ("a.tif" if mode in ("CMYK", "I;16", "F") else "a.png")
    picture.save(path)
    image = inputs.of_picture(pictures.open_picture(path), (28, 28, 1), mnist_framed=True).image
    assert image[14, 14, 0] == 255
    assert image[14, 5, 0] == 0


def test_sixteen_bits_a_pixel_are_not_clipped(tmp_path):
    levels = np.full((60, 60), 60_000, np.uint16)
    levels[10:50, 20:26] = 20_000
    Image.fromarray(levels).save(tmp_path / "a.png")
    gray = np.asarray(pictures.open_picture(tmp_path / "a.png"))
    assert gray[0, 0] == 233
    assert gray[20, 22] == 77


@pytest.mark.parametrize("raw", [b"", b"I am a text", b"\x89PNG\r\n\x1a\n cut off"])
def test_what_is_no_picture_is_one_sentence(tmp_path, raw):
    path = tmp_path / "a.png"
    path.write_bytes(raw)
    with pytest.raises(InklingError, match=r"a\.png"):
        pictures.open_picture(path)
    with pytest.raises(InklingError, match="no file"):
        pictures.open_picture(tmp_path / "b.png")


def test_a_picture_cut_off_is_one_sentence(tmp_path, random):
    noise = Image.fromarray(random.integers(0, 256, (90, 90, 3), dtype=np.uint8))
    noise.save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InklingError, match="damaged"):
        pictures.open_picture(tmp_path / "a.png")


def test_a_picture_of_a_hundred_million_pixels_is_refused(tmp_path):
    Image.new("1", (10_000, 10_000)).save(tmp_path / "a.png")
    with pytest.raises(InklingError, match=r"10000×10000.*25 million"):
        pictures.open_picture(tmp_path / "a.png")


@pytest.mark.parametrize("turns", range(4))
def test_a_photograph_is_turned_as_the_camera_was_held(tmp_path, turns):
    upright = np.zeros((64, 96), np.uint8)
    upright[:16, :16] = 255
    exif = Image.Exif()
    exif[0x0112] = {0: 1, 1: 6, 2: 3, 3: 8}[turns]  # how far clockwise it must be turned
    Image.fromarray(np.rot90(upright, turns)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    opened = np.asarray(pictures.open_picture(tmp_path / "a.jpg"))
    assert np.abs(opened.astype(int) - upright).max() < 30


def test_a_damaged_note_of_the_camera_does_not_matter():
    file = io.BytesIO()
    Image.new("L", (60, 60), 9).save(file, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert pictures.open_picture(file, "a.jpg").size == (60, 60)


def test_a_jpeg_of_fifty_million_pixels_is_decoded_smaller(tmp_path):
    Image.new("L", (8160, 6120), 200).save(tmp_path / "a.jpg")
    assert pictures.open_picture(tmp_path / "a.jpg").size == (4080, 3060)


def test_an_open_file_is_named_as_it_was_handed_in():
    with pytest.raises(InklingError, match=r"^mine\.png is not an image"):
        pictures.open_picture(io.BytesIO(b"no"), "mine.png")
