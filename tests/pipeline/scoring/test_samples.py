import numpy as np
import pandas as pd

from pipeline.scoring import samples
from pipeline.scoring.samples import Samples


def scores(*rows: tuple[str | None, float | None, float | None]) -> pd.DataFrame:
    """Rows of class, confidence, OOD score."""
    made = pd.DataFrame(rows, columns=["class", "confidence", "ood_score"])
    made["source"], made["member"], made["offset"] = "a", None, None
    made["index"] = range(len(made))
    made["error"] = ["It is damaged." if pd.isna(one) else None for one in made["class"]]
    return made.astype({"confidence": np.float32, "ood_score": np.float32})


def test_counts_by_class():
    found = Samples(["cat", "dog"], threshold=3.0)
    found.add(scores(("cat", 0.5, 1), ("dog", 1.0, 4), ("dog", 0.99, 3), (None, None, None)))
    found.add(scores(("cat", 0.0, 5)))
    cat, dog = found.counts()
    assert (cat.images, cat.ood, dog.images, dog.ood) == (2, 1, 2, 1)
    assert [at for at, count in enumerate(cat.confidence) if count] == [0, 10]
    assert dog.confidence[-1] == 2
    assert (found.failed, found.reasons) == (1, [("a", "It is damaged.")])


def test_each_order_has_the_first_of_each_class(monkeypatch):
    monkeypatch.setattr(samples, "FEWEST", 2)
    monkeypatch.setattr(samples, "MOST", 2)
    found = Samples(["cat", "dog"], threshold=None)
    found.add(scores(("cat", 0.5, 1), ("cat", 0.7, 2), ("cat", 0.6, 9), ("dog", 0.9, 0)))
    found.add(scores(("cat", 0.8, 3), ("dog", 0.4, 7)))
    table = found.table()
    listed = {
        order: part["confidence"].astype(float).round(1).tolist()
        for order, part in table.groupby("order")
    }
    assert listed["most_confident"] == [0.9, 0.8, 0.7, 0.4]
    assert listed["least_confident"] == [0.4, 0.5, 0.6, 0.9]
    assert listed["least_typical"] == [0.6, 0.4, 0.8, 0.9]


def test_without_ood_scores_nothing_is_least_typical():
    found = Samples(["cat"], threshold=None)
    found.add(scores(("cat", 0.5, None)))
    assert set(found.table()["order"]) == {"most_confident", "least_confident"}
    assert found.counts()[0].ood == 0


def test_it_does_not_matter_how_scores_are_divided(random):
    every = scores(
        *(
            (f"c{k}", c, o)
            for k, c, o in zip(
                random.integers(0, 5, 3000), random.random(3000), random.random(3000), strict=True
            )
        )
    )
    whole, pieces = (Samples([f"c{k}" for k in range(5)], 0.5) for _ in range(2))
    whole.add(every)
    for start in range(0, 3000, 700):
        pieces.add(every[start : start + 700])
    assert pieces.counts() == whole.counts()
    pd.testing.assert_frame_equal(pieces.table(), whole.table())
