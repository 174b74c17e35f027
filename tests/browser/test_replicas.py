"""Two dashboards on one store behind the proxies of deploy/, and a browser that visits them."""

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import made
from tests.browser.conftest import BUNDLED, TIMEOUT, serving, settle
from tests.deploy.proxies import KINDS, Proxy, proxied

pytestmark = [pytest.mark.process, pytest.mark.slow]


class Site(NamedTuple):
    """A proxy, and the replicas behind it: their processes by their addresses."""

    proxy: Proxy
    replicas: dict[str, "subprocess.Popen[bytes]"]

    def sessions(self) -> list[int]:
        """Return how many sessions each replica has that still lives."""
        return [
            json.load(urllib.request.urlopen(f"{address}/healthz", timeout=60))["sessions"]
            for address, process in self.replicas.items()
            if process.poll() is None
        ]


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Two replicas on a store with one run."""
    store = tmp_path / "models"
    shutil.copytree(BUNDLED, store / "20261121-101500-mnist-cnn-ab12")
    with ExitStack() as stack:
        replicas = dict(
            stack.enter_context(serving(store, tmp_path / f"{number}.txt")) for number in range(2)
        )
        places = [f"127.0.0.1:{address.rpartition(':')[2]}" for address in replicas]
        yield Site(stack.enter_context(proxied(request.param, tmp_path, places)), replicas)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page that takes any certificate."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    context.close()


def test_a_browser_stays_with_its_replica_and_finds_another_one(
    site: Site, visitor: Page, tmp_path: Path
):
    visitor.goto(f"https://{site.proxy.host}/draw")
    settle(visitor)
    at_first = site.sessions()
    assert sorted(at_first) == [0, 1]
    for _ in range(2):
        visitor.reload()
        settle(visitor)
        assert [count > 0 for count in site.sessions()] == [count > 0 for count in at_first]

    visitor.get_by_text("A photograph").click()
    with visitor.expect_response(re.compile("/_stcore/upload_file/")) as answer:
        visitor.locator("input[type=file]").set_input_files(
            made.write_strangers(tmp_path / "photos", 1)[0]
        )
    assert answer.value.ok
    settle(visitor)

    process = list(site.replicas.values())[at_first.index(1)]
    process.kill()
    process.wait()
    app = visitor.locator("[data-testid='stApp']")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    settle(visitor)
    assert site.sessions() == [1]
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
