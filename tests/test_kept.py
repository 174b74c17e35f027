"""What earlier versions wrote, kept in `tests/kept`, still opens: a store, a dataset, addresses."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dashboard.selection import FILTERS, OLD_NAMES, SAMPLE, Selection, parse
from pipeline.analysis import embedding
from pipeline.cli.main import app as cli
from pipeline.config import DEEP, TrainConfig
from pipeline.data import datasets, prepared
from pipeline.data.datasets import Dataset
from pipeline.experiment import run_experiment
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Training
from pipeline.renamed import renamed
from pipeline.serving import prediction
from pipeline.store import corrections, interrupted, promotions, reviews
from pipeline.store.run_folder import Run
from pipeline.store.run_info import FORMAT
from pipeline.store.runs import Store
from pipeline.training import networks
from tests.dashboard.conftest import app, keras_left_alone  # noqa: F401

KEPT = Path(__file__).with_name("kept")
PAGES = (
    "overview", "scorecard", "compare", "confusion_matrix", "mistakes", "labels", "data",
    "feature_maps", "draw", "train",
)  # fmt: skip
# As they stood in the browser's address bar, when the second run's predictions were called `then`.
ADDRESS = (
    "true=3&predicted=9&then=3&then=5&change=changed&outcome=wrong&confidence=0.5-0.9&sample=7"
)


@pytest.fixture
def store(tmp_path) -> Store:
    """A copy: reading makes locks beside what is read."""
    return Store(Path(shutil.copytree(KEPT / "models", tmp_path / "models")))


@pytest.fixture
def run(store) -> Run:
    return store.open("latest")


def test_a_run_is_read_under_its_new_names(run: Run):
    assert run.info.format == 1
    assert run.info.dataset.mnist_framed
    assert run.info.config.variant == DEEP
    assert run.info.model_card["Limits"].startswith("Its ")
    (other,) = run.evaluations()
    assert other.dataset.mnist_framed


def test_its_predictions_are_those_it_was_published_with(run: Run, digits: Dataset):
    assert run.info.dataset.fingerprint == digits.fingerprint
    predicted = run.graph().probabilities(digits.x_test[:50]).argmax(axis=1)
    assert predicted.tolist() == run.predictions(["predicted"])["predicted"][:50].tolist()
    assert networks.load(run.model_path).output_shape == (None, 10)


def test_its_features_and_detector_are_read_from_old_columns_and_files(run: Run, digits: Dataset):
    assert sorted(path.name for path in run.folder.glob("*.npz")) == ["novelty.npz"]
    neighbors = run.features(embedding.NEIGHBOR_COLUMNS)
    assert list(neighbors) == list(embedding.NEIGHBOR_COLUMNS)
    assert neighbors.to_numpy().max() < len(digits.y_train)
    assert list(run.features())[:5] == list(embedding.NEIGHBOR_COLUMNS)
    graph, detector = run.graph(), run.ood_detector()
    flags = [prediction.predict(graph, detector, image).is_ood for image in digits.x_valid]
    assert np.mean(flags) == pytest.approx(0.05, abs=0.01)


@pytest.mark.process
def test_an_interrupted_training_goes_on(store: Store, digits: Dataset):
    (place,) = interrupted.list_interrupted(store)
    assert len(place.rows()) == 2
    config = place.config()
    assert interrupted.InterruptedTraining.of(store, config, digits.fingerprint) == place
    finished = run_experiment(config, store, resume=True)
    assert finished.history()["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert finished.history()["loss"].tolist()[:2] == [row["loss"] for row in place_rows()]
    assert finished.info.corrections == {"1": 1, "7": 1}
    assert interrupted.list_interrupted(store) == []


def place_rows() -> list[dict[str, float]]:
    """The epochs that were finished before the interruption, as the kept file has them."""
    (state,) = (KEPT / "models" / ".unfinished").glob("*/state.npz")
    with np.load(state) as kept:
        return json.loads(str(kept["facts"]))["rows"]


def test_jobs_reviews_and_corrections_are_read(store: Store, run: Run):
    (job,) = list_jobs(store)
    assert isinstance(job.request, Training)
    assert job.request.config.variant == DEEP
    assert job.status().state == "finished"
    assert reviews.read(store).of(run.info.dataset.fingerprint, 17) == ("wrong label",)
    assert corrections.read(store).counts(run.class_names) == {"1": 1, "7": 1}


def test_a_prepared_dataset_is_read(tmp_path, monkeypatch):
    folder = tmp_path / "prepared" / "digits-v1"
    folder.mkdir(parents=True)
    shutil.copyfile(KEPT / "digits-dataset.json", folder / "dataset.json")
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path))
    (found,) = prepared.list_prepared()
    assert found.mnist_framed
    assert datasets.mnist_framed_classes("digits") == tuple("0123456789")


def test_an_address_means_what_it_meant():
    old: dict[str, list[str]] = {}
    for pair in ADDRESS.split("&"):
        name, value = pair.split("=")
        old.setdefault(name, []).append(value)
    read = parse(renamed(old, OLD_NAMES), "0123456789", 600, second=True)
    assert read == Selection((3,), (9,), "wrong", (0.5, 0.9), (3, 5), "changed", sample=7)
    assert set(renamed(old, OLD_NAMES)) <= {*FILTERS, SAMPLE}


@pytest.fixture
def format_2(tmp_path) -> Store:
    """A copy of the store of format 2."""
    return Store(Path(shutil.copytree(KEPT / "models-2", tmp_path / "models-2")))


def test_a_store_of_format_2_is_read(format_2: Store, digits: Dataset):
    run = format_2.open("default")
    assert (run.info.format, run.info.hashes) == (2, {})
    assert run.about.name == "Kept"
    assert run.checked() is run
    predicted = run.graph().probabilities(digits.x_test[:50]).argmax(axis=1)
    assert predicted.tolist() == run.predictions(["predicted"])["predicted"][:50].tolist()
    assert run.film().losses.size
    assert run.anatomy() is not None
    assert run.gradient_bytes()
    assert run.excitations()
    assert run.ood_detector() is not None
    fingerprint = run.info.dataset.fingerprint
    assert reviews.read(format_2).should_be(fingerprint, 17) == "4"
    assert corrections.read(format_2).counts(run.class_names) == {"1": 1}
    (promotion,) = promotions.read(format_2.folder).history
    assert (promotion.because, promotion.by) == ("it is the only one", "ada")


@pytest.mark.parametrize("name", ["overview", "scorecard", "feature_maps", "train"])
def test_pages_open_on_format_2(app, format_2, name):  # noqa: F811
    assert not app(name, format_2).error


@pytest.fixture(params=["format", "setting"])
def newer(request, store: Store, run: Run) -> str:
    """The id of a run of a newer version in the store: of another format, or with a setting."""
    folder = Path(shutil.copytree(run.folder, store.folder / "20991231-235959-digits-pixels-ffff"))
    info = json.loads((folder / "run.json").read_text("utf-8"))
    if request.param == "format":
        info |= {"format": FORMAT + 1, "metrics": "told otherwise"}
    else:
        info["config"]["shape_of_things_to_come"] = 0.5
    (folder / "run.json").write_text(json.dumps(info), "utf-8")
    return folder.name


@pytest.mark.parametrize(
    "command",
    [
        ["predict", "RUN", "nothing.png"],
        ["evaluate", "RUN"],
        ["export", "RUN", "--to", "pad.html", "--format", "html"],
        ["name", "RUN", "Mine"],
        ["promote", "RUN", "--because", "it is newer"],
        ["retrain", "RUN"],
        ["runs", "--check"],
    ],
    ids=lambda command: command[0],
)
def test_a_run_of_a_newer_version_is_refused_and_left_as_it_is(
    store: Store, newer, command, tmp_path, monkeypatch
):
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    monkeypatch.chdir(tmp_path)
    said = [newer if word == "RUN" else word for word in command]
    done = CliRunner().invoke(cli, [*said, "--models", str(store.folder)])
    assert done.exit_code == 1
    told = f"{done.output}{done.exception}"
    assert f"{newer} was written by a newer version of Inkling" in told
    assert "Update Inkling to open it." in told
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_beside_a_run_of_a_newer_version_others_are_as_before(app, store, run: Run, newer):  # noqa: F811
    assert [one.id for one in store.runs()] == [run.id]
    at = app("overview", store)
    assert not at.error
    assert not at.exception
    at = app("overview", store, run=newer)
    assert not at.exception
    assert "newer version of Inkling" in str([one.value for one in (*at.error, *at.warning)])


def test_a_setting_that_is_new_raises_the_format():
    """Earlier versions refuse settings that they do not know: by the format, they say why."""
    settings = (
        "dataset", "network", "preset", "epochs", "batch_size", "learning_rate", "augmentation",
        "label_smoothing", "allographs", "disturbance", "variant", "corrections", "seed", "film",
    )  # fmt: skip
    assert (tuple(TrainConfig.model_fields), FORMAT) == (settings, 3), (
        "raise FORMAT, write down the settings here, and keep a store of the last format"
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_on_it(app, store, run: Run, name):  # noqa: F811
    shutil.copytree(run.folder, store.folder / "second")
    at = app(name, store, run=run.id, second="second", then="3")
    assert not at.error
    assert at.query_params["second_predicted"] in ("3", ["3"])
    assert "then" not in at.query_params
