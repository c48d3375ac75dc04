"""Dates as XML formats say them → EDTF. What the source prints is the label beside it; what cannot be said is not guessed."""

import re
from collections.abc import Mapping

from data.dates import NotEdtf, parse_edtf

_YEARLESS = re.compile(r"--(\d\d-\d\d)", re.ASCII)
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)?", re.ASCII)
_UNSURE = frozenset({"low", "medium", "unknown"})


def tei_edtf(attributes: Mapping[str, str]) -> str | None:
    """EDTF for `@when`, `@from`/`@to` (a period), `@notBefore`/`@notAfter` (a day within), or their `-iso` forms; `@cert`: `?`.

    >>> tei_edtf({"when": "1880-03", "cert": "low"}), tei_edtf({"from": "1891-08", "to": "1891-09"})
    ('1880-03?', '1891-08/1891-09')
    >>> tei_edtf({"notBefore": "1891", "notAfter": "1893"}), tei_edtf({"notAfter": "1893"}), tei_edtf({"from": "1891"})
    ('[1891..1893]', '[..1893]', '1891/')
    """
    when, start, end, earliest, latest = (
        attributes.get(name) or attributes.get(f"{name}-iso") for name in ("when", "from", "to", "notBefore", "notAfter")
    )
    mark = "?" if attributes.get("cert") in _UNSURE else ""
    if when:
        return _marked(_day(when), mark)
    if start or end:
        return "/".join(_marked(_day(side), mark) if side else "" for side in (start or earliest, end or latest))
    if earliest or latest:
        lower, upper = (_day(side) if side else "" for side in (earliest, latest))
        marked = f"[{lower and lower + mark}..{upper and upper + mark}]"
        return marked if is_edtf(marked) else f"[{lower}..{upper}]"
    return None


def ead_edtf(normal: str, certainty: str | None = None) -> str:
    """EDTF for `@normal` (ISO 8601, also without hyphens; an interval with `/`); a `@certainty` of "circa" or the like marks `~`.

    >>> ead_edtf("19491209"), ead_edtf("1949/1951"), ead_edtf("1949", "circa")
    ('1949-12-09', '1949/1951', '1949~')
    """
    about = (certainty or "").strip().lower().rstrip(".")
    mark = "~" if about in {"approximate", "circa", "ca", "c"} else "?" if about in {"uncertain", "questionable"} else ""
    return "/".join(_marked(_day(side.strip()), mark) if side.strip() else "" for side in normal.strip().split("/"))


def is_edtf(text: str) -> bool:
    """Whether the text is a date in EDTF."""
    try:
        parse_edtf(text)
    except NotEdtf:
        return False
    return True


def _day(text: str) -> str:
    if yearless := _YEARLESS.fullmatch(text):
        return f"XXXX-{yearless[1]}"
    if basic := _BASIC.fullmatch(text):
        return "-".join(part for part in basic.groups() if part)
    return text


def _marked(edtf: str, mark: str) -> str:
    return edtf + mark if edtf and edtf[-1] not in "?~%]}" else edtf
