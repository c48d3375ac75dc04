"""Full-text search: what is indexed, what can be asked, and where a hit was found.

Top to bottom, each importing only from those below it:

    index     the search tables, kept in step with the records
    nearest   what may have been meant by a search that finds nothing
    kept      the names of people and topics in memory, kept in step with the archive
    names     names, to be suggested while somebody types
    counts    how many documents of a result there are of each person, topic, genre, language and span of time
    blocks    what is counted: packed numbers, kept in step with the records
    passages  the passages of a text in which a search was found
    language  the query language: what a person types → what the index is asked
    columns   what is searched: the columns of each search table, and their weights
    wording   texts as the index has them
    words     a text as words: folded, stemmed, with their places
"""
