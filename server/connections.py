"""Connections that may not be slow, silent or without end: uvicorn's protocol with limits for request heads and for reading."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, cast

from server.shortcut import Shortcut
from server.transport import Together

LOG = logging.getLogger("fonds.requests")
WHOLE = "fonds.whole"
"""In the scope of a request whose body was there when it was handed on: nothing of it has to be waited for."""

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Bounded(Shortcut):
    """One connection. Silent or slow before the head of a request is there, it gets 408; with too large a head, 431."""

    limits: "Protocol"
    writing: asyncio.TimerHandle | None = None
    waiting: asyncio.TimerHandle | None = None
    quiet_since = 0.0
    piece_bytes = 0
    head_bytes = 0
    is_in_head = False
    begins_mixed = False
    """Whether its head came together with the end of another request: then nobody counted what of it came first."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast("asyncio.Transport", Together(transport, self.loop)))
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_writing()
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.piece_bytes = len(data)
        super().data_received(data)
        if self.is_in_head and self.waiting is None:
            self._await_head()
        if self.waiting is not None and not self.is_mixed:
            self.head_bytes += len(data)
            self._check_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.is_in_head, self.begins_mixed = True, self.is_mixed

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.limits.header_max_bytes:
            self._check_head(len(self.url))

    def on_headers_complete(self) -> None:
        self.is_in_head = False
        self._stop_waiting()
        most_bytes, self.head_bytes = self.head_bytes + self.piece_bytes, 0
        is_small = most_bytes <= self.limits.header_max_bytes and not self.begins_mixed
        if is_small or self._check_head(self._size()):
            super().on_headers_complete()

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def on_message_complete(self) -> None:
        self.scope[WHOLE] = True  # type: ignore[literal-required] # a key of ours
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._stop_clock()
        self.quiet_since = self.loop.time()
        super().on_response_complete()

    def on_short_answer(self) -> None:
        """As `on_response_complete`, where nothing waits behind the request: the clock that runs is not wound anew each time."""
        self.server_state.total_requests += 1
        self.quiet_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """The clock has struck: a connection that was silent since it was wound is ended. One that asks has no need of it."""
        self.timeout_keep_alive_task = None
        if self.is_in_head or not (self.cycle is None or self.cycle.response_complete):
            return
        rest_seconds = self.quiet_since + self.timeout_keep_alive - self.loop.time()
        if rest_seconds > 0:
            self.timeout_keep_alive_task = self.loop.call_later(rest_seconds, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _unset_keepalive_if_required(self) -> None:
        """Nothing: the clock looks at the time itself."""

    def _stop_clock(self) -> None:
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def pause_writing(self) -> None:
        """The client reads more slowly than it is written to: it has so long to go on, then the connection is cut."""
        super().pause_writing()
        self.writing = self.loop.call_later(self.limits.write_max_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_writing()

    def _stop_writing(self) -> None:
        if self.writing is not None:
            self.writing.cancel()
            self.writing = None

    def _await_head(self) -> None:
        self._stop_waiting()
        self.waiting = self.loop.call_later(self.limits.header_max_seconds, self._refuse, TOO_LATE)

    def _stop_waiting(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _check_head(self, size: int = 0) -> bool:
        if max(size, self.head_bytes) <= self.limits.header_max_bytes:
            return True
        self._refuse(TOO_LARGE)
        return False

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
            LOG.info("- - operation=- ms=0.0 statements=0 bytes=%d status=%s", len(answer), answer[9:12].decode())

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: a request for a WebSocket is answered as the plain request that it is too, and has its line in the log."""


@dataclass(frozen=True)
class Protocol:
    """Makes the protocol of each connection, with these limits: what uvicorn takes as its `http`."""

    header_max_bytes: int
    header_max_seconds: float
    write_max_seconds: float

    def __call__(self, **given: Any) -> Bounded:
        made = Bounded(**given)
        made.limits = self
        return made
