"""OAI-PMH harvests of Dublin Core: the records of a `ListRecords` or `GetRecord` answer (`oai_dc`), one document each.

- `id`: the header's identifier. `x_sets`, `x_datestamp`: as the header says.
- `title`: the first; others are `x_titles`; `[untitled]` where there is none. `description`: all, as paragraphs.
- `people`: creator → author, contributor → contributor, publisher → other (label `publisher`); names that nobody identified.
- `topics`: subject, by its words; `x_coverage`: coverage. A record of each topic is implied.
- `date`: the first that is EDTF (with the text as label where it says midnight); others are `x_dates`.
- `languages`: those that are language tags; others are `x_languages`. `genre`: the first type; others are `x_types`.
- `url`: the first identifier that is a web address; others are `identifiers` if written `scheme:value`, else `x_identifiers`.
- `source`, `rights`: all, as paragraphs. `x_formats`, `x_relations`.

A deleted record is told and nothing else: a harvest is no order to remove. So is a harvest that goes on elsewhere.
"""

import re
from collections.abc import Iterator
from typing import Any

from data.errors import InvalidSyntax, Place, RecordError
from data.format import IDENTIFIER_PATTERN, LANGUAGE_PATTERN
from data.readers.files import Source
from data.readers.raw import Form, Raw
from data.readers.xml import Element, as_given, events, filled, first, forget, found, name_of, text_of
from data.readers.xml_dates import is_edtf

UNTITLED = "[untitled]"
HARVEST = Form(".xml", b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>', b"</ListRecords></OAI-PMH>")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00Z", re.ASCII)

Record = dict[str, Any]


def read_oai(source: Source) -> Iterator[Raw]:
    """The documents of a harvest, in its order, and the topics that it names, when first named.

    InvalidSyntax: no XML, an entity, an answer that is an error; a record in another form than `oai_dc` leaves the others.
    """
    seen: set[str] = set()
    for _, element in events(source, "end"):
        name, place = name_of(element), source.place(element.sourceline)
        if name == "record" and first(element, "header") is not None:
            yield from _record(source, element, place, seen)
            forget(element)
        elif name == "error" and name_of(element.getparent()) == "OAI-PMH":
            code = element.get("code") or "no code"
            error = InvalidSyntax(f"The answer is an error: {code}.", place=place, value=text_of(element, place))
            source.fault(error, as_given(element))
        elif name == "resumptionToken" and text_of(element, place):
            source.remark("The harvest goes on: the answer ends with a resumption token.", place)


def _record(source: Source, element: Element, place: Place, seen: set[str]) -> Iterator[Raw]:
    header = element.find("{*}header")
    try:
        key = text_of(first(header, "identifier"), place)
        if header.get("status") == "deleted":
            source.remark(f"The source has deleted its record {key}; nothing is removed here.", place)
            return
        record = _document(element, header, key, place)
    except RecordError as error:
        source.fault(error, as_given(element, HARVEST))
        return
    yield Raw(place, record)
    for topic in record.get("topics", ()):
        if topic not in seen:
            seen.add(topic)
            yield Raw(place, {"type": "topic", "id": topic, "name": topic}, is_implied=True)


def _document(element: Element, header: Element, key: str | None, place: Place) -> Record:
    core = first(element, "metadata", "dc")
    if core is None:
        inner = next((inner for metadata in found(element, "metadata") for inner in metadata), None)
        what = f"holds `{name_of(inner)}`" if inner is not None else "is empty"
        raise InvalidSyntax(f"The record's metadata {what}, not oai_dc.", place=place, hint="Harvest with metadataPrefix=oai_dc.")

    def said(name: str) -> list[str]:
        return [text for one in found(core, name) if (text := text_of(one, place))]

    titles, types, languages = said("title"), said("type"), said("language")
    tags = [tag for tag in languages if re.fullmatch(LANGUAGE_PATTERN, tag)]
    record = {
        "type": "document",
        "id": key,
        "title": next(iter(titles), UNTITLED),
        **_dates(said("date")),
        "description": "\n\n".join(said("description")),
        "source": "\n\n".join(said("source")),
        "rights": "\n\n".join(said("rights")),
        "genre": next(iter(types), None),
        "languages": tags,
        "people": [
            *({"role": "author", "as": name, "basis": "catalogue"} for name in said("creator")),
            *({"role": "contributor", "as": name, "basis": "catalogue"} for name in said("contributor")),
            *({"role": "other", "as": name, "basis": "catalogue", "label": "publisher"} for name in said("publisher")),
        ],
        "topics": list(dict.fromkeys(said("subject"))),
        **_identifiers(said("identifier")),
        "x_titles": titles[1:],
        "x_types": types[1:],
        "x_languages": [language for language in languages if language not in tags],
        "x_coverage": said("coverage"),
        "x_formats": said("format"),
        "x_relations": said("relation"),
        "x_sets": [text for one in found(header, "setSpec") if (text := text_of(one, place))],
        "x_datestamp": text_of(first(header, "datestamp"), place),
    }
    return filled(record)


def _dates(texts: list[str]) -> Record:
    """The first text that is a date, and the others."""
    for at, text in enumerate(texts):
        edtf = _MIDNIGHT.sub(r"\1", text)
        if is_edtf(edtf):
            return {"date": edtf if edtf == text else {"edtf": edtf, "label": text}, "x_dates": texts[:at] + texts[at + 1 :]}
    return {"x_dates": texts}


def _identifiers(texts: list[str]) -> Record:
    url = next((text for text in texts if _WEB.match(text)), None)
    others = [text for text in texts if text != url]
    schemes = [text for text in others if re.fullmatch(IDENTIFIER_PATTERN, text)]
    return {"url": url, "identifiers": schemes, "x_identifiers": [text for text in others if text not in schemes]}
