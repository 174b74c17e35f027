"""A search on Ray: Tune gives up what others do better than, and the driver keeps what comes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pipeline import atomic
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.store.runs import Store
from pipeline.sweeps.candidates import Candidate, Known
from pipeline.sweeps.driver import RETRIES, SECONDS_BETWEEN_LOOKS, Driver, lost
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources

SECONDS_TO_END = 10


class Searcher:
    """Runs Ray Tune in a worker of its own; an actor."""

    def run(self, *arguments: Any) -> None:
        """Search; see `tuning.search`."""
        from pipeline.sweeps.tuning import search

        search(*arguments)


def search(
    candidates: Sequence[Candidate],
    known: Sequence[Known],
    store: Store,
    dataset: Dataset,
    report: Report,
    resources: Resources,
    searched: Sequence[str],
) -> None:
    """Train candidates on the Ray that is connected, and give up those that others do better than.

    Runs are published as soon as they are done. What is given up, or diverges, is noted. Whatever
    ends this early leaves the checkpoints of those that were under way in the store.

    Args:
        candidates: what is tried, in this order.
        known: what was tried before.
        store: where the runs are published.
        dataset: what they learn.
        report: told of all of them.
        resources: what each training gets.
        searched: the settings that differ.

    Raises:
        InklingError: the store cannot be written, or a part of the cluster is lost for good.
        KeyboardInterrupt: it was stopped.
    """
    left = list(candidates)
    with Driver(store, dataset, report, resources, searched) as driver:
        while left:
            _search(driver, left, known, resources)
            over, left = len(left), [one for one in left if one.key not in driver.over]
            if len(left) == over:
                raise InklingError(lost(driver.title(left[0].config)))


def _search(
    driver: Driver, candidates: Sequence[Candidate], known: Sequence[Known], resources: Resources
) -> None:
    """Search once. Tune forgets a training whose worker dies while it changes hands."""
    configs = {one.key: one.config for one in candidates}
    with atomic.scratch() as place, _reserved(driver.ray):
        ray = driver.ray
        searcher = ray.remote(Searcher).options(**driver.near).remote()
        shared = [driver.shared]  # in a list, Ray does not fetch it for the searcher
        searching = searcher.run.remote(
            candidates, known, shared, driver.desk, resources, RETRIES, str(place)
        )
        try:
            done: list[Any] = []
            while not done:
                done, _ = ray.wait([searching], timeout=SECONDS_BETWEEN_LOOKS)
                for key in driver.collect():
                    driver.hand_out(configs[key])
            ray.get(searching)
        finally:
            with suppress(ray.exceptions.RayError):
                ray.kill(searcher)  # and with it all of its workers
                ray.wait([searching], timeout=SECONDS_TO_END)


@contextmanager
def _reserved(ray: Any) -> Iterator[None]:
    """Give back what is reserved within the block: Ray keeps it after whoever did it was killed.

    Tune reserves placement groups. Their ids end with that of the driver that they belong to.
    """
    from ray.util.placement_group import (
        PlacementGroup,
        placement_group_table,
        remove_placement_group,
    )

    own, before = ray.get_runtime_context().get_job_id(), {*placement_group_table()}
    try:
        yield
    finally:
        for key, group in placement_group_table().items():
            if key.endswith(own) and key not in before and group["state"] != "REMOVED":
                remove_placement_group(PlacementGroup(ray.PlacementGroupID.from_hex(key)))
