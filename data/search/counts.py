"""Counting over the documents of a result by packed numbers (`data.search.blocks`), which each process keeps in memory.

NumPy does it: 500,000 documents with 1.5 million people are counted in some 20 ms. It takes longer to import than most commands
take, so this module is imported when something is counted for the first time, or by a server when it has started.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import orjson

from data.search.blocks import BLOCK_DOCUMENTS, UNKNOWN_DAY

COUNT_SHIFT = 32
"""A count and what is counted come as one number: the count, shifted so far, and the id."""

_CHANGES = "SELECT changes FROM fonds_meta"
_BLOCKS = "SELECT number, sizes, items, more FROM facet_blocks WHERE kind = ? ORDER BY number"
Array = Any
Block = tuple[int, bytes, bytes, bytes]


@dataclass(frozen=True)
class Items:
    """The items of all documents: those of one are at `ends[id]` to `ends[id + 1]`; of people `roles` has the bits of each.

    If the items are places in a list of names, `names` is that list.
    """

    ends: Array
    items: Array
    roles: Array
    names: list[str]

    @property
    def memory_bytes(self) -> int:
        return int(self.ends.nbytes + self.items.nbytes + self.roles.nbytes)

    def counted(self, documents: Array, roles: int = 0) -> list[int]:
        """How many of the documents have each item: `(count << COUNT_SHIFT) + item`. With `roles`, have it in one of them."""
        starts = self.ends[documents].astype(np.int64)
        sizes = self.ends[documents + 1] - starts
        places = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        items = self.items[places]
        if roles:
            roles &= np.iinfo(self.roles.dtype).max  # of roles that nobody has there are no bits in it
            items = items[(self.roles[places] & roles) != 0]
        counts = np.bincount(items)
        found = np.flatnonzero(counts)
        packed: list[int] = ((counts[found] << COUNT_SHIFT) + found).tolist()
        return packed


@dataclass(frozen=True)
class Days:
    """The first and the last day of all documents, as places in the list of all days that there are."""

    days: Array
    firsts: Array
    lasts: Array
    found: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    every: dict[str, list[list[int | None]]] = field(default_factory=dict)

    @property
    def memory_bytes(self) -> int:
        kept = sum(part.nbytes for found in self.found.values() for part in found)
        return int(self.days.nbytes + self.firsts.nbytes + self.lasts.nbytes + kept)

    def spans(self, documents: Array | None, unit: str) -> list[list[int | None]]:
        """How many of the documents there are of each first and last bucket: `[first, last, count]`, None where it is unknown.

        None as the documents is all of them, counted once for a unit.
        """
        if documents is not None:
            return self._counted(self.firsts[documents], self.lasts[documents], unit)
        if unit not in self.every:
            self.every[unit] = self._counted(self.firsts, self.lasts, unit)
        return self.every[unit]

    def _counted(self, firsts: Array, lasts: Array, unit: str) -> list[list[int | None]]:
        buckets, bucket_of = self._buckets(unit)
        width = len(buckets) + 1
        found = bucket_of[firsts] * width + bucket_of[lasts]
        pairs, counts = np.unique(found, return_counts=True)
        names = [*buckets.tolist(), None]
        every = zip(pairs.tolist(), counts.tolist(), strict=True)
        return [[names[pair // width], names[pair % width], count] for pair, count in every]

    def _buckets(self, unit: str) -> tuple[Array, Array]:
        """The buckets that there are, and which of them each day is in; one more for what is unknown. Found once for a unit."""
        if unit not in self.found:
            buckets, bucket_of = np.unique(BUCKETS[unit](self.days), return_inverse=True)
            self.found[unit] = buckets, np.where(self.days == UNKNOWN_DAY, len(buckets), bucket_of)
        return self.found[unit]


BUCKETS: dict[str, Callable[[Array], Array]] = {
    "YEAR": lambda day: day // 10000,
    "MONTH": lambda day: day // 10000 * 12 + day % 10000 // 100 - 1,
    "DECADE": lambda day: day // 100000,
}
"""The bucket that a day is in, by the unit of a timeline: one more for each that follows."""


class Counts:
    """The packed numbers of one store, as they were when last asked; read anew when the archive has changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, Any]] = {}
        self._lock = Lock()

    @property
    def memory_bytes(self) -> int:
        return sum(found.memory_bytes for _, found in self._kept.values())

    def gathered(self, ids: str | None) -> bytes:
        """The ids of a result, of which the database made one text with commas between them, as packed numbers."""
        return np.fromstring(ids or "", dtype=np.int64, sep=",").tobytes()

    def counted(self, connection: Any, documents: bytes, kind: str, roles: int) -> str:
        """What the documents have of a kind, as a JSON list: see `Items.counted`; of languages `[tag, count]`."""
        items: Items = self._of(connection, kind)
        found: list[Any] = items.counted(np.frombuffer(documents, np.int64), roles)
        if kind == "languages":
            found = [[items.names[one & 0xFFFFFFFF], one >> COUNT_SHIFT] for one in found]
        return orjson.dumps(found).decode()

    def spans(self, connection: Any, documents: bytes | None, unit: str) -> str:
        """The documents, or all, by first and last bucket, as a JSON list: see `Days.spans`."""
        days: Days = self._of(connection, "days")
        return orjson.dumps(days.spans(None if documents is None else np.frombuffer(documents, np.int64), unit)).decode()

    def _of(self, connection: Any, kind: str) -> Any:
        """The numbers of one kind as the transaction of the connection sees them."""
        (changes,) = connection.execute(_CHANGES).fetchone()
        with self._lock:
            known = self._kept.get(kind)
            if known is None or known[0] != changes:
                blocks = connection.execute(_BLOCKS, (kind,)).fetchall()
                known = self._kept[kind] = changes, _days(blocks) if kind == "days" else _items(blocks, kind)
        return known[1]


def _items(blocks: Iterable[Block], kind: str) -> Items:
    found = list(blocks)
    documents = (found[-1][0] + 1) * BLOCK_DOCUMENTS if found else 0
    sizes = np.zeros(documents, np.uint32)
    for number, counts, _, _ in found:
        sizes[number * BLOCK_DOCUMENTS :][:BLOCK_DOCUMENTS] = np.frombuffer(counts, "<u4")
    items = [np.frombuffer(items, "<u4") for _, _, items, _ in found]
    roles = [np.frombuffer(more, "<u2") for _, _, _, more in found] if kind == "people" else []
    names: dict[str, int] = {}
    if kind == "languages":
        tags = [[names.setdefault(tag, len(names)) for tag in orjson.loads(more)] for _, _, _, more in found]
        items = [np.array(places, np.uint32)[some] for places, some in zip(tags, items, strict=True)]
    return Items(_narrow(np.concatenate(([0], np.cumsum(sizes)))), _joined(items), _joined(roles), list(names))


def _days(blocks: Iterable[Block]) -> Days:
    found = list(blocks)
    documents = (found[-1][0] + 1) * BLOCK_DOCUMENTS if found else 0
    days = np.full((documents, 2), UNKNOWN_DAY, np.int64)
    for number, _, items, _ in found:
        days[number * BLOCK_DOCUMENTS :][:BLOCK_DOCUMENTS] = np.frombuffer(items, "<i8").reshape(-1, 2)
    every, places = np.unique(days, return_inverse=True)
    places = _narrow(places.reshape(-1, 2))
    return Days(every, places[:, 0].copy(), places[:, 1].copy())


def _joined(parts: list[Array]) -> Array:
    return _narrow(np.concatenate(parts)) if parts else np.zeros(0, np.uint8)


def _narrow(numbers: Array) -> Array:
    """The same whole numbers from 0 on, in as few bytes each as hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
