"""Every setting of a training, validated once and written into the run."""

from dataclasses import dataclass
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.errors import InklingError


@dataclass(frozen=True)
class NetworkKind:
    """What to know about a network before training it.

    Attributes:
        title: a few words for a list.
        lesson: one sentence: what this network shows.
        learning_rate: the peak of its schedule for batches of 128, chosen on validation images.
        augmented: whether it has the capacity to benefit from augmentation; the smallest do not.
    """

    title: str
    lesson: str
    learning_rate: float
    augmented: bool = False


# Smallest first: in this order, each adds an idea.
NETWORKS: dict[str, NetworkKind] = {
    "pixels": NetworkKind(
        "Pixels alone",
        "Softmax regression: each pixel is a feature with one weight per class, no hidden layer.",
        5e-3,
    ),
    "perceptron": NetworkKind(
        "Two small hidden layers",
        "Two hidden layers of 16 sigmoid units: small enough to show every unit.",
        1e-2,
    ),
    "shallow": NetworkKind(
        "One wide hidden layer",
        "One hidden layer of 128 ReLU units: how far a shallow network gets.",
        3e-3,
    ),
    "lenet5": NetworkKind(
        "LeNet-5",
        "The 1998 classic: small filters slide over the image, so position matters less.",
        3e-3,
        augmented=True,
    ),
    "cnn": NetworkKind(
        "Convolutional network",
        "Convolutions and batch normalization: the most accurate of these, and fast to train.",
        5e-3,
        augmented=True,
    ),
}


STANDARD, DEEP = "standard", "deep"
VARIANTS = {  # of a network, in words
    STANDARD: "the network as listed",
    DEEP: "more layers: more accurate, and slower to train",
}


@dataclass(frozen=True)
class Preset:
    """How long a training may take.

    Attributes:
        purpose: a few words for a list.
        images_seen: about how many training images are shown in all; a small dataset gets more
            epochs, within the two bounds that follow.
        fewest_epochs, most_epochs: those bounds.
        batch_size: images per step.
        augmentation: strength, for networks that benefit from it.
        variant: of the network, if it has that variant; see VARIANTS.
        learning_rate_factor: multiplies the network's own learning rate.
        label_smoothing: share of each label that is spread over all classes.
        decay_rates: of Adam's running means of the gradient and of its square. Few steps need a
            short memory: with the usual 0.999, the first steps' gradients, which are the largest,
            would hold back the learning rate for the rest of a short training.
        batch_shift: pixels of 28 by which each batch as a whole is shifted at most, for networks
            that benefit from augmentation: much of its worth, at none of its cost.
        allographs: share of the digits in an epoch that are drawn, for networks that benefit from
            augmentation, on datasets that are known to hold digits.
        disturbance: share of the images that are disturbed, for the same.
        epoch_share: how much of the training images an epoch shows, in (0, 1]; each leaves out
            others.
    """

    purpose: str
    images_seen: int
    fewest_epochs: int
    most_epochs: int
    batch_size: int
    augmentation: float = 0.0
    variant: str = STANDARD
    learning_rate_factor: float = 1.0
    label_smoothing: float = 0.0
    decay_rates: tuple[float, float] = (0.9, 0.999)
    batch_shift: int = 0
    allographs: float = 0.0
    disturbance: float = 0.0
    epoch_share: float = 1.0


PRESETS: dict[str, Preset] = {
    "quick": Preset(
        "over 99% on MNIST in seconds",
        108_000,
        2,
        40,
        256,
        learning_rate_factor=1.4,
        decay_rates=(0.8, 0.95),
        batch_shift=1,
        epoch_share=0.9,
    ),
    "default": Preset(
        "about a minute on MNIST", 750_000, 14, 60, 128, augmentation=0.6, allographs=0.1
    ),
    "best": Preset(
        "most accurate; 15 minutes or more on MNIST",
        1_944_000,
        20,
        120,
        128,
        augmentation=0.9,
        variant=DEEP,
        learning_rate_factor=0.8,
        label_smoothing=0.1,
        allographs=0.1,
        disturbance=0.25,
    ),
}

DEFAULT_DATASET = "mnist-5k"
DEFAULT_NETWORK = "cnn"
DEFAULT_PRESET = "default"
# Of an audit: so many times, as many networks as there are folds, with other folds each time.
FOLDS, REPEATS, AUDIT_PRESET = 5, 3, "quick"


class TrainConfig(BaseModel):
    """The settings of one training. Those that are None come from the preset and the network.

    Attributes:
        dataset: "mnist-5k", "digits", "mnist", "fashion_mnist", or the path of another dataset.
        network: a key of NETWORKS.
        preset: a key of PRESETS.
        epochs: passes over the training images.
        batch_size: images per step.
        learning_rate: peak of the warm-up and cosine schedule.
        augmentation: strength of data augmentation; 0 turns it off.
        label_smoothing: share of each label that is spread over all classes (Szegedy et al. 2016).
        allographs: share of the digits in each epoch that are drawn, in ways to write them that
            MNIST lacks; see `training.handwriting`. 0 turns it off.
        disturbance: share of the images in each epoch that are blurred, littered, unevenly lit or
            the like; see `training.disturbance`. 0 turns it off.
        variant: a key of VARIANTS; a network without that variant uses its standard one.
        corrections: whether to also learn from the corrections in the store that fit and are not
            held back.
        seed: determines the initial weights, the order of the images and their augmentation.
        film: whether to keep a film of the training; see `training.film`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = DEFAULT_DATASET
    network: str = DEFAULT_NETWORK
    preset: str = DEFAULT_PRESET
    epochs: int | None = Field(default=None, ge=1, le=1000)
    batch_size: int | None = Field(default=None, ge=1, le=8192)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    augmentation: float | None = Field(default=None, ge=0, le=2)
    label_smoothing: float | None = Field(default=None, ge=0, lt=1)
    allographs: float | None = Field(default=None, ge=0, lt=1)
    disturbance: float | None = Field(default=None, ge=0, le=1)
    variant: str | None = None
    corrections: bool = False  # opt-in, so that equal settings train equally
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    film: bool = True

    @model_validator(mode="before")
    @classmethod
    def _under_old_names(cls, settings: Any) -> Any:
        """Read settings written when the deep variant was a flag of its own, `deeper`."""
        if not isinstance(settings, dict) or "deeper" not in settings:
            return settings
        deeper = settings["deeper"]
        variant = None if deeper is None else DEEP if deeper else STANDARD
        return {name: value for name, value in settings.items() if name != "deeper"} | {
            "variant": variant
        }

    @field_validator("network", "preset", "variant")
    @classmethod
    def _known(cls, name: str | None, info: ValidationInfo) -> str | None:
        choices = {"network": [*NETWORKS], "preset": [*PRESETS], "variant": [*VARIANTS]}
        known = choices[str(info.field_name)]
        if name is not None and name not in known:
            raise InklingError(
                f"There is no {info.field_name} named “{name}”. Choose one of: {', '.join(known)}."
            )
        return name

    @field_validator("dataset")
    @classmethod
    def _writable(cls, name: str) -> str:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise InklingError(
                f"The dataset's path {name} is not UTF-8. Rename the file or folder."
            ) from None
        return name

    @classmethod
    def of(cls, **settings: Any) -> "TrainConfig":
        """Validate settings that a person gave.

        Raises:
            InklingError: one of them is not allowed; the message says which, and what is.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            wrong = error.errors()[0]
            what = ".".join(map(str, wrong["loc"]))
            rule = wrong["msg"].removeprefix("Input ").replace("should", "must", 1)
            raise InklingError(f"{what} {rule}, got {wrong['input']!r}.") from error

    def resolved(self, train_images: int, *, digits: bool = False) -> "TrainConfig":
        """Return the same settings with every None replaced by the value to use.

        Args:
            train_images: how many there are.
            digits: whether they are known to be digits, framed as MNIST's.
        """
        preset, network = PRESETS[self.preset], NETWORKS[self.network]
        usual = round(preset.images_seen / max(train_images, 1))
        batch_size = self.batch_size or preset.batch_size
        # Larger batches take larger steps: square-root scaling (Krizhevsky 2014).
        usual_rate = network.learning_rate * preset.learning_rate_factor
        learning_rate = self.learning_rate or usual_rate * (batch_size / 128) ** 0.5
        augmentation, smoothing = self.augmentation, self.label_smoothing
        if augmentation is None:
            augmentation = preset.augmentation if network.augmented else 0.0
        allographs, disturbance = self.allographs, self.disturbance
        if allographs is None:
            allographs = preset.allographs if network.augmented and digits else 0.0
        if disturbance is None:
            disturbance = preset.disturbance if network.augmented and digits else 0.0
        return self.model_copy(
            update={
                "epochs": self.epochs or min(max(usual, preset.fewest_epochs), preset.most_epochs),
                "batch_size": batch_size,
                "learning_rate": min(learning_rate, 1.0),
                "augmentation": augmentation,
                "label_smoothing": preset.label_smoothing if smoothing is None else smoothing,
                "allographs": allographs,
                "disturbance": disturbance,
                "variant": self.variant or preset.variant,
            }
        )
