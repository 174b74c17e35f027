"""What a process needs of a run to score images, and scoring them: no store, and no Keras."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

import numpy as np
import pyarrow as pa

from pipeline.analysis.out_of_distribution import IMAGE, OodDetector
from pipeline.errors import InklingError
from pipeline.preprocess import to_model_input
from pipeline.quiet import quiet_stderr
from pipeline.scoring.found import Found, Takes
from pipeline.serving.inference import ServingGraph
from pipeline.store.run_folder import Run

BATCH = 256  # images computed at a time


@dataclass(frozen=True)
class Network:
    """What scores images: it is sent to every process, so a run may be deleted meanwhile.

    Attributes:
        graph: the serving graph's bytes.
        detector: the run's OOD detector, if it has one.
        takes: what it takes.
        class_names: one name per class, in label order.
        embeds: the layer whose output are the features, an index into the graph's layers; None if
            they are not asked for.
    """

    graph: bytes
    detector: OodDetector | None
    takes: Takes
    class_names: tuple[str, ...]
    embeds: int | None = None

    @classmethod
    def of(cls, run: Run, *, embeddings: bool = False) -> "Network":
        """Take from a run what scoring needs.

        Raises:
            InklingError: a file of the run cannot be read, or it lacks what says which layer the
                features are from.
        """
        with quiet_stderr():  # LiteRT announces its delegate
            run.graph()  # a damaged one is found out before any process starts
        detector, info = run.ood_detector(), run.info
        if embeddings and detector is None:
            raise InklingError(
                f"Run {run.id} has no out-of-distribution detector, which says what its features "
                f"are. `inkling evaluate {run.id}` adds it."
            )
        return cls(
            run.graph_bytes(),
            detector,
            Takes(info.input_shape, info.dataset.mnist_framed),
            run.class_names,
            max(part.layer for part in detector.parts) if embeddings and detector else None,
        )

    @property
    def digest(self) -> str:
        """A hash of all that scores depend on."""
        seen = sha256(self.graph + repr((self.takes, self.class_names, self.embeds)).encode())
        for part in self.detector.parts if self.detector else ():
            seen.update(part.mean.tobytes() + part.basis.tobytes() + part.centers.tobytes())
        return seen.hexdigest()

    @property
    def schema(self) -> pa.Schema:
        """The columns of a result; without a score or an image, a value is missing."""
        fields = {
            "source": pa.string(),
            "member": pa.string(),
            "index": pa.int64(),
            "offset": pa.int64(),
            "class": pa.string(),
            "confidence": pa.float32(),
            "ood_score": pa.float32(),
            "error": pa.string(),
        }
        if self.embeds is not None:
            fields["embedding"] = pa.list_(pa.float32())
        return pa.schema(list(fields.items()))


class Scorer:
    """Scores images, one process at a time."""

    def __init__(self, network: Network) -> None:
        """Load a network; only where a process has a single thread yet (`quiet_stderr`)."""
        with quiet_stderr():
            self._graph = ServingGraph(network.graph)
        self._network = network
        parts = network.detector.parts if network.detector else ()
        self._layers = sorted({part.layer for part in parts} - {IMAGE})

    def tables(self, images: Iterable[Found]) -> Iterator[pa.RecordBatch]:
        """Score images, and list them with those that cannot be read, some hundred at a time."""
        waiting = iter(images)
        while found := list(islice(waiting, BATCH)):
            yield self._table(found)

    def _table(self, found: list[Found]) -> pa.RecordBatch:
        read = np.array([one.image is not None for one in found])
        said = (
            self._scored(np.stack([one.image for one in found if one.image is not None]))
            if read.any()
            else {}
        )
        columns = {
            "source": pa.array([one.source for one in found], pa.string()),
            "member": pa.array([one.member or None for one in found], pa.string()),
            "index": _known([one.index for one in found]),
            "offset": _known([one.offset for one in found]),
            "error": pa.array([one.error or None for one in found], pa.string()),
        }
        places = pa.array(np.where(read, np.cumsum(read) - 1, 0), mask=~read)
        for field in self._network.schema:
            if field.name not in columns:
                missing = pa.nulls(len(found), field.type)
                values = said.get(field.name)
                columns[field.name] = missing if values is None else values.take(places)
        return pa.RecordBatch.from_pydict(columns, self._network.schema)

    def _scored(self, images: np.ndarray) -> dict[str, pa.Array]:
        """Score images uint8 (n, height, width, channels): the columns that there are."""
        network, detector = self._network, self._network.detector
        probabilities, outputs = self._graph.outputs(images, self._layers)
        best = probabilities.argmax(axis=1)
        names = pa.array(network.class_names, pa.string())
        said = {
            "class": names.take(pa.array(best)),
            "confidence": pa.array(probabilities[np.arange(len(best)), best]),
        }
        if detector is not None:
            seen = {IMAGE: to_model_input(images), **outputs}
            vectors = {part.layer: part.vectors(seen[part.layer]) for part in detector.parts}
            said["ood_score"] = pa.array(detector.score(vectors).astype(np.float32))
            if network.embeds is not None:
                features = seen[network.embeds].reshape(len(images), -1)
                ends = np.arange(len(images) + 1, dtype=np.int32) * features.shape[1]
                said["embedding"] = pa.ListArray.from_arrays(ends, pa.array(features.ravel()))
        return said


def _known(numbers: list[int]) -> pa.Array:
    """Make a column of numbers, where negative ones say that there is none."""
    values = np.array(numbers, np.int64)
    return pa.array(values, mask=values < 0)
