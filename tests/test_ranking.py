"""The benchmark of ranking reads what collections look like, and measures what it says."""

import asyncio
import json
import math
from pathlib import Path

import pytest
import ranking
from ir_measures import ScoredDoc

DOCUMENTS = {
    "d1": ("Korea", "Negotiations on an armistice in Korea."),
    "d2": ("", "A telegram about aircraft & pilots."),
    "d3": ("Trade", "Cotton, tea and silk; nothing of Korea."),
    "d4": ("Silk", "Silk, silk and silk again."),
    **{f"d{i}": ("Weather", f"It rained on day {i}.") for i in range(5, 12)},
}
QUERIES = {"q1": "What was negotiated about Korea?", "q2": "anti-aircraft pilots", "q3": "silk", "q4": "!!!"}
QRELS = {"q1": {"d1": 2, "d3": 1}, "q2": {"d2": 1}, "q3": {"d3": 1, "d4": 1}, "q4": {"d1": 1}}


@pytest.fixture(params=["beir", "tsv", "trec"])
def collection(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One collection in the forms that there are."""
    if request.param == "beir":
        lines = [json.dumps({"_id": id_, "title": title, "text": text}) for id_, (title, text) in DOCUMENTS.items()]
        (tmp_path / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
        lines = [json.dumps({"_id": id_, "text": text}) for id_, text in QUERIES.items()]
        (tmp_path / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
        lines = [f"{query}\t{id_}\t{rel}" for query, found in QRELS.items() for id_, rel in found.items()]
        (tmp_path / "qrels").mkdir()
        (tmp_path / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines]), encoding="utf-8")
        return tmp_path
    lines = [f"{query} 0 {id_} {rel}" for query, found in QRELS.items() for id_, rel in found.items()]
    (tmp_path / "qrels.txt").write_text("\n".join(lines), encoding="utf-8")
    if request.param == "tsv":
        rows = [f"{id_}\t{title}\t{text}" for id_, (title, text) in DOCUMENTS.items()]
        (tmp_path / "documents.tsv").write_text("\n".join(rows), encoding="utf-8")
        (tmp_path / "queries.tsv").write_text("\n".join(f"{id_}\t{q}" for id_, q in QUERIES.items()), encoding="utf-8")
        return tmp_path
    texts = [
        f"<DOC>\n<DOCNO> {id_} </DOCNO>\n<TITLE>{title}</TITLE>\n<TEXT>\n{text.replace('&', '&amp;')}\n</TEXT>\n</DOC>"
        for id_, (title, text) in DOCUMENTS.items()
    ]
    (tmp_path / "part1").write_text("\n".join(texts), encoding="utf-8")
    tops = [f"<top>\n<num> Number: {id_}\n<title> {text}\n<desc> More.\n</top>" for id_, text in QUERIES.items()]
    (tmp_path / "topics.txt").write_text("\n".join(tops), encoding="utf-8")
    return tmp_path


def test_a_collection_is_read_in_every_form(collection: Path) -> None:
    assert {id_: (title, text) for id_, title, text in ranking.documents(collection)} == DOCUMENTS
    assert ranking.queries(collection) == QUERIES
    assert ranking.judgements(collection) == QRELS


def test_the_measures_are_those_of_the_books() -> None:
    run = [ScoredDoc("a", "x", 3), ScoredDoc("a", "y", 2), ScoredDoc("a", "z", 1), ScoredDoc("b", "x", 1)]
    qrels = {"a": {"y": 2, "z": 1, "w": 1}, "b": {"x": 1}, "c": {"x": 1}}
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ranking.measured(qrels, run) == pytest.approx(
        {
            "nDCG@10": (gain / ideal + 1 + 0) / 3,
            "AP@100": ((1 / 2 + 2 / 3) / 3 + 1 + 0) / 3,
            "R@100": (2 / 3 + 1 + 0) / 3,
        }
    )


def test_the_api_is_asked_for_each_query(collection: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    archive = ranking.archive_of(tmp_path_factory.mktemp("made"), ranking.documents(collection))
    run = asyncio.run(ranking.ours(archive, QUERIES))
    found: dict[str, list[str]] = {}
    for one in run:
        found.setdefault(one.query_id, []).append(one.doc_id)
    assert found == {"q1": ["d1", "d2", "d3"], "q2": ["d2"], "q3": ["d4", "d3"]}
    beside = ranking.plain_bm25(list(ranking.documents(collection)), QUERIES)
    assert {(one.query_id, one.doc_id) for one in beside} == {(one.query_id, one.doc_id) for one in run}
    archive.store.close()


def test_a_query_is_as_long_as_a_search_may_be() -> None:
    assert ranking.search_of('Does "title: x" -not OR (anti-inflammatory)?') == (
        "does OR title OR x OR not OR or OR anti OR inflammatory"
    )
    long = ranking.search_of("word " * 3000)
    assert len(long) <= 4000
    assert set(long.split(" OR ")) == {"word"}
