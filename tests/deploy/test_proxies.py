"""What the proxies of deploy/ make of requests, before servers that only tell what they are asked.

`tests/browser/test_replicas.py` does it with two dashboards and a browser.
"""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.proxies import KINDS, UNTRUSTED, Proxy, proxied

pytestmark = pytest.mark.process
COOKIE = "inkling_replica"


class Teller(BaseHTTPRequestHandler):
    """Tells which replica it is and what it was asked, and signs everybody in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        upgraded = self.headers.get("Upgrade") == "websocket"
        body = b"" if upgraded else json.dumps(self.told()).encode()
        self.send_response(101 if upgraded else 200)
        self.send_header("Set-Cookie", "_streamlit_user=ada; HttpOnly; Path=/; SameSite=Lax")
        if upgraded:
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if upgraded:  # as a WebSocket would: what comes is sent back
            self.connection.sendall(self.connection.recv(100))
            self.close_connection = True

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def told(self) -> dict[str, object]:
        return {"replica": self.server.server_port, "headers": dict(self.headers)}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Replica(ThreadingHTTPServer):
    """A replica that can be gone at once, with its connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Teller)
        self._open: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def process_request(self, request: socket.socket, client_address: object) -> None:
        self._open.append(request)
        super().process_request(request, client_address)

    def go(self) -> None:
        self.shutdown()
        self.server_close()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already


@pytest.fixture
def replicas() -> Iterator[dict[int, Replica]]:
    with ExitStack() as stack:
        started = [Replica() for _ in range(2)]
        for one in started:
            stack.callback(one.go)
        yield {one.server_port: one for one in started}


@pytest.fixture(params=KINDS)
def proxy(request: pytest.FixtureRequest, tmp_path, replicas) -> Iterator[Proxy]:
    with proxied(request.param, tmp_path, [f"127.0.0.1:{port}" for port in replicas]) as found:
        yield found


def cookie_of(answer: http.client.HTTPResponse) -> str:
    """Return the cookie that keeps a browser on a replica, as the browser sends it."""
    (given,) = (one for one in answer.headers.get_all("Set-Cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in given
    assert "Secure" in given
    return given.partition(";")[0]


def replica(answer: http.client.HTTPResponse) -> int:
    assert answer.status == 200
    return int(json.loads(answer.text)["replica"])


def test_a_browser_stays_with_its_replica_until_that_is_gone(proxy: Proxy, replicas):
    first = proxy.asked("GET", "/")
    cookie, port = cookie_of(first), replica(first)
    assert {replica(proxy.asked("GET", "/draw", Cookie=cookie)) for _ in range(20)} == {port}
    others = [proxy.asked("GET", "/") for _ in range(40)]
    assert {replica(answer) for answer in others} == set(replicas)
    for answer in others[:5]:
        assert replica(proxy.asked("GET", "/", Cookie=cookie_of(answer))) == replica(answer)
    replicas[port].go()
    (left,) = set(replicas) - {port}
    assert {replica(proxy.asked("GET", "/", Cookie=cookie)) for _ in range(5)} == {left}


def test_replicas_learn_what_browsers_ask_for(proxy: Proxy):
    answer = proxy.asked("GET", "/")
    headers = {name.lower(): value for name, value in json.loads(answer.text)["headers"].items()}
    assert headers["host"] == proxy.host  # Streamlit compares it with the page's origin
    assert headers["x-forwarded-proto"] == "https"
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    (signed_in,) = (
        one for one in answer.headers.get_all("Set-Cookie") if one.startswith("_streamlit_user")
    )
    assert "secure" in signed_in.lower()
    assert "HttpOnly" in signed_in


def test_websockets_pass(proxy: Proxy):
    plain = socket.create_connection(("localhost", proxy.port), timeout=30)
    with UNTRUSTED.wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(
            b"GET /_stcore/stream HTTP/1.1\r\n"
            + f"Host: {proxy.host}\r\nOrigin: https://{proxy.host}\r\n".encode()
            + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        told = connection.recv(4096)
        assert told.startswith(b"HTTP/1.1 101")
        connection.sendall(b"echo")
        while not told.endswith(b"echo"):
            received = connection.recv(4096)
            assert received, told
            told += received


def test_what_is_too_large_or_for_operators_stays_outside(proxy: Proxy):
    for path in ("/healthz", "/_stcore/metrics"):
        assert proxy.asked("GET", path).status == 404
    connection = http.client.HTTPSConnection("localhost", proxy.port, context=UNTRUSTED)
    connection.putrequest("PUT", "/_stcore/upload_file/a/b")
    connection.putheader("Content-Length", str(52 * 2**20))
    connection.endheaders()
    with suppress(OSError):  # it does not take all of that
        for _ in range(52):
            connection.send(bytes(2**20))
    assert connection.getresponse().status == 413


def test_without_tls_a_browser_is_sent_on(proxy: Proxy):
    plain = http.client.HTTPConnection("localhost", proxy.plain_port, timeout=30)
    plain.request("GET", "/draw")
    answer = plain.getresponse()
    assert answer.status in (301, 308)
    assert answer.headers["Location"].startswith("https://localhost")
