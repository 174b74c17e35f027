"""What C++ says is discarded, and nothing of what is said afterwards."""

import os
import threading

from pipeline.quiet import quiet_stderr


def test_standard_error_is_back_once_the_last_of_several_threads_is_done(capfd):
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        with quiet_stderr():
            inside.set()
            done.wait()

    with quiet_stderr():
        thread = threading.Thread(target=other)
        thread.start()
        inside.wait()
        os.write(2, b"of both")
    os.write(2, b"of the other")
    done.set()
    thread.join()
    os.write(2, b"of nobody")
    assert capfd.readouterr().err == "of nobody"
