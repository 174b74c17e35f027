from dashboard.words import selection as selection_words


def test_a_cell_says_what_it_counts():
    assert selection_words.cell(2, 5, "*", "_") == r"**2 of 5** images of “\*” are taken for “\_”."
    assert selection_words.cell(1, 5, "3", "9") == "**1 of 5** images of “3” is taken for “9”."
    assert selection_words.cell(0, 5, "3", "9") == "No image of “3” is taken for “9”."
    assert selection_words.cell(5, 5, "3", "3") == "**5 of 5** images of “3” are recognized."


def test_one_image_matches_and_two_match():
    assert selection_words.matches(1) == "**1** image matches this selection"
    assert selection_words.matches(2) == "**2** images match this selection"
