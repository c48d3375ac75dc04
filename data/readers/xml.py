"""XML, read element by element: no entity is expanded, nothing is fetched, and what was read is forgotten."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BufferedReader
from typing import Any, cast

from lxml import etree

from data.errors import InvalidSyntax, Place, shorten
from data.readers.files import UTF_8, Source, checked_encoding
from data.readers.raw import Form, Piece, as_line

XML = "{http://www.w3.org/XML/1998/namespace}"

Element = Any  # lxml's elements; its stubs do not say what comments and entities are

_BLANK = re.compile(r"[ \t\r\n]+")
_FOR_PROGRAMMERS = re.compile(r"(?:, line \d+, column \d+|, see xml\w+).*")
_DECLARED = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']+)", re.ASCII)
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_XML_ID = "xml:id : attribute value"
DECLARATION_MAX_BYTES = 1024


def events(source: Source, *kinds: str) -> Iterator[tuple[str, Element]]:
    """Each start or end of an element, as asked for. InvalidSyntax with line and column for what is no XML."""
    is_whole = False
    try:
        parsed = etree.iterparse(
            _in_utf_8(source),
            events=kinds,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            collect_ids=False,
            remove_comments=True,
            remove_pis=True,
            encoding=UTF_8,
        )
        for kind, element in cast("Iterator[tuple[str, Element]]", parsed):
            is_whole = kind == "end" and element.getparent() is None
            yield kind, element
    except etree.XMLSyntaxError as error:
        line, column, message = *error.position, error.msg
        if _XML_ID in (
            message or ""
        ):  # an `xml:id` that begins with a digit, as many have; what else may be wrong stands in the log
            if is_whole:
                return
            log: Any = parsed.error_log
            others = ((one.line, one.column, one.message) for one in log if _XML_ID not in one.message)
            line, column, message = next(others, (line, column, message))
        reason = _FOR_PROGRAMMERS.sub("", message or "broken syntax")
        if reason.startswith("no element found"):  # not a single byte
            return
        raise InvalidSyntax(f"Not XML: {shorten(reason)}, at column {column}.", place=source.place(line or None)) from None


def _in_utf_8(source: Source) -> BufferedReader:
    """The file in UTF-8: from the encoding that was named, else from the one that it declares."""
    if source.encoding == UTF_8:
        head = source.stream.peek(DECLARATION_MAX_BYTES)[:DECLARATION_MAX_BYTES]
        declared = _DECLARED.search(head)
        wide = _WIDE.get(head[:2])
        if wide or declared:
            name = wide or (declared[1].decode("ascii", "replace") if declared else None)
            source = replace(source, encoding=checked_encoding(name, source.place(1)))
    return source.utf_8()


def name_of(element: Element) -> str:
    """The element's name, without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def forget(element: Element) -> None:
    """Frees the element and all that stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def as_given(element: Element, form: Form | None = None) -> Piece:
    """The element, in a file that it can stand in; else as a line of JSON, a text."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    return as_line(text) if form is None else Piece(text.encode(), form)


def found(element: Element | None, *path: str) -> list[Element]:
    """The elements that the path leads to, name by name, in their order; `**` before a name is any depth."""
    here = [] if element is None else [element]
    for step in path:
        if step.startswith("**"):
            here = [inner for one in here for inner in one.iter("{*}" + step.removeprefix("**")) if inner is not one]
        else:
            here = [inner for one in here for inner in one.iterchildren(f"{{*}}{step}")]
    return here


def first(element: Element | None, *path: str) -> Element | None:
    """The first of `found`, if there is one."""
    return next(iter(found(element, *path)), None)


def text_of(element: Element | None, place: Place) -> str | None:
    """All text of the element, white space as one space; None if there is none. InvalidSyntax for an entity."""
    if element is None:
        return None
    for inner in element.iter(etree.Entity):
        raise InvalidSyntax(
            "An entity of the file's own is not read; write out what it stands for.", place=place, value=inner.text
        )
    return squeezed(element.itertext()) or None


def squeezed(texts: Iterable[str]) -> str:
    """The texts as one, with each run of XML's white space as one space and none at the ends."""
    return _BLANK.sub(" ", "".join(texts)).strip(" ")


def paragraphs(elements: Iterable[Element], place: Place) -> str | None:
    """The texts of the elements with a blank line between; None if there is none."""
    return "\n\n".join(text for element in elements if (text := text_of(element, place))) or None


def filled(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what says nothing."""
    return {key: value for key, value in record.items() if value is not None and value not in ("", [], {})}
