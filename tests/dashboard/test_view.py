from dataclasses import replace

import pytest

from dashboard.view import best_reader
from pipeline.store.run_folder import Run


def run_on(like: Run, name: str, accuracy: float, **dataset: object) -> Run:
    """A run as pages know it, with another dataset and another accuracy."""
    info = like.info
    told = {"name": name, "fingerprint": name} | dataset
    changed = {
        "id": f"{name}-{accuracy}",
        "dataset": info.dataset.model_copy(update=told),
        "metrics": info.metrics.model_copy(update={"accuracy": accuracy}),
    }
    return replace(like, info=info.model_copy(update=changed))


@pytest.fixture
def small(tiny_run) -> Run:
    return run_on(tiny_run, "mnist-5k", 0.999)


def test_the_best_run_on_mnist_reads_drawings(tiny_run, small):
    runs = [run_on(tiny_run, "mnist", accuracy) for accuracy in (0.97, 0.996, 0.99)]
    assert best_reader(small, [small, *runs]).id == "mnist-0.996"
    assert best_reader(runs[0], [small, *runs]).id == "mnist-0.996"


def test_a_higher_accuracy_on_other_images_says_nothing(tiny_run, small):
    """Accuracies on different test images are never ranked against each other."""
    mnist = run_on(tiny_run, "mnist", 0.9)
    assert best_reader(mnist, [small, mnist]) is mnist


@pytest.mark.parametrize(
    "unlike",
    [
        {"class_names": ("a", "b")},
        {"mnist_framed": False},
    ],
)
def test_a_run_of_other_classes_or_frames_reads_for_itself(tiny_run, unlike):
    mnist, other = run_on(tiny_run, "mnist", 0.996), run_on(tiny_run, "letters", 0.5, **unlike)
    assert best_reader(other, [mnist]) is other


def test_without_a_run_on_mnist_each_reads_for_itself(tiny_run, small):
    digits = run_on(tiny_run, "digits", 0.99)
    assert best_reader(small, [digits, small]) is small


def test_the_default_run_reads_what_it_can(tiny_run, small):
    best = run_on(tiny_run, "mnist", 0.996)
    assert best_reader(best, [best], default=small) is small
    letters = run_on(tiny_run, "letters", 0.5, class_names=("a", "b"))
    assert best_reader(small, [best], default=letters) is best
