"""What a job can be asked to do, and how that is written down in its folder."""

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from pipeline.config import TrainConfig
from pipeline.export.trackers.choice import NO_TRACKING, Tracking
from pipeline.preprocess import Pixels
from pipeline.sweeps.plan import Sweep
from pipeline.sweeps.resources import Resources


@dataclass(frozen=True)
class Fetch:
    """A request to get a dataset onto this machine: a name or a path, as for training."""

    dataset: str


@dataclass(frozen=True)
class Training:
    """A request to train.

    Attributes:
        config: the settings.
        resume: continue an interrupted training with the same settings.
        tracking: where else it is written to.
        workers: among how many each batch is divided.
        on: where these are; see `worker.train`.
    """

    config: TrainConfig
    resume: bool = False
    tracking: Tracking = NO_TRACKING
    workers: int = 1
    on: str | None = None


@dataclass(frozen=True)
class Sweeping:
    """A request to make a sweep, or to go on with it; see `sweeps.sweeping.sweep`.

    Attributes:
        plan: what it tries.
        on: where Ray trains; None for one training after another in the job's process.
        resources: what each training gets from Ray.
        tracking: where else its runs are written to.
    """

    plan: Sweep
    on: str | None = None
    resources: Resources = field(default_factory=Resources)
    tracking: Tracking = NO_TRACKING


@dataclass(frozen=True)
class Retraining:
    """A request to teach a run the corrections in the store; see `retraining.retrain`.

    Attributes:
        run_id: what to go on from.
        seed: of the order of the images.
        tracking: where else it is written to.
    """

    run_id: str
    seed: int = 0
    tracking: Tracking = NO_TRACKING


@dataclass(frozen=True)
class Auditing:
    """A request to audit the labels of a dataset; see `audit.audit`.

    Attributes:
        config: the settings of the networks, and the dataset.
        folds: how many networks each time.
        repeats: how many times.
    """

    config: TrainConfig
    folds: int
    repeats: int = 1


@dataclass(frozen=True)
class TakeApart:
    """A request to add what every layer of a run is made of; see `evaluation.take_apart`."""

    run_id: str


@dataclass(frozen=True)
class Adding:
    """A request to add a network that was trained elsewhere; see `adding.add_network`.

    Attributes:
        file: the path of a `.keras` file, or the name of an uploaded one.
        dataset: what it is tested on: a name or a path, as for training.
        name: what people call the run; "" for nothing.
        uploaded: whether the file was uploaded into the job's folder.
        pixels: which pixels it takes; None to find it out.
    """

    file: str
    dataset: str
    name: str = ""
    uploaded: bool = False
    pixels: Pixels | None = None


@dataclass(frozen=True)
class Series:
    """A request for several things, one after the other: they share what takes long to load."""

    requests: tuple["Training | TakeApart", ...]


Request = Training | Sweeping | Retraining | Fetch | TakeApart | Auditing | Adding | Series
_ADDING, _TRACKING = TypeAdapter(Adding), TypeAdapter(Tracking)
_ON, _RESOURCES = TypeAdapter[str | None](str | None), TypeAdapter(Resources)


def write(request: Request) -> str:
    """Return a request as JSON; `read` reads it."""
    return json.dumps(_described(request))


def read(written: Any) -> Request:
    """Read the JSON value of a request that `write` wrote.

    Raises:
        ValueError, TypeError, KeyError, InklingError: it is damaged, or from another version.
    """
    return _request(written)


def _described(request: Request) -> dict[str, Any]:
    match request:
        case Fetch(dataset):
            told: dict[str, Any] = {"fetch": dataset}
        case Sweeping(plan, on, resources, tracking):
            told = {"sweep": plan.model_dump(), "on": on, "resources": asdict(resources)}
            told |= _track(tracking)
        case Retraining(run_id, seed, tracking):
            told = {"retrain": {"run_id": run_id, "seed": seed}} | _track(tracking)
        case Auditing(config, folds, repeats):
            told = {"audit": config.model_dump(), "folds": folds, "repeats": repeats}
        case TakeApart(run_id):
            told = {"take_apart": run_id}
        case Adding():
            told = {"add": asdict(request)}
        case Series(several):
            told = {"series": [_described(one) for one in several]}
        case Training(config, resume, tracking, workers, on):
            told = {"train": config.model_dump(), "resume": resume}
            told |= _track(tracking)
            told |= {} if (workers, on) == (1, None) else {"workers": workers, "on": on}
    return told


def _track(tracking: Tracking) -> dict[str, Any]:
    return {} if tracking == NO_TRACKING else {"track": asdict(tracking)}


def _tracking(raw: dict[str, Any]) -> Tracking:
    return _TRACKING.validate_python(raw.get("track", {}))


def _request(raw: Any) -> Request:
    match raw:
        case {"fetch": dataset}:
            found: Request = Fetch(str(dataset))
        case {"sweep": plan, "on": on, "resources": resources}:
            given = _RESOURCES.validate_python(resources)
            on = _ON.validate_python(on)
            found = Sweeping(_plan(json.dumps(plan)), on, given, _tracking(raw))
        case {"retrain": told}:
            found = Retraining(str(told["run_id"]), int(told["seed"]), _tracking(raw))
        case {"audit": settings, "folds": folds}:
            config = TrainConfig.model_validate(settings)
            found = Auditing(config, int(folds), int(raw.get("repeats", 1)))
        case {"add": told}:
            # By name first: what a newer version asks for is not to be passed over.
            found = _ADDING.validate_python(asdict(Adding(**told)))
        case {"series": several}:
            found = Series(tuple(_one_of_series(one) for one in several))
        case _:
            found = _one_of_series(raw)
    return found


@lru_cache(maxsize=100)
def _plan(written: str) -> Sweep:
    """Read a sweep, once: pages read all jobs again and again, and it checks every setting."""
    return Sweep.model_validate_json(written)


def _one_of_series(raw: dict[str, Any]) -> Training | TakeApart:
    if "take_apart" in raw:
        return TakeApart(str(raw["take_apart"]))
    config = TrainConfig.model_validate(raw["train"])
    on, workers = _ON.validate_python(raw.get("on")), int(raw.get("workers", 1))
    return Training(config, bool(raw.get("resume")), _tracking(raw), workers, on)
