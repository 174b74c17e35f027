import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from pipeline.errors import InklingError
from pipeline.ink import drawing, drawing_files, inputs

SHAPE = (28, 28, 1)
EIGHT = [[[140, 50], [80, 90], [180, 170], [140, 230], [90, 180], [190, 90], [140, 50]]]
points = st.lists(
    st.tuples(st.floats(0, 280), st.floats(0, 280)).map(list), min_size=2, max_size=12
)


def read(path):
    return list(inputs.read_all([path], SHAPE, mnist_framed=True))


def test_every_file_of_a_drawing_is_read_back_as_it_was(tmp_path):
    ink = drawing.from_strokes(EIGHT)
    Image.fromarray(ink).save(tmp_path / "a.png")
    (tmp_path / "a.csv").write_text(drawing_files.to_csv(ink[..., None]))
    (tmp_path / "a.json").write_text(drawing_files.to_json(EIGHT))
    (tmp_path / "a.jsonl").write_text(drawing_files.to_json(EIGHT))
    for end in ("png", "csv", "json", "jsonl"):
        (item,) = read(tmp_path / f"a.{end}")
        assert item.error == ""
        assert np.array_equal(item.image[..., 0], ink), end


@settings(max_examples=40, deadline=None)
@given(st.lists(points, min_size=1, max_size=3))
def test_what_is_framed_is_not_framed_again(strokes):
    ink = drawing.from_strokes(strokes)
    if max(np.ptp(np.argwhere(ink), axis=0)) < 17:
        return  # a dot, which fills no box
    assert np.array_equal(drawing.from_pixels(ink), ink)


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, (3, 4, 3)))
def test_a_table_holds_every_pixel(image):
    text = drawing_files.to_csv(image)
    (again,) = drawing_files.from_csv(text, image.shape)
    assert np.array_equal(again, image)
    assert np.array_equal(pd.read_csv(io.StringIO(text)).to_numpy().reshape(image.shape), image)
    plain = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
    assert np.array_equal(plain.reshape(image.shape), image)


def test_a_table_may_have_other_columns_and_many_rows():
    images = drawing_files.from_csv("label,pixel1,pixel0\n7,2,1\n8,4,3\n\n", (1, 2, 1))
    assert [image.ravel().tolist() for image in images] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "pixel0 is missing"),
        ("pixel0\n1\n", "pixel1 is missing"),
        ("pixel0,pixel1\n1,256\n", "from 0 to 255"),
        ("pixel0,pixel1\n1,-1\n", "from 0 to 255"),
        ("pixel0,pixel1\n1,0.5\n", "from 0 to 255"),
        ("pixel0,pixel1\n1\n", "from 0 to 255"),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(text, words):
    with pytest.raises(InklingError, match=words):
        drawing_files.from_csv(text, (1, 2, 1))


def test_strokes_over_many_lines_are_one_drawing(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"strokes": EIGHT}, indent=2))
    (item,) = read(tmp_path / "a.json")
    assert (item.line, item.error) == (None, "")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("a.json", "{", "not valid JSON"), ("a.json", "5", "Expected"), ("a.csv", "a\n1\n", "pixel0")],
)
def test_a_file_that_is_none_is_told(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    (item,) = read(tmp_path / name)
    assert item.image is None
    assert words in item.error
