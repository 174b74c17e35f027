"""What each training of a sweep gets from Ray."""

from dataclasses import dataclass

MEMORY = 1_500_000_000  # bytes: TensorFlow, a network, its graphs, and a batch or two


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
    memory: int = MEMORY
