import getpass
import json

import numpy as np
import pytest

from pipeline.analysis import metrics
from pipeline.cli import options
from pipeline.errors import InklingError
from pipeline.store import guard, promotions
from pipeline.store.runs import RunMissing, Store
from tests.pipeline.cli.test_manage import inkling
from tests.pipeline.store.test_runs import results

ALL_WRONG = metrics.predictions_table(np.array([0, 1]), np.array([[0.1, 0.9], [0.6, 0.4]]))

BROKEN = "no class loses more than 1.5 points: “ä” loses 100.00 points (1 of 1 image)"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def test_a_run_is_promoted_listed_so_and_undone(store, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    old, new = (store.publish(*results(minute)) for minute in (1, 2))
    assert f"No run is promoted. Pages open with {new.id}." in inkling(store, "promote").output
    said = inkling(store, "promote", old.id, "--because", "It reads crossed 7s.").output
    assert said == f"{old.id} is the default run\n"
    listed = inkling(store, "runs").output
    assert f"{old.id}  (default)\n" in listed
    assert f"{new.id}\n" in listed
    rows = json.loads(inkling(store, "runs", "--json").output)
    assert [(row["id"], row["default"]) for row in rows] == [(new.id, False), (old.id, True)]
    history = inkling(store, "promote").output
    assert f"The default run is {old.id}\n" in history
    assert f"{old.id} by ada: It reads crossed 7s.\n" in history
    assert "No run is promoted any more" in inkling(store, "promote", "--undo").output
    assert "back to the newest run by ada\n" in inkling(store, "promote").output
    assert isinstance(inkling(store, "promote", "--undo").exception, InklingError)
    assert inkling(store, "promote", old.id, "--undo").exit_code == 2


def test_the_default_run_is_used_by_its_word_and_what_stands_in_for_it_is_said(store, capsys):
    old, new = (store.publish(*results(minute)) for minute in (1, 2))
    assert options.opened(store, "default").id == new.id
    assert f"No run has been promoted; using the newest, {new.id}." in capsys.readouterr().err
    inkling(store, "promote", old.id)
    assert options.opened(store, "default").id == old.id
    assert options.opened(store, "latest").id == new.id
    assert capsys.readouterr().err == ""
    store.delete(old)
    assert options.opened(store, "default").id == new.id
    assert f"The default run, {old.id}, is no longer here." in capsys.readouterr().err
    assert "is no longer here" in inkling(store, "runs").output


def test_nothing_but_the_default_run_is_deleted_as_such(store):
    old, new = (store.publish(*results(minute)) for minute in (1, 2))
    assert isinstance(inkling(store, "delete", "default", "--yes").exception, RunMissing)
    inkling(store, "promote", old.id)
    asked = inkling(store, "delete", "default", answer="n\n").output
    assert f"Delete {old.id}" in asked
    assert "It is the default run." in asked
    assert inkling(store, "delete", "default", "--yes").exit_code == 0
    assert [run.id for run in store.runs()] == [new.id]
    assert isinstance(inkling(store, "delete", "default", "--yes").exception, RunMissing)
    assert [run.id for run in store.runs()] == [new.id]


def test_a_store_without_runs_has_no_default(store):
    with pytest.raises(RunMissing):
        options.opened(store, "default")


def test_a_run_that_breaks_the_rule_needs_a_sentence(store):
    right, worse = store.publish(*results(1)), store.publish(*results(2, predictions=ALL_WRONG))
    inkling(store, "promote", right.id)
    assert "1.5" in inkling(store, "rule", "--most-lost", "1.5").output
    refused = inkling(store, "promote", worse.id)
    assert "✓ accuracy not significantly worse: 1 newly wrong" in refused.output
    assert f"✗ {BROKEN}" in refused.output
    assert "– held-back corrections better: none was held back" in refused.output
    assert "say in a sentence why" in str(refused.exception)
    assert store.open("default").id == right.id
    assert inkling(store, "promote", worse.id, "--because", "For the workshop.").exit_code == 0
    entry = promotions.read(store.folder).current
    assert (entry.run, entry.because) == (worse.id, "For the workshop.")
    assert entry.crossed == (BROKEN,)


def test_the_rule_is_shown_and_set_part_by_part(store):
    usual = "accuracy not significantly worse; no class loses more than 0.5 points; "
    assert inkling(store, "rule").output == f"{usual}held-back corrections better\n"
    inkling(store, "rule", "--no-accuracy", "--most-lost", "100")
    assert inkling(store, "rule").output == "held-back corrections better\n"
    assert "Any run" in inkling(store, "rule", "--no-corrections").output
    assert inkling(store, "rule", "--most-lost", "-1").exit_code == 2
    (store.folder / guard.RULE).write_text('{"most_lost": "much"}')
    assert "the usual promotion rule holds" in inkling(store, "rule").output
