"""The web server: the dashboard, what browsers are told to forbid, how many it lets in, how it is.

`inkling app` runs it with `streamlit run`, which finds `app` here.
"""

import base64
import re
import resource
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import App
from streamlit.runtime import get_instance
from streamlit.runtime.stats import GaugeStat

from dashboard import APP, heap

STATM = Path("/proc/self/statm")
MOST_SESSIONS = 200  # open at a time; each takes about half a megabyte, and 40 clicking ones a core
TRY_AGAIN_LATER = 1013  # a close code of WebSockets


def _inline_scripts() -> str:
    """Name the scripts that Streamlit's own page holds, as a policy does: by their hashes."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    hashes = (base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{one}'" for one in hashes)


# Streamlit styles with inline rules and loads components from blobs; graphs run as WebAssembly, and
# Plotly draws maps of many points with functions that it writes as text. Nothing is ever asked of
# another server.
POLICY = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' blob: 'unsafe-eval' {_inline_scripts()}",
        "style-src 'self' blob: 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self' data:",
        "media-src 'self' blob: data:",
        "connect-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = tuple(
    (name.encode(), value.encode())
    for name, value in (
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    )
)


class Careful:
    """Tells browsers with every answer what a page of ours never does."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the headers added."""

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                added = [header for header in HEADERS if header[0] not in said]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, careful if scope["type"] == "http" else send)


class Bounded:
    """Lets in so many sessions at a time; browsers that come later try again by themselves."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Wrap an application."""
        self._app, self._most, self._open = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; refuse a session where there are enough."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
        elif self._open >= self._most:
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
        else:
            self._open += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._open -= 1


async def how_it_is(_: Request) -> JSONResponse:
    """Answer with the number of sessions and the memory of this process, for operators."""
    families = get_instance().stats_mgr.get_stats(family_names=["active_sessions"])
    gauges = (stat for stats in families.values() for stat in stats)
    sessions = sum(int(stat.value) for stat in gauges if isinstance(stat, GaugeStat))
    return JSONResponse(
        {
            "status": "ok",
            "version": version("inkling"),
            "sessions": sessions,
            "memory_mb": round(_resident_bytes() / 2**20),
        }
    )


def _resident_bytes() -> int:
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # elsewhere: the most it ever was
    return most * (1 if sys.platform == "darwin" else 1024)


heap.share_arenas()
app = App(
    APP,
    middleware=[Middleware(Careful), Middleware(Bounded, most=MOST_SESSIONS)],
    routes=[Route("/healthz", how_it_is)],
)
