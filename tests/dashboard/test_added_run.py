"""Pages of a network that was trained elsewhere: each opens, and none claims to know its past."""

import re
import shutil

import keras
import pytest
from keras import layers

from pipeline.adding.add_network import add_network
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import strangers
from tests.dashboard.test_pages import PAGES, text

FILE = "Their *net* [v2](x).keras"
FALSE = re.compile(
    r"never seen|not used in training|[Tt]rained with Inkling|Trained [A-Z]|weights of epoch"
)


@pytest.fixture(scope="module")
def added_store(tmp_path_factory, tiny_run: Run, digits: Dataset) -> Store:
    """A store with a run that was trained here, and a newer one that was added."""
    folder = tmp_path_factory.mktemp("added")
    store = Store(folder / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    model = strangers.knowing(digits.x_train, digits.y_train, 255)
    add_network(strangers.saved(model, folder, FILE), "digits", store)
    return store


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_and_claims_nothing(app, added_store, name):
    at = app(name, added_store)
    assert not at.error
    assert not FALSE.search(text(at)), FALSE.search(text(at))


def test_the_overview_says_where_it_is_from(app, added_store):
    at = app("overview", added_store)
    assert at.title[0].value == r"Their \*net\* \[v2\]\(x\) on digits"
    said = text(at).replace("\\", "")
    assert "Added from “Their *net* [v2](x).keras”: it was trained elsewhere." in said
    assert "there are no settings and no learning curve here" in said
    assert "It was not trained here" in said  # in the model card
    assert "It is given pixels from 0 to 255." in said
    assert "Where it is from" in {expander.label for expander in at.expander}


def test_it_is_compared_with_others_and_has_no_learning_curve(app, added_store, tiny_run):
    run = added_store.open("latest")
    said = text(app("compare", added_store, run=run.id, second=tiny_run.id))
    curve = next(line for line in said.splitlines() if "There is no learning curve for" in line)
    assert "[v2](x)" in curve.replace("\\", "")  # its middle is left out


def recurrent() -> keras.Sequential:
    rows = [layers.LSTM(4, return_sequences=True), layers.LSTM(4)]
    return keras.Sequential([keras.Input((28, 28)), *rows, layers.Dense(10)])


@pytest.fixture(scope="module", params=[strangers.logits, strangers.branched, recurrent])
def store_of_kind(request, tmp_path_factory, few_digits) -> Store:
    """A store with a network whose layers give vectors, matrices or unknown numbers."""
    folder = tmp_path_factory.mktemp("kind")
    store = Store(folder / "models")
    add_network(strangers.saved(request.param(), folder), few_digits, store)
    return store


@pytest.mark.process
@pytest.mark.parametrize("name", ["overview", "inside", "draw", "data"])
def test_pages_draw_layers_of_every_shape(app, store_of_kind, name):
    assert not app(name, store_of_kind).error
