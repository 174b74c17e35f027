import pytest

from pipeline.errors import reason


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("Exception encountered when calling A.call().\n\n\x1b[1mToo small.\x1b[0m\n", "Too small"),
        ("no such file:", "no such file"),
        ("", "ValueError"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_what_a_library_says_becomes_a_line(said, short):
    assert reason(ValueError(said)) == short
