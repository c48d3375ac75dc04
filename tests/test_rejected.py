"""What a load left out: it is given back as it stood in its file, can be mended there, and loaded."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from test_write import history, indexed, kept, rebuilt

from data.errors import RecordError, Rejected
from data.load import NOT_SKIPPED, Options, Report, load
from data.mapping import read_mapping
from data.sources import RecordFile, RecordList
from data.store import Store

ANNA = {"type": "person", "id": "anna", "name": "Anna"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    yield found
    found.close()


FAULTY = [
    b'{"type": "person", "id": "bad", "nam": "x", "name": "Y"}',
    b'{"type": "document", "id": "d1", "title": "refers to bad", "people": [{"person": "bad", "role": "sender"}]}',
    b'{"type": "document" "id": "broken"}',
    b'{"type": "document", "id": "good", "title": "Good",   "x_own": 1}',
    b'{"type": "document", "id": "good", "title": "Twice"}',
    b'{"type": "topic", "id": "t1", "name": "T", "broader": ["t2"]}',
    b'{"type": "topic", "id": "t2", "name": "T", "broader": ["nowhere"]}',
]


def test_the_good_records_are_kept_and_the_others_given_back_byte_for_byte(store: Store, tmp_path: Path) -> None:
    file, rejected = tmp_path / "given.jsonl", tmp_path / "rejected.jsonl"
    file.write_bytes(b"\n".join(FAULTY) + b"\n")
    report = load(store, [file], Options(skips=True, rejected=rejected))
    assert set(kept(store)) == {"document good"}
    assert report.counts() == {"added": 1, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 6}
    assert rejected.read_bytes().splitlines() == [line for line in FAULTY if b"Good" not in line]
    told = (tmp_path / "rejected.jsonl.errors.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[:2] for line in told] == [
        ["rejected.jsonl:1", "RECORD_INVALID"],
        ["rejected.jsonl:2", "REFERENCE_DANGLING"],
        ["rejected.jsonl:3", "SYNTAX_INVALID"],
        ["rejected.jsonl:4", "ID_DUPLICATE"],
        ["rejected.jsonl:5", "REFERENCE_DANGLING"],
        ["rejected.jsonl:6", "REFERENCE_DANGLING"],
    ]
    assert sorted(indexed(store)) == sorted(rebuilt(store))
    assert [row[1:3] for row in history(store)] == [("good", "ADDED")]


def test_what_was_rejected_can_be_mended_and_loaded(store: Store, tmp_path: Path) -> None:
    file, rejected = tmp_path / "given.jsonl", tmp_path / "rejected.jsonl"
    file.write_bytes(b"\n".join(FAULTY[:2]))
    load(store, [file], Options(skips=True, rejected=rejected))
    rejected.write_bytes(rejected.read_bytes().replace(b'"nam": "x", ', b""))
    assert load(store, [rejected]).added == 2


def skipped(store: Store, *files: Path, **how: Any) -> Report:
    """A load that leaves out what is wrong."""
    sources = [RecordFile(file, **how) for file in files]
    return load(store, sources, Options(skips=True, rejected=files[0].parent / "rejected.jsonl"))


def lines(*errors_of: Path) -> list[list[str]]:
    """Where each error stands in a file of rejected ones, and its code."""
    said = [line for file in errors_of for line in Path(f"{file}.errors.txt").read_text(encoding="utf-8").splitlines()]
    return [line.split()[:2] for line in said]


TABLE = 'id;title;date;sender;sender_as\r\nd1;Good;;;\r\nd2;"Two\n\n""lines""; Ä";May;;\r\nd3;Short\r\n\r\nd4;Four;;a|b;c\r\n'
ROWS = 'id;title;date;sender;sender_as\nd2;"Two\n\n""lines""; Ä";May;;\nd3;Short\nd4;Four;;a|b;c\n'


@pytest.mark.parametrize("above", ["", "sep=;\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_rows_come_back_as_rows_of_the_same_table_and_are_mended_there(
    store: Store, tmp_path: Path, above: str, encoding: str
) -> None:
    """Whatever is wrong with them: a value, the number of cells, cells that are at odds."""
    table, rejected = tmp_path / "letters.csv", tmp_path / "rejected.letters.csv"
    table.write_bytes(f"{above}{TABLE}".encode(encoding))
    report = skipped(store, table, encoding=encoding)
    assert (report.added, report.rejected, report.rejected_files) == (1, 3, [str(rejected)])
    assert rejected.read_bytes().decode() == above.replace("\r", "").replace("\n", "\r\n") + ROWS
    first = 2 + bool(above)
    assert sorted(lines(rejected)) == [
        [f"rejected.letters.csv:{first}", "DATE_INVALID"],
        [f"rejected.letters.csv:{first + 3}", "SYNTAX_INVALID"],
        [f"rejected.letters.csv:{first + 4}", "RECORD_INVALID"],
    ]
    mended = rejected.read_text(encoding="utf-8").replace("May", "1950-05").replace("Short", "Short;;;").replace("a|b;c", ";c")
    rejected.write_text(mended, encoding="utf-8")
    assert load(store, [rejected], Options()).added == 3
    assert kept(store)["document d2"] == {"type": "document", "id": "d2", "title": 'Two\n\n"lines"; Ä', "date": "1950-05"}


def test_rows_of_tables_with_the_same_columns_come_back_in_one_file_others_in_their_own(store: Store, tmp_path: Path) -> None:
    tables = {
        "a/letters.csv": "id,title,date\na,A,May\n",
        "b/letters.csv": "id,title,date\nb,B,May\n",
        "c/letters.csv": "id,date,title\nc,May,C\n",
        "d/letters.tsv": "id\ttitle\tdate\nd\tD\tMay\n",
        "e/letters.txt.gz": "id,title,date,x_own\ne,E,May,1\n",
    }
    for name, text in tables.items():
        (tmp_path / name).parent.mkdir()
        content = text.encode()
        (tmp_path / name).write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    files = [RecordFile(tmp_path / name, "csv" if ".txt" in name else None) for name in tables]
    report = load(store, files, Options(skips=True, rejected=tmp_path / "out.jsonl"))
    found = {Path(file).name: Path(file).read_text(encoding="utf-8") for file in report.rejected_files}
    assert found == {
        "out.letters.csv": "id,title,date\na,A,May\nb,B,May\n",
        "out.2.letters.csv": "id,date,title\nc,May,C\n",
        "out.letters.tsv": "id\ttitle\tdate\nd\tD\tMay\n",
        "out.letters.txt.gz.csv": "id,title,date,x_own\ne,E,May,1\n",
    }
    for name, text in found.items():
        (tmp_path / name).write_text(text.replace("May", "1950-05"), encoding="utf-8")
    assert load(store, [Path(file) for file in report.rejected_files], Options()).added == 5


def test_what_a_row_broke_is_given_back_beside_what_lines_of_json_did(store: Store, tmp_path: Path) -> None:
    table, array, rules = tmp_path / "a.csv", tmp_path / "b.json", tmp_path / "c.yaml"
    rejected = tmp_path / "rejected.jsonl"
    table.write_text(f"id,title,sender\nd1,{'x' * 300},nobody\n", encoding="utf-8")
    array.write_text('[{"type": "document",\n "id": "d4", "id": "d5"}]', encoding="utf-8")
    assert skipped(store, table, array).rejected == 2
    assert (tmp_path / "rejected.a.csv").read_text(encoding="utf-8") == table.read_text(encoding="utf-8")
    assert rejected.read_bytes() == b'{"type": "document",  "id": "d4", "id": "d5"}\n'
    table.write_text("Nr,Title,When\nd1,One,May\n", encoding="utf-8")
    rules.write_text("records: [{type: document, fields: {id: Nr, title: Title}, unmapped: refuse}]", encoding="utf-8")
    source = RecordFile(table, mapping=read_mapping(rules))
    load(store, [source], Options(skips=True, rejected=tmp_path / "mapped.jsonl"))
    assert (tmp_path / "mapped.a.csv").read_text(encoding="utf-8") == table.read_text(encoding="utf-8")


def test_rows_of_parquet_come_back_as_records_or_where_they_make_none_as_rows(store: Store, tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    people = [[{"as": "Ann", "role": "sender"}], None, None]
    columns = {"id": ["a", "b", "c"], "title": ["A", "B", None], "sender": ["x|y", None, None], "sender_as": ["z", None, None]}
    parquet.write_table(arrow.table({**columns, "people": people, "x_pages": [1, 2, 3]}), tmp_path / "a.parquet")
    report = skipped(store, tmp_path / "a.parquet")
    assert (report.added, report.rejected) == (1, 2)
    row = (tmp_path / "rejected.a.parquet.csv").read_text(encoding="utf-8")
    assert row == 'id,title,sender,sender_as,people,x_pages\na,A,x|y,z,"[{""as"": ""Ann"", ""role"": ""sender""}]",1\n'
    assert orjson.loads((tmp_path / "rejected.jsonl").read_bytes()) == {"type": "document", "id": "c", "x_pages": 3}
    (tmp_path / "rejected.a.parquet.csv").write_text(row.replace("x|y,z", ","), encoding="utf-8")
    assert load(store, [tmp_path / "rejected.a.parquet.csv"], Options()).added == 1


MAPPED = """
records:
  - type: document
    files: letters*.csv
    fields: {id: Nr, title: Title, date: When, people: {person: From, role: =sender}, topics: {from: About, split: "|"}}
  - {type: topic, files: letters*.csv, each: About, split: "|", if_missing: true, fields: {id: ., name: .}}
  - {type: person, files: people.jsonl, each: people, fields: {id: key, name: name, birth: born}}
"""


def test_what_was_rejected_of_mapped_files_is_mended_and_loaded_with_the_same_mapping(tmp_path: Path) -> None:
    """Source objects stand there, each once, also where several records are made of it, or none."""
    letters, people, rules = tmp_path / "letters.csv", tmp_path / "people.jsonl", tmp_path / "map.yaml"
    letters.write_text("Nr;Title;When;From;About\na;Ä;1895;anna;war\nb;B;May;anna;war|peace\nc;C;1896;vera;war\n", "windows-1252")
    given = [b'{"people":  [{"key": "anna", "name": "Anna"}, {"key": "vera", "name": "Vera", "born": "May"}]}', b'{"people": [}']
    people.write_bytes(b"\xef\xbb\xbf" + b"\n".join(given))
    rules.write_text(MAPPED, encoding="utf-8")
    mapping = read_mapping(rules)

    def loaded(store: Store, files: list[Path], *, skips: bool = False) -> Report:
        encoding = "windows-1252" if files == [letters, people] else None
        sources = [RecordFile(file, encoding=encoding if file == letters else None, mapping=mapping) for file in files]
        return load(store, sources, Options(skips=skips, rejected=tmp_path / "rejected.jsonl", by="anna"))

    store = Store.create(f"sqlite:///{tmp_path}/a.db")
    report = loaded(store, [letters, people], skips=True)
    assert (report.added, report.rejected) == (4, 4)
    files = [tmp_path / "rejected.letters.csv.csv", tmp_path / "rejected.people.jsonl.jsonl"]
    assert report.rejected_files == [str(file) for file in files]
    assert files[0].read_text(encoding="utf-8") == "Nr;Title;When;From;About\nb;B;May;anna;war|peace\nc;C;1896;vera;war\n"
    assert files[1].read_bytes().splitlines() == given
    files[0].write_bytes(files[0].read_bytes().replace(b"May", b"1895-05"))
    files[1].write_bytes(files[1].read_bytes().replace(b"May", b"1870").replace(b"[}", b"[]}"))
    assert loaded(store, files).error_count == 0
    letters.write_bytes(letters.read_bytes().replace(b"May", b"1895-05"))
    people.write_bytes(people.read_bytes().replace(b"May", b"1870").replace(b"[}", b"[]}"))
    whole = Store.create(f"sqlite:///{tmp_path}/b.db")
    loaded(whole, [letters, people])
    assert kept(store) == kept(whole)
    store.close()
    whole.close()


TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc/></teiHeader><text><p>Dear Ä</p></text></TEI>'
CORPUS = ('<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">', TEI, "</teiCorpus>")
OAI = """<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>a</identifier></header>
<metadata><mods/></metadata></record>"""
HARVEST = ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>', OAI, "</ListRecords></OAI-PMH>")
DC = """<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"><title xmlns="http://purl.org/dc/elements/1.1/">A</title></dc>"""


@pytest.mark.parametrize(
    ("parts", "fault", "mended"),
    [(CORPUS, "<TEI ", '<TEI xml:id="a" '), (HARVEST, "<mods/>", DC)],
    ids=["tei", "oai"],
)
def test_an_element_that_makes_no_record_comes_back_in_a_file_of_its_format(
    store: Store, tmp_path: Path, parts: tuple[str, str, str], fault: str, mended: str
) -> None:
    file, rejected = tmp_path / "a.xml", tmp_path / "rejected.a.xml"
    above, element, below = parts
    text = f"{above}\n{element}\n{element}\n{below}\n"
    file.write_text(text, encoding="utf-8")
    assert skipped(store, file).rejected == 2
    assert rejected.read_text(encoding="utf-8") == text
    assert [name for name, _ in lines(rejected)] == ["rejected.a.xml:2", f"rejected.a.xml:{3 + element.count(chr(10))}"]
    rejected.write_text(text.replace(fault, mended, 1), encoding="utf-8")
    assert load(store, [RecordFile(rejected)], Options(skips=True, rejected=tmp_path / "again.jsonl")).added == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b'id,title\na,A\nb,"B\nc,C\n', "SYNTAX_INVALID"),
        ("a.yaml", b"- {type: topic, id: a, name: A}\n- {type: topic, id: b, name: ]}\n", "SYNTAX_INVALID"),
        ("a.json", b'[{"type": "topic", "id": "a", "name": "A"}, {"type": "topic"', "SYNTAX_INVALID"),
        ("a.jsonl.gz", gzip.compress(b'{"type": "topic", "id": "a", "name": "A"}\n', mtime=0)[:-9], "FILE_UNREADABLE"),
    ],
    ids=["csv", "yaml", "json", "gzip"],
)
def test_a_fault_that_breaks_the_rest_of_a_file_refuses_the_load_also_where_faults_are_skipped(
    store: Store, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Rejected) as found:
        load(store, [tmp_path / name], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    last = found.value.errors[-1]
    assert (last.code, (last.hint or "").endswith(NOT_SKIPPED), kept(store)) == (code, True, {})
    assert not (tmp_path / "rejected.jsonl").exists()


def test_a_file_of_rejected_records_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rejected.jsonl").write_text("dear", encoding="utf-8")
    with pytest.raises(RecordError):
        load(store, [RecordList([ANNA])], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    assert (tmp_path / "rejected.jsonl").read_text(encoding="utf-8") == "dear"
    (tmp_path / "rejected.a.csv").write_text("dear", encoding="utf-8")
    (tmp_path / "a.csv").write_text("id,title\na,A\n", encoding="utf-8")
    with pytest.raises(RecordError):
        load(store, [tmp_path / "a.csv"], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    with pytest.raises(RecordError, match="no such directory"):
        load(store, [tmp_path / "a.csv"], Options(skips=True, rejected=tmp_path / "none" / "rejected.jsonl"))


def test_any_number_of_files_may_have_rejected_rows(store: Store, tmp_path: Path) -> None:
    """Also of more files than the system lets a process hold open."""
    count = 1100
    (tmp_path / "in").mkdir()
    for number in range(count):
        (tmp_path / "in" / f"{number}.csv").write_text(f"id,title,x_{number}\n,A,1\n", encoding="utf-8")
    report = load(store, [tmp_path / "in"], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    assert len(report.rejected_files) == report.rejected == count
    assert (tmp_path / "rejected.7.csv").read_bytes() == b"id,title,x_7\n,A,1\n"


def test_what_refers_to_what_is_left_out_is_left_out_at_once_however_long_the_way(store: Store, tmp_path: Path) -> None:
    """The end of a chain of topics is wrong, and so is each below it, and a letter about one of them; not what the store had."""
    load(store, [RecordList([{"type": "topic", "id": "known", "name": "Known"}])], Options())
    chain: list[dict[str, Any]] = [
        {"type": "topic", "id": f"t{at}", "name": f"Topic {at}", "broader": [f"t{at + 1}"]} for at in range(600)
    ]
    known = {"type": "topic", "id": "known", "name": "Known", "broader": ["t600"]}
    letters = [{"type": "document", "id": name, "title": "A", "topics": [topic]} for name, topic in (("a", "t0"), ("b", "known"))]
    rejected = tmp_path / "rejected.jsonl"
    report = load(store, [RecordList([*chain, known, *letters])], Options(skips=True, rejected=rejected))
    assert (report.added, report.rejected, report.error_count) == (1, 602, 602)
    assert set(kept(store)) == {"topic known", "document b"}
    assert [code for _, code in lines(rejected)] == ["REFERENCE_DANGLING"] * 602
