"""Ids that were merged into others: what they mean now, wherever an id is asked for."""

from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all

from data import tables
from schema.functions import members

REDIRECTS = tables.table(tables.Redirect)


def resolved(type_name: str, key: ColumnElement[Any]) -> ColumnElement[str]:
    """The record's id that an id stands for: that of the record it was merged into, or the id itself."""
    old = REDIRECTS.alias()
    target = select(old.c.target).where(old.c.type == type_name.lower(), old.c.key == key).correlate_except(old)
    return func.coalesce(target.scalar_subquery(), key)


def resolved_members(type_name: str, json_list: ColumnElement[Any]) -> Any:
    """The ids of a JSON list, and what they were merged into, to be used with IN."""
    old = REDIRECTS.alias()
    targets = select(old.c.target).where(old.c.type == type_name.lower(), old.c.key.in_(members(json_list)))
    return union_all(members(json_list), targets)
