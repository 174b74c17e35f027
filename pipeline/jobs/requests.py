"""What a job can be asked to do, and how that is written down in its folder."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.config import TrainConfig
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
    """

    config: TrainConfig
    resume: bool = False


@dataclass(frozen=True)
class Retraining:
    """A request to teach a run the corrections in the store; see `retraining.retrain`."""

    run_id: str
    seed: int = 0


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


Request = Training | Retraining | Fetch | TakeApart | Adding | Series


def write(request: Request) -> str:
    """Return a request as JSON; `read` reads it."""
    return json.dumps(_described(request))


def read(text: str) -> Request:
    """Read a request that `write` wrote.

    Raises:
        ValueError, TypeError, KeyError, InklingError: it is damaged, or from another version.
    """
    return _request(json.loads(text))


def _described(request: Request) -> dict[str, Any]:
    if isinstance(request, Fetch):
        return {"fetch": request.dataset}
    if isinstance(request, Retraining):
        return {"retrain": asdict(request)}
    if isinstance(request, TakeApart):
        return {"take_apart": request.run_id}
    if isinstance(request, Adding):
        return {"add": asdict(request)}
    if isinstance(request, Series):
        return {"series": [_described(one) for one in request.requests]}
    return {"train": request.config.model_dump(), "resume": request.resume}


def _request(raw: dict[str, Any]) -> Request:
    if "fetch" in raw:
        return Fetch(str(raw["fetch"]))
    if "retrain" in raw:
        return Retraining(str(raw["retrain"]["run_id"]), int(raw["retrain"]["seed"]))
    if "add" in raw:
        return Adding(**raw["add"])
    if "series" in raw:
        return Series(tuple(_one_of_series(one) for one in raw["series"]))
    return _one_of_series(raw)


def _one_of_series(raw: dict[str, Any]) -> Training | TakeApart:
    if "take_apart" in raw:
        return TakeApart(str(raw["take_apart"]))
    return Training(TrainConfig.model_validate(raw["train"]), bool(raw.get("resume")))
