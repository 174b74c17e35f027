"""Opening a graph that nobody vouches for: `python -m pipeline.serving.probe PATH`, in a child.

LiteRT is native code: an altered graph can end the process that opens it. So one whose content is
not known is opened, and run once, in a process of its own first.
"""

import subprocess
import sys
from pathlib import Path

SECONDS = 60


def survives(path: Path) -> bool:
    """Whether a process that opens a graph and runs it once lives on; takes about a second."""
    command = [sys.executable, "-m", "pipeline.serving.probe", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def run_once(path: Path) -> None:
    """Open a graph and run it on zeros; raises whatever LiteRT does, or worse."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=path.read_bytes())
    interpreter.allocate_tensors()
    interpreter.invoke()


if __name__ == "__main__":
    run_once(Path(sys.argv[1]))
