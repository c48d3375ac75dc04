"""Making anew what the store makes from its records: their sort keys and days, what stands above topics, and the index."""

from data.audit import records, topics, whole
from data.search import index
from data.store import Store


def reindex(store: Store, stemming: str | None = None) -> None:
    """Makes all of it anew in one transaction, beside which others read what was before; `stemming` is the store's if not given.

    Raises StoreLocked, StoreReadOnly, StoreFull.
    """
    with store.writing() as connection:
        whole.renew(connection)
        topics.renew(connection)
        records.renew(connection)
        index.rebuild(connection, stemming or store.words.stemming)
