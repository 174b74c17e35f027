"""How a machine reads a digit: a tour in a few steps, with the visitor's own drawing."""

from dashboard import address, language, loaders
from dashboard.widgets import frame, tour

run = loaders.run(address.chosen_run())
said = language.chosen()
frame.title(tour.title(run, said))
tour.tour(run, said)
