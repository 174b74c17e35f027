"""The content of `run.json`, validated as it is read: settings, dataset, layers, metrics."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.analysis.adversarial import Norm
from pipeline.analysis.metrics import Metrics
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.data.splitting import PARTS
from pipeline.renamed import renamed
from pipeline.serving.inference import LayerInfo

# 2 since names changed (`ink`, `card`, `novelty.npz`), 3 since there are settings that versions
# which write 2 take for damage (`allographs`, `disturbance`); all of them can still be read.
FORMAT = 3
Seconds = Annotated[float, Field(ge=0, le=1e10)]  # nor NaN


class DatasetInfo(BaseModel):
    """Which dataset a run was trained on: enough to find its images again and check them."""

    name: str
    fingerprint: str
    class_names: tuple[str, ...]
    counts: dict[str, NonNegativeInt]
    mnist_framed: bool

    @model_validator(mode="before")
    @classmethod
    def _under_old_names(cls, record: Any) -> Any:
        return renamed(record, {"ink": "mnist_framed"})

    @field_validator("counts")
    @classmethod
    def _of_every_part(cls, counts: dict[str, int]) -> dict[str, int]:
        return dict.fromkeys(PARTS, 0) | counts

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
    created: AwareDatetime

    @model_validator(mode="after")
    def _of_its_classes(self) -> Self:
        check_classes(self.dataset, self.metrics)
        return self


def check_classes(dataset: DatasetInfo, metrics: Metrics) -> None:
    """Raise ValueError if metrics are not of a dataset's classes."""
    if len(dataset.class_names) != len(metrics.classes):
        raise ValueError(f"{len(metrics.classes)} scores for {len(dataset.class_names)} classes")


class Added(BaseModel):
    """Where a network is from that was trained elsewhere, and what was found out about it.

    Attributes:
        file: the name of the file it was in.
        dataset: what it was tested on: a name or a path, as for training.
        ends_in: "softmax"; "probabilities", which no softmax at its end says; or "logits", behind
            which a softmax was added.
        takes: the pixels it expects: "0 to 1", "0 to 255" or "−1 to 1"; where that is not 0 to 1,
            a layer in front of it makes them so.
        found: all that was found and changed, in sentences.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    dataset: str
    ends_in: Literal["softmax", "probabilities", "logits"]
    takes: str
    found: tuple[str, ...]


class Retrained(BaseModel):
    """Where a network comes from that was taught corrections; see `pipeline.retraining`.

    Attributes:
        run: id of the run that it goes on from.
        taught, held_back: how many images it was taught, and how many were held back.
        test_images: indices of the test images among those taught: their label was wrong.
        share: of the images shown that are of the teaching set; the others are replay.
        images: how many were shown in all.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    taught: int
    held_back: int
    test_images: tuple[int, ...] = ()
    share: float
    images: int


class UnderChange(BaseModel):
    """How many images a run reads right, whatever adversarial change of a size is found.

    Attributes:
        budgets: sizes of the change, ascending; the first is 0, the image itself.
        accuracy: one share per budget, in [0, 1], never rising.
    """

    budgets: tuple[float, ...]
    accuracy: tuple[float, ...]


class Robustness(BaseModel):
    """The accuracy of a run under adversarial changes of some of its test images.

    Attributes:
        by_norm: what was measured, by how the size of a change is measured.
        images: how many test images were changed.
        seed: what they were drawn with.
        iterations: gradient steps per change.
        created: when it was measured.
    """

    by_norm: dict[Norm, UnderChange]
    images: int
    seed: int
    iterations: int
    created: AwareDatetime


class RunInfo(BaseModel):
    """The content of run.json. `Store.publish` adds what only it knows: id, versions and files.

    Attributes:
        format: of the folder; newer ones are refused with a message.
        id: the folder's name.
        created: when the training began, or the network was added; ISO 8601 in UTC.
        status: "finished", or "stopped" if it ended before its last epoch.
        added: where the network is from, if it was trained elsewhere.
        config: every setting, resolved; None if it was trained elsewhere.
        dataset: what it was trained on; or if it was trained elsewhere, tested on.
        input_shape: (height, width, channels).
        layers: in the order of the serving graph's outputs.
        metrics: on the test part.
        best_epoch: the epoch whose weights are kept, counted from 1; 0 where that is not known.
        temperature: what its logits were divided by, so that its confidence matches its accuracy.
        hardware: the devices and the precision it was trained with.
        corrections: how many it learned from besides the training part, by class.
        holds_back: whether corrections that are held back were left out of all its training;
            earlier versions left them out of retraining only.
        retrained: where it comes from, if it goes on from another run.
        model_card: sentences by heading.
        note: why it was stopped early, in a sentence; "" if it was not.
        timings: seconds by stage.
        versions: of Python and the main libraries.
        files: bytes of each required file, so that an incomplete folder is noticed.
        hashes: SHA-256 of each file that was written with it and not replaced since, so that an
            altered one is noticed before it is used; runs of earlier versions have none.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    id: str = ""
    created: AwareDatetime
    status: Literal["finished", "stopped"]
    added: Added | None = None
    config: TrainConfig | None = Field(default=None, validate_default=True)
    dataset: DatasetInfo
    input_shape: tuple[PositiveInt, PositiveInt, PositiveInt]
    layers: tuple[LayerInfo, ...]
    metrics: Metrics
    best_epoch: NonNegativeInt = 0
    temperature: PositiveFloat = 1.0
    hardware: dict[str, Any] = {}
    corrections: dict[str, int] = {}
    holds_back: bool = False
    retrained: Retrained | None = None
    model_card: dict[str, str] = {}
    note: str = ""
    timings: dict[str, Seconds]
    versions: dict[str, str] = {}
    files: dict[str, int] = {}
    hashes: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _under_old_names(cls, record: Any) -> Any:
        return renamed(record, {"card": "model_card"})

    @field_validator("config")
    @classmethod
    def _trained_or_added(
        cls, config: TrainConfig | None, info: ValidationInfo
    ) -> TrainConfig | None:
        if config is None and info.data.get("added") is None:
            raise ValueError("a network was trained here or added")
        return config

    @model_validator(mode="after")
    def _can_be_true(self) -> Self:
        if not self.dataset.class_names:
            raise ValueError("it has no classes")
        check_classes(self.dataset, self.metrics)
        outputs = self.layers[-1].shape if self.layers else ()
        if outputs and outputs != (len(self.dataset.class_names),):
            raise ValueError(f"{outputs} outputs for {len(self.dataset.class_names)} classes")
        return self

    @property
    def never_learned_held_back(self) -> bool:
        """Whether it surely has not learned from a correction that is held back."""
        return self.holds_back or not self.corrections

    @property
    def network(self) -> str:
        """The name of the network, or of the file that it was added from."""
        return self.config.network if self.config else Path(self.file).stem

    @property
    def file(self) -> str:
        """The name of the file that it was added from; "" if it was trained here."""
        return self.added.file if self.added else ""

    @property
    def dataset_reference(self) -> str:
        """What opens its dataset: a name or a path, as for training."""
        if self.config:
            return self.config.dataset
        return self.added.dataset if self.added else self.dataset.name

    @property
    def saw_test_images(self) -> bool | None:
        """Whether it saw the test images in training; None where not known, or only of some."""
        some = self.retrained is not None and bool(self.retrained.test_images)
        return None if self.added or some else False

    @property
    def parameters(self) -> int:
        """How many parameters the network has, trainable or not."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def milliseconds(self) -> float:
        """How long the serving graph took per test image, on the machine it was trained on."""
        return 1000 * self.timings.get("evaluating", 0.0) / max(self.metrics.total, 1)
