from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.config import TrainConfig
from pipeline.data.known import DIGITS
from pipeline.export.tour_networks import Subject, choose, filmed
from pipeline.store.run_folder import Run

SUBJECT = Subject("mnist-5k", ("five",), DIGITS, (28, 28, 1), True)


@pytest.fixture
def trained(tiny_run: Run):
    """A run of any network, as the store lists it: a callable."""

    def make(
        network: str, accuracy: float = 0.9, fingerprint: str = "five", **changes: object
    ) -> Run:
        info = tiny_run.info
        told = {
            "id": f"{network}-{accuracy}-{fingerprint}",
            "config": TrainConfig(network=network),
            "dataset": info.dataset.model_copy(update={"fingerprint": fingerprint}),
            "metrics": info.metrics.model_copy(update={"accuracy": accuracy}),
        }
        return replace(tiny_run, info=info.model_copy(update=told | changes))

    return make


def names(found: dict[str, Run]) -> dict[str, str]:
    return {name: run.id for name, run in found.items()}


def test_of_each_network_the_most_accurate_is_shown(trained):
    runs = [trained("pixels", 0.88), trained("pixels", 0.91), trained("cnn"), trained("lenet5")]
    assert names(choose(SUBJECT, runs, None)) == {
        "pixels": "pixels-0.91-five",
        "cnn": "cnn-0.9-five",
    }


def test_of_equals_the_newest_and_before_all_the_chosen_one(trained):
    old = trained("shallow", created=datetime(2026, 1, 1, tzinfo=UTC), id="old")
    new = trained("shallow", created=datetime(2026, 2, 1, tzinfo=UTC), id="new")
    best = trained("shallow", 0.99)
    assert names(choose(SUBJECT, [old, new], None)) == {"shallow": "new"}
    assert names(choose(SUBJECT, [old, new, best], "old")) == {"shallow": "old"}


def test_networks_of_other_images_are_not_shown(trained, tiny_run: Run):
    other = trained("pixels", fingerprint="sixty")
    wide = trained("perceptron", input_shape=(32, 32, 3))
    assert choose(SUBJECT, [other, wide], other.id) == {}


def test_the_bundled_network_serves_where_the_store_has_none(trained, tmp_path):
    bundled = replace(trained("cnn", 0.99, fingerprint="sixty"), additions=tmp_path)
    own = trained("cnn", 0.8)
    assert names(choose(SUBJECT, [bundled], None)) == {"cnn": bundled.id}
    assert names(choose(SUBJECT, [own, bundled], None)) == {"cnn": own.id}
    letters = replace(SUBJECT, class_names=tuple("abcdefghij"))
    assert choose(letters, [bundled], None) == {}


def test_only_digits_are_called_digits():
    assert SUBJECT.is_digits
    assert not replace(SUBJECT, is_ink=False).is_digits
    assert not replace(SUBJECT, class_names=tuple("abcdefghijklmnopqrstuvwxyz")).is_digits


def test_a_film_is_of_the_network_that_shows_most_and_the_newest(trained, tiny_run, tmp_path):
    bare = {"folder": tmp_path}
    old = trained("pixels", created=datetime(2026, 1, 1, tzinfo=UTC), id="old")
    new = trained("pixels", created=datetime(2026, 2, 1, tzinfo=UTC), id="new")
    unfilmed = replace(trained("pixels", created=datetime(2026, 3, 1, tzinfo=UTC)), **bare)
    assert tiny_run.has_film
    assert filmed(SUBJECT, [trained("cnn"), old, new, unfilmed]) == new
    assert filmed(SUBJECT, [trained("cnn"), unfilmed]).info.network == "cnn"
    assert filmed(SUBJECT, [unfilmed, trained("pixels", fingerprint="sixty")]) is None
