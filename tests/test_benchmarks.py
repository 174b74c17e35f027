"""The run of all benchmarks: its limits, and that what fails or takes too long is said."""

import sys

import pytest

from benchmarks import run_all
from benchmarks.load import Reading, Visit, ratio, row
from benchmarks.run_all import STEPS, Step


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Write a script that `run` finds: a callable."""
    monkeypatch.setattr(run_all, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()

    def write(code: str) -> Step:
        (tmp_path / "benchmarks" / "some.py").write_text(code)
        return Step("Some", "some", 1, ("long",), ("short",))

    return write


def test_all_are_there_and_fit_into_an_hour():
    for step in STEPS:
        assert (run_all.ROOT / "benchmarks" / f"{step.script}.py").is_file()
    assert sum(step.minutes for step in STEPS) <= run_all.MINUTES
    assert len({step.title for step in STEPS}) == len(STEPS)


def test_the_file_has_a_section_for_each():
    kept = run_all.sections_of(run_all.ROOT / "docs" / "benchmarks.md")
    assert list(kept) == [step.title for step in STEPS]


def test_what_a_script_prints_is_kept_without_the_machine(script):
    machine = f"({run_all.os.cpu_count()} cores, x86_64, Python 3.11)"
    step = script(f"import sys; print('A table', {machine!r}, '| a |', sys.argv[1], sep='\\n')")
    text, whole = run_all.run(step, 60, quick=False)
    assert whole
    assert text.startswith("`python benchmarks/some.py long`, ")
    assert text.endswith("A table\n| a |\nlong")
    assert run_all.run(step, 60, quick=True)[0].endswith("short")


def test_only_what_is_asked_for_is_measured_anew(script, tmp_path, monkeypatch):
    monkeypatch.setattr(run_all, "STEPS", [script("print(1)"), Step("Other", "other", 1)])
    before = "# Benchmarks\n\nHere.\n\n## Other\n\nA table.\n"
    (path := tmp_path / "all.md").write_text(before)
    monkeypatch.setattr(sys, "argv", ["run_all.py", "--only", "Some", "--to", str(path)])
    with pytest.raises(SystemExit, match="0"):
        run_all.main()
    assert run_all.sections_of(path).keys() == {"Some", "Other"}
    assert path.read_text().endswith("\n\n1\n\n## Other\n\nA table.\n")


def test_what_fails_or_takes_too_long_is_said(script):
    text, whole = run_all.run(script("raise SystemExit('no luck')"), 60, quick=False)
    assert not whole
    assert "failed. The last it said was: `no luck`" in text
    endless = script("import time; print('half', flush=True); time.sleep(600)")
    text, whole = run_all.run(endless, 2, quick=False)
    assert not whole
    assert "was stopped after 0 minutes, its limit.\n\nhalf" in text
    text, whole = run_all.run(endless, 0, quick=False)
    assert not whole
    assert "was not run" in text


def test_the_file_names_machine_and_versions():
    said = run_all.heading(quick=True)
    assert "these numbers mean nothing" in said
    assert f"Python {sys.version_info[0]}.{sys.version_info[1]}" in said
    assert "tensorflow 2." in said
    assert "mean nothing" not in run_all.heading(quick=False)


def test_a_load_is_summed_up():
    visits = [Visit(1, 0.1, ()), Visit(2, 0.3, ()), Visit(3, 0.2, ("no",)), Visit(11, 9.0, ())]
    readings = [Reading(0, 10.0, 100), Reading(5, 10.3, 110), Reading(10, 10.6, 120)]
    ours = row("all", visits, readings, 0, 10)
    assert ours == ["all", "18", "200", "300", "200", "120", "1"]
    assert ratio(ours[1:6], ["9", "100", "600", "50", "60"]) == [
        "2.0×",
        "2.0×",
        "0.5×",
        "4.0×",
        "2.0×",
    ]
