"""One server and one Chromium for all browser tests."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser import chromium

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Opened at a deep link, Streamlit looks for its server under that path first; that is no fault.
PROBES = re.compile(r"/_stcore/(health|host-config)$")
BUNDLED = Path(__file__).parents[2] / "models" / "mnist-cnn"
# An assertion that has to wait looks ever more rarely, and describes the page each time.
SETTLED = (
    "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
    "[data-test-script-state='notRunning']:not(:has([data-testid='stSkeleton']))"
)
TIMEOUT = 60_000  # milliseconds; only what fails takes so long, and a busy machine some of it

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def server_store(tiny_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of the server's own, with the tiny run in it."""
    store = Store(tmp_path_factory.mktemp("served") / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    return store


@pytest.fixture(scope="session")
def server(server_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard as `inkling app` serves it: its address."""
    with serving(server_store.folder, tmp_path_factory.mktemp("log") / "server.txt") as served:
        yield served[0]


@pytest.fixture
def best_reader(server_store: Store) -> Iterator[None]:
    """The bundled network, in the server's store while a test lasts."""
    folder = server_store.folder / BUNDLED.name
    shutil.copytree(BUNDLED, folder)
    yield
    shutil.rmtree(folder)


def right_of_bundled() -> int:
    """How many of 10,000 test images the bundled network gets right."""
    metrics = Store(BUNDLED.parent).open(BUNDLED.name).info.metrics
    assert metrics.total == 10_000
    return metrics.correct


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a Chromium; where there is none, the tests fail and say so."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.ADVICE, pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of all tests share: Streamlit's scripts, fetched and compiled once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A page of 1280×900 that remembers nothing; the test fails if its console had an error."""
    page = profile.new_page()
    page.set_default_timeout(TIMEOUT)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda reply: _note(errors, reply.status, reply.url))
    page.on("requestfailed", lambda request: _note_failure(errors, request.url, request.failure))
    page.on("console", lambda said: _note_console(errors, said))
    yield page
    forget(page)
    found = list(errors)  # what closing breaks off is no fault
    page.close()
    assert found == []


def forget(page: Page) -> None:
    """Leave nothing of a page to the next one of its profile."""
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.context.clear_cookies()
    page.context.clear_permissions()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    store: Path | str, log: Path, *options: str, port: int = 0, folder: Path | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a store with `inkling app`, which writes to a log: its address and its process."""
    port = port or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "app", "--port", str(port), *options],
            env={**os.environ, "INKLING_MODELS": str(store)},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://localhost:{port}"
    try:
        wait_until_healthy(address, process, log)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=60)


def settle(page: Page) -> None:
    """Wait until the script has run and what it sent is there."""
    page.locator(SETTLED).wait_for(state="attached", timeout=TIMEOUT)


def dismiss(page: Page, said: str) -> None:
    """Wait for a toast that says something, and close it.

    While one is there, axe-core rightly says that Streamlit's has no name.
    """
    toast = page.get_by_test_id("stToast")
    expect(toast).to_contain_text(said)
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)


class Distance:
    """What lies between a page and its server, which can be far away."""

    def __init__(self, page: Page) -> None:
        """Get between them; before the page is opened."""
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._between)

    @contextmanager
    def far(self, page: Page) -> Iterator[None]:
        """Let the page hear nothing of its server before the block is done, and 3 seconds over."""
        held = self._held = []
        yield
        page.wait_for_timeout(3000)  # the server has answered
        assert held
        while held:
            browser, said = held.pop(0)
            browser.send(said)
        self._held = None

    def _between(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda said: self._on_its_way(browser, said))

    def _on_its_way(self, browser: WebSocketRoute, said: str | bytes) -> None:
        if self._held is None:
            browser.send(said)
        else:
            self._held.append((browser, said))


def leave(page: Page) -> None:
    """Leave a page before its server is gone."""
    page.goto("about:blank")


def _note(errors: list[str], status: int, url: str) -> None:
    if status >= 400 and not PROBES.search(url):
        errors.append(f"{status} {url}")


def _note_failure(errors: list[str], url: str, why: str | None) -> None:
    # What the browser gives up is no fault: a page that is left no longer needs what it asked for.
    # If a page did need it, its script says so, and that is noted.
    if why != "net::ERR_ABORTED":
        errors.append(f"{url}: {why}")


def _note_console(errors: list[str], said: object) -> None:
    # A failed request is noted above, with its address.
    if said.type == "error" and "Failed to load resource" not in said.text:
        errors.append(said.text)


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; fail with its output if it does not."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as reply:
                if reply.read() == b"ok":
                    return
        except OSError:  # not there yet, or too busy to answer in time
            time.sleep(0.02)
    pytest.fail(f"the dashboard did not come up:\n{log.read_text()}", pytrace=False)
