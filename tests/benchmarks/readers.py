"""How fast each reader reads and how much memory it takes: records a second, and the peak of a process of its own.

    python tests/benchmarks/readers.py 100000 1000000

Each format's file of N documents is made first, and not measured; by another process, as one begins with the peak of the one that
started it. `read` is the reader alone, `checked` the reader and the check of each record. Memory that does not grow with the file shows as the same peak at every N.
"""

import gzip
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import perf_counter
from xml.sax.saxutils import escape

Record = dict[str, str]
Line = Callable[[Record], str]

BODY = "Negotiations at the frontier will go on tomorrow, as was agreed with the ambassador on Tuesday. " * 8
COLUMNS = ("id", "title", "date", "sender_as", "text_original")
MAPPING = """
records:
  - type: document
    fields:
      id: key
      title: heading
      date: {edtf: day, label: printed}
      languages: {from: tongues, split: "|"}
      people: {each: who, role: part, as: name}
      texts: {kind: =original, body: words}
"""
YAML = """- type: document
  id: {id}
  title: {title}
  date: {date}
  people: [{{role: sender, as: Anna Berg}}]
  texts: [{{kind: original, body: "{body}"}}]
"""
TEI = (
    '<TEI xml:id="{id}"><teiHeader><fileDesc><titleStmt><title>{title}</title></titleStmt></fileDesc><profileDesc><correspDesc>'
    '<correspAction type="sent"><persName>Anna Berg</persName><date when="{date}">a day</date></correspAction></correspDesc>'
    "</profileDesc></teiHeader><text><body><p>{body}</p></body></text></TEI>\n"
)
EAD = (
    '<c level="item"><did><unitid>{id}</unitid><unittitle>{title}</unittitle><unitdate normal="{date}">a day</unitdate></did>'
    "<scopecontent><p>{body}</p></scopecontent></c>\n"
)
OAI = (
    '<record><header><identifier>{id}</identifier></header><metadata><d:dc xmlns:d="x"><d:title>{title}</d:title><d:date>{date}</d:date>'
    "<d:creator>Anna Berg</d:creator><d:description>{body}</d:description></d:dc></metadata></record>\n"
)


def documents(count: int) -> Iterator[Record]:
    for number in range(count):
        day = f"{1900 + number % 60}-{1 + number % 12:02}-{1 + number % 28:02}"
        yield {
            "id": f"letter/{number}",
            "title": f"Letter {number} on affairs of state",
            "date": day,
            "body": f"{number}. {BODY}",
        }


def as_json(record: Record) -> str:
    body = {"kind": "original", "body": record["body"]}
    plain = {"type": "document", "id": record["id"], "title": record["title"], "date": record["date"]}
    return json.dumps({**plain, "people": [{"role": "sender", "as": "Anna Berg"}], "texts": [body]}) + "\n"


def as_other_json(record: Record) -> str:
    plain = {"key": record["id"], "heading": record["title"], "day": record["date"], "printed": "a day", "tongues": "en|ru"}
    return json.dumps({**plain, "who": [{"name": "Anna Berg", "part": "sender"}], "words": record["body"]}) + "\n"


def as_row(separator: str, record: Record) -> str:
    return separator.join((record["id"], record["title"], record["date"], "Anna Berg", f'"{record["body"]}"')) + "\n"


def filled(template: str, record: Record) -> str:
    return template.format(**{key: escape(value).replace("letter/", "letter-") for key, value in record.items()})


SHAPES: dict[str, tuple[str, Line, str]] = {
    "jsonl": ("", as_json, ""),
    "json": ("[", lambda record: as_json(record) + ",", '{"type": "person", "id": "last", "name": "Last"}]'),
    "yaml": ("", partial(filled, YAML), ""),
    "csv": (",".join(COLUMNS) + "\n", partial(as_row, ","), ""),
    "tsv": ("\t".join(COLUMNS) + "\n", partial(as_row, "\t"), ""),
    "tei": ("<teiCorpus>", partial(filled, TEI), "</teiCorpus>"),
    "oai": ("<OAI-PMH><ListRecords>", partial(filled, OAI), "</ListRecords></OAI-PMH>"),
    "ead": (
        "<ead><eadheader><eadid>x</eadid></eadheader><archdesc><did><unittitle>X</unittitle></did><dsc>",
        partial(filled, EAD),
        "</dsc></archdesc></ead>",
    ),
    "mapped": ("", as_other_json, ""),
}
FORMATS = (*SHAPES, "gz", "zst", "parquet")


def make(name: str, count: int, path: Path) -> None:
    """Writes a file of the format."""
    if name == "parquet":
        make_parquet(count, path)
        return
    head, line, tail = SHAPES.get(name, SHAPES["jsonl"])
    openers = {"gz": gzip.open, "zst": import_module("backports.zstd").open}
    with openers.get(name, open)(path, "wt", encoding="utf-8") as file:
        file.write(head)
        for record in documents(count):
            file.write(line(record))
        file.write(tail)


def make_parquet(count: int, path: Path) -> None:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema = arrow.schema([(name, arrow.string()) for name in COLUMNS])
    rest = documents(count)
    with parquet.ParquetWriter(path, schema) as writer:
        while some := list(islice(rest, 10_000)):
            rows = [dict(zip(COLUMNS, (r["id"], r["title"], r["date"], "Anna Berg", r["body"]), strict=True)) for r in some]
            writer.write_table(arrow.Table.from_pylist(rows, schema))


def measure(name: str, path: Path, *, checks: bool) -> None:
    """Prints records, seconds and this process's peak in MiB."""
    from data.check import parse  # noqa: PLC0415 - the process that measures imports nothing else
    from data.mapping import read_mapping  # noqa: PLC0415
    from data.readers import read  # noqa: PLC0415

    file_format = {"mapped": "jsonl", "gz": "jsonl", "zst": "jsonl"}.get(name, name)
    raws = read(path, file_format, is_mapped=name == "mapped")
    if name == "mapped":
        rules = path.with_suffix(".map.yaml")
        rules.write_text(MAPPING, encoding="utf-8")
        raws = read_mapping(rules).apply(raws)
    start = perf_counter()
    count = 0
    for raw in raws:
        count += 1
        if checks:
            parse(raw)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(count, seconds, peak)  # noqa: T201 - it is what a benchmark does


def main(counts: list[int]) -> None:
    print(f"{'format':8} {'records':>9} {'file MiB':>9} {'read/s':>9} {'checked/s':>10} {'peak MiB':>9}")  # noqa: T201 - as above
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            for count in counts:
                path = Path(folder) / f"{name}.file"
                subprocess.run([sys.executable, __file__, "--make", name, str(count), str(path)], check=True)
                size = path.stat().st_size / 2**20
                speeds, peaks = [], []
                for checks in ("", "checks"):
                    words = [sys.executable, __file__, "--measure", name, str(path), checks]
                    done = subprocess.run(words, check=True, capture_output=True, text=True)
                    found, seconds, peak = done.stdout.split()
                    speeds.append(int(found) / float(seconds))
                    peaks.append(float(peak))
                print(f"{name:8} {count:9,} {size:9,.0f} {speeds[0]:9,.0f} {speeds[1]:10,.0f} {max(peaks):9,.0f}", flush=True)  # noqa: T201 - as above
                path.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]), checks=sys.argv[4] == "checks")
    else:
        main([int(word) for word in sys.argv[1:]] or [100_000])
