"""All jobs of a store as people see them: what was asked for, how it ended, how long it took."""

from dataclasses import dataclass
from pathlib import PurePath

from pipeline.errors import InklingError
from pipeline.jobs.job import Job, Status, list_jobs
from pipeline.jobs.requests import (
    Adding,
    Auditing,
    Fetch,
    Request,
    Retraining,
    Series,
    Sweeping,
    TakeApart,
    Training,
)
from pipeline.store.runs import Store
from pipeline.sweeps import outline


@dataclass(frozen=True)
class Entry:
    """A job as it is now.

    Attributes:
        job: what can be stopped, moved or removed.
        status: its status.
        request: what it was asked to do; None if that cannot be read.
        unreadable: why it cannot be read, in a sentence; "" if it can.
    """

    job: Job
    status: Status
    request: Request | None
    unreadable: str = ""

    @property
    def title(self) -> str:
        """Say in a few words what it was asked to do."""
        return title(self.request) if self.request else "A job that cannot be read"

    @property
    def outcome(self) -> str:
        """Say in a few words how it ended, or what it does now."""
        if self.status.state == "stopped" and isinstance(self.request, Sweeping):
            return "stopped, can go on"
        if self.status.state == "stopped":
            return "stopped, kept as a run" if self.status.run_id else "stopped, nothing kept"
        if self.status.state == "failed" and self.status.run_id:
            return "failed, run kept"
        return self.status.state


def read(store: Store) -> list[Entry]:
    """Read all jobs of a store, newest first; those of other versions with the reason."""
    return [_entry(job) for job in list_jobs(store)]


def find(store: Store, job_id: str) -> Job:
    """Find a job by its id, or by an unambiguous part of it.

    Raises:
        InklingError: no job matches, or several do.
    """
    fitting = [job for job in list_jobs(store) if job_id in job.id]
    exact = [job for job in fitting if job.id == job_id] or fitting
    if len(exact) != 1 or not job_id:
        said = "Several jobs match" if exact else "There is no job"
        raise InklingError(f"{said} “{job_id}” in {store.where}. “inkling jobs” lists them.")
    return exact[0]


def title(request: Request) -> str:
    """Say in a few words what a job is asked to do."""
    match request:
        case Training(config, resume):
            epochs = f", {config.epochs} epochs" if config.epochs else ""
            how = f"{config.preset}{epochs}, seed {config.seed}{', resumed' if resume else ''}"
            said = f"{config.network} on {PurePath(config.dataset).name}, {how}"
        case Sweeping(plan, on):
            said = f"{outline.title(plan)}{f', by Ray at {on}' if on else ''}"
        case Retraining(run_id):
            said = f"Teach {run_id} the corrections"
        case Auditing(config, folds, repeats):
            how = f"{folds * repeats} × {config.network}, {config.preset}"
            said = f"Check the labels of {PurePath(config.dataset).name}, {how}"
        case Fetch(dataset):
            said = f"Get {PurePath(dataset).name}"
        case TakeApart(run_id):
            said = f"Take {run_id} apart"
        case Adding(file, dataset):
            said = f"Add {PurePath(file).name}, tested on {PurePath(dataset).name}"
        case Series(several):
            said = "; ".join(map(title, several))
    return said


def _entry(job: Job) -> Entry:
    status = job.status()
    try:
        return Entry(job, status, job.request)
    except InklingError as error:
        return Entry(job, status, None, str(error))
