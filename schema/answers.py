"""Answers that were given before, as long as nothing was committed since."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

ENTRY_BYTES = 500
"""What an answer takes beside its own bytes."""

PART_MAX = 8
"""One answer may take this part of the room; a larger one would drive out all others."""


@dataclass(slots=True)
class Kept:
    """An answer, with the bytes of a request that it answers, and the name of its operation."""

    content: bytes
    source: bytes = b""
    name: str | None = None

    @property
    def size_bytes(self) -> int:
        return len(self.content) + len(self.source) + ENTRY_BYTES


@dataclass
class Answers:
    """Answers by what was asked (plan, values, who asked), all of one version of the store; the least used goes first."""

    most_bytes: int
    version: Hashable = None
    made: OrderedDict[Hashable, Kept] = field(default_factory=OrderedDict)
    sources: dict[bytes, Hashable] = field(default_factory=dict)
    """What is asked by the bytes of a request: of each answer, the last that asked for it."""
    size_bytes: int = 0
    lock: Lock = field(default_factory=Lock)

    def find(self, version: Hashable, asked: Hashable) -> bytes | None:
        """The answer that was given before; None if there was none since the last commit."""
        with self.lock:
            if version != self.version:
                self.made.clear()
                self.sources.clear()
                self.size_bytes, self.version = 0, version
                return None
            found = self.made.get(asked)
            if found is None:
                return None
            self.made.move_to_end(asked)
        return found.content

    def again(self, version: Hashable, source: bytes) -> tuple[bytes, str | None] | None:
        """The answer to a request of the same bytes, with the name of its operation; None as `find`."""
        with self.lock:
            asked = self.sources.get(source) if version == self.version else None
            if asked is None:
                return None
            self.made.move_to_end(asked)
            found = self.made[asked]
        return found.content, found.name

    def keep(self, version: Hashable, asked: Hashable, content: bytes) -> None:
        """Keeps an answer that was read after the store was seen to be of this version."""
        if len(content) > self.most_bytes // PART_MAX:
            return
        with self.lock:
            if version == self.version and asked not in self.made:
                self.made[asked] = Kept(content)
                self.size_bytes += self.made[asked].size_bytes
                self._make_room()

    def remember(self, asked: Hashable, source: bytes, name: str | None) -> None:
        """Has the kept answer found by the bytes of a request too, if they are not long."""
        with self.lock:
            kept = self.made.get(asked)
            if kept is None or len(source) > self.most_bytes // PART_MAX:
                return
            self.sources.pop(kept.source, None)
            self.size_bytes += len(source) - len(kept.source)
            kept.source, kept.name = source, name
            self.sources[source] = asked
            self._make_room()

    def _make_room(self) -> None:
        while self.size_bytes > self.most_bytes:
            _, old = self.made.popitem(last=False)
            self.sources.pop(old.source, None)
            self.size_bytes -= old.size_bytes
