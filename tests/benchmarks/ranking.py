"""How well a search ranks, on a collection with judgements: `python tests/benchmarks/ranking.py FOLDER [--beside]`.

The folder has, in one of the usual forms:

    documents   corpus.jsonl ({_id, title, text}), documents.tsv (id, text or id, title, text), or TREC's SGML in any other file
    queries     queries.jsonl ({_id, text}), queries.tsv (id, text), or topics* with TREC's <top><num><title>
    judgements  qrels/test.tsv or another in qrels/, qrels*: `qid 0 docid rel`, or `qid docid rel` under a line of names

The documents are loaded as records, and each query is asked through the public API, `documents(search:)`, as its words with OR
between. Prints nDCG@10, MAP (of the first 100) and recall@100, by ir-measures; `--beside` does the same for BM25 (k1 1.2, b 0.75) over
the same words with bm25s.
"""

import asyncio
import html
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bm25s
import ir_measures
import orjson
from ir_measures import AP, R, ScoredDoc, nDCG

from data.load import load
from data.search.language import SEARCH_MAX_CHARACTERS
from data.search.words import Words
from data.store import Store
from schema.execute import Archive, answer
from schema.limits import Limits

MEASURES = (nDCG @ 10, AP @ 100, R @ 100)
DEPTH = 100
QUERY = f"query ($search: String!) {{ documents(search: $search, first: {DEPTH}) {{ nodes {{ recordId }} }} }}"
WORDS = Words("english")
Document = tuple[str, str, str]
"""Its id, title and text."""


def documents(folder: Path) -> Iterator[Document]:
    """The documents of a collection. Raises SystemExit if there are none."""
    if (folder / "corpus.jsonl").exists():
        for found in _json_lines(folder / "corpus.jsonl"):
            yield str(found["_id"]), found.get("title") or "", found.get("text") or ""
    elif (folder / "documents.tsv").exists():
        for id_, *title, text in _rows(folder / "documents.tsv"):
            yield id_, " ".join(title), text
    else:
        yield from _sgml(folder)


def _sgml(folder: Path) -> Iterator[Document]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not re.match(r"(qrels|topics|queries)", path.name)]
    found = [text for path in files for text in re.findall(r"<DOC>(.*?)</DOC>", _text(path), re.DOTALL | re.IGNORECASE)]
    if not found:
        raise SystemExit(f"{folder} has no corpus.jsonl, no documents.tsv and no <DOC>.")
    for text in found:
        number = _within("DOCNO", text).strip()
        title = _within("TITLE", text) or _within("HEADLINE", text) or _within("HEAD", text)
        rest = re.sub(r"<(DOCNO|TITLE|HEADLINE|HEAD)\b[^>]*>.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        yield number, _plain(title), _plain(rest)


def queries(folder: Path) -> dict[str, str]:
    """The queries by their ids."""
    if (folder / "queries.jsonl").exists():
        return {str(found["_id"]): found["text"] for found in _json_lines(folder / "queries.jsonl")}
    if (folder / "queries.tsv").exists():
        return {row[0]: row[-1] for row in _rows(folder / "queries.tsv")}
    tops = [top for path in sorted(folder.glob("topics*")) for top in re.findall(r"<top>(.*?)</top>", _text(path), re.DOTALL)]
    asked = ((re.search(r"<num>\s*(?:Number:)?\s*([^\s<]+)", top), re.search(r"<title>([^<]*)", top)) for top in tops)
    return {number[1]: _plain(title[1].replace("Topic:", "")) for number, title in asked if number and title}


def judgements(folder: Path) -> dict[str, dict[str, int]]:
    """How relevant which document is to which query."""
    files = [folder / "qrels" / "test.tsv", *sorted(folder.glob("qrels/*")), *sorted(folder.glob("*qrels*"))]
    path = next((path for path in files if path.is_file()), None)
    if path is None:
        raise SystemExit(f"{folder} has no qrels.")
    found: dict[str, dict[str, int]] = {}
    for line in _text(path).splitlines():
        match line.split():
            case [query, _, document, relevance] if _is_number(relevance):
                found.setdefault(query, {})[document] = int(float(relevance))
            case [query, document, relevance] if _is_number(relevance):
                found.setdefault(query, {})[document] = int(float(relevance))
    return found


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in _text(path).splitlines() if line.strip())


def _rows(path: Path) -> Iterator[list[str]]:
    return (line.split("\t") for line in _text(path).splitlines() if line.strip())


def _within(tag: str, text: str) -> str:
    found = re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.DOTALL | re.IGNORECASE)
    return found[1] if found else ""


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


# Asking


def archive_of(folder: Path, found: Iterator[Document]) -> Archive:
    """A store with the documents, their texts as texts."""
    path = folder / "records.jsonl"
    with path.open("wb") as file:
        for id_, title, text in found:
            texts = [{"kind": "original", "body": text}] if text else []
            record = {"type": "document", "id": id_, "title": title.strip() or "[untitled]", "texts": texts}
            file.write(orjson.dumps(record) + b"\n")
    store = Store.create(f"sqlite:///{folder / 'ranking.db'}")
    load(store, [path])
    return Archive(store, limits=Limits(statement_max_seconds=600))


def search_of(text: str) -> str:
    """The words of a query with OR between, as many as a search may have.

    >>> search_of("What is anti-inflammatory, OR not?")
    'what OR is OR anti OR inflammatory OR or OR not'
    """
    asked = " OR ".join(WORDS.of(text))
    return asked if len(asked) <= SEARCH_MAX_CHARACTERS else asked[:SEARCH_MAX_CHARACTERS].rsplit(" OR ", 1)[0]


async def ours(archive: Archive, asked: dict[str, str]) -> list[ScoredDoc]:
    """What the API finds, the first counting most."""
    run: list[ScoredDoc] = []
    for id_, text in asked.items():
        answered = orjson.loads(orjson.dumps(await answer(archive, QUERY, {"search": search_of(text)})))
        if "errors" in answered:
            raise SystemExit(f"query {id_}: {answered['errors']}")
        nodes = answered["data"]["documents"]["nodes"] if WORDS.of(text) else []
        run += [ScoredDoc(id_, node["recordId"], DEPTH - at) for at, node in enumerate(nodes)]
    return run


def plain_bm25(found: list[Document], asked: dict[str, str]) -> list[ScoredDoc]:
    """What plain BM25 finds over the same words: title and text as one."""
    stems = [WORDS.stems(WORDS.of(f"{title} {text}")) for _, title, text in found]
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(stems, show_progress=False)
    run: list[ScoredDoc] = []
    for id_, text in asked.items():
        words = WORDS.stems(WORDS.of(text))
        if words:
            places, scores = index.retrieve([words], k=min(DEPTH, len(found)), show_progress=False)
            run += [ScoredDoc(id_, found[place][0], float(s)) for place, s in zip(places[0], scores[0], strict=True) if s > 0]
    return run


def measured(qrels: dict[str, dict[str, int]], run: list[ScoredDoc]) -> dict[str, float]:
    """The mean of each measure over all queries that have judgements; one that finds nothing counts as 0."""
    found = ir_measures.calc_aggregate(MEASURES, qrels, run)
    return {str(measure): float(found[measure]) for measure in MEASURES}


def main() -> None:
    folder = Path(sys.argv[1])
    found, qrels = list(documents(folder)), judgements(folder)
    asked = {id_: text for id_, text in queries(folder).items() if id_ in qrels}
    out = sys.stdout.write
    out(f"{len(found):,} documents, {len(asked):,} queries with judgements\n")
    with tempfile.TemporaryDirectory() as made:
        archive = archive_of(Path(made), iter(found))
        start = time.perf_counter()
        runs = {"fonds": asyncio.run(ours(archive, asked))}
        out(f"{(time.perf_counter() - start) * 1000 / max(1, len(asked)):.1f} ms a query\n")
        archive.store.close()
    if "--beside" in sys.argv:
        runs["plain BM25"] = plain_bm25(found, asked)
    for name, run in runs.items():
        out(f"{name:12}" + "".join(f"{measure}  {value:.4f}   " for measure, value in measured(qrels, run).items()) + "\n")


if __name__ == "__main__":
    main()
