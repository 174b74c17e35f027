import numpy as np
import pytest

from pipeline.scoring.found import Found
from pipeline.scoring.network import Network, Scorer
from pipeline.serving import prediction


@pytest.fixture(scope="module")
def network(tiny_run) -> Network:
    return Network.of(tiny_run, embeddings=True)


@pytest.fixture(scope="module")
def rows(network, digits):
    """Scores of the first test images, with one among them that cannot be read."""
    found = [Found("a", "x", index, image) for index, image in enumerate(digits.x_test[:600])]
    found[3] = Found("a", "x", 3, None, "It is damaged.")
    return [row for batch in Scorer(network).tables(found) for row in batch.to_pylist()]


def test_scores_are_what_predict_says(tiny_run, rows, digits):
    graph, detector = tiny_run.graph(), tiny_run.ood_detector()
    for index in (0, 1, 2, 4, 299, 599):
        said = prediction.predict(graph, detector, digits.x_test[index])
        row = rows[index]
        assert row["class"] == tiny_run.class_names[said.label]
        assert row["confidence"] == pytest.approx(said.confidence, abs=1e-6)
        assert row["ood_score"] == pytest.approx(said.ood_score, abs=1e-3)
        assert (row["source"], row["member"], row["index"], row["error"]) == ("a", "x", index, None)


def test_all_scores_are_those_of_the_runs_own_predictions(tiny_run, rows):
    table = tiny_run.predictions(["predicted", "confidence"]).drop(index=3)
    scored = [row for row in rows if row["error"] is None]
    assert len(scored) == 599
    assert [row["class"] for row in scored] == [
        tiny_run.class_names[label] for label in table["predicted"]
    ]
    assert np.allclose([row["confidence"] for row in scored], table["confidence"], atol=1e-6)


def test_what_cannot_be_read_is_a_row_without_a_score(rows):
    missing = {name: rows[3][name] for name in ("class", "confidence", "ood_score", "embedding")}
    assert set(missing.values()) == {None}
    assert rows[3]["error"] == "It is damaged."


def test_embeddings_are_the_features_that_the_map_uses(tiny_run, rows, digits):
    from pipeline.serving.features import features
    from pipeline.training import networks

    wanted = features(networks.load(tiny_run.model_path), digits.x_test[:3])
    assert np.allclose([row["embedding"] for row in rows[:3]], wanted, atol=1e-5)


def test_a_network_without_a_detector_gives_no_ood_scores(network, digits):
    from dataclasses import replace

    bare = replace(network, detector=None, embeds=None)
    (batch,) = Scorer(bare).tables([Found("a", "", 0, digits.x_test[0])])
    assert batch.to_pylist()[0]["ood_score"] is None
    assert "embedding" not in batch.schema.names


def test_another_network_has_another_digest(network):
    from dataclasses import replace

    others = [
        replace(network, graph=b"other"),
        replace(network, detector=None),
        replace(network, embeds=None),
    ]
    assert len({one.digest for one in (network, *others)}) == 4
