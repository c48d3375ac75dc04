"""A TEI letter as plain text: paragraphs with a blank line between, lines of verse and of addresses one below the other."""

from collections.abc import Iterator

from lxml import etree

from data.errors import InvalidSyntax, Place
from data.readers.xml import Element, name_of, squeezed

PARAGRAPH, LINE = "\n\n", "\n"
GAP = "[…]"

_PARAGRAPHS = frozenset(
    {
        *("p", "ab", "head", "opener", "closer", "postscript", "salute", "dateline", "signed", "address", "byline"),
        *("front", "body", "back", "div", "div1", "div2", "div3", "div4", "floatingText", "quote", "epigraph", "argument"),
        *("lg", "list", "table", "figure", "sp", "trailer", "titlePage"),
    }
)
_LINES = frozenset({"l", "addrLine", "item", "row", "speaker"})
_SKIPPED = frozenset({"note", "fw", "del", "figDesc", "teiHeader"})
_BREAKS = frozenset({"lb", "pb", "cb", "gb"})
_CHOICES = (("sic", "corr"), ("orig", "reg"), ("abbr", "expan"))


def plain_text(element: Element, place: Place) -> str | None:
    """The element's text; None if there is none. InvalidSyntax for an entity."""
    for inner in element.iter(etree.Entity):
        raise InvalidSyntax(
            "An entity of the file's own is not read; write out what it stands for.", place=place, value=inner.text
        )
    writer = _Writer()
    _write(element, writer)
    return writer.text() or None


def notes_of(element: Element | None, place: Place) -> list[str]:
    """The texts of the notes that stand in it, in order."""
    notes = [] if element is None else [note for note in element.iter("{*}note") if not _is_in_note(note)]
    return [text for note in notes if (text := plain_text_of_note(note, place))]


def plain_text_of_note(note: Element, place: Place) -> str | None:
    """A note's own text."""
    writer = _Writer()
    for inner in note.iter(etree.Entity):
        raise InvalidSyntax(
            "An entity of the file's own is not read; write out what it stands for.", place=place, value=inner.text
        )
    writer.add(note.text or "")
    _write_children(note, writer)
    return writer.text() or None


def _is_in_note(note: Element) -> bool:
    return any(name_of(above) == "note" for above in note.iterancestors())


class _Writer:
    """Text that is being put together: what stands in one block is one run, with white space as one space."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._run: list[str] = []
        self._separator = ""

    def add(self, text: str) -> None:
        self._run.append(text)

    def join(self) -> None:
        """Takes away the white space at the end: the word goes on."""
        while self._run:
            self._run[-1] = self._run[-1].rstrip(" \t\r\n")
            if self._run[-1]:
                return
            self._run.pop()

    def end(self, separator: str) -> None:
        """Ends the block; the strongest separator before the next text is the one that counts."""
        if run := squeezed(self._run):
            self._blocks += [self._separator if self._blocks else "", run]
            self._separator = separator
        elif separator == PARAGRAPH:
            self._separator = separator
        self._run = []

    def text(self) -> str:
        self.end(PARAGRAPH)
        return "".join(self._blocks)


def _write(element: Element, writer: _Writer) -> None:
    name = name_of(element)
    separator = PARAGRAPH if name in _PARAGRAPHS else LINE if name in _LINES else None
    if separator:
        writer.end(separator)
    if name in _BREAKS:
        _write_break(element, writer)
    elif name == "gap":
        writer.add(GAP)
    elif name == "space":
        writer.add(" ")
    elif name not in _SKIPPED:
        writer.add(element.text or "")
        _write_children(element, writer)
    if separator:
        writer.end(separator)


def _write_break(element: Element, writer: _Writer) -> None:
    if element.get("break") == "no":
        writer.join()
    else:
        writer.add(" ")


def _write_children(element: Element, writer: _Writer) -> None:
    left_out = set(_not_chosen(element)) if name_of(element) == "choice" else set()
    for inner in element:
        if name_of(inner) not in left_out:
            _write(inner, writer)
        tail = inner.tail or ""
        writer.add(tail.lstrip(" \t\r\n") if inner.get("break") == "no" else tail)


def _not_chosen(choice: Element) -> Iterator[str]:
    """What the source does not have: the editor's half of each pair."""
    names = {name_of(inner) for inner in choice}
    for source, editor in _CHOICES:
        if source in names:
            yield editor
