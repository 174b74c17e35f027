import threading

import pytest

from pipeline.errors import InklingError
from pipeline.store import reviews
from pipeline.store.runs import Store

FILE = reviews.REVIEWS


def test_a_mark_stands_until_it_is_taken_back(store):
    assert reviews.read(store).tags == {}
    reviews.add(store, "f", 7, "wrong label")
    reviews.add(store, "f", 7, "  looks   odd ")
    reviews.add(store, "g", 7, "ambiguous")
    read = reviews.read(store)
    assert read.of("f", 7) == ("wrong label", "looks odd")
    assert read.tagged("f", "wrong label") == {7}
    assert read.tagged("g") == {7}
    assert read.names("f") == ("wrong label", "looks odd")
    reviews.add(store, "f", 7, "wrong label", undo=True)
    assert reviews.read(store).of("f", 7) == ("looks odd",)
    assert len((store.folder / FILE).read_text().splitlines()) == 4  # nothing is ever removed


def test_the_table_can_be_handed_on(store):
    reviews.add(store, "f", 7, "wrong label")
    (row,) = reviews.read(store).table("f").to_dict("records")
    assert (row["index"], row["tag"]) == (7, "wrong label")
    assert row["time"].endswith("+00:00")
    assert reviews.read(store).table("g").empty


def test_the_right_class_goes_along_with_a_wrong_label(store):
    reviews.add(store, "f", 7, "ambiguous")
    reviews.add(store, "f", 7, "wrong label")
    assert reviews.read(store).should_be("f", 7) == ""
    # An earlier version does not know the key, so only those lines have it that need it.
    assert "should_be" not in (store.folder / FILE).read_text()
    reviews.add(store, "f", 7, "wrong label", should_be="four")
    read = reviews.read(store)
    assert read.of("f", 7) == ("ambiguous", "wrong label")  # one mark, in its former place
    assert (read.should_be("f", 7), read.should_be("f", 8), read.should_be("g", 7)) == (
        "four", "", "",
    )  # fmt: skip
    assert read.table("f")["should_be"].tolist() == ["", "four"]
    reviews.add(store, "f", 7, "wrong label", should_be="nine")
    assert reviews.read(store).should_be("f", 7) == "nine"
    reviews.add(store, "f", 7, "wrong label", undo=True)
    assert reviews.read(store).should_be("f", 7) == ""


def test_a_line_that_was_cut_off_loses_nothing_else(store):
    reviews.add(store, "f", 1, "ambiguous")
    reviews.add(store, "f", 2, "ambiguous")
    path = store.folder / FILE
    path.write_bytes(path.read_bytes()[:-20])  # a crash in mid-line
    reviews.add(store, "f", 3, "ambiguous")
    read = reviews.read(store)
    assert read.tagged("f") == {1, 3}
    assert read.damaged == 1


@pytest.mark.parametrize(
    "line",
    [
        "{}", "[1]", "nonsense", '{"dataset": 1, "index": "x", "tag": 2}', "\udcff", "null",
        '{"dataset": "f", "index": -1, "tag": "odd"}',
        '{"dataset": "f", "index": true, "tag": "odd"}',
        '{"dataset": "f", "index": 4294967296, "tag": "odd"}',
        '{"dataset": "f", "index": 1, "tag": " "}',
        '{"dataset": "f", "index": 1, "tag": "odd", "should_be": 4}',
        pytest.param("[" * 200_000, id="too deep"),
    ],
)  # fmt: skip
def test_lines_that_are_no_reviews_are_counted(store, line):
    store.folder.mkdir()
    (store.folder / FILE).write_bytes(line.encode("utf-8", "surrogateescape") + b"\n")
    assert reviews.read(store) == reviews.Reviews({}, 1, ())


def test_a_line_ends_where_it_was_ended(store):
    store.folder.mkdir()
    line = '{"dataset": "f", "index": 1, "tag": "odd\u2028one"}\r\n'
    (store.folder / FILE).write_bytes(line.encode())
    assert reviews.read(store).of("f", 1) == ("odd\u2028one",)
    assert reviews.read(store).damaged == 0


def test_two_people_at_once_lose_nothing(store):
    def mark(first: int) -> None:
        for index in range(first, first + 25):
            reviews.add(store, "f", index, "wrong label")

    people = [threading.Thread(target=mark, args=(start,)) for start in (0, 100, 200)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    read = reviews.read(store)
    assert len(read.tagged("f")) == 75
    assert read.damaged == 0


@pytest.mark.parametrize("tag", ["", "   ", "x" * 41])
def test_a_tag_is_a_few_words(store, tag):
    with pytest.raises(InklingError, match="1 to 40 characters"):
        reviews.add(store, "f", 1, tag)


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InklingError, match="Nothing was changed"):
        reviews.add(Store(tmp_path / "file" / "models"), "f", 1, "odd")


def test_several_are_marked_at_once_and_undone_without_losing_what_was_there(store):
    reviews.add(store, "f", 2, "ambiguous")
    assert reviews.add_all(store, "f", [1, 2, 3, 3], "  ambiguous ") == [1, 3]
    assert reviews.read(store).tagged("f", "ambiguous") == {1, 2, 3}
    assert len((store.folder / FILE).read_text().splitlines()) == 3
    assert reviews.add_all(store, "f", [1, 3, 9], "ambiguous", undo=True) == [1, 3]
    assert reviews.read(store).tagged("f") == {2}
    assert reviews.add_all(store, "f", [], "odd") == []
    assert reviews.read(store).damaged == 0


def test_several_are_marked_by_all_or_by_nobody(store, monkeypatch):
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    with pytest.raises(InklingError, match="read-only"):
        reviews.add_all(store, "f", [1, 2], "odd")
    monkeypatch.delenv("INKLING_READ_ONLY")
    with pytest.raises(InklingError, match="characters"):
        reviews.add_all(store, "f", [1, 2], " ")
    assert reviews.read(store).tags == {}
