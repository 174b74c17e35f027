from dashboard.words import jobs
from pipeline.jobs.estimate import Estimate


def test_what_trainings_will_take():
    quick, slow = Estimate(20, 2, 0), Estimate(160, 1, 900_000_000)
    assert jobs.takes(["pixels"], [quick]) == (
        "About 20 s on this machine, going by 2 earlier trainings."
    )
    assert jobs.takes(["pixels", "pixels", "cnn"], [quick, quick, slow]) == (
        "About 3 min on this machine, and up to 0.9 GB of memory, going by 3 earlier trainings."
    )
    assert jobs.takes(["pixels", "cnn"], [quick, None]) == (
        "At least 20 s on this machine, going by 2 earlier trainings. How long cnn will take is "
        "not known: this machine has not trained such a network yet."
    )


def test_what_a_job_waits_for():
    assert jobs.its_turn(0) == "It begins when the job that runs is done."
    assert jobs.its_turn(1) == "It begins when the job that runs and 1 other that waits are done."
    assert jobs.its_turn(2) == "It begins when the job that runs and 2 others that wait are done."


def test_what_waits_is_counted():
    assert jobs.wait(1, running=True) == "1 job waits: it comes next, even with this page closed."
    assert jobs.wait(3, running=False) == "3 jobs wait."
