"""TEI letters: each `TEI` element is a document, from its `correspDesc` and its text; a `teiCorpus` holds many.
A `TEI` without text and with several `correspDesc` is an index of letters (CMIF), each of which is a document.

- `id`: `@xml:id` of the TEI element, else `publicationStmt/idno`, else the file's name without suffix.
- `title`: `titleStmt/title`; `[untitled]` where there is none. `description`: `abstract`. `rights`: `availability`.
- `date`: that of the action of type sent: EDTF from its attributes, its text as the label; without attributes `x_date`.
- `people`: persName, orgName, name and rs of the correspondence's actions: sent → sender, received → recipient, others →
  intermediary; with `@ref` in the text → mentioned. `@ref` (without `#`) is the person's id, of which a record is implied;
  without it nobody has identified the name. People whom the file describes (`listPerson`) are records.
- `x_places`: the places of the actions, as `{role, name, ref}`.
- `texts`: the transcript by paragraphs, as the source has it (sic, orig and abbr of a choice; what is deleted is left out; a gap
  is `[…]`); its notes are editorial notes.
- `languages`, `repository`, `collection`, `x_shelfmark`, `url` and `identifiers` are where one looks for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from data.errors import InvalidSyntax, Place, RecordError
from data.readers.files import Source
from data.readers.raw import Form, Raw
from data.readers.tei_text import notes_of, plain_text
from data.readers.xml import XML, Element, as_given, events, filled, first, forget, found, name_of, paragraphs, squeezed, text_of
from data.readers.xml_dates import tei_edtf

ROLES = {"sent": "sender", "received": "recipient"}
KINDS = {"persName": "person", "orgName": "organization", "name": None, "rs": None}
UNTITLED = "[untitled]"
CORPUS = Form(".xml", b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">', b"</teiCorpus>")
_WEB = ("url", "uri")

Record = dict[str, Any]


def read_tei(source: Source) -> Iterator[Raw]:
    """Each letter, in order, then the people whom it names first. InvalidSyntax: no XML, an entity, a letter without an id."""
    seen: set[str] = set()
    for _, element in events(source, "end"):
        name, parent = name_of(element), element.getparent()
        if name == "TEI":
            yield from _letter(source, element, seen, is_alone=parent is None)
            forget(element)
        elif name == "teiHeader" and parent is not None and name_of(parent) == "teiCorpus":
            yield from _described(source, element, seen)


def _letter(source: Source, tei: Element, seen: set[str], *, is_alone: bool) -> Iterator[Raw]:
    place = source.place(tei.sourceline)
    letters = found(tei, "teiHeader", "profileDesc", "correspDesc")
    if len(letters) > 1 and not squeezed("".join(text.itertext()) for text in found(tei, "text")):
        yield from _described(source, tei, seen)
        for letter in letters:
            yield from _indexed(source, tei, letter, seen)
        return
    try:
        record = _document(tei, place, is_alone=is_alone)
        implied = list(_implied(tei, record, seen))
    except RecordError as error:
        source.fault(error, as_given(tei, CORPUS))
        return
    yield Raw(place, record)
    yield from _described(source, tei, seen)
    yield from _first_named(implied, place, seen)


def _indexed(source: Source, tei: Element, letter: Element, seen: set[str]) -> Iterator[Raw]:
    """A letter of an index (CMIF), and the people whom it names first."""
    file, place, actions = first(tei, "teiHeader", "fileDesc"), source.place(letter.sourceline), found(letter, "correspAction")
    key = letter.get("ref") or letter.get(f"{XML}id") or letter.get("key")
    bibls = {f"#{one.get(f'{XML}id')}": one for one in found(file, "sourceDesc", "bibl")}
    try:
        if not key:
            raise InvalidSyntax(
                "The letter has no id.", place=place, hint="Give its `correspDesc` a `ref`, an `xml:id` or a `key`."
            )
        record = filled(
            {
                "type": "document",
                "id": key,
                "title": UNTITLED,
                **_dates(actions, None, place),
                "source": text_of(bibls.get(letter.get("source", "")), place),
                "rights": paragraphs(_rights(file), place),
                "url": key if key.startswith(("http://", "https://")) else None,
                "number": letter.get("key"),
                "people": list(_parts(actions, place)),
                "notes": [{"kind": "editorial", "text": text} for one in found(letter, "note") if (text := text_of(one, place))],
                "x_places": list(_places(actions, place)),
            }
        )
        implied = list(_implied(letter, record, seen))
    except RecordError as error:
        source.fault(error, as_given(letter))
        return
    yield Raw(place, record)
    yield from _first_named(implied, place, seen)


def _first_named(people: Iterable[Record], place: Place, seen: set[str]) -> Iterator[Raw]:
    for person in people:
        if person["id"] not in seen:
            seen.add(person["id"])
            yield Raw(place, person, is_implied=True)


def _document(tei: Element, place: Place, *, is_alone: bool) -> Record:
    header = first(tei, "teiHeader")
    file, profile = first(header, "fileDesc"), first(header, "profileDesc")
    manuscript = first(file, "sourceDesc", "msDesc", "msIdentifier")
    text = first(tei, "text")
    languages = [one.get("ident") for one in found(profile, "langUsage", "language")] or [
        text.get(f"{XML}lang") if text is not None else None
    ]
    body = plain_text(text, place) if text is not None else None
    actions = found(profile, "correspDesc", "correspAction")
    record = {
        "type": "document",
        "id": _id(tei, file, place, is_alone=is_alone),
        "title": text_of(_title(file), place) or UNTITLED,
        **_dates(actions, profile, place),
        "description": paragraphs(found(profile, "abstract"), place),
        "repository": text_of(first(manuscript, "repository") if manuscript is not None else None, place),
        "collection": text_of(first(manuscript, "collection"), place),
        "rights": paragraphs(_rights(file), place),
        "url": next((text_of(one, place) for one in _numbers(file) if (one.get("type") or "").lower() in _WEB), None),
        "languages": [language for language in languages if language],
        "people": [*_parts(actions, place), *_mentioned(text, place)],
        "texts": [filled({"kind": "transcript", "language": next(iter(languages), None), "body": body})] if body else [],
        "identifiers": _identifiers(file, place),
        "notes": [{"kind": "editorial", "text": note} for note in notes_of(text, place)],
        "x_shelfmark": text_of(first(manuscript, "idno"), place),
        "x_places": list(_places(actions, place)),
    }
    return filled(record)


def _id(tei: Element, file: Element | None, place: Place, *, is_alone: bool) -> str:
    given = tei.get(f"{XML}id") or text_of(next(iter(_numbers(file)), None), place)
    if given:
        return str(given)
    stem = PurePath(place.file).name.partition(".")[0]
    if not is_alone or not stem or stem == "-":
        raise InvalidSyntax("The letter has no id.", place=place, hint="Give the `TEI` element an `xml:id`.")
    return stem


def _title(file: Element | None) -> Element | None:
    titles = found(file, "titleStmt", "title")
    return next(
        (title for title in titles if title.get("type") in {None, "main"} and title.get("level") != "s"), next(iter(titles), None)
    )


def _numbers(file: Element | None) -> list[Element]:
    return found(file, "publicationStmt", "idno")


def _rights(file: Element | None) -> list[Element]:
    availability = first(file, "publicationStmt", "availability")
    return [] if availability is None else [one for one in availability if name_of(one) in {"licence", "p", "ab"}]


def _identifiers(file: Element | None, place: Place) -> list[str]:
    """The numbers that say of which kind they are, as `scheme:value`."""
    typed = ((one.get("type"), text_of(one, place)) for one in _numbers(file))
    return [
        f"{kind}:{text}"
        for kind, text in typed
        if kind and text and kind.lower() not in _WEB and not any(c in kind for c in ": ")
    ]


def _dates(actions: Sequence[Element], profile: Element | None, place: Place) -> Record:
    sent = next((action for action in actions if action.get("type") == "sent"), None)
    date = first(sent, "date")
    if date is None:
        date = first(profile, "creation", "date")
    if date is None:
        return {}
    edtf, label = tei_edtf(date.attrib), text_of(date, place)
    if edtf is None:
        return {"x_date": label}
    return {"date": edtf if label is None else {"edtf": edtf, "label": label}}


def _parts(actions: Sequence[Element], place: Place) -> Iterator[Record]:
    for action in actions:
        kind = action.get("type") or ""
        for one in action.iter(*(f"{{*}}{name}" for name in KINDS)):
            if name_of(one.getparent()) in KINDS or (name_of(one) in {"name", "rs"} and one.get("type") == "place"):
                continue
            part = {"person": _ref(one), "as": text_of(one, place), "role": ROLES.get(kind, "intermediary")}
            certainty = one.get("cert") if one.get("cert") in {"high", "medium", "low", "unknown"} else None
            part |= {"certainty": certainty, "basis": "catalogue", "label": None if kind in ROLES else kind or None}
            if part["person"] or part["as"]:
                yield filled(part)


def _mentioned(text: Element | None, place: Place) -> Iterator[Record]:
    """Whoever is named in the text with a `@ref`, once each."""
    names = () if text is None else text.iter("{*}persName", "{*}orgName", "{*}rs")
    seen: set[str] = set()
    for one in names:
        is_person = name_of(one) != "rs" or one.get("type") in {"person", "org"}
        for ref in (one.get("ref") or "").split() if is_person else ():
            key = ref.removeprefix("#")
            if key not in seen:
                seen.add(key)
                yield filled({"person": key, "as": text_of(one, place), "role": "mentioned", "basis": "text"})


def _ref(element: Element) -> str | None:
    refs = (element.get("ref") or element.get("key") or "").split()
    return refs[0].removeprefix("#") if refs else None


def _places(actions: Sequence[Element], place: Place) -> Iterator[Record]:
    for action in actions:
        for one in found(action, "placeName") + found(action, "settlement"):
            yield filled({"role": action.get("type"), "name": text_of(one, place), "ref": _ref(one)})


def _implied(tei: Element, record: Record, seen: set[str]) -> Iterator[Record]:
    """A record for each person whom the letter refers to and nobody has described: id, the name as written, the kind."""
    kinds = {_ref(one): KINDS[name_of(one)] for one in tei.iter("{*}persName", "{*}orgName") if _ref(one)}
    for part in record.get("people", ()):
        if part.get("person") and part["person"] not in seen:
            yield filled(
                {
                    "type": "person",
                    "id": part["person"],
                    "name": part.get("as", part["person"]),
                    "kind": kinds.get(part["person"]),
                }
            )


def _described(source: Source, element: Element, seen: set[str]) -> Iterator[Raw]:
    """People whom the header or the standOff describes."""
    for person in found(element, "**listPerson", "person"):
        place, key = source.place(person.sourceline), person.get(f"{XML}id")
        names = [text for one in found(person, "persName") if (text := text_of(one, place))]
        if not key or not names or key in seen:
            continue
        seen.add(key)
        dates = {name: tei_edtf(one.attrib) for name in ("birth", "death") if (one := first(person, name)) is not None}
        typed = ((one.get("type"), text_of(one, place)) for one in found(person, "idno"))
        identifiers = [f"{kind}:{text}" for kind, text in typed if kind and text and ":" not in kind]
        record = {"type": "person", "id": key, "name": names[0], "names": [{"name": name} for name in names[1:]]}
        note = paragraphs(found(person, "note"), place)
        yield Raw(place, filled(record | dates | {"description": note, "identifiers": identifiers}))
