import numpy as np
import pandas as pd
import pytest

from dashboard import images
from dashboard.figures import bars, curves
from dashboard.figures.layout import class_axis
from dashboard.palette import palette
from pipeline.analysis.metrics import class_scores

LIGHT = palette(dark=False)
COUNTS = np.array([[8, 2], [0, 10]])


def test_class_bars_show_what_is_missed():
    (missed,) = bars.class_bars(class_scores(COUNTS, ("a", "b")), LIGHT).data
    assert list(missed.y) == pytest.approx([20, 0])
    assert list(missed.text) == ["20.0%", "0.0%"]  # shares on shares; counts when hovered over
    assert [tuple(counts) for counts in missed.customdata] == [(2, 10), (0, 10)]


def test_of_a_hundred_classes_the_worst_are_drawn():
    counts = np.diag(np.full(100, 9))
    counts[70, 3] = 1
    (missed,) = bars.class_bars(
        class_scores(counts, [f"class {k}" for k in range(100)]), LIGHT
    ).data
    assert len(missed.x) == bars.MOST_BARS
    assert (missed.x[0], missed.y[0]) == ("class 70", pytest.approx(10))


def test_of_a_hundred_probabilities_the_largest_and_the_true_one_are_drawn():
    values = np.linspace(0, 2 / 100, 100)
    names = [f"class {k}" for k in range(100)]
    (drawn,) = bars.probability_bars(values, names, LIGHT, true=5).data
    assert list(drawn.y)[:2] == ["class 99", "class 98"]
    assert list(drawn.y)[bars.MOST_ROWS :] == ["class 5 (true)"]
    assert drawn.x[-1] == pytest.approx(100 * values[5])
    one, other = bars.predictions([values, values[::-1]], ["a", "b"], names, LIGHT, true=5).data
    assert list(one.y) == list(other.y)
    assert "class 5 (true)" in one.y


def test_few_long_names_have_the_room_of_many():
    names = ["Kraftversicherung A", "Kraftversicherung B", "c"]
    axis = class_axis(names)
    assert axis["ticktext"] == names
    assert len(set(class_axis(names * 4)["ticktext"])) == 3  # shortened, they still differ


def test_probability_bars_mark_best_and_true():
    (drawn,) = bars.probability_bars([0.2, 0.8], ("a", "b"), LIGHT, true=0).data
    assert list(drawn.y) == ["a (true)", "b"]
    assert drawn.marker.color[1] == LIGHT.accent != drawn.marker.color[0]


def test_two_runs_predictions_are_side_by_side():
    first, second = bars.predictions(
        [[0.2, 0.8], [0.6, 0.4]], ["old", "new"], ("a", "b"), LIGHT, true=0
    ).data
    assert (first.name, second.name) == ("old", "new")
    assert list(second.x) == pytest.approx([60, 40])
    assert list(second.y) == ["a (true)", "b"]


def test_a_sheet_holds_every_image_once_row_by_row():
    ink = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1).repeat(2, axis=1).repeat(3, axis=2)
    whole, columns = images.sheet(ink, mnist_framed=True, dark=True)
    assert (whole.shape, columns) == ((4, 9), 3)
    assert whole[::2, ::3].tolist() == [[0, 1, 2], [3, 4, 0]]


def test_history_marks_the_kept_epoch():
    table = pd.DataFrame({"epoch": [1, 2], "accuracy": [0.5, 0.6], "val_accuracy": [0.4, 0.7]})
    figure = curves.history(table, 2, LIGHT)
    assert list(figure.data[1].y) == pytest.approx([40, 70])
    assert figure.layout.shapes[0].x0 == 2


@pytest.mark.parametrize("dark", [False, True])
def test_ink_is_dark_on_paper_and_light_in_the_dark(dark):
    image = np.array([[[0], [255]]], np.uint8)
    shown = images.for_screen(image, mnist_framed=True, dark=dark)
    assert shown.tolist() == ([[0, 255]] if dark else [[255, 0]])
    color = np.zeros((1, 2, 3), np.uint8)
    assert np.array_equal(images.for_screen(color, mnist_framed=False, dark=dark), color)


def test_a_mosaic_has_one_scale_for_the_layer():
    maps = np.zeros((2, 2, 3), np.float32)
    maps[..., 0], maps[..., 1] = 4, 2
    mosaic = images.feature_mosaic(maps, LIGHT, columns=2)
    assert mosaic.shape == (2 * 2 + images.GAP, 2 * 2 + images.GAP, 3)
    strongest = tuple(int(LIGHT.sequential[-1][i : i + 2], 16) for i in (1, 3, 5))
    paper = tuple(int(LIGHT.sequential[0][i : i + 2], 16) for i in (1, 3, 5))
    assert tuple(mosaic[0, 0]) == strongest
    assert tuple(mosaic[-1, 0]) == paper  # the third map, all zero
    assert strongest < tuple(mosaic[0, -1]) < paper


def test_a_silent_layer_divides_by_nothing():
    mosaic = images.feature_mosaic(np.zeros(5, np.float32), LIGHT, columns=5)
    assert mosaic.shape == (1, 5, 3)


def test_pictures_stay_crisp():
    image = np.array([[0, 255]], np.uint8)
    assert images.png(image, scale=3).startswith(b"\x89PNG")
    assert images.data_uri(image).startswith("data:image/png;base64,")


@pytest.mark.parametrize("dark", [False, True])
def test_scales_have_ten_steps_and_classes_ten_colors(dark):
    colors = palette(dark)
    assert len(colors.sequential) == len(colors.diverging) == 10
    assert len(set(colors.categorical)) == 10


def test_long_class_names_are_cut_beside_the_axis_only():
    long = "Kraftfahrzeug-Haftpflichtversicherung"
    figure = bars.class_bars(class_scores(np.diag(np.ones(8, int)), [*"abcdefg", long]), LIGHT)
    assert figure.layout.xaxis.ticktext[-1] == "Kraftfa…icherung"
    assert figure.data[0].x[-1] == long
