from pipeline.progress import Progress
from pipeline.sweeps.report import Report


def test_it_says_in_words_how_far_a_training_is():
    told: list[Progress] = []
    runs = set[str]()
    report = Report(told.append, 4, runs.add)
    report.tell("a", "pixels, seed 0", Progress("Training", 1, 2, "epoch 1 of 2"))
    report.tell("a", "pixels, seed 0", Progress("Done", 1, 1, "20261122-a", run_id="20261122-a"))
    report.over("a", "pixels, seed 0: 83.3%", "20261122-a")
    assert [one.note for one in told] == [
        "0 of 4 done; pixels, seed 0, epoch 1 of 2",
        "0 of 4 done; pixels, seed 0, saved",
        "1 of 4 done; pixels, seed 0: 83.3%",
    ]
    assert [(one.done, one.total) for one in told] == [(400, 4000), (400, 4000), (1000, 4000)]
    assert runs == {"20261122-a"}
