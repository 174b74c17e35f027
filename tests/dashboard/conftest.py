"""What the page tests share."""

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(autouse=True, scope="session")
def components_found_once() -> Iterator[None]:
    """Look for installed components once, as a server does, not again for every page opened.

    AppTest reads the metadata of every installed package at each start: 0.3 s, of 0.4 s a page.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield
