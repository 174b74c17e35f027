from pipeline.analysis.metrics import ClassScore, Metrics
from pipeline.config import TrainConfig
from pipeline.store.model_card import model_card
from pipeline.store.run_info import DatasetInfo, Retrained


def test_a_card_says_data_limits_and_use():
    scores = [
        ClassScore(name=name, precision=1, recall=recall, f1=1, support=10)
        for name, recall in (("cat", 0.9), ("dog", 0.7))
    ]
    metrics = Metrics(
        correct=16, total=20, accuracy=0.8, accuracy_low=0.5, accuracy_high=0.9, log_loss=1,
        calibration_error=0, classes=scores, confusions=[],
    )  # fmt: skip
    counts = {"train": 1000, "valid": 50, "test": 20}
    pets = DatasetInfo(
        name="pets", fingerprint="f", class_names=("cat", "dog"), counts=counts, mnist_framed=False
    )
    card = model_card(pets, TrainConfig(augmentation=0), metrics)
    assert list(card) == ["Intended use", "Data", "Limits"]
    assert card["Data"].startswith("The images of “pets”: 1,000 for training, 50 for validation")
    assert "80.0% applies to images like those of its test set" in card["Limits"]
    assert "weakest on “dog”, of which it recognizes 70.0%" in card["Limits"]
    assert "upright" not in card["Limits"]
    digits = pets.model_copy(update={"name": "mnist", "mnist_framed": True})
    config = TrainConfig(augmentation=1, allographs=0.1, disturbance=0.25)
    mnist = model_card(digits, config, metrics, {"cat": 2})
    assert mnist["Data"].startswith("70,000 handwritten digits")
    assert mnist["Data"].endswith("It also learned from 2 corrections: 2 × “cat”.")
    assert "shifted, rotated and distorted" in mnist["Data"]
    assert "10% of the digits in each epoch were drawn from templates" in mnist["Data"]
    assert "25% of the images were also blurred" in mnist["Data"]
    assert "drawn" not in card["Data"]
    assert "blurred" not in card["Data"]
    assert "upright" in mnist["Limits"]
    taught = Retrained(run="first", taught=3, held_back=1, test_images=(4, 9), share=0.1, images=9)
    again = model_card(digits, TrainConfig(augmentation=0), metrics, {"cat": 3}, taught)
    assert "50 for validation (to calibrate its confidence)" in again["Data"]  # it keeps the last
    assert (
        "20 for testing, as for the run it goes on from, first; 2 of them were taught with a new "
        "label. It also learned from 3 corrections"
    ) in again["Data"]
    few = model_card(pets.model_copy(update={"name": "mnist-5k"}), TrainConfig(), metrics)
    assert "from the training images of MNIST" in few["Data"]
    assert "CC BY-SA" in few["Data"]


def test_a_class_that_is_never_missed_is_not_called_weak():
    score = ClassScore(name="cat", precision=1, recall=1, f1=1, support=10)
    metrics = Metrics(
        correct=10, total=10, accuracy=1, accuracy_low=0.7, accuracy_high=1, log_loss=0,
        calibration_error=0, classes=[score], confusions=[],
    )  # fmt: skip
    info = DatasetInfo(
        name="cats", fingerprint="f", class_names=("cat",), counts={}, mnist_framed=False
    )
    assert "weakest" not in model_card(info, TrainConfig(), metrics)["Limits"]
