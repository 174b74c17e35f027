"""The tour, which computes in the browser; its scripts are built from `web/`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.components.live_pad import component


@dataclass(frozen=True)
class News:
    """What changes while the tour is open; see `Tour.tell` of `web/src/tour/tour.js`.

    Attributes:
        step: the one that the address asks for, from 0.
        turn: the number of the visitor's last step that is known here.
        present: whether it is presented: then nothing but the drawing can be changed.
        links: by step, `href` and `label` of where to dig.
        missing: by name, what is said of a network that is not there.
        job: `said`, `share` and `stoppable` of the training under way; None for none.
        failed: why the last one failed; "" if it did not.
        can_train: whether networks can be trained here; if not, `command` says what to run.
    """

    step: int
    turn: int
    present: bool
    links: dict[str, dict[str, str]]
    missing: dict[str, str]
    job: dict[str, Any] | None
    failed: str
    can_train: bool
    command: str


def tour(packed: bytes, on_step: Callable[[], None], key: str) -> Any:
    """Show the tour.

    Args:
        packed: its steps, from `tour_spec.describe`.
        on_step: called when the visitor has gone to another step: `step` of the state by that key.
        key: unique on the page.

    Returns:
        What the visitor asks for, once, as the browser sent it, unchecked: {"train": names},
        {"stop": True} or {"dig": step}; None for nothing.
    """
    result = component(key=key, data=packed, on_step_change=on_step, on_asked_change=lambda: None)
    return result.get("asked")


def network(packed: bytes, key: str) -> None:
    """Give the tour a network, from `tour_spec.describe_network`; this shows nothing by itself."""
    component(key=key, data=packed)


def measured(curve: dict[str, Any], key: str) -> None:
    """Give the tour what `tour_later.curve` describes; this shows nothing by itself."""
    component(key=key, data={"tour_curve": curve})


def tell(news: News, key: str) -> None:
    """Tell the tour what has changed; this shows nothing by itself."""
    component(key=key, data={"tour": vars(news)})
