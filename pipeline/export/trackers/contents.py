"""A run -> what trackers are given of it: plain names, numbers and texts. Knows no tracker."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.analysis import embedding
from pipeline.config import TrainConfig
from pipeline.data.datasets import picked
from pipeline.errors import printable
from pipeline.export.report import facts
from pipeline.export.report.facts import Facts
from pipeline.names import slug
from pipeline.quiet import quiet_stderr
from pipeline.store.run_folder import Run, RunDamaged
from pipeline.store.run_info import DatasetInfo
from pipeline.training.checkpoint import Row

# What the columns of a history are called, so that trackers show what belongs together.
CURVES = {
    "loss": "training/loss",
    "accuracy": "training/accuracy",
    "val_loss": "validation/loss",
    "val_accuracy": "validation/accuracy",
    "learning_rate": "training/learning_rate",
    "seconds": "training/seconds",
}
MEASURES = ("accuracy", "accuracy_low", "accuracy_high", "log_loss", "calibration_error")
OF_CLASSES = ("precision", "recall", "f1")
COUNTS = ("images_", "classes", "parameters")  # begin the names of settings that are whole numbers
MOST_MISREAD = 60  # pictures
MOST_POINTS, MOST_VALUES = 1_000, 2_000  # features are computed of so many images, so wide


@dataclass(frozen=True)
class Points:
    """Test images as a network sees them.

    Attributes:
        rows: int (n,), their numbers among the test images.
        features: float (n, at most 50), the principal components of what the last layer gets.
    """

    rows: np.ndarray
    features: np.ndarray


@dataclass(frozen=True)
class Contents:
    """All that trackers are given of a run.

    Attributes:
        facts: its answers, its confusion matrix, and its test images if they are on this machine.
    """

    facts: Facts

    @classmethod
    def of(cls, run: Run) -> "Contents":
        """Read a run.

        Raises:
            InklingError: it is damaged or cannot be read.
        """
        found = run.checked()
        if not isinstance(found, Run):
            raise RunDamaged(found.reason)
        return cls(facts.read(run))

    @property
    def run(self) -> Run:
        """The run."""
        return self.facts.run

    @property
    def settings(self) -> dict[str, str]:
        """What it was trained with; see `settings`."""
        return settings(self.run.info.config, self.run.info.dataset) | {
            "network": self.run.info.network,
            "parameters": str(self.run.info.parameters),
        }

    @property
    def compared(self) -> dict[str, str | float | bool]:
        """Its settings as numbers and texts, so that trackers can sort and draw them."""
        config, told = self.run.info.config, self.settings
        kept = {} if config is None else config.model_dump(exclude={"dataset"}, exclude_none=True)
        return told | kept | {name: int(told[name]) for name in told if name.startswith(COUNTS)}

    @property
    def rows(self) -> list[Row]:
        """Its epochs; none of a network that was trained elsewhere."""
        table = self.facts.history
        rows = [] if table is None else table.to_dict("records")
        return [{str(name): float(value) for name, value in row.items()} for row in rows]

    def seconds_until(self, epoch: int) -> float:
        """Say how long after its beginning an epoch ended, as far as its history tells."""
        return sum(row.get("seconds", 0.0) for row in self.rows if row["epoch"] <= epoch)

    @property
    def measures(self) -> dict[str, float]:
        """What it reached on the test images, by class, too."""
        metrics, info = self.run.info.metrics, self.run.info
        found = {f"test/{name}": float(getattr(metrics, name)) for name in MEASURES}
        found |= {"test/best_epoch": float(info.best_epoch), "test/temperature": info.temperature}
        for label, scores in enumerate(metrics.classes):
            told = {name: float(getattr(scores, name)) for name in OF_CLASSES}
            # A name may hold anything, and two may look alike; its number tells them apart.
            found |= {f"test_{name}/{slug(f'{label} {scores.name}')}": told[name] for name in told}
        return found

    @property
    def ended(self) -> float:
        """When it was published, about: in seconds since 1970."""
        lasted = timedelta(seconds=sum(self.run.info.timings.values()))
        return (self.run.info.created + lasted).timestamp()

    @property
    def misread(self) -> pd.DataFrame:
        """Every misread test image, the most confident first: index, true, predicted, confidence.

        Its images are those of `misread_pictures`, in this order.
        """
        answers = self.facts.answers
        return self.answered(answers.mistakes)

    def answered(self, rows: np.ndarray) -> pd.DataFrame:
        """Describe answers: index, true, predicted, confidence; classes by their names."""
        answers, names = self.facts.answers, np.array([one_line(name) for name in self.facts.names])
        return pd.DataFrame(
            {
                "index": rows,
                "true": names[answers.label[rows]],
                "predicted": names[answers.predicted[rows]],
                "confidence": answers.confidence[rows].astype(np.float64).round(6),
            }
        )

    @property
    def misread_pictures(self) -> np.ndarray | None:
        """The first of them, uint8 (at most 60, height, width, channels); see `pictures`."""
        return self.pictures(self.facts.answers.mistakes[:MOST_MISREAD])

    def pictures(self, rows: np.ndarray) -> np.ndarray | None:
        """Read test images; None if they are not on this machine."""
        return None if self.facts.images is None else picked(self.facts.images, rows)

    @cached_property
    def points(self) -> Points | None:
        """Up to 1,000 test images by their features, misread ones first; None without images."""
        rows = self.facts.answers.mistakes[: MOST_POINTS // 2]
        others = np.setdiff1d(np.arange(len(self.facts.answers.label)), rows)
        drawn = np.random.default_rng(0).permutation(others)[: MOST_POINTS - len(rows)]
        rows = np.concatenate([rows, np.sort(drawn)])
        images = self.pictures(rows)
        if images is None or len(rows) < 2:
            return None
        features = np.stack(self._features(images))
        return Points(rows, embedding.reduced(features, features)[0])

    def _features(self, images: np.ndarray) -> list[np.ndarray]:
        """Compute what the layer before the last makes of images; of a single layer, the image."""
        with quiet_stderr():  # LiteRT announces its delegate
            graph = self.run.graph()
        if len(self.run.info.layers) < 2:
            return list(images.reshape(len(images), -1) / np.float32(255))
        return [_flat(graph.activations(image)[-2]) for image in images]


def settings(config: TrainConfig | None, dataset: DatasetInfo) -> dict[str, str]:
    """Describe what a network learns with and from: every setting, as text."""
    told = {} if config is None else config.model_dump(exclude={"dataset"})
    return {
        **{name: "" if value is None else str(value) for name, value in told.items()},
        "dataset": one_line(dataset.name),
        "dataset_fingerprint": dataset.fingerprint,
        "classes": str(len(dataset.class_names)),
        **{f"images_{part}": str(count) for part, count in dataset.counts.items()},
    }


def curve(row: Row) -> dict[str, float]:
    """Return the numbers of an epoch under the names that trackers are given."""
    return {name: float(row[column]) for column, name in CURVES.items() if column in row}


def one_line(name: str) -> str:
    """Return a name as it can be shown in a line or a cell of a table."""
    return printable(" ".join(name.split()))


def _flat(values: np.ndarray) -> np.ndarray:
    """Lay the output of a layer out as one row; large maps are averaged first."""
    large = values.size > MOST_VALUES and values.ndim == 3
    return (values.mean(axis=(0, 1)) if large else values).ravel()
