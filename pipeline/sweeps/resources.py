"""What each training of a sweep gets from Ray."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import InklingError
from pipeline.words import counted

MEMORY = 1.5  # GB: TensorFlow, a network, its graphs, and a batch or two
GB = 10**9
MOST_NAMED = 5  # kinds of machines


@dataclass(frozen=True)
class Resources:
    """What Ray is asked for, for each training.

    Attributes:
        cores: of processors.
        gpus: or a share of one.
        memory: bytes; Ray starts no more at once than fit.
    """

    cores: int = 1
    gpus: float = 0.0
    memory: int = round(MEMORY * GB)

    def __post_init__(self) -> None:
        """Raise InklingError for what Ray hands out to nobody."""
        if self.gpus > 1 and self.gpus % 1:
            raise InklingError(
                f"A training gets a share of one GPU, such as 0.5, or whole ones; {self.gpus:g} is "
                "neither."
            )

    def __str__(self) -> str:
        """Say what it is, in words."""
        return _in_words(self.cores, self.gpus, self.memory)

    def fits(self, machine: Mapping[str, float]) -> bool:
        """Whether a machine has it, if nothing else is done there; see `cluster.machines`."""
        return all(
            wanted <= machine.get(name, 0)
            for name, wanted in (("CPU", self.cores), ("GPU", self.gpus), ("memory", self.memory))
        )

    def check_fit(self, machines: Sequence[Mapping[str, float]]) -> None:
        """Refuse what no machine of a cluster has: Ray would wait for one for ever.

        Raises:
            InklingError: none has; the message says what they have.
        """
        if any(map(self.fits, machines)):
            return
        kinds = Counter(
            _in_words(int(one.get("CPU", 0)), one.get("GPU", 0), one.get("memory", 0))
            for one in machines
        )
        named = [f"{count} × {kind}" for kind, count in kinds.most_common(MOST_NAMED)]
        more = ["others"] if len(kinds) > MOST_NAMED else []
        raise InklingError(
            f"Each training is to get {self}; no machine of the Ray cluster has that. It has "
            f"{'; '.join([*named, *more]) or 'no machines'}. Ask for less with --cores, --gpus or "
            "--memory, or give the same command again when a larger machine is there."
        )


def _in_words(cores: int, gpus: float, memory: float) -> str:
    some = f"{gpus:g} GPU" if 0 < gpus <= 1 else f"{gpus:g} GPUs"
    return f"{counted(cores, 'core')}, {some} and {memory / GB:.1f} GB of memory"
