"""What the child process of a job does: the work itself, and reporting its status."""

import json
import os
import platform
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import atomic, cluster, evaluation
from pipeline.config import TrainConfig
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.export.trackers.choice import NO_TRACKING, Tracking
from pipeline.jobs import alive
from pipeline.jobs.job import LIVE, PID, STATUS, UPLOAD, WAITS, Job, State, Status
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
from pipeline.progress import Discarded, OnProgress, PlainLines, Progress
from pipeline.store.audits import Audit
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_folder import About, Run
from pipeline.store.runs import Store
from pipeline.training.loading import load_tensorflow

if TYPE_CHECKING:
    from pipeline.training.loop import Loop

SECONDS_BETWEEN_WRITES = 0.25


def work(folder: Path, store: Store, lock: int | None = None) -> None:
    """Do what a job folder requests; progress and outcome go to its status file.

    Args:
        folder: of the job.
        store: where its run is published.
        lock: the job's lock, if it was inherited; see `alive`.

    Raises:
        InklingError: the request cannot be carried out; the status says so, too.
    """
    job, status, saving = Job(folder), StatusWriter(folder), False

    def report(progress: Progress) -> None:
        nonlocal saving
        status.report(progress)
        if not saving and job.asked_to_discard:
            raise Discarded
        saving = saving or not progress.stoppable
        if saving:
            # Somebody may press Stop just before the page says that it is too late.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        elif job.asked_to_stop:
            raise KeyboardInterrupt  # its signal was lost, such as while TensorFlow was loaded

    with working(folder, lock):
        try:
            run = carry_out(job.request, folder, store, report)
        except InklingError as error:
            status.end("failed", message=str(error))
            raise
        except Discarded:
            status.end("stopped", message="The job was stopped, and what it had done discarded.")
        except KeyboardInterrupt:
            status.end("stopped", message="The job was stopped.")
        except Exception as error:
            status.end("failed", message=f"Inkling failed with an internal error: {error!r}.")
            raise
        else:
            # Of many trainings, that one was stopped is not all there is to say.
            note = run.info.note if run and not isinstance(job.request, Sweeping) else ""
            status.end("stopped" if note else "finished", run.id if run else "", note)
        finally:
            (folder / UPLOAD).unlink(missing_ok=True)
            (folder / LIVE).unlink(missing_ok=True)  # the run's film shows more


def carry_out(request: Request, folder: Path, store: Store, on_progress: OnProgress) -> Run | None:
    """Do what is requested, in the folder of its job; return the last run it published, if any."""
    run: Run | None = None
    match request:
        case Series(several):
            runs = [carry_out(one, folder, store, on_progress) for one in several]
            run = next((run for run in reversed(runs) if run), None)
        case Fetch(dataset):
            datasets.open_dataset(dataset, None, on_progress)
        case TakeApart(run_id):
            on_progress(Progress("Taking the network apart", note="loading TensorFlow"))
            evaluation.take_apart(store.open(run_id))
        case Auditing(config, folds, repeats):
            audit(config, store, None, on_progress, folds=folds, repeats=repeats)
        case Adding():
            run = add(request, folder, store, on_progress)
        case Sweeping():
            run = sweep(request, store, on_progress)
        case Retraining(run_id, seed, tracking):
            before, asked = store.open(run_id), tracking.or_of_environment()
            run = retrain(before, store, None, on_progress, seed=seed, tracking=asked)
        case Training(config, resume, tracking, workers, on):
            run = train(
                config, store, None, on_progress,
                resume=resume, tracking=tracking.or_of_environment(), workers=workers, on=on,
            )  # fmt: skip
    return run


def train(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None,
    on_progress: OnProgress,
    *,
    resume: bool,
    tracking: Tracking = NO_TRACKING,
    workers: int = 1,
    on: str | None = None,
) -> Run:
    """Load TensorFlow, quietly, and run an experiment; see `experiment.run_experiment`.

    The dataset is prepared first: what is wrong with it need not wait for TensorFlow.

    Args:
        config, store, data_dir, on_progress, resume, tracking: of the experiment.
        workers: among how many each batch is divided.
        on: where they are; see `cluster.connected`. None for this machine: with one worker, this
            process.
    """
    track = tracking.trackers()
    store.check_writable()
    dataset = datasets.open_dataset(config.dataset, data_dir, on_progress)
    try:
        with _loop(workers, on, on_progress) as loop:
            from pipeline.experiment import run_experiment

            return run_experiment(
                config, store, data_dir, on_progress, resume=resume, track=track, loop=loop
            )
    except Discarded:
        if resume:  # what it was to go on from goes, too, even if that had not begun
            InterruptedTraining.of(store, config, dataset.fingerprint).forget()
        raise


def sweep(request: Sweeping, store: Store, on_progress: OnProgress) -> Run:
    """Make a sweep, and print what came of it as `inkling sweep` does; see `sweeping.sweep`.

    Returns:
        The run with the first seed of its best settings.

    Raises:
        InklingError: none of its trainings could be made; or as `sweeping.sweep` does.
    """
    from pipeline.analysis.sweeps import leaderboard
    from pipeline.sweeps import results, sweeping, telling

    def report(progress: Progress) -> None:
        on_progress(replace(progress, run_id=""))  # one of many: it is not the job's own

    try:
        swept = sweeping.sweep(
            request.plan, store, None, report, on=request.on, resources=request.resources,
            tracking=request.tracking.or_of_environment(),
        )  # fmt: skip
    except Discarded:  # that was the training under way; what is a run already is kept
        raise KeyboardInterrupt from None
    print(*telling.lines(swept), sep="\n", flush=True)
    if not len(swept.table):
        failed = [one.failed for one in swept.tried if one.failed]
        raise InklingError(f"None of the sweep’s trainings gave a run. {' '.join(failed[:1])}")
    board = leaderboard(swept.table, results.SETTINGS)
    best = max(board, key=lambda one: len(one.runs))  # the first of those with every seed
    return store.open(best.runs[min(best.runs)])


@contextmanager
def _loop(workers: int, on: str | None, on_progress: OnProgress) -> Iterator["Loop | None"]:
    """Load TensorFlow, and be connected to those who take the steps; None for this process."""
    if workers == 1 and on is None:
        load_tensorflow(on_progress)
        yield None
        return
    with cluster.connected(on or cluster.LOCAL, cores=max(workers, os.cpu_count() or 1)):
        load_tensorflow(on_progress)
        from pipeline.training.on_ray import OnRay

        yield OnRay(workers, on_progress)


def retrain(
    run: Run,
    store: Store,
    data_dir: Path | None,
    on_progress: OnProgress,
    *,
    seed: int,
    tracking: Tracking = NO_TRACKING,
) -> Run:
    """Load TensorFlow, quietly, and teach a run; see `retraining.retrain`."""
    track = tracking.trackers()
    store.check_writable()
    load_tensorflow(on_progress)
    from pipeline.retraining import retrain

    return retrain(run, store, data_dir, on_progress, seed=seed, track=track)


def audit(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None,
    on_progress: OnProgress,
    *,
    folds: int,
    repeats: int,
) -> Audit:
    """Load TensorFlow, quietly, and audit the labels of a dataset; see `audit.audit`."""
    store.check_writable()
    datasets.open_dataset(config.dataset, data_dir, on_progress)
    load_tensorflow(on_progress)
    from pipeline.audit import audit

    return audit(config, store, data_dir, on_progress, folds=folds, repeats=repeats)


def add(request: Adding, folder: Path, store: Store, on_progress: OnProgress) -> Run:
    """Load TensorFlow, quietly, and add a network; see `adding.add_network`.

    What is wrong with the dataset or the name need not wait for TensorFlow.
    """
    About.of(request.name)
    datasets.open_dataset(request.dataset, None, on_progress)
    load_tensorflow(on_progress)
    from pipeline.adding.add_network import add_network

    path = folder / UPLOAD if request.uploaded else Path(request.file).expanduser()
    file = Path(request.file).name if request.uploaded else ""
    return add_network(
        path, request.dataset, store, on_progress,
        name=request.name, file=file, pixels=request.pixels,
    )  # fmt: skip


@contextmanager
def working(folder: Path, lock: int | None = None) -> Iterator[None]:
    """Hold a job's lock while the block runs, as the child does while it works.

    Args:
        folder: of the job.
        lock: if it was inherited.

    Raises:
        InklingError: another process works on the job.
    """
    held = alive.take(folder) if lock is None else alive.inherit(lock)
    if held is None:
        raise InklingError(f"Another process works on the job in {folder}.")
    try:
        atomic.write_text(folder / PID, str(os.getpid()))
        (folder / WAITS).unlink(missing_ok=True)  # if whoever started it could not do so any more
        yield
    finally:
        os.close(held)


class StatusWriter:
    """Keeps a job's status file up to date; all progress goes to its `report`."""

    def __init__(self, folder: Path) -> None:
        """Write into a job's folder."""
        self._path, self._live = folder / STATUS, folder / LIVE
        self._status = Status("running")
        self._written, self._began, self._from = 0.0, time.time(), time.monotonic()
        self._lines = PlainLines(sys.stdout)  # which is the job's log

    def report(self, progress: Progress) -> None:
        """Record progress; within a stage or epoch, a few times per second at most."""
        self._lines(progress)
        known = self._status.history
        history = progress.history or known  # stages after the training report none
        published = progress.run_id or self._status.run_id
        before = (len(known), self._status.progress.stage, self._status.run_id)
        new = (len(history), progress.stage, published) != before
        if progress.picture is not None:  # before the status tells of it
            atomic.write(self._live, progress.picture, lasting=False)
        said = replace(progress, history=(), picture=None, run_id="")
        self._status = Status("running", said, published, history=history)
        if new or time.monotonic() - self._written > SECONDS_BETWEEN_WRITES:
            self._write()

    def end(self, state: State, run_id: str = "", message: str = "") -> None:
        """Record how the job ended."""
        known = self._status
        run_id = run_id or known.run_id
        self._status = Status(state, known.progress, run_id, message, history=known.history)
        try:
            self._write()
        except InklingError as error:
            with suppress(OSError):  # the log is on the same disk
                print(message or error, flush=True)  # before the job is seen to be over
            raise

    def _write(self) -> None:
        self._written = time.monotonic()
        now = replace(
            self._status,
            began=self._began,
            seconds=self._written - self._from,
            peak_memory=_peak_memory(),
            machine=platform.node(),
        )
        atomic.write_text(self._path, json.dumps(asdict(now)), lasting=now.ended)


def _peak_memory() -> int:
    """Return the most memory this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # see getrusage(2) of each system
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
