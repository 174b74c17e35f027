from dashboard.words import runs as run_words
from pipeline.analysis.metrics import Confusion


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
