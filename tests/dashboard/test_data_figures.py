import dataclasses

import numpy as np
import pandas as pd
import pytest

from dashboard.figures import data as figures
from dashboard.palette import palette
from dashboard.selection import Selection, area_text, parse
from dashboard.widgets.image_map import outline
from dashboard.words import data as data_words
from pipeline.data.datasets import CHUNK, class_means

LIGHT = palette(dark=False)
NAMES = ("a", "b")
COUNTS = {"train": np.array([6, 3]), "valid": np.array([1, 1]), "test": np.array([2, 2])}
# Two classes around (0, 0) and (10, 0); row 2 is an "a" taken for "b" that lies there, row 5 a "b"
# taken for "a" that stays at home, row 6 has no place.
PLACES = np.array([[0, 0], [0, 1], [9, 0], [10, 0], [10, 1], [10, -1], [np.nan] * 2], np.float32)
TABLE = pd.DataFrame(
    {
        "label": [0, 0, 0, 1, 1, 1, 1],
        "predicted": [0, 0, 1, 1, 1, 0, 0],
        "confidence": np.array([0.9, 0.8, 0.75, 1, 1, 0.5, 0.5], np.float32),
    }
)


def test_classes_are_counted_by_part():
    bars = figures.class_counts(COUNTS, NAMES, LIGHT).data
    assert [(bar.name, list(bar.y)) for bar in bars] == [
        ("train", [6, 3]), ("valid", [1, 1]), ("test", [2, 2]),
    ]  # fmt: skip
    assert bars[-1].marker.color == LIGHT.accent


def test_the_finding_names_most_and_fewest():
    assert data_words.balance(COUNTS, NAMES) == (
        "“a” has 9 images, 1.5 times as many as “b”, the rarest class (6)"
    )
    even, none = np.array([5, 5]), np.array([5, 0])
    assert data_words.balance({"test": even}, NAMES) == (
        "Every class has the same number of test images: 5"
    )
    assert data_words.balance({"train": none, "test": none}, NAMES) == (
        "“a” has 10 images, the most; “b” has none"
    )
    assert data_words.balance({"train": np.array([51, 49]), "test": even}, NAMES) == (
        "“a” has 56 images, the most; “b” has the fewest: 54"
    )


def test_mistakes_lie_on_top_as_crosses():
    drawn = [trace for trace in figures.image_map(PLACES, TABLE, NAMES, LIGHT).data if trace.text]
    assert [(trace.name, trace.marker.symbol, list(trace.customdata[:, 0])) for trace in drawn] == [
        ("a", "circle", [0, 1]),
        ("b", "diamond", [3, 4]),
        ("a", "x", [2]),
        ("b", "x", [5]),
    ]
    assert drawn[2].text == ("a → b",)
    assert drawn[2].customdata[0, 1] == pytest.approx(75)


def test_ten_classes_have_colors_of_their_own_and_fifty_differ_by_color_and_symbol():
    marks = [figures.mark(number, LIGHT, 5, cross=False) for number in range(50)]
    assert len({(style["color"], style["symbol"]) for style in marks}) == 50
    assert len({style["color"] for style in marks[:10]}) == 10
    assert "x" not in {style["symbol"] for style in marks}


def test_what_is_not_chosen_fades():
    figure = figures.image_map(PLACES, TABLE, NAMES, LIGHT, chosen=np.array([1, 5]))
    opacity = {
        int(row): float(shade)
        for trace in figure.data
        if trace.text
        for (row, _), shade in zip(trace.customdata, trace.marker.opacity, strict=True)
    }
    assert {row for row, shade in opacity.items() if shade > figures.FADED + 0.01} == {1, 5}


def test_the_area_is_outlined_and_the_sample_ringed():
    area = ((0, 0), (1.5, 0), (1, 1))
    figure = figures.image_map(PLACES, TABLE, NAMES, LIGHT, area=area, sample=2)
    assert figure.layout.shapes[0].path == "M0,0 L1.5,0 L1,1 Z"
    (ring,) = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    assert (ring.x[0], ring.y[0]) == (9, 0)
    without = figures.image_map(PLACES, TABLE, NAMES, LIGHT, sample=6)  # it has no place
    assert not [trace for trace in without.data if trace.marker.symbol == "circle-open"]


def test_class_names_stand_at_the_median():
    notes = figures.image_map(PLACES, TABLE, NAMES, LIGHT).layout.annotations
    assert [(note.text, note.x, note.y) for note in notes] == [
        ("<b>a</b>", 0, 0), ("<b>b</b>", 10, 0),
    ]  # fmt: skip


def test_where_mistakes_lie_is_counted():
    label, predicted = TABLE["label"].to_numpy(), TABLE["predicted"].to_numpy()
    assert data_words.astray(PLACES, label, predicted, 2).startswith("1 of 2 mistakes is closer")
    assert data_words.astray(PLACES, label, label, 2) == "No image on this map is a mistake"
    # A class without any place is nobody's neighbor.
    assert data_words.astray(PLACES, label, np.where(predicted == label, label, 2), 3).startswith(
        "None of the 2 mistakes is closer"
    )


def test_what_is_drawn_becomes_corners():
    lasso = {"lasso": [{"x": [0, 1, 1], "y": [0, 0, 2]}], "box": []}
    assert outline(lasso) == [(0, 0), (1, 0), (1, 2)]
    box = {"lasso": [], "box": [{"x": [0, 3], "y": [2, -1]}]}
    assert outline(box) == [(0, 2), (3, 2), (3, -1), (0, -1)]
    assert outline({"lasso": [], "box": []}) == []
    assert outline({"lasso": [{"x": [0, 1], "y": [0, 0]}]}) == []


def test_a_long_outline_fits_into_an_address():
    turns = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    drawn = [(float(x), float(y)) for x, y in zip(30 * np.cos(turns), np.sin(turns), strict=True)]
    kept = parse({"area": [area_text(drawn)]}, NAMES, 7, second=False)
    assert len(kept.area) == 56
    assert kept == dataclasses.replace(Selection(), area=kept.area)


@pytest.mark.parametrize("count", [3, CHUNK // 2 + 1])
def test_a_mean_image_is_the_mean(count):
    images = np.zeros((count, 1, 2, 1), np.uint8)
    images[:2] = [[[[10], [20]]], [[[11], [40]]]]  # the two of class 0
    images[2:] = 255
    labels = np.array([0, 0] + [1] * (count - 2))
    means = class_means(images, labels, 3)
    assert means[..., 0].tolist() == [[[10, 30]], [[255, 255]], [[0, 0]]]
