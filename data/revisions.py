"""What a record was: the changes that are kept of it, put back one after the other."""

import orjson

from data.fields import Fields, whole

REMOVED = "REMOVED"
IDENTITY = ("type", "id")


def put_back(current: str, later: str) -> str:
    """The record as it was before the later revisions, as JSON text; `null` if nothing is known of it.

    `current` is the record as it is now (`null` if it is gone), `later` a list of `[action, before, after]`, oldest first. A
    removal holds the whole record; what came after it was another life of the same id.

    >>> put_back('{"type":"topic","id":"a","name":"New","x_b":1}', '[["CHANGED",{"name":"Old"},{"name":"New","x_b":1}]]')
    '{"type":"topic","id":"a","name":"Old","kind":"subject"}'
    >>> put_back("null", '[["REMOVED",{"type":"topic","id":"a","name":"A","kind":"event"},null],["ADDED",null,null]]')
    '{"type":"topic","id":"a","name":"A","kind":"event"}'
    """
    state: Fields | None = orjson.loads(current)
    changes: list[tuple[Fields, Fields]] = []
    for action, before, after in orjson.loads(later):
        if action == REMOVED:
            state = before
            break
        changes.append((before or {}, after or {}))
    if state is None:
        return "null"
    for before, after in reversed(changes):
        state = restored(state, before, after)
    return orjson.dumps(whole(state)).decode()


def restored(record: Fields, before: Fields, after: Fields) -> Fields:
    """The record before a change (see `data.fields.difference`)."""
    return whole({name: value for name, value in record.items() if name not in after} | before)


def field_names(before: str, after: str) -> str:
    """The names of all fields in two parts of a record (JSON objects or `null`), but what it is known by, as a JSON list.

    >>> field_names('{"name":"Corea"}', '{"name":"Korea","x_seen":true}')
    '["name","x_seen"]'
    """
    names = (orjson.loads(before) or {}) | (orjson.loads(after) or {})
    return orjson.dumps([name for name in names if name not in IDENTITY]).decode()
