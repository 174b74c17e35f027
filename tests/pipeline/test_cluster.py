"""Reaching Ray: what is said where that fails, and that workers are asked for their version."""

import socket
import sys
import time

import pytest

from pipeline import cluster
from pipeline.errors import InklingError


def test_without_ray_one_sentence_says_how_to_add_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it is not installed
    with pytest.raises(InklingError) as refused, cluster.connected():
        pass
    assert str(refused.value) == "Ray is not installed. Add it with: pip install 'inkling[ray]'"


@pytest.mark.parametrize("on", ["", "here", "head:port", "head:99999", "ray://", "http://head:1"])
def test_what_is_no_address_is_refused(on):
    with pytest.raises(InklingError, match=r"is no address of a Ray cluster. It is local, auto"):
        cluster.address(on)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_head_that_nobody_answers_for_is_said_soon(scheme):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"{scheme}127.0.0.1:{free.getsockname()[1]}"
        began = time.monotonic()
        with (
            pytest.raises(InklingError, match="could not be reached within 10 seconds") as refused,
            cluster.connected(address),
        ):
            pass
        assert time.monotonic() - began < cluster.PATIENCE
        assert address in str(refused.value)
        assert "the same command goes on" in str(refused.value)


def test_a_worker_with_another_version_refuses_and_says_both():
    own = cluster.versions()
    cluster.check_same(own)
    with pytest.raises(InklingError) as refused:
        cluster.check_same(own | {"Inkling": "9.9.9 (source 00000000)", "keras": "2.0"})
    said = str(refused.value)
    assert f"Inkling {own['Inkling']} instead of 9.9.9 (source 00000000)" in said
    assert f"keras {own['keras']} instead of 2.0" in said
    assert "numpy" not in said
    assert "Install the same version of Inkling on every machine" in said


@pytest.mark.process
def test_work_is_done_by_another_process_and_its_errors_are_sentences(own_ray):
    import os

    ray = cluster.ray()

    @ray.remote
    def work(drivers: dict[str, str]) -> int:
        cluster.check_same(drivers)
        return os.getpid()

    with cluster.connected():  # the same Ray: this block does not end it
        assert ray.get(work.remote(cluster.versions())) != os.getpid()
    with pytest.raises(InklingError, match=r"instead of 9\.9\.9") as refused, cluster.connected():
        ray.get(work.remote(cluster.versions() | {"Inkling": "9.9.9"}))
    assert "Traceback" not in str(refused.value)


@pytest.mark.process
def test_a_worker_that_dies_and_one_without_inkling_are_said_in_a_sentence(own_ray):
    import os
    import signal

    ray = cluster.ray()

    @ray.remote(max_retries=0)
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @ray.remote
    def without() -> None:
        raise ModuleNotFoundError("No module named 'pipeline'")

    @ray.remote
    def fault() -> None:
        raise ZeroDivisionError

    with pytest.raises(InklingError, match="part of the Ray cluster was lost"), cluster.connected():
        ray.get(die.remote())
    with pytest.raises(InklingError, match="not installed on a worker"), cluster.connected():
        ray.get(without.remote())
    with pytest.raises(ZeroDivisionError), cluster.connected():  # Inkling's own fault
        ray.get(fault.remote())
    assert ray.is_initialized()
