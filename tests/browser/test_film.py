"""A training while it runs, and its film afterwards, in a real browser."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from pipeline.config import TrainConfig
from pipeline.jobs import requests, worker
from pipeline.jobs.job import REQUEST
from pipeline.progress import Progress
from pipeline.training.snapshot import Snapshot
from tests.browser.alternatives import untold
from tests.browser.conftest import settle
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.process
EPOCHS = 3


def test_a_film_is_replayed_by_keyboard_and_plays(page, server, tiny_run):
    page.goto(f"{server}/compare?run={tiny_run.id}")
    settle(page)
    slider, matrix = (
        page.get_by_role("slider", name="Epoch of the film"),
        page.locator("figure canvas"),
    )
    said = page.locator(".film output")
    expect(said).to_have_text("epoch 3 of 3")
    last = matrix.first.get_attribute("aria-label")
    assert "Confusion matrix, rows true, columns predicted" in last
    assert untold(page) == []
    slider.focus()
    slider.press("Home")
    expect(said).to_have_text("epoch 0 of 3")
    expect(matrix.first).not_to_have_attribute("aria-label", last)
    slider.press("ArrowRight")
    expect(said).not_to_have_text("epoch 0 of 3")
    page.get_by_role("button", name="Play").click()
    expect(said).to_have_text("epoch 3 of 3")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(matrix.first).to_have_attribute("aria-label", last)
    page.locator(".film").get_by_role("button", name="Table: How it learned").click()
    rows = page.get_by_role("dialog").locator("tbody tr")
    expect(rows).to_have_count(len(tiny_run.film().epochs))
    page.get_by_role("button", name="Close").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download SVG: How it learned").click()
    drawn = Path(download.value.path()).read_text("utf-8")
    assert drawn.count("<image") == 3 + 2 * 5  # three pictures; five images with their bars
    assert "Confusion matrix" in drawn


@pytest.fixture
def job(server_store):
    """A training that is running, as far as its folder says."""
    folder = server_store.folder / ".jobs" / "20991121-101500-ab12"
    folder.mkdir(parents=True)
    request = requests.Training(TrainConfig(network="lenet5", epochs=EPOCHS))
    (folder / REQUEST).write_text(requests.write(request))
    with worker.working(folder):
        yield folder
    shutil.rmtree(folder)


def after(epoch, film, tiny_run):
    """What a training reports after an epoch, with a moment of a real one."""
    rows = tuple(
        {"epoch": at, "loss": 1 / at, "accuracy": 0.5, "val_loss": 1 / at, "val_accuracy": 0.5,
         "learning_rate": 0.01} for at in range(1, epoch + 1)
    )  # fmt: skip
    pictures = np.zeros((len(film.looks.followed.pinned), 28, 28, 1), np.uint8)
    seen = Snapshot(rows, EPOCHS, tiny_run.class_names, True, pictures, film.last())
    return Progress(
        "Training", epoch, EPOCHS, f"epoch {epoch} of {EPOCHS}", history=(0.5,) * epoch,
        images_per_second=900, seconds_left=8, picture=seen.save,
    )  # fmt: skip


def test_nothing_jumps_while_a_training_is_watched(page, server, job, tiny_run):
    film, status = tiny_run.film(), worker.StatusWriter(job)
    status.report(Progress("Training", 0, EPOCHS, "epoch 1 of 3"))
    page.goto(f"{server}/train")
    settle(page)
    matrix = page.locator(".film figure canvas").first
    expect(matrix).to_have_attribute("aria-label", "Confusion matrix: nothing yet")

    def places():
        kept = page.locator(
            ".film figure, .film li, [data-testid='stPlotlyChart'], [role=progressbar]"
        )
        return kept.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")

    before = places()
    assert len(before) >= 2 + 3 + 5  # charts, pictures, pinned images
    for epoch in (1, 2):
        status.report(after(epoch, film, tiny_run))
        expect(
            page.get_by_text(f"(epoch {1 if epoch == 1 else 2})", exact=False).first
        ).to_be_visible()
        expect(matrix).not_to_have_attribute("aria-label", "Confusion matrix: nothing yet")
        for _ in range(50):  # while Streamlit puts a part in another's place, there are two
            if places() == before:
                break
            page.wait_for_timeout(100)
        assert places() == before
    assert untold(page) == []
    assert faults(page) == []
