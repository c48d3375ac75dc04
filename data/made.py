"""What is made of a new record before the store is asked for anything: its own row, and the words of its texts."""

from typing import NamedTuple

from data.fields import Fields
from data.rows import Row, own_row
from data.search.wording import Worded, Wording


class Made(NamedTuple):
    """The record's own row, without what the store adds; of a document also its words."""

    row: Row
    worded: Worded | None = None


def made(fields: Fields, wording: Wording) -> Made:
    """What is made of a whole record (`data.fields.whole`)."""
    if fields["type"] != "document":
        return Made(own_row(fields))
    texts = [text["body"] for text in fields.get("texts", ())]
    worded = wording.of_document(
        title=fields["title"],
        description=fields.get("description"),
        genre=fields.get("genre"),
        languages=fields.get("languages", ()),
        texts=texts,
    )
    return Made(own_row(fields), worded._replace(new=wording.taken()))
