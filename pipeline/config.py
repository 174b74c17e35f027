"""Every setting of a training, checked once and written into the run."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.errors import InklingError


@dataclass(frozen=True)
class NetworkKind:
    """What a person should know of a network before training it.

    Attributes:
        title: a few words for a list.
        lesson: one sentence: why this network is worth a look.
        learning_rate: the peak of its schedule, chosen on validation images.
    """

    title: str
    lesson: str
    learning_rate: float


# Smallest first: read in this order they tell a story.
NETWORKS: dict[str, NetworkKind] = {
    "pixels": NetworkKind(
        "Pixels alone",
        "Each pixel is a feature with one weight a class: no hidden layer at all.",
        5e-3,
    ),
    "perceptron": NetworkKind(
        "Two small hidden layers",
        "Two hidden layers of 16 sigmoid units: small enough to draw whole.",
        1e-2,
    ),
    "shallow": NetworkKind(
        "One wide hidden layer",
        "One hidden layer of 128 units: what a shallow network reaches, and where it stops.",
        3e-3,
    ),
    "lenet5": NetworkKind(
        "LeNet-5",
        "The classic of 1998: small filters slide over the picture, so place matters less.",
        3e-3,
    ),
    "cnn": NetworkKind(
        "Convolutional network",
        "Three convolutions with batch normalisation: the best accuracy for a minute of two cores.",
        5e-3,
    ),
}

DEFAULT_DATASET = "digits"
DEFAULT_NETWORK = "cnn"

# A small dataset is gone through more often: about this many images are seen in all.
IMAGES_SEEN = 600_000
FEWEST_EPOCHS, MOST_EPOCHS = 12, 60


class TrainConfig(BaseModel):
    """The settings of one training.

    Attributes:
        dataset: "digits", "mnist", "fashion_mnist", or the path of your own.
        network: a key of NETWORKS.
        epochs: passes over the training images; None picks 12 to 60 by the dataset's size.
        batch_size: images a step.
        learning_rate: peak of the warm-up and cosine schedule; None takes the network's own.
        seed: fixes the initial weights and the order of the images.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = DEFAULT_DATASET
    network: str = DEFAULT_NETWORK
    epochs: int | None = Field(default=None, ge=1, le=1000)
    batch_size: int = Field(default=128, ge=1, le=8192)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    seed: int = Field(default=0, ge=0, lt=2**31)

    @field_validator("network")
    @classmethod
    def _known_network(cls, name: str) -> str:
        if name not in NETWORKS:
            raise InklingError(
                f"There is no network named “{name}”. Choose one of: {', '.join(NETWORKS)}."
            )
        return name

    def resolved(self, train_images: int) -> "TrainConfig":
        """Return the same settings with every None replaced by the value that will be used."""
        usual = round(IMAGES_SEEN / max(train_images, 1))
        return self.model_copy(
            update={
                "epochs": self.epochs or min(max(usual, FEWEST_EPOCHS), MOST_EPOCHS),
                "learning_rate": self.learning_rate or NETWORKS[self.network].learning_rate,
            }
        )
