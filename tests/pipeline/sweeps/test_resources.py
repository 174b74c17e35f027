"""What each training is to get: what no machine has is refused, not waited for."""

import pytest

from pipeline.errors import InklingError
from pipeline.sweeps.resources import GB, Resources

SMALL = {"CPU": 2.0, "memory": 3.14 * GB, "node:127.0.0.1": 1.0}
WITH_GPU = {"CPU": 16.0, "GPU": 1.0, "memory": 64.0 * GB}


@pytest.mark.parametrize(
    ("resources", "machines"),
    [
        (Resources(), [SMALL]),
        (Resources(cores=2, memory=3 * GB), [WITH_GPU, SMALL]),
        (Resources(cores=16, gpus=1), [SMALL, WITH_GPU]),
        (Resources(gpus=0.5), [WITH_GPU]),
    ],
)
def test_what_one_machine_has_is_waited_for(resources, machines):
    resources.check_fit(machines)


@pytest.mark.parametrize(
    ("resources", "wanted"),
    [
        (Resources(cores=17), "17 cores, 0 GPUs and 1.5 GB of memory"),
        (Resources(gpus=2), "1 core, 2 GPUs and 1.5 GB of memory"),
        (Resources(memory=65 * GB), "1 core, 0 GPUs and 65.0 GB of memory"),
    ],
)
def test_what_no_machine_has_is_refused_with_what_they_have(resources, wanted):
    with pytest.raises(InklingError) as refused:
        resources.check_fit([SMALL, WITH_GPU, SMALL])
    assert str(refused.value) == (
        f"Each training is to get {wanted}; no machine of the Ray cluster has that. It has "
        "2 × 2 cores, 0 GPUs and 3.1 GB of memory; 1 × 16 cores, 1 GPU and 64.0 GB of memory. "
        "Ask for less with --cores, --gpus or --memory, or give the same command again when a "
        "larger machine is there."
    )


def test_two_machines_are_not_one():
    with pytest.raises(InklingError, match="no machine"):
        Resources(gpus=1, memory=2 * GB).check_fit([SMALL, {"GPU": 1.0, "CPU": 8.0}])


def test_what_ray_hands_out_to_nobody_is_refused():
    with pytest.raises(InklingError, match=r"such as 0\.5, or whole ones; 1\.5 is neither"):
        Resources(gpus=1.5)
    assert Resources(gpus=2.0).gpus == 2


def test_a_cluster_without_machines_is_said():
    with pytest.raises(InklingError, match="It has no machines"):
        Resources().check_fit([])
