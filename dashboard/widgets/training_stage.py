"""The last training, or the one that runs, as it is presented to a room."""

from dashboard import address, language, loaders
from dashboard.widgets import frame, live, model, stage
from dashboard.words import runs as run_words
from dashboard.words import training as training_words
from pipeline.jobs.job import Job
from pipeline.jobs.requests import Adding, Sweeping, Training

TITLE = "Train"


def present(newest: tuple[Job, Training | Adding | Sweeping] | None) -> None:
    """Present what runs, or the run that came of it; without any, the chosen run; end the page.

    Args:
        newest: the job that was started last, and what it was asked for.
    """
    wanted = address.chosen_run()
    if newest is not None:
        job, request = newest
        status = job.status()
        if not status.ended:
            frame.heading(TITLE, training_words.doing(request))
            stage.alone(lambda: live.curve(job))
        wanted = status.run_id or wanted
    run = loaders.run(wanted)
    if run is None:
        frame.heading(TITLE, language.chosen().say("present.nothing_to_say"))
        stage.nothing()
    else:
        frame.heading(TITLE, run_words.verdict(run.info))
        stage.alone(lambda: model.learning_curve(run))
