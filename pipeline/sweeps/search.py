"""A search on Ray: Tune gives up what others do better than, and the driver keeps what comes."""

from collections.abc import Sequence
from typing import Any

from pipeline import atomic
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.store.runs import Store
from pipeline.sweeps.candidates import Candidate, Known
from pipeline.sweeps.driver import RETRIES, SECONDS_BETWEEN_LOOKS, Driver, lost
from pipeline.sweeps.report import Report
from pipeline.sweeps.resources import Resources

SECONDS_TO_END = 15  # in which Tune ends its workers and gives back what it reserved for them


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
    with atomic.scratch() as place:
        ray = driver.ray
        searcher = ray.remote(max_calls=1, max_retries=0, **driver.near)(_in_worker)
        shared = [driver.shared]  # in a list, Ray does not fetch it for the searcher
        searching = searcher.remote(
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
            ray.cancel(searching)  # Tune's cores are free again only if it ends by itself
            done, _ = ray.wait([searching], timeout=SECONDS_TO_END)
            if not done:
                ray.cancel(searching, force=True)


def _in_worker(*arguments: Any) -> None:
    """Search by Ray Tune, in a worker of its own; see `tuning.search`."""
    from pipeline.sweeps.tuning import search

    search(*arguments)
