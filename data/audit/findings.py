"""What is found wrong with a store: a code, what it is, where, and what mends it."""

from dataclasses import dataclass

REINDEX = "fonds reindex"
LOAD_AGAIN = "load the record again"
RESTORE = "restore a copy that was made before"

CODES = {
    "FILE_DAMAGED": ("the database says that its file is damaged", RESTORE),
    "TABLE_MISSING": ("a table of the layout is missing", RESTORE),
    "LOOKUP_MISSING": ("what finds rows is missing: an index of a table, or a search table", REINDEX),
    "LINK_BROKEN": ("a row belongs to a row that is not there", RESTORE),
    "TOPIC_CIRCLE": ("a topic is, by others, broader than itself", "load the topic with other broader topics"),
    "RECORD_WRONG": ("a record is not as the format asks", LOAD_AGAIN),
    "ROWS_STALE": ("rows of a record are not those that its record makes", REINDEX),
    "DATE_STALE": ("the days or the label of a date are not those of its EDTF", REINDEX),
    "ORDER_STALE": ("what a record is ordered or compared by is not what its name or title makes", REINDEX),
    "GENRE_STALE": ("a document is filed under another genre than its own", REINDEX),
    "PEOPLE_STALE": ("the people of a document are not those of its participations", REINDEX),
    "BROADER_STALE": ("what stands above a topic is not what its broader topics make", REINDEX),
    "INDEX_MISSING": ("a record is not in the index", REINDEX),
    "INDEX_STALE": ("a record is indexed with other words than its own", REINDEX),
    "INDEX_ORPHAN": ("the index has what is no record", REINDEX),
    "INDEX_DAMAGED": ("what the index finds is not what its rows hold", REINDEX),
    "WORD_MISSING": ("a word of the archive is not in the vocabulary", REINDEX),
    "FACETS_STALE": ("facets count what is not so", REINDEX),
    "REDIRECT_BROKEN": ("an id that was merged does not lead to a record", LOAD_AGAIN),
    "TOMBSTONE_FALSE": ("a record that is there is told to be gone", LOAD_AGAIN),
    "REVISION_WRONG": ("a revision cannot be read", RESTORE),
    "HISTORY_STALE": ("a record is not as its last change left it", LOAD_AGAIN),
}
"""Every code: what it means, and what mends it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `where` is a record, a table, or the file; `detail` what was found there."""

    code: str
    where: str
    detail: str = ""

    @property
    def what(self) -> str:
        return CODES[self.code][0]

    @property
    def mends(self) -> str:
        return CODES[self.code][1]

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code} {self.where}: {self.what}{detail}"
