"""What a client is told when something is wrong: GraphQL's response format, always with a code."""

import logging
from typing import Any, cast
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError

from data.errors import RequestError, StoreError, shorten
from schema.plan import located

MESSAGE_MAX_CHARS = 300
LOG = logging.getLogger("fonds.errors")


class Refused(Exception):
    """What GraphQL itself finds wrong with a document or its variables."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


def faults(error: Exception) -> list[dict[str, Any]]:
    """What a client is told of an error."""
    if isinstance(error, Refused):
        return [told(one) for one in error.errors]
    if isinstance(error, RequestError):
        return [told(located(error, (), ()))]
    if isinstance(error, StoreError):
        return [told(unavailable(error))]
    return [told(error if isinstance(error, GraphQLError) else masked(error))]


def unavailable(error: StoreError) -> GraphQLError:
    """What a client is told when the store cannot be read: what it is, but not where it lies; that is in the log."""
    id_ = uuid4().hex[:12]
    LOG.error("error %s: %s: %s", id_, error.code, error)
    hint = "Ask again in a moment; if it stays, give this id to whoever runs the archive."
    return GraphQLError(f"{error.told} (error {id_})", extensions={"code": error.code, "id": id_, "hint": hint})


def masked(error: Exception) -> GraphQLError:
    """What a client is told of an error that is not theirs: an id, under which the log has the whole."""
    id_ = uuid4().hex[:12]
    LOG.error("error %s", id_, exc_info=error)
    return GraphQLError(
        f"The archive could not answer (error {id_}).",
        extensions={
            "code": "INTERNAL_ERROR",
            "id": id_,
            "hint": "Try again; if it stays, give this id to whoever runs the archive.",
        },
    )


def told(error: GraphQLError) -> dict[str, Any]:
    """The error in GraphQL's response format, always with a code."""
    formatted = cast("dict[str, Any]", error.formatted)
    formatted["message"] = shorten(error.message, MESSAGE_MAX_CHARS)
    extensions = formatted.get("extensions") or {}
    if "code" not in extensions:
        code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else "GRAPHQL_VALIDATION_FAILED"
        formatted["extensions"] = {"code": code, **extensions}
    return formatted
