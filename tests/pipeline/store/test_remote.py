"""A store in a bucket of a real S3 server, and machines that work on it with a copy each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.guard import Rule
from pipeline.errors import InklingError
from pipeline.store import audits, corrections, guard, promotions, reviews
from pipeline.store.remote import RemoteStore
from pipeline.store.run_folder import About, Run
from pipeline.store.runs import RunMissing, Store
from pipeline.store.shared import Shared
from tests import tally
from tests.buckets import Line
from tests.faults.test_disk_full import TOO_LONG, limited
from tests.faults.writers import DETECTOR, DRAWN, FEATURES, SIX, dataset
from tests.pipeline.store.test_changing_runs import ANATOMY, other_result, sheet
from tests.pipeline.store.test_runs import results

pytestmark = pytest.mark.process
NAMES = "0123456789"
Machine = Callable[[str], RemoteStore]


@pytest.fixture
def machine(bucket, tmp_path, monkeypatch) -> Machine:
    """Look at the store from a machine, which has a copy of its own: a callable."""

    def look(name: str) -> RemoteStore:
        with monkeypatch.context() as patch:
            patch.setenv("INKLING_CACHE", str(tmp_path / name))
            Shared.at(bucket)._seen.until = 0.0  # a second goes by
            store = Store.default(bucket)
        assert isinstance(store, RemoteStore)
        return store

    return look


def seen(run: Run) -> object:
    """Everything that is in a run."""
    features = run.features()
    return (
        run.id, run.about, len(run.predictions()), len(run.history()), run.graph_bytes(),
        run.model_path.read_bytes(), None if features is None else features.to_dict("list"),
        run.ood_detector() is not None, run.anatomy(), run.gradient_bytes(), run.corruption_sheet(),
        [one.dataset.name for one in run.evaluations()],
    )  # fmt: skip


def test_what_one_publishes_all_see_whole(machine):
    here, there = machine("here"), machine("there")
    assert there.runs() == []
    run = here.publish(*results(1, features=FEATURES, ood_detector=DETECTOR, about=About.of("A")))
    (found,) = machine("there").runs()
    assert [path.name for path in found.folder.iterdir()] == ["run.json"]  # the others wait
    assert found.graph_size == len(b"graph")
    assert sorted(path.name for path in found.folder.iterdir()) == ["model.tflite", "run.json"]
    assert seen(found) == seen(run)
    assert found.version == here.open("latest").version == there.open("latest").version
    assert not found.bundled
    assert found.checked() is found


def test_what_is_added_to_a_run_all_see(machine):
    run = machine("here").publish(*results(1, ood_detector=DETECTOR))
    before = machine("there").open("latest")
    assert before.features() is None
    run.add_features(FEATURES)
    run.add_anatomy(ANATOMY, b"graph")
    run.add_evaluation(other_result(run))
    run.add_corruption_sheet(sheet(run))
    run.add_ood_detector(DETECTOR)  # in place of the one that came with it
    run.describe(name="Ours", note="Look.")
    found, own = machine("there").open("Ours"), machine("here").open("latest")
    assert seen(found) == seen(own)
    assert found.features() is not None
    assert found.version not in ("", before.version)
    run.add_features(FEATURES * 2)
    doubled = machine("there").open("Ours").features()
    pd.testing.assert_frame_equal(doubled, FEATURES * 2)


def test_what_is_added_to_the_bundled_run_is_shared(machine, tmp_path, monkeypatch):
    place = Store(tmp_path / "elsewhere").publish(*results(30)).folder
    monkeypatch.setenv("INKLING_BUNDLED", str(place))
    (run,) = machine("here").runs()
    assert run.bundled
    before = seen(run)
    run.describe(name="The one that came along")
    run.add_features(FEATURES)
    (found,) = machine("there").runs()
    assert found.bundled
    assert found.about.name == "The one that came along"
    assert seen(found) == seen(machine("here").runs()[0]) != before
    with pytest.raises(InklingError, match="comes with Inkling"):
        machine("there").delete(found)


def test_what_is_deleted_is_gone_for_all(machine):
    here = machine("here")
    run, other = here.publish(*results(1)), here.publish(*results(2))
    there = machine("there")
    there.open(run.id).describe(name="Old")
    there.open(run.id).graph_bytes()
    there.delete(there.open(run.id))
    for store in (machine("here"), machine("there")):
        assert [one.id for one in store.runs()] == [other.id]
        assert not (store.folder / run.id).exists()
        with pytest.raises(RunMissing, match="already deleted"):
            store.delete(run)
    objects = here.shared.objects
    assert not [name for name in (*objects.list("index"), *objects.list("files")) if run.id in name]


def test_marks_and_corrections_of_several_people_come_together(machine):
    here, there = machine("here"), machine("there")
    reviews.add(here, "f", 1, "ambiguous")
    reviews.add(there, "f", 2, "ambiguous")
    assert reviews.add_all(here, "f", [1, 2, 3], "ambiguous") == [3]  # it has looked
    reviews.add(there, "f", 1, "ambiguous", undo=True)
    first = corrections.add(here, label="3", class_names=NAMES, drawing=DRAWN)
    second = corrections.add(there, label="4", class_names=NAMES, drawing=DRAWN)
    corrections.relabel(there, first.id, "5")
    corrections.take_back(here, second.id)
    for store in (machine("here"), machine("there")):
        assert reviews.read(store).tagged("f") == {2, 3}
        assert [kept.label for kept in corrections.read(store).standing] == ["5"]
    with pytest.raises(InklingError, match="already undone"):
        corrections.take_back(there, second.id)


def test_of_two_who_promote_at_once_one_is_told(machine, monkeypatch):
    here = machine("here")
    first, second, third = (here.publish(*results(minute)) for minute in (1, 2, 3))
    promotions.promote(here.folder, first, because="It is good.")
    there = machine("there")
    assert there.default_run().run.id == first.id
    look = promotions.read

    def read_slowly(folder: Path) -> promotions.Promotions:
        found = look(folder)
        if folder == there.folder:  # meanwhile, on the other machine
            monkeypatch.setattr(promotions, "read", look)
            promotions.promote(here.folder, second, because="Quicker.")
        return found

    monkeypatch.setattr(promotions, "read", read_slowly)
    with pytest.raises(InklingError, match="Somebody else changed the default run"):
        promotions.promote(there.folder, there.open(third.id), because="Slower.")
    with pytest.raises(InklingError, match=f"it is now {second.id}"):
        promotions.promote(there.folder, there.open(third.id), instead_of=first.id)
    for store in (machine("here"), machine("there")):
        assert store.default_run().run.id == second.id
        assert len(promotions.read(store.folder).history) == 2
    current = promotions.read(there.folder).current
    promotions.undo(there.folder, current.id)
    assert machine("here").default_run().run.id == first.id


def test_the_rule_and_audits_are_shared(machine):
    here = machine("here")
    guard.write(here.folder, Rule(accuracy=False))
    made = audits.publish(here, dataset(), results()[0].config, (3, 1), SIX)
    there = machine("there")
    assert guard.read(there.folder) == (Rule(accuracy=False), "")
    found = audits.read(there, "f")
    assert found.facts == made.facts
    assert np.array_equal(found.table("test"), made.table("test"))
    assert audits.read(there, "another") is None


def test_a_store_that_is_away_shows_what_was_fetched(machine, line: Line):
    here = machine("here")
    first, second = here.publish(*results(1)), here.publish(*results(2))
    there = machine("there")
    there.open(first.id).graph_bytes()
    line.cut()
    there = machine("there")
    assert [run.id for run in there.runs()] == [second.id, first.id]
    assert "cannot be reached" in there.note
    assert there.open(first.id).graph_bytes() == b"graph"
    for change in (
        lambda: there.open(second.id).graph_bytes(),
        lambda: reviews.add(there, "f", 1, "ambiguous"),
        lambda: promotions.promote(there.folder, there.open(first.id)),
        lambda: there.open(first.id).describe(name="A"),
        lambda: there.delete(there.open(first.id)),
        there.check_writable,
    ):
        with pytest.raises(InklingError, match="cannot be reached"):
            change()
    with pytest.raises(InklingError, match="cannot be reached"):
        machine("a third one")
    line.mend()
    there = machine("there")
    assert there.note == ""
    assert there.open(second.id).graph_bytes() == b"graph"
    assert reviews.read(there).standing == ()


def test_an_altered_object_is_noticed(machine):
    run = machine("here").publish(*results(1))
    machine("here").shared.objects.write(f"files/{run.id}/model.tflite", b"grapX")
    found = machine("there").open(run.id)
    with pytest.raises(InklingError, match=r"model\.tflite of run .* not as it was written"):
        found.graph_bytes()
    assert not (found.folder / "model.tflite").exists()
    assert "not as it was written" in found.checked().reason
    assert found.model_path.read_bytes() == b"model"


def test_a_full_disk_under_the_copy_costs_nothing(machine):
    run = machine("there").publish(*results(1, features=FEATURES))
    reviews.add(machine("there"), "f", 1, "ambiguous")
    for most in (0, 40, 1_000, 4_000):
        with tally.fault():
            with limited(most), pytest.raises(InklingError, match=TOO_LONG):
                seen(machine("here").publish(*results(2)))
            assert [one.id for one in machine("there").runs()] == [run.id]
    published = machine("here").publish(*results(2))
    for store in (machine("here"), machine("there")):
        assert [one.id for one in store.runs()] == [published.id, run.id]
        assert reviews.read(store).tagged("f") == {1}
        assert seen(store.open(run.id))


def test_names_of_objects_lead_nowhere_else(machine, tmp_path):
    here = machine("here")
    for name in ("../../up.json", ".jobs/x/request.json", "a/../../up.json", ".shared-store"):
        here.shared.objects.write(f"index/{name}", b"{}")
    machine("there")
    assert not list(tmp_path.rglob("up.json"))
    assert not list(tmp_path.rglob("request.json"))
    assert machine("there").where == here.where


def test_what_cannot_be_a_shared_store_is_said(line: Line, monkeypatch, tmp_path):
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path))
    for url, said in {
        "s3://no-such-bucket/team": "There is no s3://no-such-bucket/team at .*: its bucket",
        "s3://": "names no bucket",
        "nothing://bucket/team": "cannot be used as a store: Protocol not known",
        "gs://bucket/team": "cannot be opened: Please install gcsfs",
    }.items():
        with pytest.raises(InklingError, match=said):
            Store.default(url)


def test_a_url_of_a_folder_is_that_folder(tmp_path):
    run = Store(tmp_path / "models").publish(*results(1))
    assert Store.default(f"file://{tmp_path}/models").open("latest").folder == run.folder


def test_the_copy_stands_for_the_store(machine):
    """Jobs and pages are told the folder of the copy."""
    store = machine("here")
    found = Store.default(store.folder)
    assert isinstance(found, RemoteStore)
    assert (found.where, found.folder) == (store.where, store.folder)
    assert found.shared == Shared(store.where, store.folder)
