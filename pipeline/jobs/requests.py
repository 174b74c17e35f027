"""What a job can be asked to do, and how that is written down in its folder."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from pipeline.config import TrainConfig
from pipeline.export.trackers.choice import NO_TRACKING, Tracking
from pipeline.preprocess import Pixels


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
    """

    config: TrainConfig
    resume: bool = False
    tracking: Tracking = NO_TRACKING


@dataclass(frozen=True)
class Retraining:
    """A request to teach a run the corrections in the store; see `retraining.retrain`."""

    run_id: str
    seed: int = 0


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


Request = Training | Retraining | Fetch | TakeApart | Auditing | Adding | Series
_ADDING, _TRACKING = TypeAdapter(Adding), TypeAdapter(Tracking)


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
        case Retraining():
            told = {"retrain": asdict(request)}
        case Auditing(config, folds, repeats):
            told = {"audit": config.model_dump(), "folds": folds, "repeats": repeats}
        case TakeApart(run_id):
            told = {"take_apart": run_id}
        case Adding():
            told = {"add": asdict(request)}
        case Series(several):
            told = {"series": [_described(one) for one in several]}
        case Training(config, resume, tracking):
            told = {"train": config.model_dump(), "resume": resume}
            told |= {} if tracking == NO_TRACKING else {"track": asdict(tracking)}
    return told


def _request(raw: dict[str, Any]) -> Request:
    if "fetch" in raw:
        return Fetch(str(raw["fetch"]))
    if "retrain" in raw:
        return Retraining(str(raw["retrain"]["run_id"]), int(raw["retrain"]["seed"]))
    if "audit" in raw:
        config = TrainConfig.model_validate(raw["audit"])
        return Auditing(config, int(raw["folds"]), int(raw.get("repeats", 1)))
    if "add" in raw:
        # By name first: what a newer version asks for is not to be passed over.
        return _ADDING.validate_python(asdict(Adding(**raw["add"])))
    if "series" in raw:
        return Series(tuple(_one_of_series(one) for one in raw["series"]))
    return _one_of_series(raw)


def _one_of_series(raw: dict[str, Any]) -> Training | TakeApart:
    if "take_apart" in raw:
        return TakeApart(str(raw["take_apart"]))
    config = TrainConfig.model_validate(raw["train"])
    tracking = _TRACKING.validate_python(raw.get("track", {}))
    return Training(config, bool(raw.get("resume")), tracking)
