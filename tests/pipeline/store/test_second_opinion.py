from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.errors import InklingError
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, second_opinion
from pipeline.store.second_opinion import Contradiction

DIGITS = tuple("0123456789")
SEVEN = Drawing.of_strokes([[[60, 60], [200, 60], [120, 220]]])


class Sure:
    """A network that is always as sure of one class."""

    input_shape = (28, 28, 1)

    def __init__(self, label: int, confidence: float = 0.995):
        self._row = np.full(10, (1 - confidence) / 9, np.float32)
        self._row[label] = confidence

    def probabilities(self, images):
        assert images.dtype == np.uint8
        assert images.shape[1:] == self.input_shape
        return np.stack([self._row] * len(images))


def run(
    name: str, *, train=54_000, accuracy=0.99, learned=None, names=DIGITS, framed=True, added=None
):
    dataset = SimpleNamespace(mnist_framed=framed, counts={"train": train})
    metrics = SimpleNamespace(accuracy=accuracy)
    info = SimpleNamespace(dataset=dataset, metrics=metrics, corrections=learned or {}, added=added)
    return SimpleNamespace(id=name, class_names=names, info=info)


def test_only_another_class_with_at_least_99_percent_counts():
    probabilities = np.array([[0.995, 0.005], [0.985, 0.015], [0.005, 0.995]])
    against = second_opinion.strongly_against(probabilities, np.array([1, 1, 1]))
    assert against.tolist() == [True, False, False]


def test_judges_saw_most_images_and_learned_from_no_correction():
    small, best = run("small", train=3_200, accuracy=1.0), run("best", accuracy=0.997)
    second = run("second", accuracy=0.99)
    unfit = [
        run("trained elsewhere", accuracy=1.0, added="network.keras"),
        run("learned", accuracy=1.0, learned={"7": 1}),
        run("clothes", accuracy=1.0, names=tuple("abcdefghij")),
        run("photos", accuracy=1.0, framed=False),
    ]
    assert second_opinion.judges([small, second, *unfit, best], DIGITS) == [best, second]
    assert second_opinion.judges([small], DIGITS) == [small]


def test_the_network_that_was_corrected_is_not_asked_itself(store):
    first = corrections.add(store, label="1", class_names=DIGITS, drawing=SEVEN, run="best")
    other = corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN, run="gone")
    found = corrections.read(store)
    best, second = run("best"), run("second", accuracy=0.9)
    graphs = {"best": Sure(2), "second": Sure(7, 0.992)}
    against = second_opinion.contradictions(found, [best, second], lambda run: graphs[run.id])
    assert set(against) == {first.id, other.id}
    assert (against[first.id].run, against[first.id].predicted) == ("second", "7")
    assert against[first.id].confidence == pytest.approx(0.992)
    assert (against[other.id].run, against[other.id].predicted) == ("best", "2")
    # With nobody else to ask, nobody contradicts.
    alone = second_opinion.contradictions(found, [best], lambda run: graphs[run.id])
    assert set(alone) == {other.id}
    assert second_opinion.contradictions(found, []) == {}


def test_a_network_that_cannot_be_loaded_is_left_out(store):
    kept = corrections.add(store, label="1", class_names=DIGITS, drawing=SEVEN)

    def load(judge):
        if judge.id == "broken":
            raise InklingError("The network cannot be loaded.")
        return Sure(7)

    against = second_opinion.contradictions(
        corrections.read(store), [run("broken"), run("whole", accuracy=0.9)], load
    )
    assert against[kept.id] == Contradiction("whole", "7", pytest.approx(0.995))
