from pipeline.analysis.metrics import ClassScore, Metrics
from pipeline.config import TrainConfig
from pipeline.store.model_card import model_card


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
    card = model_card("pets", counts, TrainConfig(augmentation=0), metrics, ink=False)
    assert list(card) == ["Intended use", "Data", "Limits"]
    assert card["Data"].startswith("The pictures of “pets”: 1,000 to learn from, 50 to choose")
    assert "80.00 %" in card["Limits"]
    assert "70.0 % of “dog”" in card["Limits"]
    assert "upright" not in card["Limits"]
    mnist = model_card("mnist", counts, TrainConfig(augmentation=1), metrics, ink=True)
    assert mnist["Data"].startswith("70,000 handwritten digits")
    assert mnist["Data"].endswith("bent a little.")
