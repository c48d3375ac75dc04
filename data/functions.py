"""The functions that a statement may call: what the database cannot do itself, or not as fast."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import Select

from data import driver
from data.cursors import seal
from data.database import DIALECT
from data.errors import InvalidCursor
from data.reading import telling
from data.revisions import field_names, put_back
from data.search.columns import SUBJECTS
from data.search.kept import KeptNames
from data.search.names import Names
from data.search.nearest import offers
from data.search.passages import passages
from data.search.words import Words

OFFERS_KEPT = 32


class Counting:
    """What counts for one store; made, and its library imported, when something is counted for the first time."""

    def __init__(self) -> None:
        self._made: Any = None
        self._lock = Lock()

    def get(self) -> Any:
        from data.search.counts import Counts  # noqa: PLC0415 - NumPy takes longer to import than most commands to run

        with self._lock:
            if self._made is None:
                self._made = Counts()
            return self._made


@dataclass(frozen=True)
class Functions:
    """Functions of the database that read it themselves: on the connection that runs the statement, so in its transaction."""

    connection: driver.Connection
    words: Words
    kept: KeptNames
    counting: Counting = field(default_factory=Counting)

    def read(self, statement: Select[Any], **values: Any) -> Iterator[tuple[Any, ...]]:
        sql, names, own = _compiled(statement)
        return iter(self.connection.execute(sql, [values[name] if name in values else own[name] for name in names]))

    def names(self, changes: int) -> Names:
        return self.kept.get(changes, self.read)

    def settled(self, changes: int) -> int:
        """Has the names at hand for who asks for them next (`data.search.kept`), and returns how many there are."""
        return sum(len(layer.spelling.named) for layer in self.kept.get(changes, self.read, settled=True).layers)

    def suggest(self, changes: int, text: str, types: str, most: int) -> str:
        """The names that fit what was typed, as JSON (`Names.suggest`)."""
        return orjson.dumps(self.names(changes).suggest(text, orjson.loads(types), most)).decode()

    def offers(self, changes: int, type_: str, text: str) -> str:
        """The searches that may have been meant, as JSON (`data.search.nearest`)."""
        return orjson.dumps(offers(text, SUBJECTS[type_], self.words, self.names(changes), self.read)).decode()

    def gathered(self, ids: str | None) -> bytes:
        """The ids of a result, packed (`data.search.counts`)."""
        return bytes(self.counting.get().gathered(ids))

    def counted(self, documents: bytes, kind: str, roles: int) -> str:
        """How many of the documents there are of each person, topic, …, as JSON (`data.search.counts`)."""
        return str(self.counting.get().counted(self.connection, documents, kind, roles))

    def spans(self, documents: bytes | None, unit: str) -> str:
        """How many of the documents (all, if NULL) there are of each span of time, as JSON (`data.search.counts`)."""
        return str(self.counting.get().spans(self.connection, documents, unit))


def holds(name: str, mark: str, then: int, now: int) -> int:
    """1, if a mark of a cursor (`schema.cursors`) is as it was. Raises InvalidCursor."""
    if then != now:
        raise InvalidCursor.outdated(name) if mark == "changes" else InvalidCursor.of_another_list(name)
    return 1


@cache
def _compiled(statement: Select[Any]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """The SQL of a statement, the names of its values in their order, and those that it has itself."""
    compiled = statement.compile(dialect=DIALECT)
    return compiled.string, tuple(compiled.positiontup or ()), compiled.params


def register(connection: driver.Connection, secret: str, words: Words, names: KeptNames, counting: Counting) -> None:
    """Has the statements of a connection call them; names and counts are kept for all connections of a store."""

    def passages_of(found: str, column: str, text: str | None) -> str:
        return orjson.dumps(passages(found, column, text, words) if text else []).decode()

    reads = Functions(connection, words, names, counting)
    same_again: dict[str, tuple[int, Any]] = {
        "fonds_seal": (1, lambda text: seal(secret, text)),
        "fonds_holds": (4, telling(holds)),
        "fonds_passages": (3, passages_of),
        "fonds_put_back": (2, put_back),
        "fonds_field_names": (2, field_names),
        "fonds_ln": (1, math.log),
        "fonds_suggest": (4, reads.suggest),
        "fonds_offers": (3, lru_cache(OFFERS_KEPT)(reads.offers)),
        "fonds_gathered": (1, reads.gathered),
    }
    for name, (arguments, function) in same_again.items():
        connection.create_function(name, arguments, function, deterministic=True)
    connection.create_function("fonds_settled", 1, reads.settled)
    connection.create_function("fonds_counted", 3, reads.counted)
    connection.create_function("fonds_spans", 2, reads.spans)
