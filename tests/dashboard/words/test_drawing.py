import numpy as np

from dashboard.words import drawing as drawing_words


def test_many_classes_are_not_listed():
    assert "a, b" in drawing_words.invitation("ab", is_ink=True)
    many = drawing_words.invitation("abcdefghijklmnopqrstuvwxyz", is_ink=True)
    assert "one of 26 classes" in many


def test_names_that_others_chose_are_escaped():
    assert r"\*, \_x\_" in drawing_words.invitation(["*", "_x_"], is_ink=True)


def test_nobody_is_asked_to_draw_where_the_network_takes_images():
    said = drawing_words.invitation(["cat", "dog"], is_ink=False)
    assert "draw" not in said.lower()
    assert "an image" in said


def test_what_the_network_gets_is_told():
    image = np.zeros((4, 5, 1), np.uint8)
    image[0, :2] = 9
    assert drawing_words.pixels(image, is_ink=True) == ": 5×4 pixels, ink on 10.0%"
    assert drawing_words.pixels(image, is_ink=False) == ": 5×4 pixels, gray"
    color = np.zeros((4, 5, 3), np.uint8)
    assert drawing_words.pixels(color, is_ink=False).endswith("in color")
