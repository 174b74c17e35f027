"""Which trackers are asked for, and where they are: a value that can be written down."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InklingError

if TYPE_CHECKING:  # the command line names the trackers before it loads anything heavy
    from pipeline.export.trackers.tracker import Tracker

EXPERIMENT, FOLDER = "inkling", "tensorboard"  # where nothing else is named


class TrackerName(StrEnum):
    """What runs can be tracked in."""

    MLFLOW = "mlflow"
    TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class Tracking:
    """Which trackers are asked for.

    Attributes:
        to: their names; none for no tracking.
        mlflow_uri: of MLflow's tracking server, database or folder; "" for its own default.
        mlflow_experiment: the name of its experiment.
        tensorboard_dir: the folder that TensorBoard shows.
    """

    to: tuple[TrackerName, ...] = ()
    mlflow_uri: str = ""
    mlflow_experiment: str = EXPERIMENT
    tensorboard_dir: str = FOLDER

    @classmethod
    def of(
        cls,
        to: Iterable[TrackerName],
        mlflow_uri: str,
        mlflow_experiment: str,
        tensorboard_dir: Path,
        *,
        elsewhere: bool = False,
    ) -> "Tracking":
        """Take what somebody chose; `elsewhere`: it may be carried out in another folder.

        Raises:
            InklingError: MLflow's own place would depend on that folder.
        """
        chosen = tuple(dict.fromkeys(to))
        if not chosen:
            return NO_TRACKING
        if elsewhere and TrackerName.MLFLOW in chosen and not mlflow_uri:
            raise InklingError(
                "What waits in the queue may be started from another folder. Say where MLflow "
                "tracks it, with --mlflow-uri."
            )
        return cls(chosen, mlflow_uri, mlflow_experiment, str(tensorboard_dir.absolute()))

    @classmethod
    def of_environment(cls) -> "Tracking":
        """Take what the environment says, such as that of a dashboard, for trainings it starts.

        Raises:
            InklingError: INKLING_TRACK names something else.
        """
        named = os.environ.get("INKLING_TRACK", "").split()
        for odd in (name for name in named if name not in {*TrackerName}):
            known = " and ".join(TrackerName)
            raise InklingError(f"INKLING_TRACK names “{odd}”. The trackers are {known}.")
        return cls.of(
            map(TrackerName, named),
            os.environ.get("MLFLOW_TRACKING_URI", ""),
            os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT),
            Path(os.environ.get("INKLING_TENSORBOARD", FOLDER)),
        )

    def or_of_environment(self) -> "Tracking":
        """Return what was asked for, or else what the environment says; see `of_environment`."""
        return self if self.to else self.of_environment()

    def trackers(self, sweep: str = "") -> "list[Tracker]":
        """Make the trackers; none is reached yet.

        Args:
            sweep: the key of that which the runs are of, by which they are found together; "" for
                runs of none.

        Raises:
            InklingError: the library of one is not installed.
        """
        return [self._made(name, sweep) for name in self.to]

    def _made(self, name: TrackerName, sweep: str) -> "Tracker":
        if name == TrackerName.MLFLOW:
            from pipeline.export.trackers.mlflow import MlflowTracker

            return MlflowTracker(self.mlflow_uri, self.mlflow_experiment, sweep)
        from pipeline.export.trackers.tensorboard import TensorBoardTracker

        return TensorBoardTracker(Path(self.tensorboard_dir), sweep)


NO_TRACKING = Tracking()
