"""Two dashboards with a copy each, on one bucket: each shows what the other does."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pipeline.store.run_folder import Run
from tests.browser.conftest import TIMEOUT, dismiss, serving, settle
from tests.browser.test_dashboard import open_page, start_training
from tests.dashboard.test_shared_store import sent

pytestmark = [pytest.mark.process, pytest.mark.cluster]


@pytest.fixture
def addresses(
    bucket: str, tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The addresses of two dashboards on a store with one run, which a third machine sent."""
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "third"))
    sent(tiny_run, bucket)
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            monkeypatch.setenv("INKLING_CACHE", str(tmp_path / name))
            log = tmp_path / f"{name}.txt"
            found.append(stack.enter_context(serving(bucket, log))[0])
        yield found


@pytest.fixture
def elsewhere(profile: BrowserContext, page: Page) -> Iterator[Page]:
    """A second page."""
    other = profile.new_page()
    other.set_default_timeout(TIMEOUT)
    yield other
    other.close()


def test_what_one_dashboard_publishes_or_deletes_the_other_shows(
    addresses: list[str], page: Page, elsewhere: Page, tiny_run: Run
):
    one, other = addresses
    open_page(elsewhere, other, "Overview")
    start_training(page, one)
    expect(page.get_by_text(re.compile("^Done. Right on"))).to_be_visible(timeout=180_000)
    page.get_by_role("link", name=re.compile("^Look at mnist-5k · pixels")).click()
    expect(page).to_have_url(re.compile("run=[^&]*pixels"))
    settle(page)
    (new,) = re.findall("run=([a-z0-9_-]+)", page.url)
    assert new != tiny_run.id

    elsewhere.get_by_role("link", name="Confusion matrix", exact=True).click()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Confusion matrix")
    settle(elsewhere)
    elsewhere.get_by_role("combobox", name="Run", exact=True).click()
    elsewhere.get_by_role("option", name=re.compile("mnist-5k · pixels")).click()
    expect(elsewhere).to_have_url(re.compile(new))
    settle(elsewhere)

    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Delete this run…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    dismiss(page, "is deleted.")
    expect(page).to_have_url(re.compile(tiny_run.id))

    elsewhere.get_by_role("link", name="Mistakes", exact=True).click()
    dismiss(elsewhere, f"There is no run “{new}” here; showing the newest one.")
    settle(elsewhere)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Mistakes")
    expect(elsewhere).to_have_url(re.compile(tiny_run.id))
