"""What a sweep is asked to try: networks × presets × seeds, and settings searched within ranges."""

import hashlib
import re
from collections.abc import Iterator
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.config import DEFAULT_DATASET, TrainConfig
from pipeline.errors import InklingError

SEARCHED = ("learning_rate", "augmentation", "label_smoothing")
LOGARITHMIC = {"learning_rate"}  # what counts is how many times as much, not how much more
BUDGET = 8  # settings tried in each search where nobody says how many
FINALISTS = 2  # of those, how many are trained with every seed, beside the preset's own
MOST_TRAININGS = 10_000
DIGITS = 3  # of a searched setting: as many as anybody would write down


def _in_order(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"a range goes from less to more, got {bounds[0]:g}..{bounds[1]:g}")
    return bounds


Range = Annotated[tuple[float, float], AfterValidator(_in_order)]


class Sweep(BaseModel):
    """The settings of a sweep. The same ones always ask for the same trainings.

    Attributes:
        dataset: a name or a path, as for a training.
        networks, presets, seeds: all combinations of them are trained.
        epochs: of each training; None for the presets' own.
        learning_rate, augmentation, label_smoothing: what to search, from – to; the same value
            twice for a fixed one, None for the presets' own.
        budget: how many settings each search tries, besides the preset's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = DEFAULT_DATASET
    networks: tuple[str, ...] = Field(min_length=1)
    presets: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field(min_length=1)
    epochs: int | None = None
    learning_rate: Range | None = None
    augmentation: Range | None = None
    label_smoothing: Range | None = None
    budget: int = Field(default=BUDGET, ge=1, le=1000)

    @classmethod
    def of(cls, **settings: Any) -> Self:
        """Validate settings that a person gave.

        Raises:
            InklingError: one of them is not allowed; the message says which, and what is.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            wrong = error.errors()[0]
            what = str(wrong["loc"][0]).replace("_", " ") if wrong["loc"] else "a sweep"
            said = wrong["msg"].removeprefix("Value error, ")
            raise InklingError(f"{what}: {said}.") from error

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Check what trainings themselves require, at both ends of each range."""
        for place in (0, 1):
            bounds = {name: bound[place] for name, bound in self._ranges()}
            for network in self.networks:
                for preset in self.presets:
                    self._config(network, preset, min(self.seeds), bounds)
        self._config(self.networks[0], self.presets[0], max(self.seeds), {})
        count = len(self.first()) if self.points() == [{}] else 0
        count = count or len(self.first()) * len(self.seeds)
        if count > MOST_TRAININGS:
            raise InklingError(
                f"A sweep makes at most {MOST_TRAININGS:,} trainings; this one would make "
                f"{count:,}. Name fewer networks, presets or seeds, or a smaller budget."
            )
        return self

    @property
    def searched(self) -> tuple[str, ...]:
        """The settings that are searched."""
        return tuple(name for name, (low, high) in self._ranges() if low < high)

    @property
    def key(self) -> str:
        """Its name: the same for the same settings."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def points(self) -> list[dict[str, float]]:
        """Return what to set in each training of a search, the preset's own settings first.

        The others fill the ranges evenly, by a Halton sequence (Bousquet et al. 2017, "Critical
        hyper-parameters: no random, no cry"): a larger budget goes on where a smaller one ended.
        """
        fixed = {name: low for name, (low, high) in self._ranges() if low == high}
        if not self.searched:
            return [fixed]
        from scipy.stats import qmc  # takes a while

        places = qmc.Halton(len(self.searched), seed=0).random(self.budget)
        ranges = dict(self._ranges())
        return [fixed] + [
            fixed
            | {
                name: _between(name, *ranges[name], float(share))
                for name, share in zip(self.searched, row, strict=True)
            }
            for row in places
        ]

    def first(self) -> list[TrainConfig]:
        """List what is trained first: everything, or in a search each setting with one seed.

        Seed by seed, so that all networks have their first result soon.
        """
        seeds = self.seeds[:1] if self.searched else self.seeds
        return [
            self._config(network, preset, seed, point)
            for seed in seeds
            for point in self.points()
            for preset in self.presets
            for network in self.networks
        ]

    def again(self, config: TrainConfig) -> list[TrainConfig]:
        """List the trainings with these settings and every seed of the sweep."""
        return [config.model_copy(update={"seed": seed}) for seed in self.seeds]

    def _ranges(self) -> Iterator[tuple[str, tuple[float, float]]]:
        for name in SEARCHED:
            bounds = getattr(self, name)
            if bounds is not None:
                yield name, bounds

    def _config(self, network: str, preset: str, seed: int, point: dict[str, float]) -> TrainConfig:
        return TrainConfig.of(
            dataset=self.dataset, network=network, preset=preset, seed=seed,
            epochs=self.epochs, film=False, **point,
        )  # fmt: skip


def _between(name: str, low: float, high: float, share: float) -> float:
    """Return the value at a share of a range, with the digits that mean something."""
    if name in LOGARITHMIC:
        value = float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    else:
        value = low + share * (high - low)
    return min(max(float(f"{value:.{DIGITS}g}"), low), high)


def names(text: str) -> tuple[str, ...]:
    """Read a list such as "cnn, lenet5", each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def numbers(text: str) -> tuple[int, ...]:
    """Read seeds such as "0-4" or "0,3,7-9", each once.

    Raises:
        InklingError: they are written in another way, or there are too many.
    """
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?", part, re.ASCII)
        if match is None:
            raise InklingError(f"“{part.strip()}” is no seed. Write them as 0-4 or 0,3,7.")
        first = int(match[1])
        last = int(match[2] or first)
        if not 0 <= last - first < MOST_TRAININGS:
            raise InklingError(f"“{part.strip()}” is no range of seeds: write 0-4 for five.")
        found.extend(range(first, last + 1))
    return tuple(dict.fromkeys(found))


def bounds(text: str | None) -> tuple[float, float] | None:
    """Read a range such as "0.0005..0.005", or a fixed value; None stays None.

    Raises:
        InklingError: it is written in another way.
    """
    if text is None:
        return None
    low, dots, high = text.partition("..")
    try:
        found = float(low), float(high if dots else low)
    except ValueError as error:
        raise InklingError(
            f"“{text}” is no range. Write it as 0.0005..0.005, or a fixed value as 0.001."
        ) from error
    if not all(map(np.isfinite, found)):
        raise InklingError(f"“{text}” is no range of finite numbers.")
    return found
