"""What the page tests share."""

import sys
from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from dashboard import APP
from pipeline.store.runs import Store


@pytest.fixture(autouse=True, scope="session")
def components_found_once() -> Iterator[None]:
    """Look for installed components once, as a server does, not again for every page opened.

    AppTest reads the metadata of every installed package at each start: 0.3 s, of 0.4 s a page.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True, scope="session")
def keras_left_alone() -> Iterator[None]:
    """Leave Keras as it is after a page: no dashboard has it loaded, but the tests' process has.

    Streamlit clears Keras's session after every run of a page, which collects all garbage: 0.3 s.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


def opened(name: str, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    """Open a page of the dashboard on the store that INKLING_MODELS names."""
    # A page becomes the main module, which processes that are started later would run.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    at = AppTest.from_file(str(APP), default_timeout=90)
    for key, value in address.items():
        at.query_params[key] = value
    if name != "overview":
        at.switch_page(f"app_pages/{name}.py")
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def app(tiny_store, monkeypatch):
    """Open a page of the dashboard on a store: a callable."""

    def open_page(name: str, store: Store = tiny_store, **address: str) -> AppTest:
        monkeypatch.setenv("INKLING_MODELS", str(store.folder))
        return opened(name, monkeypatch, **address)

    return open_page
