"""Folding: what counts as the same word in order and search."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import SORT_KEY_MAX_CHARACTERS, fold, sort_key


@pytest.mark.parametrize("apostrophe", "'\u2019\u2018\u02bc\u02bb`\u00b4\u2032")
def test_a_charge_d_affaires_is_found_with_any_apostrophe(apostrophe: str) -> None:
    assert fold(f"Charge d{apostrophe}Affaires") == "charge d'affaires"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("", ""),
        (" \t\r\n\u00a0\u2003", ""),
        ("Zhou  Enlai\n", "zhou enlai"),
        ("Zhou\u00a0Enlai", "zhou enlai"),
        ("État-major", "etat-major"),
        ("E\u0301tat-major", "etat-major"),
        ("Ko\u00adrea", "korea"),
        ("\ufeffKo\u200brea\u200d", "korea"),
        ("Straße", "strasse"),
        ("\ufb01le № Ⅷ", "file no viii"),
        ("РОЩИН", "рощин"),
        ("周恩来", "周恩来"),
        ("한국", "한국"),
        ("“Filippov”", '"filippov"'),
        ("İstanbul", "istanbul"),
    ],
)
def test_a_text_is_folded_to_what_the_reader_hears(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_a_folded_text_folds_to_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_letter_there_is_folds_to_something_that_folds_to_itself() -> None:
    letters = [chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number < 0xE000]
    letters = [c for c in letters if unicodedata.normalize("NFKD", c).casefold() != c]
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


@given(st.text(st.characters(codec="utf-8")))
def test_composed_and_decomposed_spellings_are_one(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("“Filippov” to Roshchin", 'filippov" to roshchin'),
        ("[untitled]", "untitled]"),
        ("… and so on", "and so on"),
        ("[...]", "[...]"),
        ("", ""),
        ("№ 4", "no 4"),
    ],
)
def test_a_title_is_ordered_by_its_first_word(title: str, key: str) -> None:
    assert sort_key(title) == key


def test_names_are_ordered_whatever_their_case_and_accents() -> None:
    names = ["zhou", "Étienne", "Eden", "\u2018Filippov\u2019", "Mao"]
    assert sorted(names, key=sort_key) == ["Eden", "Étienne", "\u2018Filippov\u2019", "Mao", "zhou"]


@given(st.text(max_size=500))
def test_a_sort_key_is_short(text: str) -> None:
    assert len(sort_key(text)) <= SORT_KEY_MAX_CHARACTERS
