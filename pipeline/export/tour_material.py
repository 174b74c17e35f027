"""What the steps of the tour are made from: runs, test images, a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.export.packing import Blob
from pipeline.export.tour_networks import Subject
from pipeline.prose.texts import Texts
from pipeline.store.run_folder import Run

OTHER = "_other"  # ends the key of a sentence that is said where the classes are no digits


@dataclass(frozen=True)
class Material:
    """What a step may use.

    Attributes:
        texts: the sentences of the visitor's language.
        subject: what the tour is about: `class_names`, `shape`, `is_ink`, `is_digits`.
        runs: the networks that the store has, by name: "pixels", "perceptron", "shallow", "cnn".
        filmed: a run whose training was filmed; None if there is none.
        images, labels: the test part, uint8 (n, *subject.shape) and int64 (n,); empty if it is
            not on this machine.
        blob: where a step puts its arrays and images; their places are part of what it returns.
    """

    texts: Texts
    subject: Subject
    runs: Mapping[str, Run]
    images: np.ndarray
    labels: np.ndarray
    filmed: Run | None = None
    blob: Blob = field(default_factory=Blob)

    def words(self, key: str) -> dict[str, str]:
        """Return a table of sentences; where classes are no digits, those for such classes."""
        table = self.texts.table(key)
        plain = {name: said for name, said in table.items() if not name.endswith(OTHER)}
        if self.subject.is_digits:
            return plain
        return {name: table.get(f"{name}{OTHER}", said) for name, said in plain.items()}
