"""Presenter mode: every page as one answer with its picture, and a list of views."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import slides
from dashboard.slides import View
from dashboard.widgets.presenting import _ASKED as ASKED
from dashboard.widgets.presenting import _GOING as GOING
from pipeline import access
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import PAGES, text

# What changes something, or chooses what is shown. A component of Inkling's is none of them.
CONTROLS = (
    "button", "checkbox", "copy_button", "dataframe", "download_button", "expander",
    "file_uploader", "multiselect", "number_input", "page_link", "popover", "radio",
    "segmented_control", "select_slider", "selectbox", "slider", "table", "text_area",
    "text_input", "toggle",
)  # fmt: skip
MORE = {  # what else a page may be asked to show
    "confusion_matrix": [
        {"true": "3"}, {"true": "3", "predicted": "5"}, {"sample": "17"}, {"outcome": "wrong"},
        {"matrix_cells": "pictures"}, {"matrix_diagonal": "off"},
    ],
    "mistakes": [{"sample": "17"}, {"true": "3"}, {"mistakes_order": "highest-loss-first"}],
    "labels": [{"sample": "17"}, {"labels_shown": "marked"}],
    "data": [{"sample": "17"}, {"data_view": "map"}],
    "inside": [{"sample": "17", "other": "3"}],
    "draw": [{"sample": "17"}, {"draw_looks": "gradient"}],
    "scorecard": [{"passed": "10"}],
}  # fmt: skip


def asked(at: AppTest, name: str) -> str:
    """What the address asks for under a name."""
    value = at.query_params[name]
    return value if isinstance(value, str) else value[-1]


def controls(at: AppTest) -> list[str]:
    """Name the controls of a page."""
    return [kind for kind in CONTROLS for _ in at.get(kind)]


@pytest.mark.parametrize(
    ("name", "more"), [(name, more) for name in PAGES for more in ({}, *MORE.get(name, ()))]
)
def test_every_page_is_one_answer_without_controls(app, name, more):
    at = app(name, present="1", **more)
    assert [title.value for title in at.title] == [PAGES[name]]
    assert not at.error
    assert controls(at) == []
    assert not at.sidebar.children
    assert len(at.title) == 1
    assert text(at).count("##### ") == (name != "tour")  # whose steps have sentences of their own


def test_a_term_of_the_glossary_is_presented(app):
    at = app("glossary", present="1", term="softmax", lang="de")
    assert at.title[0].value == "Softmax"
    assert controls(at) == controls(app("glossary", present="1")) == []


def test_every_page_opens_where_there_is_no_run(app, tmp_path):
    for name in PAGES:
        at = app(name, Store(tmp_path / "none"), present="1")
        assert len(at.title) == 1
        assert controls(at) == []


def test_every_page_opens_where_nothing_may_change(app, monkeypatch):
    monkeypatch.setenv(access.READ_ONLY, "1")
    for name in PAGES.keys() - {"train", "corrections"}:
        at = app(name, present="1")
        assert at.title[0].value == PAGES[name]
        assert controls(at) == []


def test_where_images_are_missing_that_is_said(app, tiny_run: Run, tmp_path):
    from tests.dashboard.test_pages import changed_copy

    store = Store(tmp_path / "models")
    changed_copy(tiny_run, store, "elsewhere", fingerprint="0" * 64, name="fashion_mnist")
    for name in PAGES:
        at = app(name, store, present="1")
        assert controls(at) == []
        if name in ("mistakes", "labels"):
            assert "are not on this machine" in text(at)


def test_what_is_selected_is_the_answer(app, tiny_run: Run):
    table = tiny_run.predictions()
    mistakes = table[table["label"] != table["predicted"]]
    true, predicted = mistakes.groupby(["label", "predicted"]).size().idxmax()
    count = int(((table["label"] == true) & (table["predicted"] == predicted)).sum())
    at = app("confusion_matrix", present="1", true=str(true), predicted=str(predicted))
    assert f"##### **{count} of" in text(at)
    assert f"true\\: {true} · predicted\\: {predicted}" in text(at)


def test_two_runs_are_presented_side_by_side(app, tiny_run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "first")
    shutil.copytree(tiny_run.folder, store.folder / "second")
    two = {"run": "first", "second": "second", "present": "1"}
    for view in ("side-by-side", "difference"):
        at = app("confusion_matrix", store, matrix_view=view, **two)
        assert controls(at) == []
    assert "right and wrong on exactly the same images" in text(at)
    assert controls(app("compare", store, **two)) == []


def step(at: AppTest, to: int | str) -> AppTest:
    """Do what a key of the presenter asks for."""
    at.session_state[ASKED] = to
    at.run()
    assert not at.exception, at.exception
    return at


def test_pages_follow_one_another_as_in_the_list_of_pages(app):
    at = app("overview", present="1", true="3", sample="17")
    seen = []
    for number in range(1, len(PAGES) - 1):
        step(at, number)
        seen.append(at.title[0].value)
        assert asked(at, "present") == "1"
        assert asked(at, "true") == "3"
        assert "sample" not in at.query_params
    assert sorted(seen) == sorted(PAGES[name] for name in PAGES.keys() - {"train", "corrections"})
    assert seen[-1] == "Draw"


def test_a_page_that_was_asked_for_comes_whatever_the_former_one_reports(app):
    at = app("mistakes", present="1", true="3")
    at.session_state[GOING] = ("scorecard", {"present": ["1"]})
    at.run()
    assert at.title[0].value == "Scorecard"
    assert asked(at, "true") == "3"
    assert GOING not in at.session_state


def test_a_number_that_is_none_stays_on_the_page(app):
    at = app("mistakes", present="1")
    for to in (0, -1, 99, "nonsense"):
        step(at, to)
        assert at.title[0].value == "Mistakes"


@pytest.fixture
def views(tiny_run: Run) -> str:
    """A list of three views, the second of a run that is gone, the third of no page."""
    run = ("run", tiny_run.id)
    return slides.encode(
        [
            View("mistakes", (run, ("true", "3")), "<b>Threes</b>"),
            View("scorecard", (("run", "gone"),)),
            View("weather", (run,), "The weather"),
            View("data", (run, ("sample", "17"))),
        ]
    )


def test_a_list_is_gone_through_whatever_is_gone(app, views):
    at = app("overview", views=views)
    step(at, 1)
    assert at.title[0].value == r"\<b\>Threes\</b\>"
    assert asked(at, "true") == "3"
    assert asked(at, "view") == "1"
    step(at, 2)
    assert at.title[0].value == "Not there any more"
    assert "The run “gone” is no longer here" in text(at)
    assert controls(at) == []
    step(at, 3)
    assert at.title[0].value == "The weather"
    assert "There is no page “weather”" in text(at)
    step(at, 4)
    assert at.title[0].value == "Data"
    assert asked(at, "sample") == "17"
    assert "true" not in at.query_params


def test_previous_leads_back_from_what_a_click_has_opened(app, views):
    at = app("overview", views=views)
    step(at, 1)
    at.query_params["sample"] = "17"
    at.run()
    step(at, "back")
    assert "sample" not in at.query_params
    assert asked(at, "true") == "3"
    assert asked(at, "view") == "1"
    step(at, 1)  # the same page, where nothing is carried over
    assert asked(at, "views") == views


@pytest.mark.parametrize("view", ["0", "99", "-1", "x", "1.5", "٣"])
def test_a_view_of_no_number_shows_the_page(app, views, view):
    at = app("mistakes", views=views, view=view, present="1")
    assert len(at.title) == 1


def test_the_list_goes_along_to_other_pages(app, views, tiny_run):
    at = app("mistakes", views=views)
    at.switch_page("app_pages/scorecard.py").run()
    assert asked(at, "views") == views
    assert "view" not in at.query_params


def test_a_list_that_cannot_be_read_leaves_the_address(app):
    at = app("mistakes", views="nonsense")
    assert "views" not in at.query_params
    assert "cannot be read" in at.toast[0].value


def test_views_are_added_and_presented(app, tiny_run):
    at = app("mistakes", true="3")
    at.button(key="add_view").click().run()
    at.switch_page("app_pages/scorecard.py").run()
    at.button(key="add_view").click().run()
    found = slides.decode(asked(at, "views"))
    assert [view.page for view in found.views] == ["mistakes", "scorecard"]
    assert found.views[0].parameters == {"run": [tiny_run.id], "true": ["3"]}
    assert at.button(key="present").label == "Present 2 views"
    at.button(key="present").click().run()
    assert at.title[0].value == "Mistakes"
    assert asked(at, "present") == "1"
    assert asked(at, "view") == "1"


def test_the_list_is_put_in_order(app, views):
    at = app("overview", views=views)
    at.button(key="views").click().run()
    fields = [field for field in at.text_input if (field.key or "").startswith("view_title_")]
    assert [field.placeholder for field in fields] == [
        "Mistakes: true 3", "Scorecard", "weather", "Data: sample 17",
    ]  # fmt: skip
    at.text_input(key="view_title_1").set_value("Trust <it>").run()
    found = slides.decode(asked(at, "views")).views
    assert [view.title or view.page for view in found] == [
        "<b>Threes</b>", "Trust <it>", "The weather", "data",
    ]  # fmt: skip


def test_a_full_list_takes_no_more(app):
    full = slides.encode([View("mistakes", (("sample", str(at)),)) for at in range(slides.MOST)])
    at = app("mistakes", views=full)
    at.button(key="add_view").click().run()
    assert "at most 40 views" in at.toast[0].value
    assert asked(at, "views") == full


def test_it_speaks_the_language_of_the_address(app):
    at = app("mistakes", lang="de")
    assert at.button(key="present").label == "Präsentieren"
