"""Workers of a training on Ray: where they begin, what they tell, and that any can be lost."""

import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.errors import InklingError
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training import on_ray
from pipeline.training.distributed import Start, Told
from pipeline.training.hardware import Hardware
from pipeline.training.on_ray import ATTEMPTS, Desk, News, give_up
from tests import tally

SEED = 17
PATIENCE = 500  # seconds; only what fails takes so long

# A training in float32 in a process of its own, with a Ray of its own, whose cores are as many as
# its workers: a test's own Ray has two.
TRAINING = """
import pickle, sys
from pathlib import Path
from pipeline import cluster
from pipeline.data.datasets import open_dataset
from pipeline.training.on_ray import OnRay
from pipeline.training import fit as training
from pipeline.training.hardware import Hardware

class InFloat32(OnRay):
    def hardware(self, *, convolutional):
        return Hardware(devices=("CPU",) * workers, precision="float32", workers=workers)

place, workers = Path(sys.argv[1]), int(sys.argv[2])
config = pickle.loads(place.read_bytes())
with cluster.connected(cores=workers, object_store=300_000_000):
    trained = training.fit(config, open_dataset(config.dataset), loop=InFloat32(workers))
place.write_bytes(pickle.dumps((trained.history, trained.model.get_weights())))
"""


class TestDesk:
    def test_workers_begin_after_the_newest_epoch(self):
        desk, first = Desk(Start(2, [np.zeros(1)], [], "float32")), [np.ones(1)]
        assert desk.begin(0).epoch == 2
        desk.tell(Told(2, 5))
        desk.tell(Told(2, 9, first, first, {"loss": 1.0}))
        again = desk.begin(0)
        assert (again.epoch, again.variables, again.precision) == (3, first, "float32")
        assert [one.step for one in desk.news().told] == [5, 9]
        assert desk.news().told == []

    def test_what_a_lost_worker_told_late_is_passed_over(self):
        desk, end = Desk(Start(0, [], [], "float32")), Told(0, 9, [], [], {"loss": 1.0})
        desk.tell(end)
        desk.tell(end)
        assert len(desk.news().told) == 1
        assert desk.begin(0).epoch == 1

    def test_attempts_are_counted_anew_in_each_epoch(self):
        desk = Desk(Start(0, [], [], "float32"))
        for rank in (0, 1, 0, 1):
            desk.begin(rank)
        assert desk.news().attempts == 2
        desk.tell(Told(0, 1, [], [], {"loss": 1.0}))
        assert desk.news().attempts == 1


class TestGivingUp:
    def test_what_a_worker_says_is_raised(self):
        fault = InklingError("The worker has Inkling 1.")
        with pytest.raises(InklingError, match="has Inkling 1"):
            give_up(News([], 1, fault), "")

    def test_workers_that_are_lost_again_and_again_say_what_to_do(self):
        give_up(News([], ATTEMPTS, None), "")
        with pytest.raises(InklingError, match=r"lost 5 times in the same epoch.*--resume"):
            give_up(News([], ATTEMPTS + 1, None), "")

    def test_ray_that_ends_early_is_a_sentence(self):
        with pytest.raises(InklingError, match=r"could not go on: no such node\..*--resume"):
            give_up(News([], 1, None), "no such node")


def test_workers_get_the_training_part_alone(digits):
    part = on_ray._training_part(digits)
    assert part.counts == {"train": len(digits.y_train), "valid": 0, "test": 0}
    assert type(part.x_train) is np.ndarray  # what Ray shares without a copy


@pytest.mark.cluster
@pytest.mark.process
def test_four_workers_learn_what_one_process_does(tmp_path):
    config = TrainConfig(
        dataset="digits", network="cnn", epochs=2, batch_size=100, learning_rate=1e-4,
        augmentation=0.5,
    ).resolved(1077)  # fmt: skip
    place = tmp_path / "four.pkl"
    place.write_bytes(pickle.dumps(config))
    subprocess.run([sys.executable, "-c", TRAINING, str(place), "4"], check=True)
    history, weights = pickle.loads(place.read_bytes())

    class InFloat32(training.InThisProcess):
        def hardware(self, *, convolutional):
            return Hardware(devices=("CPU",), precision="float32")

    alone = training.fit(config, open_dataset("digits"), loop=InFloat32())
    for column in ("loss", "val_loss"):
        assert history[column].tolist() == pytest.approx(alone.history[column].tolist(), rel=1e-4)
    for wanted, got in zip(alone.model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-3)


@pytest.mark.cluster
@pytest.mark.process
def test_a_worker_with_another_version_ends_it_with_a_sentence(tmp_path):
    place = tmp_path / "config.pkl"
    place.write_bytes(pickle.dumps(TrainConfig(dataset="digits", epochs=1).resolved(1077)))
    older = "from pipeline import cluster\ncluster.versions = lambda: {'Inkling': '0.0.1'}\n"
    done = subprocess.run(
        [sys.executable, "-c", older + TRAINING, str(place), "2"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "InklingError: The worker" in done.stderr
    assert "instead of 0.0.1" in done.stderr
    assert "Install the same version of Inkling on every machine" in done.stderr


@pytest.mark.cluster
@pytest.mark.process
def test_workers_killed_at_ten_random_moments_cost_no_result(tmp_path):
    """And one that is then stopped goes on in this process: in one command, to the same end."""
    settings = ["--dataset", "digits", "--network", "shallow", "--epochs", "30", "--no-film"]
    store, moments = Store(tmp_path / "models"), random.Random(SEED)
    with (tmp_path / "log.txt").open("w") as log:
        started = begun("train", *settings, "--workers", "2", store=store, log=log)
        killed = 0
        while killed < 10 and started.poll() is None:
            victims = workers_of(started.pid)
            if len(victims) == 2:
                time.sleep(moments.uniform(0, 8))
                killed += kill(moments.choice(victims))
            time.sleep(0.1)
        assert store.runs() == []  # nothing is half published
        assert started.wait(PATIENCE) == 0
    assert killed == 10
    tally.count(tally.FAULTS, killed)
    (run,) = store.runs()
    assert run.info.status == "finished"
    assert len(run.history()) == 30
    other = Store(tmp_path / "alone")
    assert begun("train", *settings, store=other).wait(PATIENCE) == 0
    columns = [name for name in run.predictions() if name.startswith("probability")]
    wanted = other.open("latest").predictions()[columns].to_numpy()
    np.testing.assert_allclose(run.predictions()[columns].to_numpy(), wanted, atol=5e-3)


@pytest.mark.cluster
@pytest.mark.process
def test_a_training_that_is_stopped_goes_on_with_another_number_of_workers(tmp_path):
    settings = ["--dataset", "digits", "--network", "shallow", "--epochs", "40"]
    store, said = Store(tmp_path / "models"), tmp_path / "log.txt"
    with said.open("w") as log:
        started = begun("train", *settings, "--workers", "2", store=store, log=log)
        wait_until(lambda: "epoch 2 of 40" in said.read_text())
        os.kill(started.pid, signal.SIGINT)
        assert started.wait(PATIENCE) == 0
    assert store.open("latest").info.status == "stopped"
    assert begun("train", "--resume", store=store).wait(PATIENCE) == 0
    resumed = store.open("latest")
    assert resumed.info.status == "finished"
    assert len(resumed.history()) == 40


def begun(*command: str, store: Store, log=None) -> "subprocess.Popen[bytes]":
    """Start a command, in a session of its own, so that a Ctrl-C is its own."""
    whole = [sys.executable, "-m", "pipeline.cli", *command, "--models", str(store.folder)]
    return subprocess.Popen(whole, stdout=log, stderr=log, start_new_session=True)


def workers_of(pid: int) -> list[int]:
    """Return the processes of Ray Train's workers among a process's descendants."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status, title = (folder / "stat").read_text(), (folder / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1]), title

    def descends(one: int) -> bool:
        while one in parents and one != pid:
            one = parents[one][0]
        return one == pid

    return [
        one for one, (_, title) in parents.items() if "RayTrainWorker" in title and descends(one)
    ]


def kill(pid: int) -> bool:
    """Kill a process; return whether it was still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def wait_until(reached) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)
