"""Answers that were given before, as long as nothing was committed since."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

ENTRY_BYTES = 500
"""What an answer takes beside its own bytes."""

PART_MAX = 8
"""One answer may take this part of the room; a larger one would drive out all others."""


@dataclass
class Answers:
    """Answers by what was asked (plan, values, who asked), all of one version of the store; the least used goes first."""

    most_bytes: int
    version: Hashable = None
    made: OrderedDict[Hashable, bytes] = field(default_factory=OrderedDict)
    size_bytes: int = 0
    lock: Lock = field(default_factory=Lock)

    def find(self, version: Hashable, asked: Hashable) -> bytes | None:
        """The answer that was given before; None if there was none since the last commit."""
        with self.lock:
            if version != self.version:
                self.made.clear()
                self.size_bytes, self.version = 0, version
                return None
            found = self.made.get(asked)
            if found is not None:
                self.made.move_to_end(asked)
        return found

    def keep(self, version: Hashable, asked: Hashable, content: bytes) -> None:
        """Keeps an answer that was read after the store was seen to be of this version."""
        if len(content) > self.most_bytes // PART_MAX:
            return
        with self.lock:
            if version == self.version and asked not in self.made:
                self.made[asked] = content
                self.size_bytes += len(content) + ENTRY_BYTES
            while self.size_bytes > self.most_bytes:
                _, old = self.made.popitem(last=False)
                self.size_bytes -= len(old) + ENTRY_BYTES
