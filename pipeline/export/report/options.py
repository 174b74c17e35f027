"""What can be chosen about a report; light, so that the command line can name it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.prose.texts import USUAL

if TYPE_CHECKING:
    from pipeline.store.run_folder import Run


class Paper(StrEnum):
    """What a PDF is printed on, as CSS calls it."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True)
class ReportOptions:
    """How a report is written.

    Attributes:
        second: a run to compare with, tested on the same images.
        with_pad: whether the live pad is in it.
        language: one of `LANGUAGES`.
        paper: of a PDF.
    """

    second: "Run | None" = None
    with_pad: bool = False
    language: str = USUAL
    paper: Paper = Paper.A4
