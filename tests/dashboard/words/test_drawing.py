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
