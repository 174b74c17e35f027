"""What can be taken along of every chart, matrix and gallery: its numbers, and PNG and SVG.

All is made in the browser, when somebody asks for it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

# A component's script is loaded by itself and cannot import: these are put before its own.
SCRIPT = "".join((_HERE / name).read_text("utf-8") for name in ("table.js", "export.js"))
STYLE = (_HERE / "export.css").read_text("utf-8")

_component = st.components.v2.component(
    "inkling_chart_download",
    html='<div class="place"></div>',
    css=STYLE,
    js=SCRIPT + (_HERE / "chart_download.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class About:
    """What a picture says about itself.

    Attributes:
        title: the finding, or what is shown.
        source: which run, and its date.
        file: the name of its files, without the suffix.
    """

    title: str
    source: str
    file: str


def chart_download(about: About, chart: str) -> None:
    """Offer a Plotly chart of this page as a table, and as PNG and SVG.

    Args:
        about: written above the chart in the files.
        chart: the chart's key.
    """
    _component(key=f"{chart}_download", data=asdict(about) | {"chart": chart})
