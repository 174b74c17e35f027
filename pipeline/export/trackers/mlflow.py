"""Runs in MLflow: on its server, in its database or its folder, through its own client."""

import importlib.metadata
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from pipeline import atomic, extras
from pipeline.errors import InklingError, printable, reason
from pipeline.export import litert
from pipeline.export.trackers import contents, pictures
from pipeline.export.trackers.contents import Contents
from pipeline.export.trackers.tracker import End, Underway, key_of
from pipeline.progress import silent
from pipeline.store.run_folder import Run
from pipeline.training.checkpoint import Row

KEY, PLACE, RUN = "inkling.key", "inkling.place", "inkling.run"  # tags that runs are found by
SWEEP = "inkling.sweep"  # a tag that is the same for all runs of a sweep
MODEL, SAID, FILES = "model", "inkling", "run"  # artifacts: its model, what was drawn, its folder
SERVED = Path(__file__).with_name("served.py")  # copied, and run by MLflow alone
NEEDED = ("mlflow", "ai-edge-litert", "numpy", "pandas")  # to serve the model
LONGEST, MOST_AT_ONCE = 5_000, 90  # MLflow takes values of 6,000 characters; 100 values at once
STATUS = {"finished": "FINISHED", "stopped": "KILLED"}
ENDED: dict[End, str] = {"stopped": "KILLED", "failed": "FAILED", "discarded": "KILLED"}
# Nobody waits minutes for a server that is away (15 seconds, twice, for one that takes what it is
# told and says nothing), and nobody else is told what is tracked.
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


class MlflowTracker:
    """Tracks runs in an experiment of MLflow.

    A run of MLflow is found again by a tag, so that nothing is there twice, and what it has already
    is not sent again.
    """

    name, option = "MLflow", "mlflow"

    def __init__(self, uri: str, experiment: str, sweep: str = "") -> None:
        """Track in an experiment; nothing is reached yet.

        Args:
            uri: of the tracking server, database or folder; "" for MLflow's own default.
            experiment: its name.
            sweep: the key of that which the runs are of; "" for runs of none.

        Raises:
            InklingError: MLflow is not installed.
        """
        extras.check_installed("mlflow", "MLflow", "mlflow")
        self._uri, self._experiment, self._sweep = uri, experiment, sweep
        self._id = ""  # of the run that a training is tracked in

    def begin(self, training: Underway) -> None:
        """Begin a run, or go on with that of the attempt that was interrupted."""
        with self._reached():
            for left in self._found(PLACE, training.place, "attributes.status = 'RUNNING'"):
                if training.resumed and not self._id:
                    self._id = left.info.run_id
                    self._client.set_tag(self._id, KEY, training.key)
                else:  # it was killed, and could not say so itself
                    self._client.set_terminated(left.info.run_id, "KILLED")
            told = contents.settings(training.config, training.dataset)
            name = f"{told['network']} on {told['dataset']}"
            self._id = self._id or self._created(training.key, name, training.created.timestamp())
            self._client.set_tag(self._id, PLACE, training.place)
            self._log_settings(told)
            self._log_curves(list(training.rows), time.time())

    def epoch(self, row: Row) -> None:
        """Note the numbers of an epoch."""
        with self._reached():
            self._log(
                {(name, int(row["epoch"])): value for name, value in contents.curve(row).items()}
            )

    def end(self, how: End) -> None:
        """Note that there is no run; one that was discarded is deleted."""
        if not self._id:
            return
        with self._reached():
            self._client.set_terminated(self._id, ENDED[how])
            if how == "discarded":
                self._client.delete_run(self._id)

    def has(self, run: Run) -> bool:
        """Say whether a run of MLflow's has what `record` writes last."""
        with self._reached():
            found = self._found(KEY, key_of(run), "attributes.status != 'RUNNING'")
            return any(RUN in one.data.tags for one in found)

    def record(self, run: Run) -> str:
        """Write all there is of a run; return where it is."""
        told = Contents.of(run)
        with self._reached():
            name, key = run.about.name or run.id, key_of(run)
            began = run.info.created.timestamp()
            known = next((one.info.run_id for one in self._found(KEY, key)), "")
            self._id = known or self._created(key, name, began)
            tags = {RUN: run.id, "mlflow.runName": name}
            tags |= {"mlflow.note.content": run.about.note} if run.about.note else {}
            tags |= {SWEEP: self._sweep} if self._sweep else {}
            for tag, value in tags.items():
                self._client.set_tag(self._id, tag, value[:LONGEST])
            self._log_settings(told.settings)
            self._log_curves(told.rows, began)
            self._log_measures(told)
            self._log_artifacts(told)
            self._log_model(told)
            status = STATUS[run.info.status]
            self._client.set_terminated(self._id, status, round(1000 * told.ended))
        return f"run {self._id} of {self._place}"

    @cached_property
    def _client(self) -> Any:
        for name, value in PATIENCE.items():
            os.environ.setdefault(name, value)
        import mlflow

        for talks in ("mlflow", "alembic", "urllib3"):  # of every table made, of every retry
            logging.getLogger(talks).setLevel(logging.ERROR)
        if self._uri:
            mlflow.set_tracking_uri(self._uri)
        return mlflow.MlflowClient()

    @cached_property
    def _experiment_id(self) -> str:
        from mlflow.exceptions import MlflowException

        found = self._client.get_experiment_by_name(self._experiment)
        if found is None:
            try:
                return str(self._client.create_experiment(self._experiment))
            except MlflowException:  # somebody else was quicker, or the next line says what it is
                found = self._client.get_experiment_by_name(self._experiment)
                if found is None:
                    raise
        if found.lifecycle_stage != "active":
            raise InklingError(
                f"The experiment “{self._experiment}” was deleted in MLflow. Restore it there, or "
                "name another with --mlflow-experiment."
            )
        return str(found.experiment_id)

    def _created(self, key: str, name: str, began: float) -> str:
        run = self._client.create_run(
            self._experiment_id,
            start_time=round(1000 * began),
            tags={KEY: key, "mlflow.source.name": "inkling"},
            run_name=printable(name)[:LONGEST],
        )
        return str(run.info.run_id)

    def _found(self, tag: str, value: str, also: str = "") -> list[Any]:
        """Find the runs with a tag whose value is one of ours: letters and digits."""
        wanted = f"tags.`{tag}` = '{value}'" + (f" and {also}" if also else "")
        return list(self._client.search_runs([self._experiment_id], wanted))

    def _log_settings(self, told: Mapping[str, str]) -> None:
        """Write the settings that are not there; MLflow lets none be changed."""
        from mlflow.entities import Param

        known = self._client.get_run(self._id).data.params
        new = [Param(name, said[:LONGEST]) for name, said in told.items() if name not in known]
        for start in range(0, len(new), MOST_AT_ONCE):
            self._client.log_batch(self._id, params=new[start : start + MOST_AT_ONCE])

    def _log_curves(self, rows: list[Row], began: float) -> None:
        """Write the epochs that are not there."""
        passed, new = 0.0, dict[tuple[str, int], float]()
        at = dict[int, float]()
        for row in rows:
            epoch = int(row["epoch"])
            passed += row.get("seconds", 0.0)
            at[epoch] = began + passed
            new |= {(name, epoch): value for name, value in contents.curve(row).items()}
        for name in {name for name, _ in new}:
            for entry in self._client.get_metric_history(self._id, name):
                new.pop((name, entry.step), None)
        self._log(new, at)

    def _log_measures(self, told: Contents) -> None:
        """Write the final numbers that are not there, or were others."""
        known = self._client.get_run(self._id).data.metrics
        new = {name: value for name, value in told.measures.items() if known.get(name) != value}
        self._log({(name, 0): value for name, value in new.items()}, {0: told.ended})

    def _log(
        self, values: Mapping[tuple[str, int], float], at: Mapping[int, float] | None = None
    ) -> None:
        """Write numbers, by name and step; `at` says when, in seconds since 1970, by step."""
        from mlflow.entities import Metric

        now = time.time()
        made = [
            Metric(name, value, round(1000 * (at or {}).get(step, now)), step)
            for (name, step), value in values.items()
        ]
        for start in range(0, len(made), MOST_AT_ONCE):
            self._client.log_batch(self._id, metrics=made[start : start + MOST_AT_ONCE])

    def _log_artifacts(self, told: Contents) -> None:
        """Write the run's files, its confusion matrix and what it misread, over what was there."""
        names = [contents.one_line(name) for name in told.facts.names]
        with atomic.scratch() as folder:
            picture = pictures.png(pictures.confusion(told.facts.counts, names))
            (folder / "confusion_matrix.png").write_bytes(picture)
            told.misread.to_csv(folder / "misread.csv", index=False)
            tiles = pictures.misread(told)
            if len(tiles):
                (folder / "misread.png").write_bytes(pictures.png(pictures.together(tiles)))
            self._client.log_artifacts(self._id, str(folder), SAID)
        for name, path in told.run.files().items():
            under = PurePosixPath(FILES, name).parent
            self._client.log_artifact(self._id, str(path), str(under))

    def _log_model(self, told: Contents) -> None:
        """Write a model that `mlflow.pyfunc` loads and serves, once."""
        import mlflow
        from mlflow.models import Model

        known = self._client.get_run(self._id).outputs
        for output in known.model_outputs if known else []:
            if str(self._client.get_logged_model(output.model_id).status) == "READY":
                return
        with atomic.scratch() as folder:
            litert.write_folder(told.run, folder / "network", silent)
            # Otherwise it would be in the experiment that this process is in, which is another.
            made = self._client.create_logged_model(
                self._experiment_id, MODEL, self._id, params=told.settings
            )
            Model.log(
                artifact_path=None,
                model_id=made.model_id,
                run_id=self._id,
                flavor=mlflow.pyfunc,
                python_model=str(SERVED),
                artifacts={
                    "graph": str(folder / "network" / litert.LITERT_MODEL),
                    "names": str(folder / "network" / litert.NAMES),
                },
                signature=_signature(told.run.info.input_shape),
                input_example=_example(told),
                pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in NEEDED],
            )

    @property
    def _place(self) -> str:
        """Where it tracks, without the password that may be in it."""
        return re.sub(r"//[^/@]*@", "//", self._uri) or "MLflow’s default place"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say in a sentence why MLflow could not be reached, or would not do what it was asked."""
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        # What requests raises is an OSError, too.
        except (MlflowException, SQLAlchemyError, OSError) as error:
            silent_server = "Max retries exceeded" in str(error)
            why = "does not answer" if silent_server else f"could not be used: {reason(error)}"
            raise InklingError(f"{self._place} {why}.") from error


def _signature(shape: tuple[int, int, int]) -> Any:
    """Say what a model takes and gives."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec
    from mlflow.types.schema import Array

    takes = Schema([TensorSpec(np.dtype(np.uint8), (-1, *shape))])
    number, text = DataType.double, DataType.string
    gives = [ColSpec(text, "predicted"), ColSpec(number, "confidence")]
    return ModelSignature(takes, Schema([*gives, ColSpec(Array(number), "probabilities")]))


def _example(told: Contents) -> np.ndarray:
    """Return a test image, or a blank one: uint8 (1, height, width, channels)."""
    images = told.pictures(np.array([0]))
    return np.zeros((1, *told.run.info.input_shape), np.uint8) if images is None else images
