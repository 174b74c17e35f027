"""The default run: one pointer, its history, and what may happen to both."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import atomic
from pipeline.access import READ_ONLY
from pipeline.analysis.guard import Rule
from pipeline.errors import InklingError
from pipeline.store import guard, promotions
from pipeline.store.promotions import POINTER
from pipeline.store.run_folder import Run
from pipeline.store.run_info import Retrained
from pipeline.store.runs import RunMissing, Store
from tests.pipeline.store.test_runs import results


@pytest.fixture
def three(store) -> list[Run]:
    """Three runs, oldest first."""
    return [store.publish(*results(minute)) for minute in (1, 2, 3)]


def pointer(store: Store) -> Path:
    return store.folder / POINTER


def promote(store: Store, run: Run, **facts):
    return promotions.promote(store.folder, run, **facts)


def test_without_a_promotion_the_newest_run_is_the_one_to_begin_with(store, three):
    run, promotion, note = store.default_run()
    assert (run.id, promotion, note) == (three[2].id, None, "")
    with pytest.raises(RunMissing, match="inkling promote"):
        store.open("default")


def test_a_retrained_run_replaces_nothing_until_it_is_promoted(store, three):
    lesson = Retrained(run=three[0].id, taught=8, held_back=2, share=0.5, images=16)
    taught = store.publish(*results(4, retrained=lesson))
    assert store.open("latest").id == taught.id
    assert store.default_run().run.id == three[2].id
    promote(store, taught)
    assert store.default_run().run.id == taught.id


def test_the_default_run_and_the_newest_are_two_things(store, three):
    promote(store, three[0], because="  It reads\ncrossed 7s. ", by="Ada")
    assert store.open("default").id == three[0].id
    assert store.open("latest").id == three[2].id
    run, promotion, note = store.default_run()
    assert (run.id, note) == (three[0].id, "")
    assert (promotion.by, promotion.because) == ("Ada", "It reads crossed 7s.")
    assert abs(datetime.now(UTC) - promotion.time) < timedelta(minutes=5)
    assert json.loads(pointer(store).read_text())["run"] == three[0].id


def test_undo_goes_back_one_by_one_and_nothing_is_forgotten(store, three):
    for run in three[:2]:
        promote(store, run)
    for former in (three[0].id, ""):
        current = promotions.read(store.folder).current
        assert promotions.undo(store.folder, current.id, by="Bo", because="worse").run == former
    assert store.default_run().promotion is None
    again = promote(store, three[0])
    found = promotions.read(store.folder)
    assert found.standing == (again,)
    told = [(entry.run, bool(entry.undoes), entry.by) for entry in found.history]
    first, second, _ = (run.id for run in three)
    assert told == [
        (first, False, ""), (second, False, ""), (first, True, "Bo"), ("", True, "Bo"),
        (first, False, ""),
    ]  # fmt: skip


def test_a_click_on_what_others_have_undone_changes_nothing(store, three):
    first, second = (promote(store, run) for run in three[:2])
    promotions.undo(store.folder, second.id)
    for gone in (second.id, "", "no such promotion"):
        with pytest.raises(InklingError, match="meanwhile"):
            promotions.undo(store.folder, gone)
    assert promotions.read(store.folder).current == first


def test_a_clock_set_back_changes_no_order(store, three, monkeypatch):
    class Yesterday(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime(2020, 1, 1, tzinfo=zone)

    promote(store, three[0])
    monkeypatch.setattr(promotions, "datetime", Yesterday)
    last = promote(store, three[1])
    assert last.time.year == 2020
    assert promotions.read(store.folder).current == last


def test_two_promotions_in_the_same_instant_are_both_told_and_one_stands(store, three):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda run: promote(store, run), three[:2]))
    found = promotions.read(store.folder)
    assert {entry.run for entry in found.history} == {run.id for run in three[:2]}
    assert found.current == found.history[1]


def test_of_two_who_saw_the_same_default_only_one_replaces_it(store, three):
    promote(store, three[0])

    def try_it(run: Run) -> str:
        try:
            return promote(store, run, instead_of=three[0].id).run
        except InklingError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(try_it, three[1:]))
    current = promotions.read(store.folder).current.run
    assert current in said
    (refused,) = (one for one in said if one != current)
    assert f"it is now {current}" in refused
    assert len(promotions.read(store.folder).history) == 2


def test_what_is_not_promoted(store, three):
    promote(store, three[0])
    before = pointer(store).read_bytes()
    store.delete(three[1])
    for run, facts, said in (
        (three[0], {}, "already"),
        (three[1], {}, "was deleted meanwhile"),
        (three[2], {"because": "x" * 501}, "up to 500 characters; this has 501"),
        (three[2], {"crossed": ("one class loses 2 points",)}, "one class loses 2 points"),
        (three[2], {"crossed": ("worse",), "because": " \n"}, "say in a sentence why"),
        (three[2], {"instead_of": ""}, "somebody else"),
    ):
        with pytest.raises(InklingError, match=said):
            promote(store, run, **facts)
        assert pointer(store).read_bytes() == before
    crossed = promote(store, three[2], crossed=("worse",), because="It reads 7s.")
    assert promotions.read(store.folder).current == crossed
    assert crossed.crossed == ("worse",)


def test_where_the_promoted_run_is_gone_the_newest_takes_its_place(store, three):
    promote(store, three[0])
    store.delete(three[0])
    run, promotion, note = store.default_run()
    assert (run.id, promotion) == (three[2].id, None)
    assert note == (
        f"The default run, {three[0].id}, is no longer here. The newest run, {three[2].id}, takes "
        "its place."
    )
    with pytest.raises(RunMissing, match="no longer here"):
        store.find("default")


def test_a_promoted_run_that_is_damaged_is_said_to_be(store, three):
    promote(store, three[0])
    (three[0].folder / "model.tflite").unlink()
    run, promotion, note = store.default_run()
    assert (run.id, promotion) == (three[2].id, None)
    assert "is damaged" in note


def test_a_store_whose_only_run_is_gone_has_no_default(store):
    run = store.publish(*results())
    promote(store, run)
    store.delete(run)
    assert store.default_run().run is None
    assert store.default_run().note == f"The default run, {run.id}, is no longer here."


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"format": 1, "history": [{"run": 5}]}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"format": 2, "history": "who knows"}', "newer version"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_never_overwritten(store, three, held, said):
    pointer(store).write_text(held)
    run, promotion, note = store.default_run()
    assert (run.id, promotion) == (three[2].id, None)
    assert said in note
    with pytest.raises(InklingError, match=said):
        promote(store, three[0])
    assert pointer(store).read_text() == held


def test_what_later_versions_may_add_to_an_entry_is_no_fault(store, three):
    promote(store, three[0])
    raw = json.loads(pointer(store).read_text())
    raw["history"][0]["mood"] = "glad"
    pointer(store).write_text(json.dumps(raw))
    assert store.default_run().promotion.run == three[0].id


def test_a_disk_that_fills_up_leaves_the_default_run_as_it_was(store, three, monkeypatch):
    current = promote(store, three[0])
    before = sorted(path.name for path in store.folder.iterdir())

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(InklingError, match="disk is full"):
        promote(store, three[1])
    with pytest.raises(InklingError, match="disk is full"):
        promotions.undo(store.folder, current.id)
    assert promotions.read(store.folder).current == current
    assert sorted(path.name for path in store.folder.iterdir()) == before


def test_a_long_history_forgets_what_was_undone_and_not_what_is_in_effect(
    store, three, monkeypatch
):
    monkeypatch.setattr(promotions, "MOST_KEPT", 4)
    first = promote(store, three[0])
    for _ in range(4):
        last = promotions.undo(store.folder, promote(store, three[1]).id)
    found = promotions.read(store.folder)
    assert [found.history[0], found.history[-1]] == [first, last]
    assert len(found.history) == 4
    assert found.current == first
    ups = [promote(store, run) for run in (three[1], three[2], three[1], three[2])]
    assert promotions.read(store.folder).standing == tuple(ups)


def test_a_read_only_dashboard_promotes_and_undoes_nothing(store, three, monkeypatch):
    current = promote(store, three[0])
    monkeypatch.setenv(READ_ONLY, "1")
    with pytest.raises(InklingError, match="read-only"):
        promote(store, three[1])
    with pytest.raises(InklingError, match="read-only"):
        promotions.undo(store.folder, current.id)
    assert store.open("default").id == three[0].id


def test_the_rule_of_a_store_is_kept_and_judges_runs_on_the_same_images(store, three, monkeypatch):
    rule = Rule(most_lost=None, corrections=False)
    guard.write(store.folder, rule)
    assert guard.read(store.folder) == (rule, "")
    assert guard.judge(store.folder, None, three[0]) == []
    (check,) = guard.judge(store.folder, three[0], three[1])
    assert check.met
    dataset = three[0].info.dataset.model_copy(update={"fingerprint": "of other images"})
    other = store.publish(*results(9, dataset=dataset))
    (check,) = guard.judge(store.folder, three[0], other)
    assert check.met is False
    monkeypatch.setenv(READ_ONLY, "1")
    with pytest.raises(InklingError, match="read-only"):
        guard.write(store.folder, Rule())
    assert guard.read(store.folder)[0] == rule
