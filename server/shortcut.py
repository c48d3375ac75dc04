"""The short way of a request: one that came as a whole and can be answered at once gets its answer from the protocol itself.

A task of its own, with the events that pass between it and the protocol, costs as much as reading a document. So the application
is asked first (`at_once`); what it cannot answer at once takes uvicorn's way, as it would have from the beginning.
"""

from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server.transport import Together

PATH = b"/graphql"
METHODS = (b"POST", b"GET")


class Sent(Protocol):
    """An answer."""

    status: int
    content: bytes

    def head(self, more: list[tuple[bytes, bytes]]) -> bytes: ...


class Shortcut(HttpToolsProtocol):
    """One connection. `held` is what has come of the body of a request that is not yet handed on, None without one."""

    held: bytes | None = None
    is_mixed = False
    """Whether what came together is the end of one request and the beginning of the next; only the first goes the short way."""

    def data_received(self, data: bytes) -> None:
        self.is_mixed = False
        super().data_received(data)
        if self.held is not None:
            if self.transport.is_closing():
                self.held = None
            else:
                self._hand_on()

    def on_headers_complete(self) -> None:
        if self._may_be_short():
            self.held = b""
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self.held is None:
            super().on_body(body)
        else:
            self.held += body

    def on_message_complete(self) -> None:
        self.is_mixed = True
        if self.held is not None:
            if self._answer(self.held):
                self.held = None
                return
            self._hand_on()
        super().on_message_complete()

    def _may_be_short(self) -> bool:
        parser, cycle = self.parser, self.cycle
        return (
            self.url.partition(b"?")[0] == PATH
            and parser.get_method() in METHODS
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not (parser.should_upgrade() or self.is_mixed or self.expect_100_continue or self.flow.write_paused)
            and (cycle is None or cycle.response_complete)
        )

    def _answer(self, body: bytes) -> bool:
        """Answers, if that can be done at once; says whether it did."""
        scope: Any = self.scope
        scope["method"], scope["path"] = self.parser.get_method().decode(), PATH.decode()
        scope["query_string"] = self.url.partition(b"?")[2]
        found: Sent | None = self.app.at_once(scope, body)  # `server.app.Front`
        if found is None:
            return False
        head = found.head(self.server_state.default_headers)
        cast("Together", self.transport).write_whole(b"%b%b\r\n%b" % (STATUS_LINE[found.status], head, found.content))
        self.on_short_answer()
        return True

    def on_short_answer(self) -> None:
        """What is to be done after an answer that was given at once."""
        self.on_response_complete()

    def _hand_on(self) -> None:
        """Has the application answer in a task of its own."""
        body, self.held = self.held, None
        super().on_headers_complete()
        if body:
            super().on_body(body)
