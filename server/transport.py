"""What a connection writes, sent together: head and body of an answer in one system call, not two."""

from asyncio import AbstractEventLoop
from typing import Any


class Together:
    """A transport that keeps what is written until the event loop turns, and sends it at one go.

    uvicorn writes the head of an answer, then its body; sent one by one, each wakes the client. Closing sends first; whatever
    else a transport does, the one inside does.
    """

    __slots__ = ("_kept", "_loop", "_transport", "is_closing")

    def __init__(self, transport: Any, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing
        self._loop = loop
        self._kept: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._kept:
            self._loop.call_soon(self._send)
        self._kept.append(data)

    def write_whole(self, data: bytes) -> None:
        """Writes a whole answer: nothing is kept for it."""
        if self._kept:
            self._kept.append(data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        kept, self._kept = self._kept, []
        if kept and not self.is_closing():
            self._transport.writelines(kept)
