"""The colors of pages and figures, read once from the theme so that both agree."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from dashboard import APP

LEAST_CONTRAST = 4.5  # of text and what is behind it
LEAST_SEEN = 3.0  # of marks and what is behind them


@dataclass(frozen=True)
class Palette:
    """Colors of one mode, as "#rrggbb".

    Attributes:
        text: of words and axes.
        surface: of the page.
        border: of dividing lines.
        accent: the one color that stands out.
        categorical: Okabe and Ito's eight, which color-blind people can tell apart, and two more.
        sequential: ten steps from paper to ink.
        diverging: ten steps from blue over paper to vermilion.
    """

    text: str
    surface: str
    border: str
    accent: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]

    @property
    def right(self) -> str:
        """The color of what is right; never used without a word that says so."""
        return self.categorical[0]

    @property
    def wrong(self) -> str:
        """The color of what is wrong; never used without a word that says so."""
        return self.categorical[1]


@cache
def palette(dark: bool) -> Palette:
    """Return the palette of the dark or the light mode."""
    theme = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    mode = theme["dark" if dark else "light"]
    return Palette(
        text=mode["textColor"],
        surface=mode["backgroundColor"],
        border=mode["borderColor"],
        accent=mode["primaryColor"],
        categorical=tuple(theme["chartCategoricalColors"]),
        sequential=tuple(mode["chartSequentialColors"]),
        diverging=tuple(mode["chartDivergingColors"]),
    )


def rgb(color: str) -> tuple[int, int, int]:
    """Read "#rrggbb" as three numbers in [0, 255]."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def colored(levels: np.ndarray, steps: Sequence[str]) -> np.ndarray:
    """Color levels in [0, 1], of any shape, by a scale of steps, interpolated: uint8 (…, 3)."""
    scale = np.array([rgb(step) for step in steps], dtype=np.float64)
    at = np.linspace(0, 1, len(steps))
    channels = [np.interp(levels, at, scale[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, in [1, 21] (Web Content Accessibility Guidelines 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """Return a color's relative luminance, in [0, 1]."""
    shares = np.array(rgb(color)) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
