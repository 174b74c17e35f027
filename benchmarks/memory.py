"""Memory use of a process."""

from pathlib import Path


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process in MB, as Linux reports it."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
