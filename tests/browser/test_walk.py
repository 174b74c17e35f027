"""A walk through every page with networks that know nothing of digits."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from dashboard.words.runs import verdict
from pipeline.config import TrainConfig
from pipeline.data.known import KNOWN
from pipeline.experiment import run_experiment
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import made
from tests.browser.conftest import settle

ABOUT_THE_RUN = {  # link in the navigation: heading, where it is not the link's own
    "Overview": None,
    "Scorecard": "Scorecard",
    "Compare": "Compare",
    "Confusion matrix": "Confusion matrix",
    "Mistakes": "Mistakes",
    "Labels": "Labels",
    "Data": "Data",
    "Inside": "Inside",
    "Draw": "Try an image",
}
ABOUT_ALL_RUNS = ("Train", "Corrections")
# What would be false, or make no sense, of shirts and shapes.
OF_DIGITS = re.compile(
    r"\b(digits?|handwrit\w+|paper|ink|strokes?|pen|drawings?|MNIST)\b", re.IGNORECASE
)


@pytest.fixture(scope="module", params=["clothes", "shapes"])
def run(request, server_store: Store, shapes_run: Run, tmp_path_factory) -> Iterator[Run]:
    """A run on gray images in IDX files without names, or on color images with long names."""
    if request.param == "shapes":
        shutil.copytree(shapes_run.folder, server_store.folder / shapes_run.id)
        trained = server_store.open(shapes_run.id)
    else:
        clothes = made.write_clothes(tmp_path_factory.mktemp("walk") / "fashion-mnist")
        config = TrainConfig(dataset=str(clothes), network="lenet5", epochs=4)
        trained = run_experiment(config, server_store)
    yield trained
    shutil.rmtree(trained.folder)


def words_of(page: Page, run: Run) -> str:
    """What the page says, without the names that are the dataset's own."""
    said = page.locator("[data-testid='stMain']").inner_text()
    for name in (*run.class_names, run.info.dataset.name):
        said = said.replace(name, "")
    return said


def test_every_page_opens_and_speaks_of_its_own_images(page: Page, server: str, run: Run) -> None:
    page.goto(f"{server}/?run={run.id}")
    settle(page)
    expect(page.get_by_text(verdict(run.info).replace("*", ""))).to_be_visible()
    for link, heading in ABOUT_THE_RUN.items():
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=link, exact=True).click()
        if heading:
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        settle(page)
        assert not page.get_by_test_id("stException").count(), link
        assert not page.locator("[data-testid='stAlertContentError']").count(), link
        found = OF_DIGITS.search(words_of(page, run))
        assert found is None, f"{link} speaks of “{found[0] if found else ''}”"
        assert page.url.count(run.id) == 1, link
    for link in ABOUT_ALL_RUNS:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(link)
        settle(page)
        assert not page.get_by_test_id("stException").count(), link


def test_classes_have_their_names(page: Page, server: str, run: Run) -> None:
    known = {"fashion-mnist": KNOWN["fashion_mnist"].class_names, "shapes": made.NAMES}
    assert set(run.class_names) == set(known[run.info.dataset.name])
    page.goto(f"{server}/confusion_matrix?run={run.id}&true={run.class_names[1]}")
    settle(page)
    for name in run.class_names:  # whole, for whoever hovers or listens
        expect(page.get_by_title(f"all images of class {name}")).to_be_visible()
    expect(page.get_by_role("button", name=run.class_names[1]).first).to_be_visible()
