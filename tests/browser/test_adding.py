"""A network that was trained elsewhere, from a file on the viewer's machine to a run."""

import shutil

import pytest
from playwright.sync_api import Page, expect

from pipeline.data.datasets import Dataset
from pipeline.store.runs import Store
from tests import strangers
from tests.browser.conftest import settle


@pytest.mark.process
def test_an_upload_becomes_a_run_or_a_sentence(
    page: Page, server: str, server_store: Store, digits: Dataset, tmp_path
) -> None:
    model = strangers.knowing(digits.x_train, digits.y_train, 255)
    whole = strangers.saved(model, tmp_path, "The mean (v2).keras")
    half = tmp_path / "half.keras"
    half.write_bytes(whole.read_bytes()[:5000])
    page.goto(f"{server}/train?train_what=add-a-trained-one")
    settle(page)
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name="digits", exact=True).click()
    page.get_by_label("Name of the run").fill("The mean")
    settle(page)
    for file in (half, whole):
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text(file.name, exact=True)).to_be_visible()
        settle(page)
        page.get_by_role("button", name="Add", exact=True).click()
        if file is half:
            expect(page.get_by_text("half.keras is damaged")).to_be_visible(timeout=120_000)
            assert len(server_store.runs()) == 1
            settle(page)
    expect(page.get_by_text("Done. Right on")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("It is given pixels from 0 to 255.")).to_be_visible()
    run = server_store.open("The mean")
    page.get_by_role("link", name="Look at The mean").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The mean (v2) on digits")
    settle(page)
    assert not list((server_store.folder / ".jobs").glob("*/network.keras"))
    shutil.rmtree(run.folder)
