"""How a page shows something is in its address: a link and a reload bring it back."""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets.choices import slug
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import PAGES

KINDS = ("segmented_control", "selectbox", "toggle", "select_slider", "radio")
# The selection (see test_selection), the language (see test_explaining), what is filled in to be
# sent off, and the pen.
NO_CHOICE = re.compile(r"lang$|run_picker|second_picker|\w+_filter|train_|canvas_|correct")
# Opened like this, every control of a page is there.
ADDRESSES = {"data": [{}, {"sample": "17"}], "draw": [{}, {"sample": "17"}]}


@pytest.fixture(scope="module")
def two_runs(tiny_run: Run, tmp_path_factory) -> Store:
    """A store with two runs that can be compared."""
    store = Store(tmp_path_factory.mktemp("two") / "models")
    for folder in ("first", "second"):
        shutil.copytree(tiny_run.folder, store.folder / folder)
    return store


def controls(at: AppTest) -> dict[str, object]:
    """The controls of a page by their keys, without those of no view."""
    found = [control for kind in KINDS for control in at.get(kind) if control.key]
    return {control.key: control for control in found if not NO_CHOICE.match(control.key)}


def another(control) -> object:
    """A value that a control does not have yet."""
    if control.type == "toggle":
        return not control.value
    if control.type == "select_slider":
        return 0  # images passed on: not what is usual
    shown = control.value if isinstance(control.value, str) else str(control.value)
    return next(option for option in control.options if option.split()[0] != shown.split()[0])


@pytest.mark.parametrize(
    ("name", "more"),
    [(name, more) for name in PAGES for more in ADDRESSES.get(name, [{}])],
)
def test_a_reload_shows_the_same_view(app, two_runs, name, more):
    at = app(name, two_runs, run="first", second="second", **more)
    plain = set(at.query_params)
    assert plain == {"run", "second", *more}  # what is shown anyway makes no link longer
    changed = {}
    while left := [control for key, control in controls(at).items() if key not in changed]:
        control = left[0]
        changed[control.key] = None
        control.set_value(another(control)).run()
        assert not at.exception, at.exception
    shown = {key: control.value for key, control in controls(at).items()}
    assert set(at.query_params) >= shown.keys()
    again = app(name, two_runs, **{key: at.query_params[key] for key in at.query_params})
    assert {key: control.value for key, control in controls(again).items()} == shown


def test_the_dashboard_has_these_controls(app, two_runs):
    assert controls(app("confusion_matrix", two_runs, run="first", second="second")).keys() == {
        "matrix_view", "matrix_cells", "matrix_diagonal",
    }  # fmt: skip
    assert controls(app("mistakes", two_runs)).keys() == {"mistakes_order", "mistakes_size"}


def test_a_choice_that_is_none_is_dropped_with_a_note(app, two_runs):
    at = app("confusion_matrix", two_runs, run="first", matrix_cells="<b>")
    assert at.segmented_control(key="matrix_cells").value == "Counts"
    (note,) = (toast.value for toast in at.toast)
    assert note == r"The link’s value for “matrix\_cells” is not valid\: “\<b\>”\."
    assert "matrix_cells" not in at.query_params


def test_a_link_to_what_changed_shows_the_difference(app, two_runs):
    link = {"run": "first", "second": "second", "change": "fixed"}
    at = app("confusion_matrix", two_runs, **link)
    assert at.segmented_control(key="matrix_view").value == "Difference"
    at.segmented_control(key="matrix_view").set_value("This run").run()
    assert at.segmented_control(key="matrix_view").value == "This run"
    assert "change" not in at.query_params  # which no other matrix shows


@pytest.mark.parametrize(
    ("option", "name"),
    [("% of true", "of-true"), ("Side by side", "side-by-side"), (True, "on"), (200, "200")],
)
def test_options_have_short_names_in_an_address(option, name):
    assert slug(option) == name
