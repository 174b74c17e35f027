"""Every hostile input is answered in a sentence: quickly, in little memory, and nothing changes."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests import tally
from tests.hostile import doors
from tests.hostile.doors import Case, Outcome

GROUPS = ("datasets", "pictures", "strokes", "settings", "runs", "denied")
LONG = ("costly",)  # for `make hostile`
FAULTS = ("runs", "denied")  # where something that was sound is altered or taken away
MOST_SECONDS = 5  # of processor time
MOST_MEGABYTES = 1024
LONGEST_SENTENCE = 1500  # characters, with the paths that it names


@cache
def outcomes(group: str) -> dict[str, Outcome]:
    """Run all cases of a group in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.doors", group],
        capture_output=True, text=True, timeout=1800, check=False,
        env={**os.environ, "INKLING_BUNDLED": ""}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found = [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]
    # What ended the process ended it in the case after the last one.
    assert done.returncode == 0, (done.returncode, [one.name for one in found][-1:], done.stderr)
    return {one.name: one for one in found}


ALL = [
    pytest.param(
        group,
        case,
        id=f"{group}: {case.name}",
        marks=[pytest.mark.process, *([pytest.mark.slow] if group in LONG else [])],
    )
    for group in GROUPS + LONG
    for case in doors.cases(group)
]


@pytest.mark.parametrize(("group", "case"), ALL)
def test_hostile_input_is_answered_in_a_sentence(group: str, case: Case) -> None:
    outcome = outcomes(group)[case.name]
    tally.count(tally.FAULTS if group in FAULTS else tally.INPUTS)
    assert not outcome.crash, outcome.crash
    assert "Traceback" not in outcome.said + outcome.printed
    if case.refused or outcome.code:
        assert outcome.code in (1, 2), outcome
        assert outcome.code == 2 or outcome.said.rstrip().splitlines()[-1].startswith("Error: ")
        assert re.search(case.says, outcome.said), outcome.said
    assert len(outcome.said) < LONGEST_SENTENCE, outcome.said
    assert outcome.seconds < MOST_SECONDS
    assert outcome.megabytes < MOST_MEGABYTES
    tally.check_kept(not (outcome.changed and (case.refused or outcome.code)), outcome)
