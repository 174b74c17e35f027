"""Images without labels that a run has scored: the surest, the least sure, the strangest."""

from functools import partial

from dashboard import address
from dashboard.widgets import frame, opening, scored, stage
from dashboard.words import scored as words

run = opening.current_run()
shown = scored.chosen(run)
if shown is None:
    frame.heading("Scored", words.NONE, "label", "confidence")
    stage.nothing()
    scored.nothing()
    scored.picker(None)
else:
    said = words.summary(shown, scored.reader(shown))
    frame.heading("Scored", said, "confidence", "out_of_distribution")
    if not address.presenting():
        scored.picker(shown)
    order, class_name = scored.order_and_class(shown)
    stage.alone(partial(scored.on_stage, shown, order, class_name))
    scored.images(shown, order, class_name)
    scored.by_class(shown)
    scored.failed(shown)
