"""Strokes and tables of pixels that are huge, nested, no numbers, or none."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.datasets import fifo, link, loop
from tests.hostile.doors import Case
from tests.hostile.pictures import predicted, raw

SEVEN = [[[0, 0], [20, 0], [8, 30]]]
GOOD = json.dumps({"strokes": SEVEN})


def text(content: str, suffix: str = "json") -> Callable[[Path], list[str]]:
    return predicted(raw(content.encode("utf-8", "surrogatepass")), f"odd.{suffix}")


def odd(name: str, content: str, says: str = "odd.json", suffix: str = "json") -> Case:
    return Case(name, text(content, suffix), says)


def strokes(name: str, points: str, says: str = "two finite numbers") -> Case:
    """One stroke in JSON as given."""
    return odd(f"stroke: {name}", f'{{"strokes": [{points}]}}', says)


def among_others(name: str, line: str, says: str) -> Case:
    """An odd line between two good ones: the sentence says which it is, the others are answered."""
    return Case(f"line: {name}", text(f"{GOOD}\n{line}\n{GOOD}\n", "jsonl"), f"line 2: .*{says}")


def table(name: str, content: str, says: str) -> Case:
    return Case(f"table: {name}", text(content, "csv"), says)


PIXELS = ",".join(f"pixel{number}" for number in range(784))
ROW = ",".join(["0"] * 783)
JSON = [
    odd("nothing", "", "valid JSON"),
    odd("text", "seven", "valid JSON"),
    odd("half a drawing", GOOD[:20], "valid JSON"),
    odd("two drawings", GOOD + GOOD, "valid JSON"),
    odd("null", "null", "Expected"),
    odd("true", "true", "Expected"),
    odd("a number", "7", "Expected"),
    odd("a string", '"seven"', "Expected"),
    odd("NaN", "NaN", "Expected"),
    odd("an object without strokes", "{}", "Expected"),
    odd("strokes that are null", '{"strokes": null}', "Expected"),
    odd("strokes that are a string", '{"strokes": "seven"}', "Expected"),
    odd("strokes that are numbers", '{"strokes": [1, 2]}', "Expected"),
    odd("strokes that are objects", '{"strokes": [{"x": 1}]}', "Expected"),
    odd("no strokes", '{"strokes": []}', "blank"),
    odd("strokes without points", '{"strokes": [[], [], []]}', "blank"),
    odd("nested 1,000 deep", "[" * 1_000 + "]" * 1_000, "odd.json"),
    odd("nested 100,000 deep", "[" * 100_000 + "]" * 100_000, "nested too deeply"),
    odd("objects nested 100,000 deep", '{"strokes":' * 80_000 + "[]" + "}" * 80_000,
        "nested too deeply"),
    odd("two megabytes", json.dumps([[[x % 99, x % 77] for x in range(200_000)]]), "MB"),
    odd("201 strokes", json.dumps([[[n, n]] for n in range(201)]), "201 strokes"),
    odd("5,001 points", json.dumps([[[n, n] for n in range(5_001)]]), "5,001 points"),
    odd("bytes that are no UTF-8", "\udcff", "UTF-8"),
    strokes("of one number", "[[1]]"),
    strokes("of three numbers", "[[1, 2, 3]]"),
    strokes("of numbers alone", "[1, 2]"),
    strokes("of points of different lengths", "[[1, 2], [3]]"),
    strokes("of null", "[[null, null]]"),
    strokes("of NaN", "[[NaN, 1], [2, 2]]"),
    strokes("of infinity", "[[Infinity, 1], [2, 2]]"),
    strokes("of minus infinity", "[[-Infinity, 1], [2, 2]]"),
    strokes("of 1e400", "[[1e400, 1], [2, 2]]"),
    strokes("of 1e308 and −1e308", "[[1e308, 1], [-1e308, 2]]", "from zero"),
    strokes("of an integer of 401 digits", f"[[1{'0' * 400}, 1], [2, 2]]"),
    strokes("of an integer of 5,000 digits", f"[[{'9' * 5000}, 1], [2, 2]]", "cannot be read"),
    strokes("of an integer of 500,000 digits", f"[[{'9' * 500_000}, 1]]", "cannot be read"),
    strokes("of text", '[["a", "b"]]'),
    strokes("of lone surrogates", '[["\\ud800", "b"]]'),
    strokes("of control characters", '[["\\u001b[2J", "b"]]'),
    strokes("of objects", '[[{"x": 1}, {"y": 2}]]'),
    strokes("nested 70 deep", "[" * 70 + "1" + "]" * 70),
    strokes("nested 900 deep", "[" * 900 + "1" + "]" * 900),
]  # fmt: skip
LINES = [
    among_others("text", "seven", "valid JSON"),
    among_others("nested 100,000 deep", "[" * 100_000, "nested too deeply"),
    among_others("an integer of 5,000 digits", f"[[[{'9' * 5000}, 1]]]", "cannot be read"),
    among_others("10^400", f"[[[1{'0' * 400}, 1], [2, 2]]]", "two finite numbers"),
    among_others("blank", '{"strokes": []}', "blank"),
    among_others("a null byte", '{"strokes": [[[1, 2]]]}\0', "valid JSON"),
    Case("line: no UTF-8", predicted(raw(GOOD.encode() + b"\n\xff\n"), "odd.jsonl"), "utf"),
    Case("line: a named pipe", predicted(fifo, "odd.jsonl"), "not a regular file"),
    Case("line: a link to itself", predicted(loop, "odd.jsonl"), "odd.jsonl"),
    Case("line: /dev/zero", predicted(link("/dev/zero"), "odd.jsonl"), "not a regular file"),
    Case("line: a folder", predicted(lambda path: path.mkdir(), "odd.jsonl"), "a folder"),
    Case("line: no file", predicted(lambda path: None, "odd.jsonl"), "no file"),
    Case("strokes: a named pipe", predicted(fifo, "odd.json"), "not a regular file"),
    Case("strokes: /dev/zero", predicted(link("/dev/zero"), "odd.json"), "not a regular file"),
    Case("strokes: a name that is no UTF-8", predicted(raw(b"[]"), os.fsdecode(b"caf\xe9.json")),
         "blank"),
    Case("strokes: good ones of such a name", predicted(raw(GOOD.encode()),
         os.fsdecode(b"caf\xe9.json")), refused=False),
    Case("strokes: good ones of such a name, as JSON", lambda folder: [
        *predicted(raw(GOOD.encode()), os.fsdecode(b"caf\xe9.json"))(folder), "--json"],
        refused=False),
]  # fmt: skip
TABLES = [
    table("nothing", "", "pixel0 is missing"),
    table("no header", "1,2,3\n", "pixel0 is missing"),
    table("a column too few", PIXELS[:-9] + "\n" + ROW, "pixel783 is missing"),
    table("a value too few", f"{PIXELS}\n{ROW}", "line 2"),
    table("a value of 256", f"{PIXELS}\n{ROW},256", "line 2"),
    table("a negative value", f"{PIXELS}\n{ROW},-1", "line 2"),
    table("a fraction", f"{PIXELS}\n{ROW},0.5", "line 2"),
    table("NaN", f"{PIXELS}\n{ROW},nan", "line 2"),
    table("an integer of 5,000 digits", f"{PIXELS}\n{ROW},{'9' * 5000}", "line 2"),
    table("a field of a megabyte", f"{PIXELS}\n{ROW},\"{'9' * 10**6}\"", "line"),
    table("a quote that is never closed", f'{PIXELS}\n"{ROW},1', "line"),
    table("a null byte", f"{PIXELS}\n{ROW},1\0", "line 2"),
    table("100,000 columns", ",".join(map(str, range(100_000))), "pixel0 is missing"),
    Case("table: 200 MB", predicted(lambda path: path.write_bytes(b"1," * 10**8), "odd.csv"),
         "64 MB"),
    Case("table: a named pipe", predicted(fifo, "odd.csv"), "not a regular file"),
    Case("table: /dev/zero", predicted(link("/dev/zero"), "odd.csv"), "not a regular file"),
    Case("table: no UTF-8", predicted(raw(b"\xff\xfe"), "odd.csv"), "UTF-8"),
]  # fmt: skip
CASES = [*JSON, *LINES, *TABLES]
