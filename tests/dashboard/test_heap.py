"""The server's memory: how many arenas its threads allocate from."""

import platform
import subprocess
import sys

import pytest

COUNTS = """
import ctypes, os, threading
from dashboard import heap

{share}
everybody = threading.Barrier(20)

def allocate():
    everybody.wait()
    kept = [bytearray(5_000) for _ in range(2_000)]
    everybody.wait()

threads = [threading.Thread(target=allocate) for _ in range(20)]
for one in threads: one.start()
for one in threads: one.join()
read, write = os.pipe()
c = ctypes.CDLL(None)
c.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(c.fdopen(write, b"w"))
c.malloc_info(0, stream)
c.fclose(stream)
print(os.read(read, 1_000_000).count(b"<heap nr="))
"""


def arenas(share: str) -> int:
    """Count the arenas of a process with twenty threads."""
    counts = COUNTS.format(share=share)
    done = subprocess.run([sys.executable, "-c", counts], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_many_threads_share_two_arenas():
    assert arenas("heap.share_arenas()") <= 2 < arenas("")
