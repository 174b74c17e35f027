"""A gate in front of a real S3 server: it passes requests on, or refuses them as other servers do.

The test server never gets full, and knows no other region; what answers here is a real HTTP server
with the XML that such services send.
"""

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"""
PASSED_ON_ANEW = {"connection", "transfer-encoding", "content-length", "server", "date"}


class Refusal(NamedTuple):
    """What a server answers that refuses: an HTTP status, and S3's code and message."""

    status: int
    code: str
    message: str


FULL = Refusal(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive.")


class Gate:
    """A server at `port`; `refuses` tells what it answers to a method and a path, if not None."""

    def __init__(self, port: int) -> None:
        """Set the port of the S3 server, and begin to pass everything on to it."""
        self.refuses: Callable[[str, str], Refusal | None] = lambda method, path: None
        self.behind, self.asked = port, list[str]()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                gate.answer(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asking: BaseHTTPRequestHandler) -> None:
        """Pass a request on, or refuse it."""
        self.asked.append(f"{asking.command} {asking.path}")
        body = asking.rfile.read(int(asking.headers.get("Content-Length") or 0))
        refusal = self.refuses(asking.command, asking.path)
        if refusal is not None:
            said = ANSWER.format(code=refusal.code, message=refusal.message).encode()
            self._send(asking, refusal.status, {"Content-Type": "application/xml"}, said)
            return
        behind = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)
        behind.request(asking.command, asking.path, body, dict(asking.headers))
        answer = behind.getresponse()
        said, head = answer.read(), dict(answer.getheaders())
        behind.close()
        length = answer.getheader("Content-Length") if asking.command == "HEAD" else None
        self._send(asking, answer.status, head, said, length)

    @staticmethod
    def _send(
        asking: BaseHTTPRequestHandler,
        status: int,
        head: dict[str, str],
        said: bytes,
        length: str | None = None,
    ) -> None:
        asking.send_response(status)
        for name, value in head.items():
            if name.lower() not in PASSED_ON_ANEW:
                asking.send_header(name, value)
        asking.send_header("Content-Length", length or str(len(said)))
        asking.end_headers()
        if asking.command != "HEAD":
            asking.wfile.write(said)
