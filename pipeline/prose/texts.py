"""What the tour, the report and the glossary say, in every language.

All of it is in the TOML files of this package, a folder per language and a file per subject:
translating is copying a folder and rewriting its sentences. `{name}` stands for what is filled in.
A language's files have the same keys as the English ones, with the same names in braces.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = {"en": "English", "de": "Deutsch"}
USUAL = "en"
ONE, MANY = "one", "many"

_PERCENT = {"en": "{}%", "de": "{}\N{NO-BREAK SPACE}%"}
# Of thousands and of fractions.
_MARKS = {"en": (",", "."), "de": (".", ",")}


@dataclass(frozen=True)
class Texts:
    """The sentences of one language.

    Attributes:
        language: its code, one of `LANGUAGES`.
        tables: by subject, the file's tables.
    """

    language: str
    tables: Mapping[str, Mapping[str, Any]]

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence with its values filled in.

        Args:
            key: subject, tables and name, with dots between: "tour.grid.title".
            values: for the names in braces; a number among them is written as the language has it.

        Raises:
            KeyError: there is no such sentence.
        """
        sentence = self._at(key)
        if not isinstance(sentence, str):
            raise KeyError(key)
        return sentence.format(**{name: self._written(value) for name, value in values.items()})

    def counted(self, key: str, count: int, /, **values: object) -> str:
        """Return a sentence about a number: `key.one` or `key.many`, with {count} filled in."""
        return self.say(f"{key}.{ONE if count == 1 else MANY}", count=count, **values)

    def table(self, key: str) -> Mapping[str, Any]:
        """Return all sentences of a table as they are, such as those that JavaScript fills in."""
        table = self._at(key)
        if isinstance(table, str):
            raise KeyError(key)
        return table

    def percent(self, share: float, digits: int = 1) -> str:
        """Write a share in [0, 1]: "98.5%", in German "98,5 %"."""
        return _PERCENT[self.language].format(self.number(100 * share, digits))

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number with thousands set apart: "10,000", in German "10.000"."""
        thousands, point = _MARKS[self.language]
        return f"{value:,.{digits}f}".translate({ord(","): thousands, ord("."): point})

    def _written(self, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        return value

    def _at(self, key: str) -> Any:
        found: Any = self.tables
        for name in key.split("."):
            found = found[name]
        return found


@cache
def texts(language: str) -> Texts:
    """Return the sentences of a language; English where there is no such language."""
    chosen = language if language in LANGUAGES else USUAL
    files = resources.files(__package__).joinpath(chosen).iterdir()
    return Texts(
        chosen,
        {
            file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
            for file in files
            if file.name.endswith(".toml")
        },
    )
