"""How long a training will take, worked out by hand."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.config import TrainConfig
from pipeline.jobs.estimate import LOADING, estimate
from pipeline.jobs.history import Entry
from pipeline.jobs.job import Job, Status
from pipeline.jobs.requests import Training

PIXELS = TrainConfig(dataset="digits", network="pixels", preset="quick", epochs=10)


def trained(name: str, training: float, *, bundled: bool = False, **settings: object):
    """A run of 10 epochs on 100 images that took so many seconds, and 4 more until published."""
    config = PIXELS.model_copy(update=settings).resolved(100)
    info = SimpleNamespace(
        config=config,
        status="finished",
        dataset_reference=config.dataset,
        dataset=SimpleNamespace(counts={"train": 100}),
        timings={"training": training, "mapping": 4.0},
    )
    return SimpleNamespace(id=name, info=info, bundled=bundled)


def worked(run_id: str, seconds: float, machine: str = "here", memory: int = 0) -> Entry:
    status = Status("finished", run_id=run_id, seconds=seconds, machine=machine, peak_memory=memory)
    return Entry(Job(Path(run_id)), status, Training(PIXELS))


def test_it_scales_with_epochs_and_images():
    # 20 s for 10 × 100 images are 20 ms an image; 5 epochs of 200 are as many; 4 s more follow.
    found = estimate(PIXELS.model_copy(update={"epochs": 5}), 200, [trained("a", 20)], [], "here")
    assert (found.seconds, found.trainings, found.memory) == (20 + 4 + LOADING, 1, 0)


def test_jobs_of_this_machine_say_how_long_loading_takes_and_what_memory():
    runs = [trained("a", 20), trained("b", 40), trained("c", 400)]
    jobs = [worked("a", 26, memory=7), worked("b", 48, memory=5), worked("c", 1, "there", 99)]
    found = estimate(PIXELS, 100, runs, jobs, "here")
    assert found.seconds == 30 + 4 + 3  # of a and b only: medians of 20 and 40, and of 2 and 4
    assert (found.trainings, found.memory) == (2, 7)


def test_what_is_more_alike_counts():
    runs = [
        trained("same", 20), trained("preset", 50, preset="default"),
        trained("dataset", 90, dataset="mnist"), trained("network", 500, network="cnn"),
    ]  # fmt: skip
    assert estimate(PIXELS, 100, runs, [], "here").seconds == 20 + 4 + LOADING
    assert estimate(PIXELS, 100, runs[1:], [], "here").seconds == 50 + 4 + LOADING
    assert estimate(PIXELS, 100, runs[2:], [], "here").seconds == 90 + 4 + LOADING
    assert estimate(PIXELS, 100, runs[3:], [], "here") is None


@pytest.mark.parametrize("run", [trained("a", 20, bundled=True), trained("a", 20, network="cnn")])
def test_what_says_nothing_of_this_machine_or_network(run):
    assert estimate(PIXELS, 100, [run], [], "here") is None
