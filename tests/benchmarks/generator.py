"""A made-up archive of any size, the same each time: `python tests/benchmarks/generator.py N > records.jsonl`.

N documents with words after Zipf's law, N/20 people, N/200 topics, 1 to 5 people and 1 to 4 topics a document. `build` puts the same
archive into a store without passing the checks of records, which is several times faster.
"""

import sys
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate, product
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import insert

from data import tables
from data.dates import parse_edtf
from data.search import index
from data.statements import Insert
from data.store import Store
from data.tables import table
from data.text import fold, sort_key

SYLLABLES = [
    "ba",
    "do",
    "ke",
    "li",
    "mu",
    "na",
    "po",
    "ra",
    "se",
    "ti",
    "vo",
    "xu",
    "zan",
    "gor",
    "pel",
    "min",
    "tur",
    "hak",
    "wen",
    "shi",
]
VOCABULARY = ["".join(parts) for parts in product(SYLLABLES, SYLLABLES, SYLLABLES, ["", "k", "m", "n", "r", "s"])]
"""48,000 words; the first are the most frequent."""

HALF, TENTH, MEDIUM, RARE = "everywhere", "frequently", "sometimes", "seldom"
"""Words that stand in a half, in 10 %, in 1 % and in 0.01 % of the documents."""

SHARES = {HALF: 0.5, TENTH: 0.1, MEDIUM: 0.01, RARE: 0.0001}
ROLES = ["sender", "recipient", "author", "participant", "mentioned"]
GENRES = ["letter", "telegram", "memorandum", "diary", "report", "minutes", "cable", "note"]
LANGUAGES = ["en", "ru", "zh", "fr", "de", "zh-Hant"]
KINDS = ["subject", "place", "event"]
BATCH = 10_000


class Zipf:
    """Draws from 0 to size-1, each about as often as one over its rank."""

    def __init__(self, size: int, random: Random) -> None:
        self.sums = list(accumulate(1 / (rank + 10) for rank in range(size)))
        self.random = random

    def draw(self, count: int) -> list[int]:
        total, pick = self.sums[-1], self.random.random
        return [bisect(self.sums, pick() * total) for _ in range(count)]


def records(documents: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The people, the topics, then the documents, in the record format."""
    random = Random(seed)  # noqa: S311 - the same archive each time is the point
    people, topics = max(5, documents // 20), max(4, documents // 200)
    words, who, what = Zipf(len(VOCABULARY), random), Zipf(people, random), Zipf(topics, random)
    for number in range(people):
        first, last, other, *_ = (VOCABULARY[i].title() for i in (random.randrange(len(VOCABULARY)) for _ in range(3)))
        names = [{"name": f"{first[:1]}. {last}", "kind": "variant"}, {"name": f"{other} {last}", "kind": "pseudonym"}]
        yield {"type": "person", "id": f"p{number}", "name": f"{first} {last}", "names": names[: random.randrange(3)]}
    for number in range(topics):
        above = {"broader": [f"t{random.randrange(number)}"]} if number and random.random() < 0.3 else {}
        name = " ".join(VOCABULARY[i] for i in words.draw(2)).capitalize()
        yield {"type": "topic", "id": f"t{number}", "name": name, "kind": KINDS[number % 3], **above}
    for number in range(documents):
        yield _document(number, random, (words, who, what))


def _document(number: int, random: Random, draws: tuple[Zipf, Zipf, Zipf]) -> dict[str, Any]:
    words, who, what = draws
    text = [VOCABULARY[i] for i in words.draw(60)]
    for word, share in SHARES.items():
        if random.random() < share:
            text[random.randrange(60)] = word
    title = [VOCABULARY[i] for i in words.draw(random.randrange(4, 10))]
    if random.random() < 0.1:
        title[0] = HALF
    parts = dict.fromkeys(who.draw(random.randrange(1, 6)))
    date = _date(random)
    return {
        "type": "document",
        "id": f"d{number}",
        "title": " ".join(title).capitalize(),
        **({"date": date} if date else {}),
        "description": " ".join(text).capitalize() + ".",
        "genre": GENRES[int(random.random() ** 2 * len(GENRES))],
        "languages": [LANGUAGES[int(random.random() ** 3 * len(LANGUAGES))]],
        "people": [{"person": f"p{id_}", "role": ROLES[min(at, 4)]} for at, id_ in enumerate(parts)],
        "topics": [f"t{id_}" for id_ in dict.fromkeys(what.draw(random.randrange(1, 5)))],
        "position": number + 1,
    }


def _date(random: Random) -> str | None:
    kind, year, month, day = random.random(), random.randrange(1945, 1992), random.randrange(1, 13), random.randrange(1, 29)
    if kind < 0.03:
        return None
    if kind < 0.10:
        return f"{year}-{month:02}"
    if kind < 0.13:
        return f"{year}~"
    if kind < 0.15:
        return f"{year}-{month:02}/{year + 1}-{month:02}"
    return f"{year}-{month:02}-{day:02}"


def build(path: Path, documents: int) -> Store:
    """A store with the archive, made now unless it is there."""
    url = f"sqlite:///{path}"
    if path.exists():
        return Store.open(url)
    half_made = path.with_suffix(".part")
    store = Store.create(f"sqlite:///{half_made}")
    with store.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # tables are filled one after the other
        genres = {name: at for at, name in enumerate(GENRES, 1)}
        connection.execute(insert(table(tables.Genre)), [{"id": at, "name": n, "folded": fold(n)} for n, at in genres.items()])
        rows: dict[Any, list[dict[str, Any]]] = {}

        def put(model: Any, **row: Any) -> None:
            some = rows.setdefault(model, [])
            some.append(row)
            if len(some) >= BATCH:
                flush(model)

        def flush(model: Any) -> None:
            some = rows.pop(model)
            Insert(table(model), list(some[0]), connection).run(some)

        for record in records(documents):
            _put(record, put, genres)
        for model in list(rows):
            flush(model)
        descent, links, topics = (table(m) for m in (tables.TopicDescent, tables.TopicBroader, tables.Topic))
        connection.exec_driver_sql(
            f"INSERT INTO {descent.name} WITH RECURSIVE above(a, t) AS (SELECT id, id FROM {topics.name} UNION "  # noqa: S608 - ours
            f"SELECT b.broader_id, t FROM above JOIN {links.name} b ON b.topic_id = a) SELECT a, t FROM above"
        )
        index.rebuild(connection, "english")
    with store.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    store.close()
    half_made.rename(path)
    return Store.open(url)


def _put(record: dict[str, Any], put: Any, genres: dict[str, int]) -> None:
    id_ = int(record["id"][1:]) + 1
    if record["type"] == "person":
        name = record["name"]
        put(
            tables.Person,
            id=id_,
            key=record["id"],
            kind="PERSON",
            name=name,
            folded=fold(name),
            sort_name=sort_key(name),
            birth_is_printed=False,
            death_is_printed=False,
            extra="{}",
        )
        for at, other in enumerate(record["names"], 1):
            put(
                tables.Name,
                person_id=id_,
                position=at,
                name=other["name"],
                folded=fold(other["name"]),
                kind=other["kind"].upper(),
            )
    elif record["type"] == "topic":
        name, kind = record["name"], record["kind"].upper()
        put(tables.Topic, id=id_, key=record["id"], kind=kind, name=name, folded=fold(name), sort_name=sort_key(name), extra="{}")
        for above in record.get("broader", ()):
            put(tables.TopicBroader, topic_id=id_, broader_id=int(above[1:]) + 1, position=1)
    else:
        _put_document(id_, record, put, genres)


def _put_document(id_: int, record: dict[str, Any], put: Any, genres: dict[str, int]) -> None:
    edtf = record.get("date")
    date = parse_edtf(edtf) if edtf else None
    put(
        tables.Document,
        id=id_,
        key=record["id"],
        title=record["title"],
        sort_title=sort_key(record["title"]),
        date_edtf=edtf,
        date_label=date and date.label,
        date_is_printed=False,
        first_day=date and date.first_day,
        last_day=date and date.last_day,
        description=record["description"],
        genre=record["genre"],
        genre_id=genres[record["genre"]],
        position=record["position"],
        extra="{}",
    )
    put(tables.DocumentLanguage, document_id=id_, language=record["languages"][0], position=1)
    for at, part in enumerate(record["people"], 1):
        person = int(part["person"][1:]) + 1
        put(tables.Participation, document_id=id_, person_id=person, position=at, role=part["role"].upper())
        put(tables.DocumentPerson, document_id=id_, person_id=person, position=at)
    for at, topic in enumerate(record["topics"], 1):
        put(tables.DocumentTopic, document_id=id_, topic_id=int(topic[1:]) + 1, position=at)


if __name__ == "__main__":
    for found in records(int(sys.argv[1])):
        sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
