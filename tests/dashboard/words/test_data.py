from dashboard.words import data as data_words
from pipeline.store.run_info import DatasetInfo


def origin(name: str) -> str:
    return data_words.origin(
        DatasetInfo(name=name, fingerprint="f", class_names=(), counts={}, mnist_framed=True)
    )


def test_what_known_images_are_and_who_has_seen_them():
    assert origin("my own") == ""
    assert origin("fashion_mnist").startswith("70,000 images of clothing from an online")
    few = origin("mnist-5k")
    assert "CC BY-SA 3.0" in few
    assert few.endswith("Networks trained on “mnist” have already seen them.")


def test_the_map_says_when_classes_share_colors():
    assert data_words.repeated(10, 10, 50) == ""
    assert "Colors repeat after 10 classes" in data_words.repeated(26, 10, 50)
    assert "share colors and symbols after 50" in data_words.repeated(100, 10, 50)
