"""What the network is trained and tested on: its classes, single images, a map."""

from functools import partial

from dashboard import address
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import (
    choices,
    contents,
    frame,
    galleries,
    image_map,
    numbers,
    opening,
    selection_bar,
    stage,
)
from dashboard.words import data as data_words

CLASSES, ONE_IMAGE, MAP = "Classes", "One image", "Map"
SHOWS = "data_view"


def part_of(chosen: Selection) -> str:
    """Let people choose what to see; at first, what the selection asks for."""
    spoken_of = MAP if chosen.area else CLASSES if chosen.sample is None else ONE_IMAGE
    return choices.segmented(SHOWS, "View", (CLASSES, ONE_IMAGE, MAP), implied=spoken_of)


def look_at(sample: int) -> None:
    """Switch to the view of one image."""
    address.change({SHOWS: None}, sample=sample)  # an image opens that view


def on_stage(view: View, shows: str) -> None:
    """Show to a room what the address asks for: a map, the classes, or an image's numbers."""
    dataset = galleries.images_of(view.run)
    if shows == MAP:
        image_map.on_stage(view)
    elif shows == CLASSES or dataset is None:
        contents.on_stage(view.run, dataset)
    else:
        numbers.grid(dataset, numbers.sample_of(view), 0)


view = opening.view()
if address.presenting():
    shows = part_of(view.chosen)
    of_one = shows == ONE_IMAGE
    frame.heading("Data", numbers.told(view) if of_one else data_words.contents(view.run.info))
    place = stage.BELOW if shows == CLASSES else stage.BESIDE
    stage.alone(partial(on_stage, view, shows), place, view=view)
frame.heading(
    "Data", data_words.contents(view.run.info), "class", "training", "validation", "test_set"
)
selection_bar.bar(view)
shows = part_of(view.chosen)
dataset = galleries.images_of(view.run)
if shows == MAP:
    image_map.image_map(view, dataset)
elif shows == CLASSES:
    contents.classes(view.run, dataset)
    if dataset is not None:
        contents.samples(view, dataset, look_at)
elif dataset is not None:
    numbers.numbers(view, dataset)
