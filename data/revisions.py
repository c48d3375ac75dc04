"""What a record was: the changes that are kept of it, put back one after the other."""

from typing import Any

import orjson

REMOVED = "REMOVED"
IDENTITY = ("type", "id")
Fields = dict[str, Any]


def put_back(current: str, later: str) -> str:
    """The record as it was before the later revisions, as JSON text; `null` if nothing is known of it.

    `current` is the record as it is now (`null` if it is gone), `later` a list of `[action, before]`, oldest first. A removal
    holds the whole record; what came after it was another life of the same id.

    >>> put_back('{"id":"a","title":"New","url":"u"}', '[["CHANGED",{"title":"Old"}],["CHANGED",{"url":null}]]')
    '{"id":"a","title":"Old"}'
    >>> put_back("null", '[["CHANGED",{"title":"Old"}],["REMOVED",{"id":"a","title":"New"}],["ADDED",null]]')
    '{"id":"a","title":"Old"}'
    """
    state: Fields | None = orjson.loads(current)
    befores: list[Fields] = []
    for action, before in orjson.loads(later):
        if action == REMOVED:
            state = before
            break
        befores.append(before or {})
    if state is None:
        return "null"
    for before in reversed(befores):
        state = patched(state, before)
    return orjson.dumps(state).decode()


def field_names(record: str) -> str:
    """The names of the fields of a record or of a part of it (JSON text), but what it is known by, as a JSON list.

    >>> field_names('{"type":"topic","id":"korea","name":"Korea"}')
    '["name"]'
    """
    return orjson.dumps([name for name in orjson.loads(record) if name not in IDENTITY]).decode()


def patched(record: Fields, fields: Fields) -> Fields:
    """The record with fields replaced; one that is null is then absent."""
    return {name: value for name, value in (record | fields).items() if value is not None}
