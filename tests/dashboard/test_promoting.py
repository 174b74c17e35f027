"""The default run on pages: what they open with, promoting another one, and going back."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.access import READ_ONLY
from pipeline.store import promotions
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_compare_page import SECOND, another
from tests.dashboard.test_pages import text
from tests.dashboard.test_run_editor import button


@pytest.fixture
def store(tiny_run: Run, tmp_path: Path) -> Store:
    """A store with the tiny run, and a newer one that is wrong on twelve images more."""
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    another(tiny_run, store.folder / SECOND, fixed=0, broken=12)
    return store


def promote(store: Store, run_id: str, **facts) -> None:
    promotions.promote(store.folder, store.open(run_id), **facts)


def chosen(at: AppTest) -> str:
    run_id = at.query_params["run"]
    return run_id if isinstance(run_id, str) else run_id[0]


def test_pages_open_with_the_default_run_else_with_the_newest(app, store, tiny_run: Run):
    assert chosen(app("overview", store)) == SECOND
    promote(store, tiny_run.id)
    at = app("overview", store)
    assert chosen(at) == tiny_run.id
    assert not at.toast
    picker = at.selectbox(key="run_picker")
    assert [option.endswith(" · default") for option in picker.options] == [False, True]
    assert "The default run, promoted" in text(at)
    assert "The default run" not in text(app("overview", store, run=SECOND))
    at = app("overview", store, run="gone")
    assert at.toast[0].value == r"There is no run “gone” here; showing the default one\."
    assert chosen(at) == tiny_run.id


def test_where_the_default_run_was_deleted_by_hand_the_newest_opens_with_a_word(
    app, store, tiny_run: Run
):
    promote(store, tiny_run.id)
    shutil.rmtree(store.folder / tiny_run.id)
    at = app("compare", store)
    assert chosen(at) == SECOND
    assert "is no longer here" in at.toast[0].value
    assert "is no longer here" in text(at)
    assert not at.error


def test_a_pointer_that_cannot_be_read_takes_no_page_down(app, store):
    (store.folder / promotions.POINTER).write_text("{")
    at = app("compare", store)
    assert "cannot be read" in text(at)
    button(at, "Promote…").click().run()
    button(at, "Promote").click().run()
    button(at, "Promote…").click().run()
    assert "Mend it, or move it away" in at.error[0].value


def test_a_run_is_promoted_from_compare_and_that_is_undone(app, store, tiny_run: Run):
    at = app("compare", store, run=tiny_run.id)
    assert "No run is promoted. Pages open with **" in text(at)
    assert not [one for one in at.button if one.label == "History…"]
    button(at, "Promote…").click().run()
    at.text_input(key="promotion_reason").set_value("It reads *my* 7s.")
    button(at, "Promote").click().run()
    assert at.toast[-1].value.endswith("is the default run.")
    assert store.open("default").id == tiny_run.id
    at = app("compare", store, run=tiny_run.id)
    assert r": “It reads \*my\* 7s\.”" in text(at)
    assert "Promote…" not in [one.label for one in at.button]
    button(at, "History…").click().run()
    (row,) = at.dataframe[-1].value.to_dict("records")
    assert row["What"].startswith("Promoted ")
    assert row["Why"] == "It reads *my* 7s."
    button(at, "Go back to the newest run").click().run()
    assert promotions.read(store.folder).current is None
    assert "No run is promoted" in text(app("compare", store))


def test_a_run_that_breaks_the_rule_is_promoted_with_a_sentence_only(app, store, tiny_run: Run):
    promote(store, tiny_run.id)
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    button(at, "Promote…").click().run()
    said = text(at)
    assert "✗ Not met: **accuracy not significantly worse**: 12 newly wrong" in said
    assert "– Not measured: **held\\-back corrections better**: none" in said
    button(at, "Promote").click().run()
    button(at, "Promote…").click().run()
    assert "say in a sentence why" in at.error[0].value
    assert store.open("default").id == tiny_run.id
    at.text_input(key="promotion_reason").set_value("For the workshop.")
    button(at, "Promote").click().run()
    current = promotions.read(store.folder).current
    assert (current.run, current.because, len(current.crossed)) == (SECOND, "For the workshop.", 2)


def test_of_two_people_the_slower_one_is_told(app, store, tiny_run: Run):
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    button(at, "Promote…").click().run()
    promote(store, SECOND, by="Ada")
    button(at, "Promote").click().run()
    at.switch_page("app_pages/compare.py").run()
    button(at, "Promote…").click().run()
    assert "somebody else changed the default run" in at.error[0].value
    assert store.open("default").id == SECOND


def test_deleting_the_default_run_says_what_that_means(app, store, tiny_run: Run):
    promote(store, tiny_run.id)
    at = app("overview", store)
    button(at, "Delete this run…").click().run()
    assert "It is the default run: pages will open with the newest one instead." in text(at)


def test_a_read_only_dashboard_opens_with_the_default_run_and_offers_nothing(
    app, store, tiny_run: Run, monkeypatch
):
    promote(store, tiny_run.id, because="Private words.")
    monkeypatch.setenv(READ_ONLY, "1")
    for name in ("overview", "compare"):
        at = app(name, store)
        assert chosen(at) == tiny_run.id
        assert "Private words" not in text(at)
        assert not {"Promote…", "History…"} & {one.label for one in at.button}


def decide_page() -> None:
    """What a page with a proof ends with; the second run was trained from the first."""
    from dashboard import loaders
    from dashboard.widgets import promoting

    after, *before = loaders.runs()
    if before:
        promoting.decide(after, before[0])


@pytest.fixture
def decide(store, monkeypatch) -> AppTest:
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    return AppTest.from_function(decide_page, default_timeout=30).run()


def test_a_run_is_judged_against_the_one_it_was_trained_from(decide, store):
    button(decide, "Promote…").click().run()
    assert "✗ Not met: **accuracy not significantly worse**: 12 newly wrong" in text(decide)
    decide.text_input(key="promotion_reason").set_value("It reads my 7s.")
    button(decide, "Promote").click().run()
    assert store.open("default").id == SECOND
    assert not {"Promote…", "Discard…"} & {one.label for one in decide.button}
    assert "The default run, promoted" in text(decide)


def test_a_discarded_run_leaves_all_as_it_was(decide, store, tiny_run: Run):
    promote(store, tiny_run.id)
    before = promotions.read(store.folder)
    button(decide, "Discard…").click().run()
    assert "Marks and corrections stay" in text(decide)
    button(decide, "Delete").click().run()
    assert [run.id for run in store.runs()] == [tiny_run.id]
    assert promotions.read(store.folder) == before
    assert chosen(decide) == tiny_run.id
