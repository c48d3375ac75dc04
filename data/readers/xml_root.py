"""XML whose root element tells what it is: TEI, EAD or an answer of OAI-PMH."""

import re
from collections.abc import Callable, Iterator

from data.errors import InvalidSyntax
from data.readers.ead import read_ead
from data.readers.files import Source
from data.readers.oai import read_oai
from data.readers.raw import Raw
from data.readers.tei import read_tei

LOOKED_AT_BYTES = 2**16

READERS: dict[str, Callable[[Source], Iterator[Raw]]] = {
    "TEI": read_tei,
    "teiCorpus": read_tei,
    "ead": read_ead,
    "OAI-PMH": read_oai,
}
_ASIDE = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")


def read_xml(source: Source) -> Iterator[Raw]:
    """What the reader of the root's kind gives; InvalidSyntax for another root."""
    head = source.stream.peek(LOOKED_AT_BYTES)[:LOOKED_AT_BYTES].replace(b"\0", b"")  # UTF-16 is half ASCII
    root = _ROOT.search(_ASIDE.sub(b"", head))
    name = root[1].decode("ascii", "replace") if root else None
    if name not in READERS:
        raise InvalidSyntax(
            f"The root element is {f'`{name}`' if name else 'not to be seen'}: XML that is not known.",
            place=source.place(),
            hint=f"Known roots: {', '.join(READERS)}.",
        )
    return READERS[name](source)
