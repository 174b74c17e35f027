import pandas as pd
import pytest

from pipeline import cluster
from pipeline.errors import InklingError
from pipeline.scoring import arrays, on_ray
from pipeline.scoring.network import Network
from pipeline.scoring.processes import Task
from pipeline.scoring.score import score
from tests.pipeline.scoring import made

pytestmark = pytest.mark.process


@pytest.fixture
def images(tmp_path, digits, monkeypatch):
    """Test images of the tiny run, as an IDX file of several parts."""
    monkeypatch.setattr(arrays, "PART", 100)
    return made.idx(tmp_path / "test-images-ubyte", digits.x_test[:250, ..., 0])


def test_ray_gives_the_same_result_as_processes(tmp_path, images, tiny_run, own_ray):
    by_processes = score(tiny_run, [images], tmp_path / "here", workers=1)
    by_ray = score(tiny_run, [images], tmp_path / "there", workers=2, on="local")
    pd.testing.assert_frame_equal(pd.read_parquet(by_ray.path), pd.read_parquet(by_processes.path))
    assert by_ray.done.by_class == by_processes.done.by_class


def test_a_worker_with_another_inkling_is_said(tmp_path, images, tiny_run, own_ray, monkeypatch):
    monkeypatch.setattr(cluster, "versions", lambda: {"Inkling": "9.9.9", "numpy": "1"})
    with pytest.raises(InklingError, match=r"The worker \S+ has Inkling \S+ .* instead of 9\.9\.9"):
        score(tiny_run, [images], tmp_path / "out", on="local")


@pytest.mark.cluster
def test_a_worker_that_cannot_find_a_file_is_said(tmp_path, tiny_run, own_ray):
    task = Task("part.parquet", arrays.Rows("/elsewhere", "", 0, 1, (28, 28), 0, ""))
    with pytest.raises(
        InklingError, match=r"cannot find /elsewhere\. What is scored must be where"
    ):
        list(on_ray.score(iter([task]), Network.of(tiny_run), tmp_path, "local", 1))


@pytest.mark.cluster
def test_a_folder_that_cannot_be_written_is_said(tmp_path, images, tiny_run, own_ray):
    (tmp_path / "file").write_text("in the way")
    task = Task("file/part.parquet", arrays.Rows(str(images), "", 0, 1, (28, 28), 16, ""))
    with pytest.raises(InklingError, match="part of the path is a file"):
        list(on_ray.score(iter([task]), Network.of(tiny_run), tmp_path, "local", 1))
