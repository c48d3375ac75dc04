"""Operations that are asked for by a hash: what clients told before (Apollo's automatic persisted queries), or a fixed list.

https://www.apollographql.com/docs/apollo-server/performance/apq
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from data.errors import BadRequest, FileUnusable, OperationNotTrusted, PersistedQueryNotFound, PersistedQueryNotSupported

HASH_CHARACTERS = 64


def hash_of(text: str) -> str:
    """The SHA-256 of an operation's text, as clients write it."""
    return sha256(text.encode()).hexdigest()


@dataclass
class Persisted:
    """What clients told, bounded by the length of all texts; with `trusted` only what is listed there is answered."""

    most_bytes: int
    trusted: Mapping[str, str] | None = None
    texts: OrderedDict[str, str] = field(default_factory=OrderedDict)
    bytes: int = 0

    def text(self, text: str | None, extensions: Mapping[str, Any]) -> str:
        """The text of the operation that a request asks for. Raises BadRequest."""
        asked = extensions.get("persistedQuery")
        hash_ = None if asked is None else self._hash(asked)
        if self.trusted is not None:
            return self._trusted(text, hash_, self.trusted)
        if hash_ is None:
            if not text:
                raise BadRequest("There is no `query`.", hint='Send {"query": "{ archive { name } }"}, or ?query=… by GET.')
            return text
        if not self.most_bytes:
            raise PersistedQueryNotSupported("PersistedQueryNotSupported", hint="Send the operation's text in `query`.")
        return self._told(text, hash_)

    def _hash(self, asked: object) -> str:
        hash_ = asked.get("sha256Hash") if isinstance(asked, dict) and asked.get("version") == 1 else None
        if not isinstance(hash_, str):
            raise BadRequest("`extensions.persistedQuery` is not of version 1.", hint='Write {"version": 1, "sha256Hash": "…"}.')
        return hash_

    def _told(self, text: str | None, hash_: str) -> str:
        if text:
            if hash_of(text) != hash_:
                raise BadRequest("`sha256Hash` is not the hash of `query`.", hint="Hash the text that is sent, as UTF-8.")
            return text
        found = self.texts.get(hash_)
        if found is None:
            raise PersistedQueryNotFound("PersistedQueryNotFound", status=200, hint="Send it once with its text in `query`.")
        self.texts.move_to_end(hash_)
        return found

    def _trusted(self, text: str | None, hash_: str | None, trusted: Mapping[str, str]) -> str:
        found = trusted.get(hash_ if hash_ is not None else hash_of(text or ""))
        if found is None or (text and text != found):
            raise OperationNotTrusted(
                "This operation is not among those that are answered here.",
                status=403,
                hint="Ask whoever runs the archive to list it (`fonds serve --trusted-operations`).",
            )
        return found

    def keep(self, text: str, extensions: Mapping[str, Any]) -> None:
        """Keeps a text that came with its hash, and was found good."""
        if self.trusted is not None or "persistedQuery" not in extensions or len(text) > self.most_bytes:
            return
        hash_ = hash_of(text)
        if hash_ not in self.texts:
            self.texts[hash_] = text
            self.bytes += len(text)
        while self.bytes > self.most_bytes:
            _, old = self.texts.popitem(last=False)
            self.bytes -= len(old)


def read_trusted(path: Path) -> dict[str, str]:
    """The operations of a file by their hashes: a JSON manifest as Relay or Apollo write it, or the one text of a .graphql file.

    Each is also found by the hash of its text. Raises FileUnusable.
    """
    try:
        content = path.read_text(encoding="utf-8")
        found = {"": content} if path.suffix in (".graphql", ".gql") else _manifest(orjson.loads(content))
    except (OSError, ValueError) as error:
        raise FileUnusable(
            f"{path} has no list of operations: {error}.",
            hint='Write {"hash": "query …"}, or Apollo\'s manifest, or a .graphql file.',
        ) from None
    return found | {hash_of(text): text for text in found.values()}


def _manifest(found: Any) -> dict[str, str]:
    if isinstance(found, dict) and isinstance(found.get("operations"), list):
        found = {one.get("id"): one.get("body") for one in found["operations"] if isinstance(one, dict)}
    if not isinstance(found, dict) or not all(isinstance(part, str) for pair in found.items() for part in pair):
        message = "it is not a JSON object of hashes and texts"
        raise ValueError(message)
    return found
