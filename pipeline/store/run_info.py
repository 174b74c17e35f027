"""The content of `run.json`, validated as it is read: settings, dataset, layers, metrics."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.analysis.metrics import Metrics
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.renamed import renamed
from pipeline.serving.inference import LayerInfo

# 2 since names changed (`ink`, `card`, `novelty.npz`); folders of format 1 can still be read.
FORMAT = 2


class DatasetInfo(BaseModel):
    """Which dataset a run was trained on: enough to find its images again and check them."""

    name: str
    fingerprint: str
    class_names: tuple[str, ...]
    counts: dict[str, int]
    mnist_framed: bool

    @model_validator(mode="before")
    @classmethod
    def _under_old_names(cls, record: Any) -> Any:
        return renamed(record, {"ink": "mnist_framed"})

    @classmethod
    def of(cls, dataset: Dataset) -> "DatasetInfo":
        """Describe a dataset: enough to find its images again and check them."""
        return cls(
            name=dataset.name,
            fingerprint=dataset.fingerprint,
            class_names=dataset.class_names,
            counts=dataset.counts,
            mnist_framed=dataset.mnist_framed,
        )


class Evaluation(BaseModel):
    """The metrics of a run on the test part of another dataset with the same classes."""

    dataset: DatasetInfo
    metrics: Metrics
    created: datetime


class RunInfo(BaseModel):
    """The content of run.json. `Store.publish` adds what only it knows: id, versions and files.

    Attributes:
        format: of the folder; newer ones are refused with a message.
        id: the folder's name.
        created: when the training began, ISO 8601 in UTC.
        status: "finished", or "stopped" if it ended before its last epoch.
        config: every setting, resolved.
        dataset: what it was trained on.
        input_shape: (height, width, channels).
        layers: in the order of the serving graph's outputs.
        metrics: on the test part.
        best_epoch: the epoch whose weights are kept, counted from 1.
        temperature: what its logits were divided by, so that its confidence matches its accuracy.
        hardware: the devices and the precision it was trained with.
        corrections: how many it learned from besides the training part, by class.
        model_card: sentences by heading.
        note: why it was stopped early, in a sentence; "" if it was not.
        timings: seconds by stage.
        versions: of Python and the main libraries.
        files: bytes of each required file, so that an incomplete folder is noticed.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    id: str = ""
    created: datetime
    status: Literal["finished", "stopped"]
    config: TrainConfig
    dataset: DatasetInfo
    input_shape: tuple[int, int, int]
    layers: tuple[LayerInfo, ...]
    metrics: Metrics
    best_epoch: int
    temperature: float = 1.0
    hardware: dict[str, Any] = {}
    corrections: dict[str, int] = {}
    model_card: dict[str, str] = {}
    note: str = ""
    timings: dict[str, float]
    versions: dict[str, str] = {}
    files: dict[str, int] = {}

    @model_validator(mode="before")
    @classmethod
    def _under_old_names(cls, record: Any) -> Any:
        return renamed(record, {"card": "model_card"})

    @property
    def parameters(self) -> int:
        """How many parameters the network has, trainable or not."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def milliseconds(self) -> float:
        """How long the serving graph took per test image, on the machine it was trained on."""
        return 1000 * self.timings.get("evaluating", 0.0) / max(self.metrics.total, 1)
