"""The first minute of somebody new: an empty folder, no network, the command of `make app`."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.cli import first_runs
from pipeline.store.bundled import BUNDLED
from pipeline.store.runs import Store
from tests.browser.conftest import free_port, right_of_bundled, settle, wait_until_healthy
from tests.browser.test_dashboard import busiest_cell, cell, open_page

pytestmark = pytest.mark.process
FIRST = list(first_runs.FIRST)
SECONDS = 360  # on a busy machine; on two quiet cores it takes less than 60
NOWHERE = "http://127.0.0.1:9"  # nobody listens on this port


def newcomer(folder: Path) -> dict[str, str]:
    """The environment of somebody who has nothing yet, and no network."""
    named = {name: value for name, value in os.environ.items() if name != BUNDLED}
    (folder / "home").mkdir()
    return named | {
        "HOME": str(folder / "home"),
        "INKLING_CACHE": str(folder / "cache"),
        "INKLING_MODELS": str(folder / "models"),
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("new")


@pytest.fixture(scope="module")
def first_server(folder: Path) -> Iterator[str]:
    """What `make app` starts: its address."""
    port, log = free_port(), folder / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "app", "--train-first", f"--port={port}"],
            env=newcomer(folder), cwd=folder, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    address, deadline = f"http://localhost:{port}", time.monotonic() + SECONDS
    try:
        done = f"{len(FIRST)} of {len(FIRST)}  {FIRST[-1]}: 9"  # its accuracy, more than 90%
        while done not in log.read_text("utf-8") and process.poll() is None:
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        wait_until_healthy(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_there_are_networks_to_compare(first_server, folder):
    runs = list(reversed(Store(folder / "models").runs()))
    assert [run.info.config.network for run in runs] == FIRST
    accuracies = {run.info.config.network: run.info.metrics.accuracy for run in runs}
    assert min(accuracies.values()) > 0.86  # sixteen sigmoids see less than 784 pixels
    assert accuracies["pixels"] < accuracies["shallow"] < accuracies["cnn"]
    assert accuracies["cnn"] > 0.98


def test_it_opens_on_the_cnn_with_pictures_of_its_mistakes(page: Page, first_server, folder):
    run = Store(folder / "models").open("latest")
    page.goto(first_server)
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("mnist-5k")
    expect(page).to_have_url(re.compile(run.id))
    wrong = run.info.metrics.total - run.info.metrics.correct
    assert wrong >= 5
    open_page(page, first_server, "Mistakes")
    expect(page.locator(".gallery .tile")).to_have_count(wrong)
    expect(page.get_by_text("not on this machine")).to_have_count(0)

    true, predicted, count = busiest_cell(run)
    open_page(page, first_server, "Confusion matrix")
    cell(page, true, predicted).click()
    expect(page.locator(".gallery .tile")).to_have_count(count)


def test_two_runs_are_compared_image_by_image(page: Page, first_server, folder):
    cnn, shallow, *_ = Store(folder / "models").runs()
    open_page(page, first_server, "Compare", f"run={cnn.id}&second={shallow.id}")
    expect(page.get_by_text("McNemar’s exact test")).to_be_visible()
    expect(page.get_by_text(re.compile("[Bb]y chance alone")).first).to_be_visible()


def test_the_bundled_network_says_what_it_is_without_its_images(page: Page, first_server):
    page.goto(f"{first_server}/?run=mnist-cnn")
    settle(page)
    expect(page.get_by_text("Comes with Inkling").first).to_be_visible()
    expect(page.get_by_text(f"{right_of_bundled():,} of 10,000").first).to_be_visible()
    # Its mistakes are listed; the pictures cannot be had without a network, which is said.
    open_page(page, first_server, "Mistakes", "run=mnist-cnn")
    expect(page.get_by_text("are not on this machine")).to_have_count(1)
    page.get_by_role("button", name="Get the images").click()
    expect(page.get_by_text("could not be downloaded")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Get the images")).to_be_visible()
