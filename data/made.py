"""What is made of a new record before the store is asked for anything: its own row, and the words of its texts."""

from typing import NamedTuple

from data.fields import Fields
from data.rows import Row
from data.search.wording import Worded, Wording


class Made(NamedTuple):
    """The record's own row, without what the store adds; of a document also its words."""

    row: Row
    worded: Worded | None = None


def worded(fields: Fields, wording: Wording) -> Worded:
    """The words of a whole document (`data.fields.whole`)."""
    found = wording.of_document(
        title=fields["title"],
        description=fields.get("description"),
        genre=fields.get("genre"),
        languages=fields.get("languages", ()),
        texts=[text["body"] for text in fields.get("texts", ())],
    )
    return found._replace(new=wording.taken())
