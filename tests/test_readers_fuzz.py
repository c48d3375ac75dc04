"""Files that nobody thought of: any bytes give records, or an error with a code and a place; never a traceback."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.check import parse
from data.errors import RecordError
from data.readers import READERS, Piece, read

DATA = Path(__file__).parent / "data"
SAMPLES = {
    "jsonl": b'{"type": "document", "id": "a", "title": "\\u00e4 \xd1\x84"}\n{"type": "person", "id": "b", "name": "B"}\n',
    "json": b'[{"type": "document", "id": "a", "title": "\\u00e4"},\n {"id": [1.5, null, true]}]\n',
    "yaml": (DATA / "awkward.yaml").read_bytes(),
    "csv": (DATA / "letters.csv").read_bytes(),
    "tsv": (DATA / "letters.csv").read_bytes().replace(b",", b"\t"),
    "xml": (DATA / "harvest.oai.xml").read_bytes(),
    "tei": (DATA / "letters.tei.xml").read_bytes(),
    "ead": (DATA / "fonds.ead.xml").read_bytes(),
    "oai": (DATA / "harvest.oai.xml").read_bytes(),
    "listing": (DATA / "listing.txt").read_bytes(),
}
fuzzed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def assert_read(path: Path, file_format: str) -> None:
    faults: list[RecordError] = []

    def hear(error: RecordError, _piece: Piece) -> None:
        faults.append(error)

    try:
        for raw in read(path, file_format, on_fault=hear):
            parsed = parse(raw)
            faults.extend(parsed if isinstance(parsed, list) else [])
    except RecordError as error:
        faults.append(error)
    for fault in faults:
        assert fault.code
        assert fault.message
        assert fault.place.file == str(path)
        assert "\n" not in str(fault)


@st.composite
def damaged(draw: st.DrawFn, sample: bytes) -> bytes:
    """A good file in which some bytes were replaced, taken out, put in or repeated."""
    content = sample
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 12, len(content))))
        piece = draw(
            st.binary(max_size=4)
            | st.sampled_from([b'"', b"\n", b"\r", b"[", b"{", b"|", b",", b"<", b"&", content[start:end] * 2])
        )
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("file_format", sorted(SAMPLES))
def test_any_bytes_are_read_or_refused(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "any"

    @fuzzed
    @given(content=st.binary(min_size=1) | st.text(min_size=1).map(lambda text: text.encode(errors="surrogatepass")))
    @example(content=b"\x1f\x8b")
    @example(content=b"\x28\xb5\x2f\xfd\x00")
    @example(content=b"\x00")
    def check(content: bytes) -> None:
        path.write_bytes(content)
        assert_read(path, file_format)

    check()


@pytest.mark.parametrize("file_format", sorted(SAMPLES))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "damaged"

    @fuzzed
    @given(content=damaged(SAMPLES[file_format]).filter(bool))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        assert_read(path, file_format)

    check()


def test_every_format_is_tried() -> None:
    assert {*SAMPLES, "parquet"} == set(READERS)
