"""The nine bundled documents: what the listing says, byte for byte, and what the curator made of it."""

from pathlib import Path

import pytest

from data.check import Entry, parse
from data.format import (
    Basis,
    DocumentRecord,
    Evidence,
    NameKind,
    NoteKind,
    Part,
    PersonKind,
    PersonRecord,
    Role,
    TopicKind,
    TopicRecord,
)
from data.readers import read
from data.records import FILES

LISTING = Path(__file__).parent / "data" / "listing.txt"

EXPLICIT, EDITORIAL, INFERRED = Evidence.EXPLICIT, Evidence.EDITORIAL, Evidence.INFERRED
TITLE, DESCRIPTION = Basis.TITLE, Basis.DESCRIPTION


def entries() -> list[Entry]:
    found = [parse(raw) for file in FILES for raw in read(file)]
    assert [entry for entry in found if not isinstance(entry, Entry)] == []
    return [entry for entry in found if isinstance(entry, Entry)]


def documents() -> list[DocumentRecord]:
    return [entry.record for entry in entries() if isinstance(entry.record, DocumentRecord)]


def people() -> dict[str, PersonRecord]:
    return {e.record.id: e.record for e in entries() if isinstance(e.record, PersonRecord)}


def topics() -> dict[str, TopicRecord]:
    return {e.record.id: e.record for e in entries() if isinstance(e.record, TopicRecord)}


def document(day: str) -> DocumentRecord:
    [found] = [record for record in documents() if record.date and record.date.edtf == day]
    return found


def parts(day: str) -> list[tuple[str | None, Role, str | None, Evidence | None, Basis | None]]:
    return [(part.person, part.role, part.as_, part.evidence, part.basis) for part in document(day).people]


def test_titles_and_descriptions_are_the_listing_s_byte_for_byte_and_in_its_order() -> None:
    lines = LISTING.read_bytes().split(b"\n")
    printed = [tuple(lines[at : at + 5 : 2]) for at in range(8, len(lines), 6)]
    assert len(printed) == 9
    assert [
        (record.date and (record.date.label or "").encode(), record.title.encode(), kept.encode())
        for record in documents()
        if (kept := record.description) is not None
    ] == printed


def test_positions_are_the_listing_s() -> None:
    assert [record.position for record in documents()] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_dates_genres_and_numbers() -> None:
    assert [(record.id, record.date and record.date.edtf, record.genre, record.number) for record in documents()] == [
        (
            "1949-12-09-memorandum-of-conversation",
            "1949-12-09",
            "memorandum of conversation",
            None,
        ),
        ("1949-10-20-diary", "1949-10-20", "diary", None),
        ("1949-10-16-diary", "1949-10-16", "diary", None),
        ("1951-01-13-ciphered-telegram", "1951-01-13", "ciphered telegram", None),
        ("1951-06-13-ciphered-telegram", "1951-06-13", "ciphered telegram", "3557"),
        ("1951-11-19-ciphered-telegram", "1951-11-19", "ciphered telegram", "1821"),
        (
            "1950-01-01-memorandum-of-conversation",
            "1950-01-01",
            "memorandum of conversation",
            None,
        ),
        ("1950-07-08-ciphered-telegram", "1950-07-08", "ciphered telegram", "3231"),
        ("1950-07-13-ciphered-telegram", "1950-07-13", "ciphered telegram", None),
    ]


def test_every_name_stands_where_its_basis_says() -> None:
    for record in documents():
        for part in record.people:
            text = record.title if part.basis is TITLE else record.description
            assert part.as_ is not None
            assert part.as_ in (text or ""), record.id


def test_every_number_stands_in_its_title() -> None:
    for record in documents():
        assert record.number is None or f"No. {record.number}" in record.title


def test_no_language_or_text_is_claimed_since_the_listing_says_nothing_of_them() -> None:
    assert [(record.languages, record.texts, record.identifiers) for record in documents()] == [([], [], [])] * 9


def test_eight_of_nine_name_roshchin() -> None:
    without = [record.id for record in documents() if "roshchin" not in {part.person for part in record.people}]
    assert without == ["1949-12-09-memorandum-of-conversation"]
    for record in documents():
        named = "Roshchin" in record.title + (record.description or "")
        assert named == (record.id not in without)


# The rows of the design's table


def test_an_office_acts_and_nobody_is_named() -> None:
    assert parts("1949-12-09") == [
        (
            "soviet-embassy-beijing-charge",
            Role.PARTICIPANT,
            "Charge d\u2019Affaires of the Soviet Embassy",
            EXPLICIT,
            TITLE,
        ),
        ("zhou-enlai", Role.PARTICIPANT, "Zhou Enlai", EXPLICIT, TITLE),
        ("mao-zedong", Role.MENTIONED, "Mao Zedong", EXPLICIT, DESCRIPTION),
    ]
    assert people()["soviet-embassy-beijing-charge"].kind is PersonKind.OFFICE
    assert "d\u2019Affaires" in document("1949-12-09").title
    assert "d'Affaires" in (document("1949-12-09").description or "")


@pytest.mark.parametrize("day", ["1949-10-20", "1949-10-16"])
def test_a_diary_s_author_takes_part_in_the_conversation(day: str) -> None:
    assert parts(day)[:3] == [
        ("roshchin", Role.AUTHOR, "N.V. Roshchin", EXPLICIT, TITLE),
        ("mao-zedong", Role.PARTICIPANT, "Mao Zedong", EXPLICIT, TITLE),
        ("roshchin", Role.PARTICIPANT, "Roshchin", EXPLICIT, DESCRIPTION),
    ]
    assert "also a memorandum of conversation" in document(day).notes[0].text


def test_the_two_diary_entries_keep_their_own_punctuation() -> None:
    assert document("1949-10-20").title.startswith("From the Diary of N.V. Roshchin, Memorandum")
    assert document("1949-10-16").title.startswith("From the Diary of N.V. Roshchin: Memorandum")


def test_the_people_s_liberation_army_is_only_mentioned() -> None:
    assert parts("1949-10-20")[3:] == []
    assert parts("1949-10-16")[3:] == [
        (
            "peoples-liberation-army",
            Role.MENTIONED,
            "People's Liberation Army",
            EXPLICIT,
            DESCRIPTION,
        )
    ]


def test_the_title_s_recipient_and_the_description_s_stand_side_by_side() -> None:
    assert parts("1951-01-13") == [
        ("roshchin", Role.SENDER, "Roshchin", EXPLICIT, TITLE),
        ("ussr-foreign-ministry", Role.RECIPIENT, "USSR Foreign Ministry", EXPLICIT, TITLE),
        ("stalin", Role.RECIPIENT, "Stalin", EXPLICIT, DESCRIPTION),
        ("kim-il-sung", Role.MENTIONED, "Kim Il Sung", EXPLICIT, DESCRIPTION),
        ("peng-dehuai", Role.MENTIONED, "Peng Dehuai", EXPLICIT, DESCRIPTION),
        ("mao-zedong", Role.MENTIONED, "Mao", EXPLICIT, DESCRIPTION),
    ]
    assert people()["ussr-foreign-ministry"].kind is PersonKind.ORGANIZATION


def test_a_cipher_name_is_resolved_by_an_editor() -> None:
    assert parts("1951-06-13") == [
        ("stalin", Role.SENDER, "Filippov [Stalin]", EDITORIAL, TITLE),
        ("roshchin", Role.RECIPIENT, "Roshchin", EXPLICIT, TITLE),
        ("mao-zedong", Role.RECIPIENT, "Mao", EXPLICIT, DESCRIPTION),
        ("kim-il-sung", Role.MENTIONED, "Kim Il Sung", EXPLICIT, DESCRIPTION),
        ("gao-gang", Role.MENTIONED, "Gao Gang", EXPLICIT, DESCRIPTION),
    ]
    stalin = people()["stalin"]
    assert stalin.name == "Joseph Stalin"
    assert [(name.name, name.kind) for name in stalin.names] == [
        ("Stalin", NameKind.VARIANT),
        ("Filippov", NameKind.CIPHER),
    ]


def test_a_sender_is_inferred_and_says_so() -> None:
    assert parts("1951-11-19") == [
        ("roshchin", Role.SENDER, "Roshchin", INFERRED, DESCRIPTION),
        (None, Role.RECIPIENT, "Moscow", EXPLICIT, DESCRIPTION),
        ("zhou-enlai", Role.MENTIONED, "Zhou Enlai", EXPLICIT, DESCRIPTION),
        ("stalin", Role.MENTIONED, "Stalin", EXPLICIT, DESCRIPTION),
        ("mao-zedong", Role.MENTIONED, "Mao", EXPLICIT, DESCRIPTION),
    ]


def test_slips_are_kept_and_noted() -> None:
    record = document("1950-01-01")
    assert "Mao did not the POWs right away" in (record.description or "")
    assert "his intention to curtain stay in the USSR" in (record.description or "")
    assert [note.kind for note in record.notes] == [NoteKind.SIC, NoteKind.SIC, NoteKind.EDITORIAL]
    assert "did not the POWs" in record.notes[0].text
    assert "to curtain stay" in record.notes[1].text
    assert parts("1950-01-01") == [
        ("mao-zedong", Role.PARTICIPANT, "Mao", EXPLICIT, TITLE),
        ("roshchin", Role.PARTICIPANT, "N.V. Roshchin", EXPLICIT, TITLE),
        ("guomindang", Role.MENTIONED, "Guomindang", EXPLICIT, DESCRIPTION),
    ]


def test_beijing_is_a_recipient_whom_nobody_has_identified() -> None:
    assert parts("1950-07-08") == [
        ("stalin", Role.SENDER, "Filippov [Stalin]", EDITORIAL, TITLE),
        ("roshchin", Role.RECIPIENT, "Roshchin", EXPLICIT, TITLE),
        (None, Role.RECIPIENT, "Beijing", EXPLICIT, DESCRIPTION),
    ]


def test_recipients_may_be_alternatives_and_a_third_hands_it_on() -> None:
    def part(person: str, role: str, name: str, evidence: str, alternative: int | None) -> Part:
        fields = {"person": person, "role": role, "as": name, "evidence": evidence, "basis": "title"}
        return Part.model_validate({**fields, "alternative": alternative})

    assert document("1950-07-13").people == [
        part("stalin", "sender", "Filippov [Stalin]", "editorial", None),
        part("zhou-enlai", "recipient", "Zhou Enlai", "explicit", 1),
        part("mao-zedong", "recipient", "Mao Zedong", "explicit", 1),
        part("roshchin", "intermediary", "Roshchin", "explicit", None),
    ]


# People and topics


def test_nobody_has_dates_or_identifiers_from_memory() -> None:
    for person in people().values():
        assert (person.birth, person.death, person.identifiers) == (None, None, [])


def test_every_person_and_every_topic_is_used() -> None:
    assert {part.person for record in documents() for part in record.people} - {None} == set(people())
    used = {topic for record in documents() for topic in record.topics}
    above = {topic for record in topics().values() for topic in record.broader}
    assert used | above == set(topics())


def test_topics_stand_in_a_tree_with_places_of_two_parents() -> None:
    assert {key: topic.broader for key, topic in topics().items() if topic.broader} == {
        "diplomatic-recognition": ["foreign-relations"],
        "sino-soviet-relations": ["foreign-relations"],
        "sino-korean-relations": ["foreign-relations"],
        "military-assistance": ["military-affairs"],
        "military-advisors": ["military-assistance"],
        "air-force-training": ["military-assistance"],
        "troop-movements": ["military-affairs"],
        "prisoners-of-war": ["military-affairs"],
        "korean-armistice-talks": ["korean-war"],
        "mao-zedong-visit-to-the-soviet-union": ["sino-soviet-relations"],
        "beijing": ["china"],
        "sino-korean-border": ["china", "korea"],
        "moscow": ["soviet-union"],
    }
    assert {key for key, topic in topics().items() if topic.kind is TopicKind.EVENT} == {
        *("korean-war", "korean-armistice-talks", "mao-zedong-visit-to-the-soviet-union")
    }


def test_topics_of_each_document() -> None:
    assert {record.date.edtf: record.topics for record in documents() if record.date} == {
        "1949-12-09": [
            *("mao-zedong-visit-to-the-soviet-union", "moscow", "diplomatic-recognition", "china"),
            *("united-kingdom", "burma", "india"),
        ],
        "1949-10-20": ["sino-soviet-relations", "diplomatic-recognition", "china", "albania"],
        "1949-10-16": [
            *("sino-soviet-relations", "diplomatic-recognition", "china", "yugoslavia"),
            *("german-democratic-republic", "soviet-union"),
        ],
        "1951-01-13": ["sino-korean-relations", "beijing"],
        "1951-06-13": [
            *("military-advisors", "air-force-training", "military-assistance"),
            "korean-armistice-talks",
        ],
        "1951-11-19": ["korean-armistice-talks", "korea"],
        "1950-01-01": [
            *("diplomatic-recognition", "india", "burma", "china", "united-kingdom"),
            *("military-affairs", "prisoners-of-war", "japan"),
            *("mao-zedong-visit-to-the-soviet-union", "soviet-union"),
        ],
        "1950-07-08": ["sino-korean-relations", "korea"],
        "1950-07-13": [
            *("korean-war", "korea", "united-kingdom", "troop-movements", "sino-korean-border"),
            *("air-force-training", "military-assistance", "sino-soviet-relations"),
        ],
    }
