"""EAD finding aids (2002 and EAD3): each component, `c` or `c01` to `c12`, is a document, and so is the fonds, which comes last.

The place in the hierarchy is kept, for it is half of what an archivist knows of an item:

- `id`: that of the component above and its `unitid`, joined by `/`, as in `bestand/1/12`; the fonds has the `eadid`. A component
  without a unitid has its `@id` there, or a digest of what it says. `number`: the unitid.
- `collection`: the title of the fonds. `x_level`: fonds, series, file, item, … `x_parent`: the id of the component above.
  `x_path`: the titles from the fonds down to the component above. `position`: its place in the finding aid.
- `title`: unittitle, or `[untitled]`. `date`: unitdate (not the one of type bulk): EDTF from `@normal`, its text as the label;
  without `@normal` `x_date`; further dates `x_dates`. `description`: scopecontent, else abstract. `languages`: `@langcode`.
- `people`: origination → author; persname, corpname, famname of controlaccess → subject; the id is `@authfilenumber` or
  `@identifier`, after the `@source` (`gnd:118609807`), and a record is implied; without it the name is nobody's.
- `topics`: subject, geogname (place), function and occupation of controlaccess; their ids likewise, or the words themselves.
- `genre`: genreform. `rights`: userestrict. `repository`. `url`: dao. `x_access`, `x_extent`, `x_containers`.
- `notes`: bioghist → biography; custodhist, acqinfo → provenance; odd, processinfo, note → editorial.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from data.errors import InvalidSyntax, Place, RecordError
from data.readers.files import Source
from data.readers.raw import Raw
from data.readers.xml import Element, as_given, events, filled, first, forget, found, name_of, paragraphs, text_of
from data.readers.xml_dates import ead_edtf

COMPONENTS = frozenset({"c", *(f"c{number:02}" for number in range(1, 13))})
PEOPLE = {"persname": "person", "corpname": "organization", "famname": "family", "name": None}
TOPICS = {"subject": None, "geogname": "place", "function": None, "occupation": None}
NOTES = {
    "bioghist": "biography",
    "custodhist": "provenance",
    "acqinfo": "provenance",
    "odd": "editorial",
    "processinfo": "editorial",
    "note": "editorial",
}
UNTITLED = "[untitled]"
DIGEST_CHARACTERS = 12

Record = dict[str, Any]


@dataclass(slots=True)
class _Unit:
    """A component, or the fonds, that is being read; `is_given` once its record is."""

    element: Element
    place: Place
    above: "_Unit | None"
    position: int
    id: str = ""
    title: str = ""
    is_given: bool = False
    names_below: Counter[str] = field(default_factory=Counter)

    @property
    def path(self) -> list[str]:
        """The titles from the fonds down to this one."""
        return [*(self.above.path if self.above else ()), self.title]


def read_ead(source: Source) -> Iterator[Raw]:
    """The documents of a finding aid, in its order, and the people and topics that it refers to, when first named.

    InvalidSyntax: no XML, an entity. What is wrong with one component leaves the others.
    """
    reader = _Reader(source)
    for event, element in events(source, "start", "end"):
        name = name_of(element)
        if name in COMPONENTS or name == "archdesc":
            if event == "start":
                yield from reader.begin(element)
            else:
                yield from reader.end(element)
        elif event == "end" and name in {"eadid", "recordid"}:
            reader.aid = text_of(element, source.place(element.sourceline)) or ""


class _Reader:
    """One finding aid: the components that are open, and who and what was named."""

    def __init__(self, source: Source) -> None:
        self.aid = ""
        self._source = source
        self._open: list[_Unit] = []
        self._position = 0
        self._seen: set[tuple[str, str]] = set()
        self._repository: str | None = None
        self._fonds = ""

    def begin(self, element: Element) -> Iterator[Raw]:
        """A component begins: what the one above says of itself has been read."""
        above = self._open[-1] if self._open else None
        if above is not None and above.above is None and not above.id:
            self._prepare_fonds(above)
        elif above is not None and above.above is not None:
            yield from self._give(above)
        self._position += 1
        self._open.append(_Unit(element, self._source.place(element.sourceline), above, self._position))

    def end(self, element: Element) -> Iterator[Raw]:
        """A component ends. The fonds is given only now, for much of it may follow its components."""
        unit = self._open.pop()
        late = [name_of(inner) for inner in element if name_of(inner) not in COMPONENTS] if unit.is_given else []
        if late:
            message = f"`{late[0]}` stands after the components below; it is not read."
            error = InvalidSyntax(message, place=unit.place, hint="EAD has it before them.")
            self._source.fault(error, as_given(unit.element))
        if unit.above is None and not unit.id:
            self._prepare_fonds(unit)
        yield from self._give(unit)
        forget(element)

    def _prepare_fonds(self, unit: _Unit) -> None:
        """What the components need to know of the fonds."""
        did = first(unit.element, "did")
        unit.title = self._fonds = text_of(first(did, "unittitle"), unit.place) or UNTITLED
        self._repository = text_of(first(did, "repository"), unit.place)
        unit.id = self.aid or text_of(first(did, "unitid"), unit.place) or ""
        if not unit.id:
            raise InvalidSyntax("The finding aid has no id.", place=unit.place, hint="Give it an `eadid`.")

    def _give(self, unit: _Unit) -> Iterator[Raw]:
        if unit.is_given:
            return
        unit.is_given = True
        try:
            record, implied = self._record(unit)
        except RecordError as error:
            self._source.fault(error, as_given(unit.element))
            return
        yield Raw(unit.place, record)
        for other in implied:
            if (name := (other["type"], other["id"])) not in self._seen:
                self._seen.add(name)
                yield Raw(unit.place, other, is_implied=True)

    def _record(self, unit: _Unit) -> tuple[Record, list[Record]]:
        element, place, above = unit.element, unit.place, unit.above
        did = first(element, "did")
        number = text_of(first(did, "unitid"), place)
        if above is not None:
            unit.id = _id(unit, above, number, did)
            unit.title = text_of(first(did, "unittitle"), place) or UNTITLED
        people, topics, implied = _access(element, place)
        record = {
            "type": "document",
            "id": unit.id,
            "title": unit.title,
            **_dates(did, place),
            "description": _below(element, "scopecontent", place) or paragraphs(found(did, "abstract"), place),
            "repository": text_of(first(did, "repository"), place) or self._repository,
            "collection": self._fonds,
            "rights": _below(element, "userestrict", place),
            "url": next((href for dao in element.iter("{*}dao") if (href := _href(dao)) and _owner(dao) is element), None),
            "number": number,
            "genre": text_of(first(element, "controlaccess", "genreform"), place),
            "languages": _languages(did),
            "people": people,
            "topics": topics,
            "position": unit.position,
            "notes": list(_notes(element, place)),
            "x_level": element.get("otherlevel") if element.get("level") == "otherlevel" else element.get("level"),
            "x_parent": above.id if above else None,
            "x_path": above.path if above else None,
            "x_access": _below(element, "accessrestrict", place),
            "x_extent": text_of(first(did, "physdesc"), place),
            "x_containers": [text for one in found(did, "container") if (text := _container(one, place))],
        }
        return filled(record), implied


def _id(unit: _Unit, above: _Unit, number: str | None, did: Element | None) -> str:
    if not above.id:
        raise InvalidSyntax("The component above could not be read, and this one's id begins with that one's.", place=unit.place)
    name = number or unit.element.get("id")
    if name is None:
        said = "" if did is None else " ".join(" ".join(did.itertext()).split())
        name = sha256(said.encode()).hexdigest()[:DIGEST_CHARACTERS]
        above.names_below[name] += 1
        name += f"-{above.names_below[name]}" if above.names_below[name] > 1 else ""
    return f"{above.id}/{name}"


def _owner(element: Element) -> Element:
    """The component, or the fonds, that the element belongs to."""
    return next(above for above in element.iterancestors() if name_of(above) in COMPONENTS or name_of(above) == "archdesc")


def _below(element: Element, name: str, place: Place) -> str | None:
    """The paragraphs of what the component says under a name, without its headings."""
    blocks = [inner for one in found(element, name) for inner in (list(one) or [one]) if name_of(inner) != "head"]
    return paragraphs(blocks, place)


def _dates(did: Element | None, place: Place) -> Record:
    given = found(did, "unitdate") or found(did, "unittitle", "unitdate")
    plain = [date for date in given if date.get("type") != "bulk" and date.get("unitdatetype") != "bulk"] or given
    structured = first(did, "unitdatestructured")
    if not plain:
        return {} if structured is None else _structured(structured)
    date, label = plain[0], text_of(plain[0], place)
    others = {"x_dates": [text for one in given if one is not date and (text := text_of(one, place))]}
    if not date.get("normal"):
        return {"x_date": label, **others}
    edtf = ead_edtf(date.get("normal"), date.get("certainty"))
    return {"date": edtf if label is None else {"edtf": edtf, "label": label}, **others}


def _structured(date: Element) -> Record:
    """EAD3's dates in parts: a single one or a range; of a set the first."""
    is_single = first(date, "datesingle") is not None
    sides = list(date.iter("{*}datesingle", "{*}fromdate", "{*}todate"))[: 1 if is_single else 2]
    said = [one.get("standarddate") or one.get("notbefore") or one.get("notafter") or "" for one in sides]
    label = " - ".join(text for one in sides if (text := (one.text or "").strip()))
    if not any(said):
        return {"x_date": label}
    edtf = ead_edtf("/".join(said), date.get("certainty"))
    return {"date": {"edtf": edtf, "label": label} if label else edtf}


def _languages(did: Element | None) -> list[str]:
    named = [*found(did, "langmaterial", "language"), *found(did, "langmaterial", "**language")]
    return list(dict.fromkeys(code for one in named if (code := one.get("langcode"))))


def _notes(element: Element, place: Place) -> Iterator[Record]:
    for name, kind in NOTES.items():
        if text := _below(element, name, place):
            yield {"kind": kind, "text": text}


def _href(dao: Element) -> str | None:
    found_at: str | None = dao.get("href") or dao.get("{http://www.w3.org/1999/xlink}href")
    return found_at


def _container(element: Element, place: Place) -> str | None:
    text, kind = text_of(element, place), element.get("type") or element.get("localtype")
    return f"{kind} {text}" if kind and text else text


def _access(element: Element, place: Place) -> tuple[list[Record], list[str], list[Record]]:
    """The people and topics of a component, and the records that they imply."""
    did = first(element, "did")
    named = [("author", one) for one in found(did, "origination", "**persname") + found(did, "origination", "**corpname")]
    named += [("author", one) for one in found(did, "origination", "**famname")]
    controlled = [one for access in found(element, "controlaccess") for one in access.iter("{*}*")]
    named += [("subject", one) for one in controlled if name_of(one) in PEOPLE]
    people: list[Record] = []
    implied: list[Record] = []
    for role, one in named:
        key, text = _authority(one), text_of(one, place)
        label = one.get("role") or one.get("relator")
        if text:
            people.append(filled({"person": key, "as": text, "role": role, "basis": "catalogue", "label": label}))
        if key and text:
            implied.append(filled({"type": "person", "id": key, "name": text, "kind": PEOPLE[name_of(one)]}))
    topics = []
    for one in controlled:
        text = text_of(one, place) if name_of(one) in TOPICS else None
        if text:
            key = _authority(one) or text
            topics.append(key)
            implied.append(filled({"type": "topic", "id": key, "name": text, "kind": TOPICS[name_of(one)]}))
    return people, list(dict.fromkeys(topics)), implied


def _authority(element: Element) -> str | None:
    """The number that an authority file gives, after the file's name."""
    number, source = element.get("authfilenumber") or element.get("identifier"), element.get("source")
    return f"{source}:{number}" if number and source and ":" not in number else number
