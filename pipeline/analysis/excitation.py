"""What excites the maps and units of a layer most, over many images.

Layers come in as arrays, batch by batch, so that not all activations are in memory at once.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

import numpy as np

EXAMPLES = 9  # images that are kept per map
MOST_MAPS = 512  # of a layer; those behind them are left out
MOST_IMAGES = 10_000
NONE = -1  # in place of an image
LIMITS = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
NEAR = 0.01  # a limit: the distance to it, as a share of the range
SATURATED = 0.95  # share of a map's activations near a limit from which on it counts as saturated
SEED = 0


@dataclass(frozen=True)
class Excitation:
    """What many images do to the maps of one layer; a unit is a map of a single position.

    Attributes:
        images: int32 (maps, 9), the images that excite each map most, strongest first, of equal
            ones the first; NONE behind the last image on which the map rises anywhere above its
            smallest activation.
        rows, columns: int16 (maps, 9), where in the map its peak is, the first of equal ones; for
            a unit, both are its own index, by which `ReceptiveField` says what it sees.
        activations: float32 (maps, 9), at the peak; 0 where there is no image.
        smallest: float32 (maps,), its smallest activation on any image.
        zeros: float32 (maps,), the share of its activations that are 0.
        at_limits: float32 (maps,), the share of them that are within 1% of the limits of its
            activation function; 0 if that has none.
    """

    images: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    activations: np.ndarray
    smallest: np.ndarray
    zeros: np.ndarray
    at_limits: np.ndarray

    @property
    def dead(self) -> np.ndarray:
        """Whether each map is the same on all images, bool (maps,): with ReLU, always 0."""
        return self.images[:, 0] == NONE

    @property
    def saturated(self) -> np.ndarray:
        """Whether each map is nearly always at its activation function's limits, bool (maps,)."""
        return self.at_limits > SATURATED

    @property
    def largest(self) -> np.ndarray:
        """The largest activation of each map on any image, float32 (maps,)."""
        return np.where(self.dead, self.smallest, self.activations[:, 0])


STORED = {
    "images": np.int32, "rows": np.int16, "columns": np.int16, "activations": np.float32,
    "smallest": np.float32, "zeros": np.float32, "at_limits": np.float32,
}  # fmt: skip


class Watch:
    """Keeps what excites the maps of one layer while batches of images pass."""

    def __init__(self, activation: str = "linear") -> None:
        """Begin with no image.

        Args:
            activation: of the layer; what LIMITS does not name has no limits.
        """
        self._limits = LIMITS.get(activation)
        self._kept: dict[str, np.ndarray] = {}
        self._smallest: np.ndarray | None = None
        self._zeros = self._at_limits = np.zeros(0)
        self._seen = 0  # activations of each map

    def see(self, outputs: np.ndarray, images: np.ndarray) -> None:
        """Take what the layer makes of some more images.

        Args:
            outputs: float32 (n, height, width, maps) or (n, units).
            images: int (n,), ascending: which images they are, all after those seen before.
        """
        outputs = outputs[..., :MOST_MAPS]
        cells = outputs.reshape(len(outputs), -1, outputs.shape[-1])
        self._count(cells)
        of_maps = np.arange(cells.shape[-1])
        peaks = cells.max(axis=1)
        # Of an unsorted batch, only the strongest can be among the strongest of all.
        strongest = np.argsort(-peaks, axis=0, kind="stable")[:EXAMPLES]
        places = cells[strongest, :, of_maps].argmax(axis=-1)
        if outputs.ndim == 4:
            rows, columns = np.divmod(places, outputs.shape[2])
        else:
            rows = columns = np.broadcast_to(of_maps, strongest.shape)
        self._keep(
            {
                "images": images[strongest],
                "rows": rows,
                "columns": columns,
                "activations": peaks[strongest, of_maps],
            }
        )

    def found(self) -> Excitation:
        """Return what was found so far.

        Raises:
            ValueError: no image was seen.
        """
        if self._smallest is None:
            raise ValueError("no image was seen")
        kept = {name: _padded(values.T) for name, values in self._kept.items()}
        excited = kept["activations"] > self._smallest[:, None]
        found = {name: np.where(excited, values, 0) for name, values in kept.items()}
        found["images"] = np.where(excited, kept["images"], NONE)
        found["smallest"] = self._smallest
        found |= {"zeros": self._zeros / self._seen, "at_limits": self._at_limits / self._seen}
        return Excitation(**{name: found[name].astype(dtype) for name, dtype in STORED.items()})

    def _count(self, cells: np.ndarray) -> None:
        maps = cells.shape[-1]
        if self._smallest is None:
            self._smallest = np.full(maps, np.inf, np.float32)
            self._zeros = self._at_limits = np.zeros(maps)
        self._seen += cells.shape[0] * cells.shape[1]
        self._smallest = np.minimum(self._smallest, cells.min(axis=(0, 1)))
        self._zeros = self._zeros + np.count_nonzero(cells == 0, axis=(0, 1))
        if self._limits:
            low, high = self._limits
            near = NEAR * (high - low)
            at_limits = (cells <= low + near) | (cells >= high - near)
            self._at_limits = self._at_limits + np.count_nonzero(at_limits, axis=(0, 1))

    def _keep(self, more: dict[str, np.ndarray]) -> None:
        """Keep the strongest of those kept so far and of some more, (n, maps) each."""
        if self._kept:
            more = {name: np.concatenate([self._kept[name], more[name]]) for name in more}
        order = np.argsort(-more["activations"], axis=0, kind="stable")[:EXAMPLES]
        self._kept = {name: np.take_along_axis(values, order, 0) for name, values in more.items()}


def sample(count: int) -> np.ndarray:
    """Choose which of `count` images are looked at: int64, ascending, at most 10,000."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:MOST_IMAGES])


def save(found: Mapping[int, Excitation], file: IO[bytes]) -> None:
    """Write what excites each layer, by its place, as `.npz`: `<field>_<place>`."""
    arrays = {
        f"{name}_{layer}": getattr(excitation, name)
        for layer, excitation in found.items()
        for name in STORED
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)


def load(file: IO[bytes]) -> dict[int, Excitation]:
    """Read what `save` wrote.

    Raises:
        ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile: it is damaged.
    """
    with np.load(file, allow_pickle=False) as arrays:
        layers = [int(name.removeprefix("images_")) for name in arrays if name.startswith("images")]
        found = {
            layer: Excitation(**{name: arrays[f"{name}_{layer}"] for name in STORED})
            for layer in sorted(layers)
        }
    for layer, excitation in found.items():
        maps = len(excitation.images)
        for name, array in dataclasses.asdict(excitation).items():
            kept = name in ("images", "rows", "columns", "activations")
            if array.shape != ((maps, EXAMPLES) if kept else (maps,)):
                raise ValueError(f"the {name} of layer {layer} have the shape {array.shape}")
    return found


def _padded(kept: np.ndarray) -> np.ndarray:
    """Fill up (maps, n) to (maps, 9); what is filled in excites nothing."""
    missing = ((0, 0), (0, EXAMPLES - kept.shape[1]))
    return np.pad(kept.astype(np.float64), missing, constant_values=-np.inf)
