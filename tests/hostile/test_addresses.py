"""Whatever an address asks for, its page opens, and says in a sentence what it cannot show."""

import pytest

from dashboard import address
from pipeline.store.runs import Store
from tests import tally
from tests.hostile import stores
from tests.hostile.addresses import HOSTILE, OF_ALL, OF_PAGES, queries

FEW = {page: (11 * place % len(HOSTILE),) for place, page in enumerate(OF_PAGES)}  # `make test`


@pytest.fixture(scope="module")
def store(tmp_path_factory, tiny_run, digits) -> Store:
    return stores.full(tmp_path_factory.mktemp("full") / "models", tiny_run, digits)


@pytest.fixture
def asked(monkeypatch) -> set[str]:
    """The names of the parameters that pages ask for."""
    names: set[str] = set()
    choice = address.choice
    monkeypatch.setattr(address, "choice", lambda name: (names.add(name), choice(name))[1])
    return names


def check(app, page: str, store: Store, turns, asked: set[str]) -> None:
    for turn in turns:
        for query in queries(page, stores.VALID, turn).values():
            tally.count(tally.INPUTS, len(query))
            at = app(page, store, **query)  # which fails on an exception
            assert at.title or at.markdown, query
    assert asked <= {*OF_ALL, *OF_PAGES[page]}, "a parameter that is not tried"


@pytest.mark.parametrize("page", OF_PAGES)
def test_a_few_hostile_addresses(app, store, asked, page):
    check(app, page, store, FEW[page], asked)


@pytest.mark.slow
@pytest.mark.parametrize("page", OF_PAGES)
def test_every_hostile_address(app, store, asked, page):
    check(app, page, store, range(len(HOSTILE)), asked)
