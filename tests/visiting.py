"""A visitor without a browser: opens pages over Streamlit's own WebSocket protocol."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

FAILED = ForwardMsg.FINISHED_WITH_COMPILE_ERROR
OF_PAGE = (ForwardMsg.FINISHED_SUCCESSFULLY, FAILED)
REMEMBERED = 2  # page runs for which a browser keeps what the server need not send again


@dataclass
class Opened:
    """How a page run went.

    Attributes:
        seconds: from asking until the server said that the page is whole.
        messages, size: what came, and of how many bytes.
        errors: what the page showed as an error.
    """

    seconds: float = 0.0
    messages: int = 0
    size: int = 0
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One session: asks for pages as a browser does, and keeps the messages that it would keep."""

    def __init__(self, connection: ClientConnection) -> None:
        """Speak over an open connection; see `visitor`."""
        self._connection = connection
        self._kept: dict[str, int] = {}  # by a message's hash, the page run that last had it
        self._runs = 0

    async def open(self, page: str, query: str = "") -> Opened:
        """Open a page by its file's name, "" for the first one, and wait until it is whole.

        Raises:
            ConnectionClosed: the server ended the session.
        """
        began, opened = time.perf_counter(), Opened()
        self._runs += 1
        recent = self._runs - REMEMBERED
        self._kept = {message: at for message, at in self._kept.items() if at >= recent}
        asks = BackMsg()
        asks.rerun_script.query_string = query
        asks.rerun_script.page_name = page
        asks.rerun_script.cached_message_hashes.extend(self._kept)
        asks.rerun_script.context_info.color_scheme = "light"
        await self._connection.send(asks.SerializeToString())
        while not await self._receive(opened):
            pass
        opened.seconds = time.perf_counter() - began
        return opened

    async def _receive(self, opened: Opened) -> bool:
        """Take the next message; return whether the page is whole with it."""
        sent = await self._connection.recv(decode=False)
        message = ForwardMsg.FromString(sent)
        opened.messages, opened.size = opened.messages + 1, opened.size + len(sent)
        if message.metadata.cacheable and message.hash:
            self._kept[message.hash] = self._runs
        elif message.ref_hash:
            self._kept[message.ref_hash] = self._runs
        element = message.delta.new_element
        if element.HasField("exception"):
            opened.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif element.HasField("alert") and element.alert.format == element.alert.ERROR:
            opened.errors.append(element.alert.body)
        elif message.HasField("page_not_found"):
            opened.errors.append(f"no page {message.page_not_found.page_name!r}")
        if not message.HasField("script_finished"):
            return False
        if message.script_finished == FAILED:
            opened.errors.append("the script cannot be compiled")
        return message.script_finished in OF_PAGE


@asynccontextmanager
async def visitor(address: str) -> AsyncIterator[Visitor]:
    """Begin a session with a server, such as "http://localhost:8501"."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(stream, origin=address, max_size=None, subprotocols=["streamlit"]) as made:  # type: ignore[arg-type, list-item]
        yield Visitor(made)
