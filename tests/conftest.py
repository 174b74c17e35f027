"""What all tests share: a cache and a store of their own, and one tiny run."""

import json
import os
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

# Before NumPy is there: test files run side by side, and threads would wait for each other, busily.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

# Before anything reads them: no test touches the user's cache, store or terminal width.
CACHE = os.environ["INKLING_CACHE"] = tempfile.mkdtemp(prefix="inkling-test-cache-")
# Only tests of the bundled run see it: other stores hold what their test puts in.
os.environ["INKLING_BUNDLED"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "200"
# Workers of a parallel run inherit what is left of the environment.
REAL_DATA = os.environ.pop("INKLING_DATA", None) or os.environ.get("INKLING_REAL_DATA")
if REAL_DATA:
    os.environ["INKLING_REAL_DATA"] = REAL_DATA
# A Ray that tests start asks for a token of its own, so none is kept in the user's home.
os.environ["RAY_AUTH_MODE"], os.environ["RAY_AUTH_TOKEN"] = "token", secrets.token_hex(32)
for name in ("INKLING_MODELS", "INKLING_READ_ONLY", "RAY_ADDRESS"):
    os.environ.pop(name, None)

from pipeline import access
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, open_dataset
from pipeline.store import objects
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import made
from tests.buckets import CREDENTIALS, Line, Server
from tests.children import Child, stand_ins

pytest_plugins = ["tests.tally"]

# The same examples each time, however busy the machine is; `make hostile` tries many others.
settings.register_profile("quick", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile("quick")

# About how many seconds a test takes in a browser, or with processes and trainings of its own; and
# files that take far longer than that.
IN_A_BROWSER, WITH_PROCESSES = 4, 2
ATTACKS = {"hostile", "faults"}
LONG = {
    "test_first_minute.py": 90, "test_tour.py": 60, "test_killed.py": 60, "test_teaching.py": 40,
    "test_retraining.py": 40, "test_jobs.py": 40, "test_several_people.py": 40,
    "test_load.py": 600, "test_sweeping.py": 40, "test_distributed.py": 40,
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, and skip what needs MNIST where its files are not.

    So no worker of a parallel run is left with a long file while the others have nothing to do.
    What is in the folders of attacks is marked before tests are chosen by their marks.
    """
    for item in items:
        if ATTACKS & set(item.path.parts):
            item.add_marker("hostile")
    expected = Counter({item.path: LONG.get(item.path.name, 0) for item in items})
    for item in items:
        in_a_browser, has_processes = "browser" in item.path.parts, "process" in item.keywords
        expected[item.path] += IN_A_BROWSER * in_a_browser + WITH_PROCESSES * has_processes
    items.sort(key=lambda item: -expected[item.path])
    if REAL_DATA and (Path(REAL_DATA) / "mnist").is_dir():
        return
    skip = pytest.mark.skip(reason="set INKLING_DATA to the folder that holds mnist/")
    for item in items:
        if "mnist" in item.keywords:
            item.add_marker(skip)


def pytest_unconfigure() -> None:
    """Take the cache away that only these tests had."""
    shutil.rmtree(CACHE, ignore_errors=True)


@pytest.fixture(autouse=True)
def nobody_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page that another test opened in this process decide who asks."""
    monkeypatch.setattr(access, "_visitor", [])


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The smaller of the embedded datasets, so that tests are quick."""
    return open_dataset("digits")


@pytest.fixture(scope="session")
def few_digits(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> str:
    """A dataset's path: a few of the digits, for runs that must be complete but not know much."""
    path = tmp_path_factory.mktemp("few") / "few.npz"
    train, test = slice(250), slice(50)
    np.savez(
        path,
        x_train=digits.x_train[train],
        y_train=digits.y_train[train],
        x_test=digits.x_test[test],
        y_test=digits.y_test[test],
    )
    return str(path)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Make a folder for all workers of a parallel run, in the first that needs it: its path."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            make(shared)
    return shared


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Store:
    """A store with one quickly trained run that makes some mistakes; each worker has a copy."""

    def train(folder: Path) -> None:
        from pipeline.experiment import run_experiment

        config = TrainConfig(dataset="digits", network="lenet5", epochs=3)
        _without_hashes_of_tables(run_experiment(config, Store(folder)))

    store = Store(tmp_path_factory.mktemp("store") / "models")
    shutil.copytree(made_once(tmp_path_factory, "tiny", train), store.folder)
    return store


@pytest.fixture(scope="session")
def shapes_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on the made shapes, for all workers: to be copied, not to be changed."""

    def train(folder: Path) -> None:
        made.train(made.write(folder / "shapes"), Store(folder / "models"))

    folder = made_once(tmp_path_factory, "shapes-run", train)
    open_dataset(str(folder / "shapes"))  # each worker has a cache of its own
    return Store(folder / "models").open("latest")


def _without_hashes_of_tables(run: Run) -> None:
    """Keep the hashes of graphs only: tests change the other files to have some other result."""
    path = run.folder / "run.json"
    info = json.loads(path.read_text("utf-8"))
    kept = {name: known for name, known in info["hashes"].items() if name.endswith(".tflite")}
    path.write_text(json.dumps(info | {"hashes": kept}), "utf-8")


@pytest.fixture(scope="session")
def tiny_run(tiny_store: Store) -> Run:
    """The run in `tiny_store`."""
    return tiny_store.open("latest")


@pytest.fixture(scope="session")
def own_ray() -> Iterator[None]:
    """A Ray of two cores on this machine, that `cluster.connected()` finds; one for each worker."""
    from pipeline import cluster

    with cluster.connected(cores=2, object_store=300_000_000):
        yield


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Child]]:
    """The processes of jobs that were started, none of which is one."""
    yield from stand_ins(monkeypatch)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Server]:
    """A real S3 server."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def line(s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The line to the S3 server, which the usual environment names."""
    import s3fs

    objects._opened.cache_clear()  # of another test, whose line was cut
    s3fs.S3FileSystem.clear_instance_cache()
    line = Line(s3_server.port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{line.port}")
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    yield line
    line.cut()


@pytest.fixture
def bucket(line: Line) -> str:
    """The URL of a store in a new bucket, which is empty."""
    name = f"bucket-{secrets.token_hex(4)}"
    objects._opened(f"s3://{name}")[0].mkdir(name)
    return f"s3://{name}/team"


@pytest.fixture
def random() -> np.random.Generator:
    """Seeded random numbers."""
    return np.random.default_rng(0)


@pytest.fixture
def mnist_folder() -> Path:
    """The folder that holds mnist/, for tests marked so."""
    assert REAL_DATA is not None
    return Path(REAL_DATA).resolve()
