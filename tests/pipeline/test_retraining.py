"""Teaching a network, from corrections in a store to a run that says what it was taught."""

import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline import evaluation, retraining
from pipeline.cli.main import app
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.export.trackers import tracker
from pipeline.export.trackers.choice import TrackerName, Tracking
from pipeline.ink.drawing import Drawing
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Retraining
from pipeline.retraining import retrain
from pipeline.store import corrections, interrupted, reviews, teaching
from pipeline.store.run_info import Added
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training import handwriting, networks
from pipeline.training.resuming import Continuation
from pipeline.training.teaching import TeachingSet
from tests.pipeline.export.trackers.conftest import Listener
from tests.pipeline.jobs.test_killed import doomed

pytestmark = pytest.mark.process


@pytest.fixture
def store(tiny_store, tmp_path) -> Store:
    """A store with a run, and corrections of thirty digits that it was not trained on."""
    shutil.copytree(tiny_store.folder, tmp_path / "models")
    return Store(tmp_path / "models")


@pytest.fixture
def corrected(store, digits) -> Store:
    """The same with thirty corrections: sevens upside down, which people call twos."""
    sevens = digits.x_train[digits.y_train == 7][:30]
    for image in sevens:
        corrections.add(
            store,
            label="2",
            class_names=digits.class_names,
            drawing=Drawing(np.ascontiguousarray(image[::-1, :, 0])),
        )
    return store


def test_a_network_learns_what_it_is_taught_and_the_old_run_stays(corrected, digits, monkeypatch):
    before = corrected.open("latest")
    files = {path: path.read_bytes() for path in before.folder.iterdir() if path.is_file()}
    learned_from = []
    fit = training.fit

    def watched(*given, **more):
        learned_from.append(more["extra"])
        return fit(*given, **more)

    monkeypatch.setattr(training, "fit", watched)
    after = retrain(before, corrected)
    assert {path: path.read_bytes() for path in files} == files
    taught, info = after.taught(), after.info.retrained
    kept = taught.lessons.held_back
    assert 0 < kept.sum() < len(kept) == 30
    # What is held back is not among what it learned from.
    (extra,) = learned_from
    held = {image.tobytes() for image in taught.lessons.images[kept]}
    assert len(extra.images) == (~kept).sum()
    assert held.isdisjoint(image.tobytes() for image in extra.images)
    assert (info.run, info.taught, info.held_back) == (before.id, (~kept).sum(), kept.sum())
    assert info.images > 0
    assert info.share == pytest.approx(retraining.SHARE, abs=0.02)
    assert after.info.corrections == {"2": info.taught}
    assert after.info.never_learned_held_back
    assert after.info.config.network == before.info.config.network
    assert len(after.history()) == retraining.EPOCHS
    assert after.features() is not None
    proof = teaching.proof_of(after, before)
    assert proof.held_back.after > proof.held_back.before
    assert proof.images == len(digits.y_test)


def test_trackers_are_told_of_it_and_get_the_whole_run(corrected):
    listener = Listener()
    after = retrain(corrected.open("latest"), corrected, track=[listener])
    begun, *epochs, handed = listener.told
    assert begun == ("begin", tracker.key_of(after), False, 0)
    assert epochs == [("epoch", number + 1) for number in range(retraining.EPOCHS)]
    assert handed == ("record", after.id)


def test_corrections_keep_their_share_beside_allographs(digits, monkeypatch):
    monkeypatch.setattr(training, "fit", lambda *given, extra, continued: extra)
    config = TrainConfig(dataset="digits", allographs=0.2)
    some = np.zeros(20, np.int64)
    lessons = TeachingSet(("",) * 20, digits.x_train[:20], some, some > 0, some)
    extra = retraining.teach(networks.build("pixels", (28, 28, 1), 10), config, digits, lessons)
    drawn = handwriting.written(digits, 0.2, seed=0)
    shown = len(digits.y_train) + drawn.shown + extra.shown
    assert extra.shown / shown == pytest.approx(retraining.SHARE, abs=0.01)


@pytest.mark.parametrize(
    ("fault", "pattern", "saved"),
    [
        ("killed", r"os.rename /\.\d{8}-.*", False),  # its run is written, and not yet to be seen
        ("full", r"open /[^.].*/\.features\..*", True),  # what takes longer is added to its run
    ],
)
def test_one_that_breaks_off_leaves_nothing_or_a_whole_run(
    corrected, digits, fault, pattern, saved
):
    before = corrected.open("latest")
    job = doomed(corrected, Retraining(before.id), fault, pattern, 1)
    status = job.status()
    assert status.state == "failed"
    left = [run for run in corrected.runs() if run.info.retrained]
    assert [run.id for run in left] == ([status.run_id] if saved else []), status.message
    assert interrupted.list_interrupted(corrected) == []
    for run in left:
        assert teaching.proof_of(run, before).held_back.total > 0
        evaluation.complete(run, digits)
        assert run.features() is not None
    assert corrected.default_run().run == before


def test_the_command_says_what_it_learned(corrected):
    done = CliRunner().invoke(app, ["retrain", "latest", "--models", str(corrected.folder)])
    assert done.exit_code == 0, done.output
    newest, oldest = corrected.runs()
    assert f"{newest.id}, taught from {oldest.id}" in done.stdout
    assert teaching.proof_of(newest, oldest).said in done.stdout


def test_it_waits_in_the_queue_if_asked_to(corrected, children, tmp_path):
    command = ["retrain", "latest", "--seed", "3", "--queue", "--track", "tensorboard"]
    places = ["--tensorboard-dir", str(tmp_path / "logs"), "--models", str(corrected.folder)]
    done = CliRunner().invoke(app, [*command, *places])
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(" is started\n")
    tracking = Tracking((TrackerName.TENSORBOARD,), tensorboard_dir=str(tmp_path / "logs"))
    (job,) = list_jobs(corrected)
    assert job.request == Retraining(corrected.open("latest").id, 3, tracking)
    assert len(children) == len(corrected.runs()) == 1


def test_what_cannot_be_taught_is_not_queued(store, children):
    done = CliRunner().invoke(app, ["retrain", "latest", "--queue", "--models", str(store.folder)])
    assert "No corrections fit" in str(done.exception)
    assert list_jobs(store) == []


def test_test_images_that_were_taught_are_left_out_of_the_proof(store, digits):
    wrong = [at for at in range(40) if not teaching.is_held_back(digits.x_test[at])][:3]
    for index in wrong:
        reviews.add(store, digits.fingerprint, index, reviews.WRONG_LABEL, should_be="3")
    before = store.open("latest")
    after = retrain(before, store)
    assert after.info.retrained.test_images == tuple(wrong)
    assert after.info.saw_test_images is None  # so nobody says it had never seen any of them
    proof = teaching.proof_of(after, before)
    assert (proof.left_out, proof.images) == (3, len(digits.y_test) - 3)
    assert set(wrong).isdisjoint(proof.fixed + proof.broken)


def test_without_corrections_nothing_is_made(store):
    with pytest.raises(InklingError, match="No corrections fit"):
        retrain(store.open("latest"), store)
    assert len(store.runs()) == 1


def test_a_network_from_elsewhere_is_not_taught(corrected):
    run = corrected.open("latest")
    added = Added(file="m.keras", dataset="digits", ends_in="softmax", takes="0 to 1", found=())
    info = run.info.model_copy(update={"config": None, "added": added})
    other = type(run)(run.folder, info)
    with pytest.raises(InklingError, match=r"“m\.keras” was trained elsewhere"):
        retrain(other, corrected)


def test_a_network_is_taught_as_it_is_even_if_it_would_be_built_differently_now(tiny_run, digits):
    config = retraining.settings(tiny_run, 0).model_copy(update={"epochs": 1})
    as_once = networks.build("perceptron", digits.image_shape, 10)
    assert config.network != "perceptron"
    taught = training.fit(config, digits, continued=Continuation(as_once, 256)).model
    assert [one.name for one in taught.layers] == [one.name for one in as_once.layers]
