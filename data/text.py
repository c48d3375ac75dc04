"""Folding for order and search: what two spellings of the same words have in common.

A folded text is compared, never shown and never kept in a record, which stays as the archivist wrote it.
"""

import unicodedata

SORT_KEY_MAX_CHARACTERS = 200

# U+2019, U+2018, U+201B, U+02BC, U+02BB, U+02B9, grave, acute, U+2032, U+FF07
APOSTROPHES = "\u2019\u2018\u201b\u02bc\u02bb\u02b9`\u00b4\u2032\uff07"
# Curly, low and angle quotes
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
# Soft hyphen, Mongolian vowel separator, zero widths, direction marks, word joiner, byte order mark
INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

_FOLDED: dict[int, str | None] = {
    **{ord(mark): "'" for mark in APOSTROPHES},
    **{ord(mark): '"' for mark in _QUOTES},
    **{ord(mark): None for mark in INVISIBLE},
    **dict.fromkeys(_VARIATION_SELECTORS),
}


def fold(text: str) -> str:
    r"""The text as order and search compare it: without case, accents, kinds of quotes, runs of white space.

    Compatibility forms are resolved (NFKD), combining marks are dropped, apostrophes become `'` and double
    quotes `"`, soft hyphens and zero-width characters vanish. Folding a folded text changes nothing.

    >>> fold("Charge d\u2019Affaires")
    "charge d'affaires"
    >>> fold("  \u00c9tat\u00a0 major ")
    'etat major'
    >>> fold("STRASSE") == fold("Stra\u00dfe")
    True
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    text = _plain_letters(_plain_letters(text).casefold())
    text = " ".join(text.lower().translate(_FOLDED).split())
    return unicodedata.normalize("NFC", text)


def sort_key(text: str) -> str:
    """What titles and names are ordered by, code point by code point: folded, at most 200 characters.

    Leading punctuation is dropped, unless there is nothing else.

    >>> sort_key("\u201cFilippov\u201d to Roshchin")
    'filippov" to roshchin'
    >>> sort_key("[...]")
    '[...]'
    """
    folded = fold(text)
    if folded[:1].isalnum():
        return folded[:SORT_KEY_MAX_CHARACTERS]
    start = next((at for at, character in enumerate(folded) if not _is_leading(character)), 0)
    return folded[start : start + SORT_KEY_MAX_CHARACTERS]


def _plain_letters(text: str) -> str:
    # Translated before the NFKD, which makes a space and an accent of an acute that stands for an apostrophe.
    decomposed = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _is_leading(character: str) -> bool:
    return character == " " or unicodedata.category(character).startswith("P")
