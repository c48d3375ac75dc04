"""The vocabularies of the record format as GraphQL enums: what each term means, in the words that the schema shows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

import strawberry

from data.format import (
    Basis,
    Certainty,
    Evidence,
    NameKind,
    NoteKind,
    PersonKind,
    Role,
    TextKind,
    TopicKind,
)

__all__ = ["Basis", "Certainty", "Evidence", "NameKind", "NoteKind", "PersonKind", "Role", "TextKind", "TopicKind"]


def _describe(vocabulary: type[StrEnum], description: str, terms: Mapping[str, str]) -> None:
    """Makes the vocabulary a GraphQL enum; every term has its description."""
    strawberry.enum(vocabulary, description=description)
    for value in cast("Any", vocabulary).__strawberry_definition__.values:
        value.description = terms[value.name]


_describe(
    Role,
    "What a person does in a document.",
    {
        "SENDER": "Sends the letter or telegram.",
        "RECIPIENT": "It is addressed to them, by the title or by what the description says.",
        "INTERMEDIARY": "It goes through their hands to the recipient.",
        "AUTHOR": "Wrote it, without sending it to anybody.",
        "PARTICIPANT": "Took part in the conversation or meeting that it records.",
        "MENTIONED": "Is named in it, without a part in it.",
        "SUBJECT": "It is about them.",
        "TRANSLATOR": "Translated it.",
        "EDITOR": "Edited or published it.",
        "CONTRIBUTOR": "Had a hand in it that the source does not tell more exactly.",
        "OTHER": "Another role: see its label.",
    },
)
_describe(
    Evidence,
    "How it is known that a person has this part.",
    {
        "EXPLICIT": "The source says so in so many words.",
        "EDITORIAL": "An editor of the source says so, as in “Filippov [Stalin]”.",
        "INFERRED": "The curator concludes it.",
    },
)
_describe(
    Certainty,
    "How sure the curator is (the degrees of TEI's `cert`).",
    {"HIGH": "Sure.", "MEDIUM": "Likely.", "LOW": "Doubtful.", "UNKNOWN": "Nobody can tell."},
)
_describe(
    Basis,
    "Where in the source the part is found.",
    {
        "TITLE": "In the title.",
        "DESCRIPTION": "In the description.",
        "TEXT": "In the text of the document itself.",
        "CATALOGUE": "In a catalogue or finding aid.",
    },
)
_describe(
    PersonKind,
    "Whoever can act.",
    {
        "PERSON": "A human being.",
        "ORGANIZATION": "A ministry, a party, a company.",
        "FAMILY": "A family.",
        "OFFICE": "An office, whoever holds it, where nobody is named.",
        "UNKNOWN": "It is not known which.",
    },
)
_describe(
    TopicKind,
    "What sort of topic.",
    {"SUBJECT": "A matter.", "PLACE": "A place or a country.", "EVENT": "Something that happened at a time."},
)
_describe(
    NameKind,
    "What sort of other name.",
    {
        "VARIANT": "Another form or spelling.",
        "CIPHER": "A cover name, as in ciphered telegrams.",
        "PSEUDONYM": "A name taken by the person.",
        "TRANSLITERATION": "The name in letters of another script, by another system.",
        "ABBREVIATION": "A short form.",
        "OFFICE": "The office that the person held, used as a name.",
    },
)
_describe(
    NoteKind,
    "What sort of remark.",
    {
        "SIC": "A slip that stands so in the source.",
        "EDITORIAL": "A remark of an editor or of the curator.",
        "SCOPE": "What the record covers.",
        "PROVENANCE": "Where it comes from.",
        "BIOGRAPHY": "On the person's life.",
    },
)
_describe(
    TextKind,
    "What sort of text.",
    {
        "ORIGINAL": "The text in its own language.",
        "TRANSLATION": "A translation.",
        "TRANSCRIPT": "A transcript.",
        "EXCERPT": "A part of the text.",
    },
)
