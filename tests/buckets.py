"""A real S3 server on this machine, and the line to it, which can be cut at any moment."""

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "somebody",
    "AWS_SECRET_ACCESS_KEY": "a secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Line:
    """Passes on what is said to a server, until it is cut: then nobody is there."""

    def __init__(self, port: int) -> None:
        """Set the server's port; `port` is that of the line."""
        self._server, self._left, self._open = port, None, set[socket.socket]()
        self._listening: socket.socket | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Pass everything on (again), at the same port."""
        self._left = None
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listening.getsockname()[1]
            threading.Thread(target=self._accept, args=[self._listening], daemon=True).start()

    def cut(self, after: int = 0) -> None:
        """Pass on so many bytes to the server, then close everything and answer nobody."""
        self._left = after
        if not after:
            self._close()

    def _close(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            _hang_up(listening)
        for one in [*self._open]:
            _hang_up(one)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._open |= {client, server}
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()
                if self._listening is not listening:  # cut a moment ago
                    self._close()

    def _pass_on(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with suppress(OSError):  # closed at one end
            while data := source.recv(2**16):
                if counts and self._left is not None:
                    data, self._left = data[: max(self._left, 0)], self._left - len(data)
                target.sendall(data)
                if counts and self._left is not None and self._left <= 0:
                    self._close()
                    break
        for one in (source, target):
            _hang_up(one)
            self._open.discard(one)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):  # the other end did so already
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class Server:
    """The server's process; it keeps everything in memory."""

    def __init__(self) -> None:
        """Start it, and wait until it answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it (again), with nothing in it."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/moto-api/"):
                return
            time.sleep(0.05)
        raise RuntimeError("the S3 server ended")

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
