"""What a report is made of: sections, and the few kinds of blocks in them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A paragraph; `manner` is "", "lead" or "quiet", or "screen" where paper leaves it out."""

    text: str
    manner: str = ""


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of each names it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """A chart below its finding, with the table behind it.

    Attributes:
        finding: what it shows.
        svg: the chart.
        table: its numbers.
        note: how to read it.
        legend: the names of its lines, if there are several.
        open: whether the table is shown, not folded away.
    """

    finding: str
    svg: str
    table: Table
    note: str = ""
    legend: Sequence[str] = ()
    open: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars below their finding; each row has a name, a length in [0, 1] and a text."""

    finding: str
    rows: Sequence[tuple[str, float, str]]
    table: Table
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture: its data URI, what screen readers say, and what stands below it."""

    source: str
    alt: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Gallery:
    """Pictures below what they are; small ones stand in one row."""

    title: str
    pictures: Sequence[Picture]
    note: str = ""
    small: bool = False


@dataclass(frozen=True)
class Galleries:
    """Galleries of few pictures each, side by side."""

    galleries: Sequence[Gallery]


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix.

    Attributes:
        key: "true-predicted", by which its images are found.
        count: how many there are, in words; "" for none.
        hint: the whole in a sentence.
        depth: 0 to 9, how strongly it is colored.
        right: whether it is on the diagonal.
    """

    key: str
    count: str
    hint: str
    depth: int
    right: bool


@dataclass(frozen=True)
class Matrix:
    """The confusion matrix, whose cells show their images.

    Attributes:
        finding: what it shows.
        how: how to use it; "" if there are no images.
        names: (short, whole) of each class.
        rows: of cells.
    """

    finding: str
    how: str
    names: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Terms:
    """Terms with what they stand for."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Fold:
    """What few want to read, folded: a title, and paragraphs in a language of their own."""

    title: str
    pairs: Sequence[tuple[str, str]]
    language: str


@dataclass(frozen=True)
class Pad:
    """The place of the live pad."""


Block = Text | Points | Table | Figure | Bars | Gallery | Galleries | Matrix | Terms | Fold | Pad


@dataclass(frozen=True)
class Section:
    """A part of the report: the key that links lead to, its title, its blocks."""

    key: str
    title: str
    blocks: Sequence[Block]
