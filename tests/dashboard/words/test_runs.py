from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dashboard.words import runs as run_words
from pipeline.analysis.metrics import Confusion
from pipeline.store.run_folder import About, Damaged, Run


def test_the_top_confusion_is_said_only_where_it_stands_out():
    names = ("3", "9")
    first, second = Confusion(true=0, predicted=1, count=4), Confusion(true=1, predicted=0, count=4)
    assert run_words.top_confusion([first], names) == (
        "The most frequent mistake: “3” is taken for “9”, 4 times"
    )
    fewer = second.model_copy(update={"count": 3})
    assert run_words.top_confusion([first, fewer], names).startswith("The most frequent mistake")
    assert run_words.top_confusion([first, second], names) == (
        "No single mistake stands out: “3” is taken for “9” 4 times, and others just as often"
    )
    assert run_words.top_confusion([], names) == "No test image is mistaken for another class"


def run_of(like: Run, run_id: str, name: str = "", **info: object) -> Run:
    """A run as lists know it: on MNIST, trained on November 20."""
    dataset = like.info.dataset.model_copy(update={"name": "mnist"})
    metrics = like.info.metrics.model_copy(update={"accuracy": 0.996})
    config = like.info.config.model_copy(update={"network": "cnn"})
    told = {"dataset": dataset, "metrics": metrics, "config": config, "id": run_id}
    when = {"created": datetime(2026, 11, 20, 9, 15, tzinfo=UTC)}
    changed = like.info.model_copy(update=told | when | info)
    return replace(like, info=changed, about=About(name=name))


def test_a_run_is_called_by_what_it_is_each_thing_once(tiny_run):
    labels = run_words.run_labels([run_of(tiny_run, "a"), run_of(tiny_run, "b", name="My best")])
    assert labels == {"a": "MNIST · cnn · 99.60% · 20 Nov", "b": "My best · 99.60%"}


def test_runs_of_one_name_are_told_apart(tiny_run):
    later = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    runs = [
        run_of(tiny_run, "first-3f9a"),
        run_of(tiny_run, "again-1b2c"),
        run_of(tiny_run, "later-4d5e", created=later),
        run_of(tiny_run, "x-1b2c", "best"),
        run_of(tiny_run, "y-1b2c", "best"),
    ]
    assert list(run_words.run_labels(runs).items()) == [
        ("later-4d5e", "MNIST · cnn · 99.60% · 20 Nov 2026, 17:30"),
        ("first-3f9a", "MNIST · cnn · 99.60% · 20 Nov 2026, 09:15 · 3f9a"),
        ("again-1b2c", "MNIST · cnn · 99.60% · 20 Nov 2026, 09:15 · 1b2c"),
        ("x-1b2c", "best · 99.60% · x-1b2c"),
        ("y-1b2c", "best · 99.60% · y-1b2c"),
    ]


def test_where_a_run_is_from(tiny_run):
    run = run_of(tiny_run, "a")
    assert run_words.origin(run) == "Trained November 20, 2026, 09:15 UTC"
    included = replace(run, additions=Path("beside"))
    assert run_words.origin(included).endswith("; comes with Inkling")
    short = [run_words.origin_in_short(one) for one in (run, included)]
    assert short == ["Trained Nov 20, 2026", "Comes with Inkling"]


def test_what_is_lost_with_a_run(tiny_run):
    assert "Its network" in run_words.before_deletion(tiny_run, "*a*")
    assert r"**\*a\***" in run_words.before_deletion(tiny_run, "*a*")
    assert "What is left" in run_words.before_deletion(Damaged("a", "cut"), "a")


def test_a_long_address_does_not_hide_what_is_wrong_with_a_store():
    where = "s3://a-team-with-a-long-name/department-of-handwriting/experiments-of-2026/digits"
    said = run_words.about_store(f"{where} cannot be reached at 127.0.0.1:9000.", where)
    assert said == ("s3://a-team…g/experiments-of-2026/digits cannot be reached at 127.0.0.1:9000.")
    assert run_words.about_store("", where) == ""
