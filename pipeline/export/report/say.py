"""The report's sentences in one language, with its numbers, dates and names."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.prose.texts import Texts
from pipeline.words import shorten

LONGEST_NAME = 48  # letters of a class name in a sentence
TINY = 0.0005  # a share below it is written as "under 0.1%"


@dataclass(frozen=True)
class Say:
    """What `report.toml` says in a language."""

    texts: Texts

    @property
    def language(self) -> str:
        """The code of the language."""
        return self.texts.language

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a sentence of the report; see `Texts.say`."""
        return self.texts.say(f"report.{key}", **values)

    def counted(self, key: str, count: int, /, **values: object) -> str:
        """Return a sentence about a number; see `Texts.counted`."""
        return self.texts.counted(f"report.{key}", count, **values)

    def table(self, key: str) -> Mapping[str, str]:
        """Return sentences as they are; see `Texts.table`."""
        return self.texts.table(f"report.{key}")

    def known(self, key: str, name: str, otherwise: str) -> str:
        """Return the sentence of a name in a table, or something else if it has none."""
        return self.table(key).get(name, otherwise)

    def share(self, value: float) -> str:
        """Write a share with the digits that mean something: "98.5%", "99.95%", "100%"."""
        if 0 < value < TINY:
            return self("tiny")
        digits = 0 if value in (0, 1) else 1 if value < 0.99 else 2
        # 99.999% must not look like perfection.
        return self.texts.percent(value if value == 1 else min(value, 0.9999), digits)

    def interval(self, low: float, high: float) -> str:
        """Write an interval of a share, both ends with as many digits: "99.45% to 99.71%"."""
        digits = 2 if low >= 0.99 else 1
        ends = (low, high if high == 1 else min(high, 1 - 10 ** (-2 - digits)))
        written = [self.texts.percent(end, 0 if end in (0, 1) else digits) for end in ends]
        return self("interval", low=written[0], high=written[1])

    def axis(self, shares: Sequence[float]) -> list[str]:
        """Write the numbers of an axis, all with the digits that the longest needs."""
        digits = max(len(f"{100 * share:.6g}".partition(".")[2]) for share in shares)
        return [self.texts.percent(share, digits) for share in shares]

    def whole(self, share: float) -> str:
        """Write a share that was chosen, not measured: "2%", "0.5%"."""
        return self.axis([share])[0]

    @staticmethod
    def counts_of(low: float, high: float, of: int) -> dict[str, int]:
        """Turn an interval of a share into counts out of some number, rounded outwards."""
        return {"low": math.floor(of * low + 1e-9), "high": math.ceil(of * high - 1e-9), "of": of}

    def decimal(self, value: float) -> str:
        """Write a number with as many digits as it has: "0.004"."""
        written = f"{value:g}"
        if "e" in written:
            return written
        return self.texts.number(value, len(written.partition(".")[2]))

    def points(self, share: float) -> str:
        """Write a difference of shares in percentage points, with its sign: "+0.12"."""
        written = self.texts.number(abs(100 * share), 2)
        return f"{'−' if share < 0 else '+' if share > 0 else ''}{written}"

    def day(self, when: datetime) -> str:
        """Write a day: "November 20, 2026"."""
        month = self(f"month.{when.month}")
        return self("day", day=str(when.day), month=month, year=str(when.year))

    def dataset(self, name: str) -> str:
        """Write the name of a dataset as people do."""
        return self.known("dataset", name, shorten(name))

    def name(self, name: str) -> str:
        """Write a class name so that a sentence stays readable."""
        return shorten(name, LONGEST_NAME)

    def chance(self, p_value: float) -> str:
        """Write a probability as how often that happens: "1 time in 400"."""
        if p_value < 1e-6:
            return self("versus.chance_tiny")
        if p_value > 0.5:
            return self("versus.chance_usual")
        return self("versus.chance", times=round(float(f"{1 / p_value:.2g}")))
