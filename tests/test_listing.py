"""The reader `listing`: a page of results as pasted from a browser."""

from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.errors import RecordError
from data.format import DocumentRecord
from data.readers import read
from data.records import FILES

LISTING = Path(__file__).parent / "data" / "listing.txt"
ENTRY = "December 9, 1949\n\nA letter\n\nWhat it says.\n"


def page(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "page.txt"
    path.write_bytes(text.encode())
    return path


def records(path: Path) -> list[dict[str, Any]]:
    found = []
    for raw in read(path, "listing"):
        assert isinstance(raw.value, dict)
        assert isinstance(parse(raw), Entry)
        found.append(raw.value)
    return found


def from_page(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    return records(page(tmp_path, text))


def failure(tmp_path: Path, text: str) -> RecordError:
    with pytest.raises(RecordError) as caught:
        from_page(tmp_path, text)
    return caught.value


def bundled() -> list[DocumentRecord]:
    found = [parse(raw) for raw in read(FILES[0])]
    return [entry.record for entry in found if isinstance(entry, Entry) if entry.record.type == "document"]


def test_the_listing_gives_the_bundled_titles_descriptions_dates_and_positions() -> None:
    assert [(record["title"], record["description"], record["date"], record["position"]) for record in records(LISTING)] == [
        (record.title, record.description, record.date and record.date.model_dump(), record.position) for record in bundled()
    ]


def test_an_entry_becomes_a_whole_record_without_people_or_topics() -> None:
    [_, _, _, _, _, sixth, *_] = read(LISTING, "listing")
    assert sixth.place.line == 39
    assert sixth.value == {
        "type": "document",
        "id": "1951-11-19-ciphered-telegram-special-no-1821-from-beijing-c548239f",
        "position": 6,
        "date": {"edtf": "1951-11-19", "label": "November 19, 1951"},
        "title": "Ciphered Telegram, Special No. 1821 from Beijing",
        "description": (
            "Telegram from Roshchin to Moscow after meeting Zhou Enlai who asked him to request of Stalin"
            " an answer to Mao's earlier inquiry on the negotiations in Korea."
        ),
    }


def test_ids_stay_as_they_were_given_out() -> None:
    assert [record["id"] for record in records(LISTING)] == [
        "1949-12-09-memorandum-of-conversation-charge-daffaires-of-the-soviet-7bea1066",
        "1949-10-20-from-the-diary-of-n-v-roshchin-memorandum-of-conversation-ad75cd9b",
        "1949-10-16-from-the-diary-of-n-v-roshchin-memorandum-of-conversation-e440941a",
        "1951-01-13-ciphered-telegram-roshchin-to-ussr-foreign-ministry-ffc536b2",
        "1951-06-13-ciphered-telegram-no-3557-filippov-stalin-to-roshchin-ee246f6a",
        "1951-11-19-ciphered-telegram-special-no-1821-from-beijing-c548239f",
        "1950-01-01-memorandum-conversation-of-mao-and-ussr-ambassador-to-china-8f1db441",
        "1950-07-08-ciphered-telegram-no-3231-filippov-stalin-to-soviet-14063786",
        "1950-07-13-ciphered-telegram-filippov-stalin-to-zhou-enlai-or-mao-6fbdfb30",
    ]


# Dates


@pytest.mark.parametrize(
    ("label", "edtf"),
    [
        ("December 9, 1949", "1949-12-09"),
        ("December 09, 1949", "1949-12-09"),
        ("Dec. 9, 1949", "1949-12-09"),
        ("Sept 9 1949", "1949-09-09"),
        ("9 December 1949", "1949-12-09"),
        ("MAY 1, 1950", "1950-05-01"),
        ("February 29, 1952", "1952-02-29"),
        ("December 1949", "1949-12"),
        ("December, 1949", "1949-12"),
        ("1949", "1949"),
    ],
)
def test_a_date_is_read_and_kept_as_printed(tmp_path: Path, label: str, edtf: str) -> None:
    [record] = from_page(tmp_path, f"1 - 1 of 1\n\n{label}\n\nA letter\n")
    assert record["date"] == {"edtf": edtf, "label": label}
    assert record["id"].startswith(f"{edtf}-a-letter-")


@pytest.mark.parametrize("label", ["undated", "Undated", "[undated]", "n.d.", "No date", "s. d."])
def test_an_undated_entry_has_no_date(tmp_path: Path, label: str) -> None:
    assert from_page(tmp_path, f"1 - 1 of 1\n\n{label}\n\nA letter\n\nText.\n") == [
        {
            "type": "document",
            "id": "undated-a-letter-2d2b6b6d",
            "position": 1,
            "title": "A letter",
            "description": "Text.",
        }
    ]


@pytest.mark.parametrize("label", ["February 30, 1950", "31 November 1950", "January 0, 1950"])
def test_a_day_that_is_none_is_an_error_of_its_line(tmp_path: Path, label: str) -> None:
    error = failure(tmp_path, f"1 - 1 of 1\n\n{label}\n\nA letter\n")
    assert (error.code, error.message, error.place.line, error.value) == (
        "DATE_INVALID",
        "There is no such day.",
        3,
        label,
    )


# Bytes


def test_the_spaces_of_titles_and_descriptions_are_kept_and_line_ends_are_not(tmp_path: Path) -> None:
    text = "\ufeff1 - 1 of 1\r\n \r\n\tMay 1, 1950 \r\n\r\n  A  d\u2019Affaires\u00a0 \r\n\r\n\tText\u2028more. \r\n"
    [record] = from_page(tmp_path, text)
    assert (record["title"], record["description"], record["date"]["label"]) == (
        "  A  d\u2019Affaires\u00a0 ",
        "\tText\u2028more. ",
        "May 1, 1950",
    )


def test_spaces_around_a_title_do_not_change_its_id(tmp_path: Path) -> None:
    [plain] = from_page(tmp_path, "1 - 1 of 1\n1949\nA letter\n")
    [spaced] = from_page(tmp_path, "1 - 1 of 1\n1949\n A  letter \n")
    assert plain["id"] == spaced["id"]


def test_blank_lines_may_be_missing(tmp_path: Path) -> None:
    spaced = LISTING.read_text()
    assert from_page(tmp_path, "\n".join(line for line in spaced.split("\n") if line)) == records(LISTING)


# The count


@pytest.mark.parametrize(
    "count",
    ["1 - 1 of 1", "1-1 of 1", "1 \u2013 1 of 1", "Showing 1 - 1 of 1 results", "Results: 1 - 1 OF 1"],
)
def test_the_count_may_be_written_in_several_ways(tmp_path: Path, count: str) -> None:
    assert len(from_page(tmp_path, f"{count}\n{ENTRY}")) == 1


def test_positions_begin_where_the_page_does(tmp_path: Path) -> None:
    [first, second] = from_page(tmp_path, f"1,011 - 1,012 of 5,700\n{ENTRY}1950\nAnother\n")
    assert (first["position"], second["position"]) == (1011, 1012)


def test_a_page_without_count_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, ENTRY)
    assert (error.code, error.message, error.hint) == (
        "SYNTAX_INVALID",
        "This is no page of results: it does not say how many entries it has.",
        "Paste the line with the count, such as `1 - 9 of 9`, too.",
    )


@pytest.mark.parametrize(("count", "found"), [("1 - 9 of 9", 8), ("1 - 7 of 9", 8), ("2 - 10 of 90", 8)], ids=str)
def test_a_page_that_has_not_as_many_entries_as_it_says_is_refused(tmp_path: Path, count: str, found: int) -> None:
    lines = LISTING.read_text().replace("1 - 9 of 9", count).split("\n")
    error = failure(tmp_path, "\n".join(lines[:8] + lines[14:]))
    assert (error.place.line, error.value) == (5, count)
    assert error.message.endswith(f"but {found} were found.")


@pytest.mark.parametrize(
    "text",
    [
        "1 - 1 of 1\n",
        "1 - 1 of 1\n1949\n",
        "1 - 2 of 2\nDecember 9, 1949\nA letter\nLate 1949\nA letter without a date that can be read\n",
        "1 - 2 of 2\n1949\nA letter\nText\n\nAnother, without a date\n",
    ],
    ids=["no entry", "a date alone", "an unread date", "an entry without date"],
)
def test_entries_that_are_not_whole_are_never_dropped(tmp_path: Path, text: str) -> None:
    assert failure(tmp_path, text).code == "SYNTAX_INVALID"


@pytest.mark.parametrize("count", ["0 - 0 of 0", "9 - 1 of 9", "1 - 9 of 8"])
def test_a_count_that_makes_no_sense_is_refused(tmp_path: Path, count: str) -> None:
    assert failure(tmp_path, f"{count}\n{ENTRY}").message == "The page's count makes no sense."


# What is the browser's


def test_what_stands_around_the_entries_is_the_browser_s(tmp_path: Path) -> None:
    text = (
        "Skip to content\nArchive\nSearch\n\nResults:\n1 - 2 of 30\nSort by date\nDocuments\n\n"
        f"{ENTRY}\n1950\n\nAnother\n\n1 - 2 of 30\n1 2 3 … 15\nNext page »\n© 2024 The archive\nImprint\n"
    )
    assert [(record["title"], record.get("description")) for record in from_page(tmp_path, text)] == [
        ("A letter", "What it says."),
        ("Another", None),
    ]


@pytest.mark.parametrize(
    "description",
    [
        "Page 3 of the diary is missing.",
        "Copyright in China.",
        "Next, they met.",
        "Mao met 1 - 2 of 3 men at noon, and then he spoke for an hour.",
    ],
)
def test_a_last_description_that_begins_like_a_pager_is_kept(tmp_path: Path, description: str) -> None:
    [record] = from_page(tmp_path, f"1 - 1 of 1\n1949\nA letter\n{description}\nNext\n")
    assert record["description"] == description


def test_a_title_or_description_may_look_like_a_date_only_at_its_place(tmp_path: Path) -> None:
    [record] = from_page(tmp_path, "1 - 1 of 1\n1950\n1949\nA year.\n")
    assert (record["title"], record["date"]["label"]) == ("1949", "1950")
    assert failure(tmp_path, "1 - 1 of 1\n1950\nA year\n1949\nText\n").code == "SYNTAX_INVALID"


def test_a_second_paragraph_between_entries_is_refused_rather_than_dropped(tmp_path: Path) -> None:
    error = failure(tmp_path, f"1 - 2 of 2\n{ENTRY}A second paragraph.\n\n1950\nAnother\n")
    assert (error.code, error.place.line, error.value) == ("SYNTAX_INVALID", 7, "A second paragraph.")
    assert error.hint == "Join the paragraphs of one description; delete what is not the entry's."


# Ids


def test_an_entry_has_the_same_id_on_another_page(tmp_path: Path) -> None:
    alone = LISTING.read_text().split("\n")[56:61]
    [record] = from_page(tmp_path, "41 - 41 of 60\n" + "\n".join(alone))
    assert (record["id"], record["position"]) == (records(LISTING)[-1]["id"], 41)


def test_a_mended_description_does_not_change_the_id(tmp_path: Path) -> None:
    [before] = from_page(tmp_path, f"1 - 1 of 1\n{ENTRY}")
    [after] = from_page(tmp_path, f"1 - 1 of 1\n{ENTRY}".replace("says", "said"))
    assert before["id"] == after["id"]


def test_entries_of_one_day_and_title_stay_two_whatever_their_order(tmp_path: Path) -> None:
    other = ENTRY.replace("What it says", "What another says")
    one = from_page(tmp_path, f"1 - 2 of 2\n{ENTRY}{other}")
    two = from_page(tmp_path, f"1 - 2 of 2\n{other}{ENTRY}")
    assert len({record["id"] for record in one}) == 2
    assert {r["description"]: r["id"] for r in one} == {r["description"]: r["id"] for r in two}


def test_entries_that_are_alike_in_everything_stay_as_many(tmp_path: Path) -> None:
    ids = [record["id"] for record in from_page(tmp_path, f"1 - 3 of 3\n{ENTRY * 3}")]
    assert ids == [ids[0], f"{ids[0]}-2", f"{ids[0]}-3"]


def test_titles_that_differ_in_punctuation_only_have_two_ids(tmp_path: Path) -> None:
    one, two = from_page(tmp_path, "1 - 2 of 2\n1949\nDiary, entry\n1949\nDiary: entry\n")
    assert one["id"] != two["id"]


@pytest.mark.parametrize("title", ["毛澤東致羅申", "—", "x" * 5000, "Письмо Рощина"])
def test_any_title_has_an_id(tmp_path: Path, title: str) -> None:
    [record] = from_page(tmp_path, f"1 - 1 of 1\n1949\n{title}\n")
    assert 13 <= len(record["id"]) <= 80
