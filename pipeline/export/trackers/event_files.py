"""TensorBoard's event files: written without TensorFlow, by TensorBoard's own record writer."""

import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.export.trackers.pictures import png

if TYPE_CHECKING:  # nothing imports TensorBoard before it is asked for
    from tensorboard.compat.proto.event_pb2 import Event


class EventFile:
    """An event file that grows; readers see each value as soon as it is added."""

    def __init__(self, folder: Path) -> None:
        """Begin a file in a folder.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        # As TensorFlow names them; a folder may have several.
        host = platform.node().replace(os.sep, "_")
        name = f"events.out.tfevents.{time.time():017.6f}.{host}.{os.getpid()}"
        self._file = (folder / name).open("wb")
        self._writer = RecordWriter(self._file)
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def scalar(self, tag: str, value: float, step: int, wall_time: float) -> None:
        """Add a number."""
        from tensorboard.plugins.scalar import metadata

        array = np.array(value, np.float32)
        self._add(tag, array, metadata.create_summary_metadata("", ""), step, wall_time)

    def images(self, tag: str, images: Sequence[np.ndarray], step: int, wall_time: float) -> None:
        """Add images of one size, uint8 (height, width, 3), that are shown one at a time."""
        from tensorboard.plugins.image import metadata

        height, width = images[0].shape[:2]
        encoded = [str(width).encode(), str(height).encode(), *map(png, images)]
        array = np.array(encoded, dtype=object)
        self._add(tag, array, metadata.create_summary_metadata("", ""), step, wall_time)

    def text(self, tag: str, markdown: str, step: int, wall_time: float) -> None:
        """Add a text in Markdown; what must not be taken for that is escaped before."""
        from tensorboard.plugins.text import metadata

        array = np.array(markdown.encode("utf-8"), dtype=object)
        self._add(tag, array, metadata.create_summary_metadata("", ""), step, wall_time)

    def session(
        self, settings: Mapping[str, str | float | bool], name: str, began: float, ended: float
    ) -> None:
        """Add what the HParams page lists and compares: settings of a training that is over.

        Args:
            settings: by name.
            name: of the training; those with the same are averaged.
            began, ended: in seconds since 1970.
        """
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import metadata
        from tensorboard.plugins.hparams.api_pb2 import Status
        from tensorboard.plugins.hparams.plugin_data_pb2 import (
            HParamsPluginData,
            SessionEndInfo,
        )
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb

        start = hparams_pb(dict(settings), trial_id=name, start_time_secs=began)
        self._write(Event(wall_time=began, summary=start))
        end = SessionEndInfo(status=Status.Value("STATUS_SUCCESS"), end_time_secs=ended)
        kind = metadata.create_summary_metadata(HParamsPluginData(session_end_info=end))
        tag = metadata.SESSION_END_INFO_TAG
        value = Summary.Value(tag=tag, metadata=kind, tensor=metadata.NULL_TENSOR)
        self._write(Event(wall_time=ended, summary=Summary(value=[value])))

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _add(self, tag: str, array: np.ndarray, kind: object, step: int, wall_time: float) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.util.tensor_util import make_tensor_proto

        value = Summary.Value(tag=tag, tensor=make_tensor_proto(array), metadata=kind)
        self._write(Event(wall_time=wall_time, step=step, summary=Summary(value=[value])))

    def _write(self, event: "Event") -> None:
        self._writer.write(event.SerializeToString())
        self._writer.flush()
