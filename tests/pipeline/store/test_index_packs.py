"""What saves requests in a shared store, tried with a real S3 server: packs, folds, and news."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from pipeline.errors import InklingError
from pipeline.progress import Progress
from pipeline.store import index_packs, promotions, reviews, shared
from pipeline.store.objects import Objects
from pipeline.store.run_folder import INFO, Run
from pipeline.store.runs import Store
from pipeline.store.shared import Shared
from tests import tally
from tests.pipeline.store.test_refusals import FULL, Gate, full_after, gate
from tests.pipeline.store.test_remote import Machine, machine
from tests.pipeline.store.test_runs import results

__all__ = ["gate", "machine"]
pytestmark = pytest.mark.process


@pytest.fixture
def few(monkeypatch) -> int:
    """So many objects are many, for the moment."""
    monkeypatch.setattr(shared, "MANY", 5)
    return 5


def described(bucket: str, machine: Machine, count: int) -> list[str]:
    """Put descriptions of runs there as another version of Inkling does, which knows no packs."""
    run = machine("maker").publish(*results(0))
    content = (run.folder / INFO).read_text("utf-8")
    ids = [f"20260101-{number:06d}-d-pixels-aaaa" for number in range(count)]
    for run_id in ids:
        own = content.replace(run.id, run_id).encode()
        Objects(bucket).write(f"index/{run_id}/{INFO}", own)
    return [*ids, run.id]


def reads(gate: Gate, look: Callable[[], object]) -> int:
    """Count what is read while somebody looks."""
    before = len(gate.asked)
    look()
    asked = (one for one in gate.asked[before:] if one.startswith("GET"))
    return sum("list-type" not in one and not one.endswith("/changed") for one in asked)


def packed(bucket: str) -> list[str]:
    return sorted(Objects(bucket).list("index/.packs"))


def test_the_first_who_fetches_much_packs_it_for_the_next(gate, machine, bucket, few):
    ids = described(bucket, machine, 20)
    assert packed(bucket) == []
    assert reads(gate, lambda: machine("first")) == 21
    assert packed(bucket) == ["000000001"]
    assert reads(gate, lambda: machine("second")) == 1
    for name in ("first", "second"):
        assert sorted(run.id for run in machine(name).runs()) == sorted(ids)


def test_progress_of_a_first_look_is_told(machine, bucket, few, tmp_path, monkeypatch):
    described(bucket, machine, 20)
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "new"))
    told = list[Progress]()
    Store.default(bucket, told.append)
    assert [(one.stage, one.done, one.total) for one in told][:2] == [
        ("Reading", 0, 21), ("Reading", 5, 21),
    ]  # fmt: skip
    assert told[1].note == f"5 of 21 descriptions in {bucket}"
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "another"))
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "runs", "--json", "--models", bucket],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(json.loads(done.stdout)) == 21
    assert "Reading" not in done.stderr  # it is quick by now


def test_what_a_pack_has_counts_only_as_the_listing_has_it(machine, bucket, few):
    ids = described(bucket, machine, 10)
    first = machine("first")
    first.open(ids[0]).describe(name="Former")
    machine("packs it")
    deleted = first.open(ids[1])
    first.delete(deleted)
    first.open(ids[0]).describe(name="Latter")
    Objects(bucket).write(f"index/20270101-000000-d-pixels-bbbb/{INFO}", b"no run")
    found = machine("new").entries()
    assert len(found) == 11
    assert machine("new").open(ids[0]).about.name == "Latter"
    assert deleted.id not in {one.id for one in found}
    assert sum(not isinstance(one, Run) for one in found) == 1


@pytest.mark.parametrize("content", [b"", b"no pack", b"\x1f\x8b"])
def test_a_damaged_pack_costs_time_only(machine, bucket, few, content: bytes):
    ids = described(bucket, machine, 10)
    machine("first")
    Objects(bucket).write("index/.packs/000000009", content)
    assert len(machine("second").runs()) == len(ids)
    assert packed(bucket) == ["000000010"]  # and it is mended
    assert len(machine("third").runs()) == len(ids)


def test_publishers_pack_what_came_since(gate, machine, bucket, few):
    store = machine("publisher")
    for minute in range(12):
        store.publish(*results(minute))
    assert packed(bucket)
    assert reads(gate, lambda: machine("new")) <= 1 + few + 1
    assert len(machine("new").runs()) == 12


def test_a_pack_that_cannot_be_written_costs_nothing(gate, machine, bucket, few):
    ids = described(bucket, machine, 10)
    gate.refuses = lambda method, path: FULL if ".packs" in path and method == "PUT" else None
    assert len(machine("first").runs()) == len(ids)
    assert packed(bucket) == []
    gate.refuses = lambda method, path: FULL if method in ("POST", "DELETE") else None
    for name in ("second", "third"):  # what was there before cannot be deleted
        assert len(machine(name).runs()) == len(ids)


def test_who_reads_only_packs_nothing(machine, bucket, few, monkeypatch):
    described(bucket, machine, 10)
    monkeypatch.setattr("pipeline.access.may", lambda change: False)
    assert len(machine("reader").runs()) == 11
    assert packed(bucket) == []


def test_a_journal_stays_a_few_objects_and_loses_nothing(machine, bucket, few):
    here, there = machine("here"), machine("there")
    for index in range(0, 40, 2):
        reviews.add(here, "f", index, "ambiguous")
        reviews.add(there, "f", index + 1, "ambiguous")
    assert len(Objects(bucket).list("index/reviews.jsonl")) <= few + 2
    for name in ("here", "there", "new"):
        found = reviews.read(machine(name))
        assert found.tagged("f") == set(range(40))
        assert len(found.standing) == 40
    lines = (here.folder / "reviews.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 40


def test_a_fold_that_breaks_off_anywhere_loses_nothing_and_doubles_nothing(
    gate, machine, bucket, few
):
    for index in range(5):
        reviews.add(machine("here"), "f", index, "ambiguous")
    for attempt, broken in enumerate([
        full_after(2),  # the entry and the news are written, the fold is not
        lambda method, path: FULL if method in ("POST", "DELETE") else None,  # nothing is deleted
        lambda method, path: None,
    ]):  # fmt: skip
        with tally.fault():
            gate.refuses = broken
            reviews.add(machine("here"), "f", 5 + attempt, "ambiguous")
            gate.refuses = lambda *_: None
            for name in ("here", "there", f"new {attempt}"):
                found = reviews.read(machine(name))
                assert found.tagged("f") == set(range(6 + attempt))
                assert len(found.standing) == 6 + attempt
    assert len(Objects(bucket).list("index/reviews.jsonl")) == 1


def test_a_copy_that_was_damaged_is_not_folded(machine, bucket, few):
    here = machine("here")
    for index in range(5):
        reviews.add(here, "f", index, "ambiguous")
    (first, *_) = sorted((here.folder / ".entries" / "reviews.jsonl").iterdir())
    first.write_bytes(b"")
    reviews.add(here, "f", 5, "ambiguous")
    assert len(Objects(bucket).list("index/reviews.jsonl")) == 6
    assert reviews.read(machine("new")).tagged("f") == set(range(6))
    reviews.add(machine("new"), "f", 6, "ambiguous")  # whose copy is whole
    assert len(Objects(bucket).list("index/reviews.jsonl")) == 1
    assert reviews.read(machine("here")).tagged("f") == set(range(7))


def test_two_who_fold_at_once_lose_nothing(machine, bucket, few, monkeypatch):
    here, there = machine("here"), machine("there")
    for index in range(5):
        reviews.add(here, "f", index, "ambiguous")
    fold = Shared._fold

    def fold_slowly(self: Shared, journal: str) -> None:
        monkeypatch.setattr(Shared, "_fold", fold)
        reviews.add(there, "f", 100, "ambiguous")  # which folds, too
        fold(self, journal)  # with a listing that is old by now

    monkeypatch.setattr(Shared, "_fold", fold_slowly)
    reviews.add(here, "f", 5, "ambiguous")
    for name in ("here", "there", "new"):
        found = reviews.read(machine(name))
        assert found.tagged("f") == {*range(6), 100}
        assert len(found.standing) == 7


def test_versions_of_the_pointer_are_cleared_away(machine, bucket, few):
    here = machine("here")
    runs = [here.publish(*results(minute)) for minute in (1, 2)]
    for number in range(14):
        promotions.promote(here.folder, runs[number % 2])
    kept = sorted(Objects(bucket).list("index/default.json"))
    assert len(kept) <= 2 * few + 1
    assert kept[-1] == "000000014"
    assert len(promotions.read(machine("new").folder).history) == 14


def test_a_look_when_nothing_has_changed_is_one_request(gate, machine, bucket):
    here = machine("here")
    here.publish(*results(1))
    there = machine("there")
    before = len(gate.asked)
    machine("there")
    assert [asked.rpartition("/")[2] for asked in gate.asked[before:]] == ["changed"]
    here.publish(*results(2))
    assert len(machine("there").runs()) == 2
    run = there.runs()[0]
    there.delete(run)
    assert run.id not in {one.id for one in machine("here").runs()}


def test_what_another_process_here_publishes_is_seen_at_once(
    machine, bucket, tmp_path, monkeypatch
):
    """A page that waits for its job must not call the job's run deleted."""
    machine("here")
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "here"))
    monkeypatch.setattr(shared, "FRESH", 1e9)  # as if no time went by
    assert Store.default(bucket).runs() == []
    job = [sys.executable, "-m", "tests.pipeline.store.test_remote_killed", bucket]
    subprocess.run(job, check=True, stdout=subprocess.DEVNULL)
    assert len(Store.default(bucket).runs()) == 1


def test_a_change_of_somebody_killed_before_telling_is_seen_a_little_later(
    machine, bucket, monkeypatch
):
    ids = described(bucket, machine, 3)
    there = machine("there")
    Objects(bucket).delete([f"index/{ids[0]}/{INFO}"])  # and nobody says so
    assert len(machine("there").runs()) == len(ids)
    there.shared._seen.trusted_until = 0.0  # half a minute goes by
    assert len(machine("there").runs()) == len(ids) - 1


def test_contents_are_compared_with_stamps():
    assert index_packs._fits("run/run.json", "tag 3", b"abc")
    assert not index_packs._fits("run/run.json", "tag 4", b"abc")
    md5 = "900150983cd24fb0d6963f7d28e17f72"  # of "abc", as RFC 1321 has it
    for name in ("promotion-rule.json", ".additions/run/about.json"):
        assert index_packs._fits(name, f"{md5} 3", b"abc")
        assert not index_packs._fits(name, f"{md5} 3", b"abd")
        assert not index_packs._fits(name, "encrypted 3", b"abc")


def test_a_full_store_says_so_to_who_marks(gate, machine, bucket):
    here = machine("here")
    gate.refuses = full_after(0)
    with pytest.raises(InklingError, match="is full"):
        reviews.add(here, "f", 1, "ambiguous")
    gate.refuses = lambda *_: None
    assert reviews.read(machine("here")).standing == ()
