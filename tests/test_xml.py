"""XML in general: what a file may not do, and what is wrong with one."""

import gzip
import socket
from pathlib import Path

import pytest

from data.errors import RecordError
from data.readers import read
from data.readers.xml_dates import ead_edtf, is_edtf, tei_edtf

DATA = Path(__file__).parent / "data"
FORMATS = ("tei", "ead", "oai")
BODIES = {
    "tei": '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>{}</title></titleStmt></fileDesc></teiHeader></TEI>',
    "ead": "<ead><eadheader><eadid>x</eadid></eadheader><archdesc><did><unittitle>{}</unittitle></did></archdesc></ead>",
    "oai": "<OAI-PMH><ListRecords><record><header><identifier>x</identifier></header><metadata><dc><title>{}</title></dc></metadata></record></ListRecords></OAI-PMH>",
}


def written(tmp_path: Path, content: str | bytes, name: str = "a.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def titles(path: Path, file_format: str | None = None, encoding: str | None = None) -> list[object]:
    raws = read(path, file_format, encoding=encoding)
    return [raw.value["title"] for raw in raws if isinstance(raw.value, dict) and "title" in raw.value]


def failure(path: Path, file_format: str | None = None) -> RecordError:
    with pytest.raises(RecordError) as caught:
        titles(path, file_format)
    return caught.value


@pytest.mark.parametrize("name", FORMATS)
def test_the_root_tells_what_a_file_of_xml_is(tmp_path: Path, name: str) -> None:
    body = BODIES[name].format("A &lt; B &#233;")
    prolog = '<?xml version="1.0"?>\n<!-- <x> -->\n<!DOCTYPE x [ <!ELEMENT x ANY> ]>\n'
    assert titles(written(tmp_path, body)) == titles(written(tmp_path, prolog + body)) == ["A < B é"]
    assert titles(written(tmp_path, body, f"a.{name}"), name) == ["A < B é"]
    assert titles(written(tmp_path, gzip.compress(body.encode()), "a.xml.gz")) == ["A < B é"]


def test_xml_of_another_root_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    error = failure(written(tmp_path, "<html/>"))
    assert (error.code, error.message, error.hint) == (
        "SYNTAX_INVALID",
        "The root element is `html`: XML that is not known.",
        "Known roots: TEI, teiCorpus, ead, OAI-PMH.",
    )
    assert failure(written(tmp_path, "words")).message == "The root element is not to be seen: XML that is not known."


@pytest.mark.parametrize("name", FORMATS)
def test_a_billion_laughs_are_not_heard(tmp_path: Path, name: str) -> None:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    error = failure(written(tmp_path, f"<!DOCTYPE x [{entities}]>{BODIES[name].format('&j;')}"), name)
    assert (error.code, error.message) == (
        "SYNTAX_INVALID",
        "Not XML: Maximum entity amplification factor exceeded, at column 4.",
    )
    error = failure(written(tmp_path, f"<!DOCTYPE x [<!ENTITY a 'ha'>]>{BODIES[name].format('&a;')}"), name)
    assert (error.code, error.message, error.value) == (
        "SYNTAX_INVALID",
        "An entity of the file's own is not read; write out what it stands for.",
        "&a;",
    )


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_is_read_and_no_address_is_asked_for_an_entity(tmp_path: Path, name: str) -> None:
    secret = written(tmp_path, "secret", "secret.txt")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        for system in (secret.as_uri(), f"{address}/x"):
            text = f'<!DOCTYPE x SYSTEM "{address}/dtd" [<!ENTITY e SYSTEM "{system}"> <!ENTITY % p SYSTEM "{system}"> %p;]>{BODIES[name]}'
            error = failure(written(tmp_path, text.format("&e;")), name)
            assert "secret" not in str(error)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("name", FORMATS)
def test_broken_xml_is_refused_with_line_and_column(tmp_path: Path, name: str) -> None:
    error = failure(written(tmp_path, f"<?xml version='1.0'?>\n{BODIES[name].format('</x>')}"), name)
    assert (error.code, error.place.line) == ("SYNTAX_INVALID", 2)
    assert error.message.startswith("Not XML: Opening and ending tag mismatch: ")
    assert error.message.rpartition(" ")[2].strip(".").isdecimal()
    assert failure(written(tmp_path, BODIES[name][:-3]), name).message.startswith("Not XML: ")
    assert failure(written(tmp_path, "<x/>"), name).message == "The file holds no record."
    assert failure(written(tmp_path, gzip.compress(b"")), name).message == "The file holds no record."


def test_bytes_that_are_not_of_the_encoding_are_refused_with_line_and_byte(tmp_path: Path) -> None:
    error = failure(written(tmp_path, b"<ead>\n<x/>caf\xe9</ead>"))
    assert (error.code, error.place.line, error.message) == (
        "FILE_UNREADABLE",
        2,
        "The file is not UTF-8: at byte 13 stands 0xe9.",
    )
    error = failure(written(tmp_path, b"<?xml version='1.0' encoding='ascii'?>\n<ead>\xe9</ead>"))
    assert (error.place.line, error.message) == (2, "The file is not ascii: at byte 44 stands 0xe9.")
    assert failure(written(tmp_path, "<?xml version='1.0' encoding='klingon'?><ead/>")).message == "There is no such encoding."


def test_xml_says_its_encoding_itself_and_an_option_overrules_it(tmp_path: Path) -> None:
    body = BODIES["ead"].format("Zürich")
    assert titles(written(tmp_path, f"<?xml version='1.0' encoding='windows-1252'?>{body}".encode("windows-1252"))) == ["Zürich"]
    assert titles(written(tmp_path, f"<?xml version='1.0' encoding='UTF-16'?>{body}".encode("utf-16"))) == ["Zürich"]
    assert titles(written(tmp_path, body.encode("windows-1252")), encoding="windows-1252") == ["Zürich"]


@pytest.mark.parametrize(
    ("attributes", "edtf"),
    [
        ({}, None),
        ({"when": ""}, None),
        ({"when": "1891-08"}, "1891-08"),
        ({"when": "--08-11"}, "XXXX-08-11"),
        ({"when-iso": "1891-08-11"}, "1891-08-11"),
        ({"when": "-0044-03-15", "cert": "high"}, "-0044-03-15"),
        ({"when": "1891", "cert": "unknown"}, "1891?"),
        ({"from": "1891-08-11", "to": "1891-08-12", "cert": "low"}, "1891-08-11?/1891-08-12?"),
        ({"to": "1891"}, "/1891"),
        ({"notBefore": "1891", "to": "1893"}, "1891/1893"),
        ({"notBefore": "1891-01", "notAfter": "1891-03"}, "[1891-01..1891-03]"),
        ({"notBefore": "1891"}, "[1891..]"),
    ],
)
def test_what_tei_says_of_a_date_becomes_edtf(attributes: dict[str, str], edtf: str | None) -> None:
    assert tei_edtf(attributes) == edtf
    assert edtf is None or is_edtf(edtf)


@pytest.mark.parametrize(
    ("normal", "certainty", "edtf"),
    [
        ("1891", None, "1891"),
        ("18910811/18920101", None, "1891-08-11/1892-01-01"),
        ("1891/", "approximate", "1891~/"),
        (" 1891 / 1892 ", "ca.", "1891~/1892~"),
        ("189108", "uncertain", "1891-08?"),
        ("1891", "certain", "1891"),
    ],
)
def test_what_ead_says_of_a_date_becomes_edtf(normal: str, certainty: str | None, edtf: str) -> None:
    assert ead_edtf(normal, certainty) == edtf
    assert is_edtf(edtf)
