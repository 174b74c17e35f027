import pytest

from dashboard.words import training
from pipeline.config import TrainConfig
from pipeline.jobs.job import Status
from pipeline.jobs.requests import Adding, Training
from pipeline.progress import Progress


@pytest.mark.parametrize(
    ("epochs", "stoppable", "asked", "said"),
    [
        (0, True, False, ""),
        (1, True, False, "Stop keeps the one epoch so far."),
        (7, True, False, "Stop keeps the best of 7 epochs so far."),
        (0, True, True, "Stopping. Nothing is finished yet, so nothing will be saved."),
        (1, True, True, "Then the one epoch is tested and saved as a run."),
        (7, True, True, "Then the best of 7 epochs is tested and saved as a run."),
        (7, False, False, "The training is done. Its run is being saved, which cannot be stopped."),
        (7, False, True, "The best epoch is being saved as a run; this page waits for that."),
    ],
)  # fmt: skip
def test_what_stop_does_and_what_is_left(epochs, stoppable, asked, said):
    status = Status("running", Progress("Any", stoppable=stoppable), history=(0.5,) * epochs)
    assert training.stopping(status, asked=asked).endswith(said)
    assert bool(training.stopping(status, asked=asked)) == bool(said)


@pytest.mark.parametrize(
    ("epochs", "stoppable", "asked", "said"),
    [
        (0, True, False, ""),
        (1, True, False, "Stop keeps what one epoch has taught it so far."),
        (4, True, False, "Stop keeps what 4 epochs have taught it so far."),
        (4, True, True, "Then what 4 epochs have taught it is tested and saved as a run."),
        (4, False, True, "What it has learned is being saved as a run; this page waits for that."),
    ],
)
def test_a_retraining_keeps_its_last_epoch(epochs, stoppable, asked, said):
    status = Status("running", Progress("Any", stoppable=stoppable), history=(0.5,) * epochs)
    found = training.stopping(status, asked=asked, retrains=True)
    assert found.endswith(said)
    assert "best" not in found


def test_what_is_discarded_is_not_said_to_be_kept():
    status = Status("running", Progress("Training"), history=(0.5,) * 7)
    said = training.stopping(status, asked=True, discard=True)
    assert said == "Stopping. Nothing will be saved."


def test_why_a_job_left_no_run():
    training_job, adding = Training(TrainConfig(dataset="digits")), Adding("mine.keras", "digits")
    nothing, learned = Status("stopped"), Status("stopped", history=(0.5,))
    assert "was stopped before its first epoch" in training.left_nothing(training_job, nothing)
    assert "was stopped and discarded" in training.left_nothing(training_job, learned)
    assert (
        training.left_nothing(adding, nothing)
        == "The last network was not added: that was stopped."
    )
    deleted = Status("finished", run_id="20260101-digits-cnn")
    assert "20260101-digits-cnn, is no longer here" in training.left_nothing(adding, deleted)


def test_how_far_an_interrupted_training_came():
    rows = [{"val_accuracy": 0.97}, {"val_accuracy": 0.985}, {"val_accuracy": 0.98}]
    config = TrainConfig(dataset="my_digits", epochs=9, corrections=True)
    assert training.interrupted(config, rows) == (
        "**cnn** on **my\\_digits** was interrupted after 3 of 9 epochs, with a best validation "
        "accuracy of 98.5%. It keeps the corrections it started with."
    )


def test_a_learning_curve_is_told():
    assert training.learned([0.6, 0.8, 0.75], 2) == (
        "Accuracy by epoch: on the validation images 60.0% after the first, 80.0% after epoch 2, "
        "whose weights are kept, and 75.0% after the last, epoch 3."
    )


class TestWhileItRuns:
    def test_how_quickly_it_learns(self):
        progress = Progress("Training", images_per_second=12_345.6, seconds_left=200.0)
        assert training.pace(progress, 0.00123) == (
            "12,346 images a second · learning rate 0.0012 · about 3 min of training left"
        )
        assert training.pace(Progress("Starting"), None) == ""
        assert training.pace(Progress("Training", seconds_left=0.2), None) == (
            "about 1 s of training left"
        )

    def test_how_well_it_does(self):
        assert training.so_far([]) == "Validation accuracy: known after the first epoch"
        assert training.so_far([0.8, 0.9, 0.85]) == (
            "Validation accuracy 85.0%, best 90.0% (epoch 2)"
        )
        assert training.loss_so_far([]) == "Validation loss: known after the first epoch"
        assert training.loss_so_far([0.5, 0.25, 0.3]) == (
            "Validation loss 0.3, lowest 0.25 (epoch 2)"
        )
