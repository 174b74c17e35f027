"""The desk of a sweep: nothing is lost between workers and driver, or handed out twice."""

from pipeline.config import TrainConfig
from pipeline.progress import Progress
from pipeline.store.beginning import Beginning
from pipeline.sweeps.trainer import OVER, Assignment, Desk, News

ASSIGNED = Assignment("k", Beginning(TrainConfig(dataset="digits")), cores=1, drivers={})


def test_what_is_new_is_handed_over_once_and_the_newest_checkpoint_stays():
    desk = Desk()
    desk.keep("k", b"1")
    desk.keep("k", b"2")
    desk.tell("k", Progress("Training"))
    news = desk.collect()
    assert (news.checkpoints, news.progress) == ({"k": b"2"}, {"k": Progress("Training")})
    assert desk.collect() == News.none()
    assert desk.checkpoint("k") == b"2"
    desk.forget("k")
    assert desk.checkpoint("k") is None


def test_a_worker_asks_until_the_driver_has_assigned():
    desk = Desk()
    assert desk.ask("k") is desk.ask("k") is None
    assert desk.collect().asked == ["k"]
    desk.assign("k", ASSIGNED)
    assert desk.ask("k") is ASSIGNED
    assert desk.ask("k") is ASSIGNED  # another worker, after the first died
    assert desk.collect().asked == []


def test_what_is_over_is_not_begun_again():
    desk = Desk()
    desk.assign("k", ASSIGNED)
    desk.deliver("k", b"run")
    desk.end("k")  # as every training that delivers does
    news = desk.collect()
    assert (news.outcomes, news.given_up, news.lost) == ({"k": b"run"}, [], [])
    desk.forget("k")
    assert desk.ask("k") == OVER  # its worker died before it could say that it was done
    assert desk.collect() == News.none()


def test_what_ends_without_an_outcome_was_given_up_or_lost():
    desk = Desk()
    desk.end("worse")
    desk.end("killed", lost=True)
    news = desk.collect()
    assert (news.given_up, news.lost) == (["worse"], ["killed"])
