"""The slow facets and timelines: every document looked at, every bucket counted by asking each document."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from oracle_search import WORDS, Index

from data.dates import day_text
from data.text import fold


def year(day: int) -> int:
    return (day - day % 10000) // 10000


def units(unit: str) -> tuple[Callable[[int], int], Callable[[int], tuple[int, int, str]]]:
    """The bucket of a day, and the first day, last day and EDTF of a bucket."""
    if unit == "YEAR":
        return year, lambda n: (n * 10000 + 101, n * 10000 + 1231, edtf_year(n))
    if unit == "DECADE":
        return lambda day: year(day) // 10, lambda n: (
            n * 100000 + 101,
            (n * 10 + 9) * 10000 + 1231,
            f"{edtf_year(n * 10)}/{edtf_year(n * 10 + 9)}",
        )

    def month(n: int) -> tuple[int, int, str]:
        of, at = divmod(n, 12)
        days = [31, 29 if of % 4 == 0 and (of % 100 != 0 or of % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        first = of * 10000 + (at + 1) * 100 + 1
        return first, first + days[at] - 1, f"{edtf_year(of)}-{at + 1:02}"

    return lambda day: year(day) * 12 + day % 10000 // 100 - 1, month


def edtf_year(number: int) -> str:
    return f"{number:05}" if number < 0 else f"{number:04}"


def timeline(documents: Iterable[Any], by: str) -> Any:
    number, bucket = units(by)
    dates = [d.parsed for d in documents]
    known = [d for d in dates if d is not None and (d.first_day is not None or d.last_day is not None)]
    spans = [
        (d.first_day if d.first_day is None else number(d.first_day), d.last_day if d.last_day is None else number(d.last_day))
        for d in known
    ]
    ends = [n for span in spans for n in span if n is not None]
    numbers = range(min(ends), max(ends) + 1) if ends else range(0)

    def one(n: int) -> dict[str, Any]:
        first, last, edtf = bucket(n)
        touching = [(a, z) for a, z in spans if (a is None or a <= n) and (z is None or n <= z)]
        certain = sum(a == z == n for a, z in touching)
        return {
            "earliest": day_text(first),
            "latest": day_text(last),
            "edtf": edtf,
            "certainCount": certain,
            "possibleCount": len(touching) - certain,
        }

    return {
        "bucketCount": len(numbers),
        "undatedCount": len(dates) - len(known),
        "buckets": lambda _, first, offset: [one(n) for n in numbers[offset : offset + first]],
    }


def begins(things: Iterable[Any], prefix: str | None) -> list[Any]:
    """Those of which a name has a word, or words in a row, that begin as typed."""
    typed = WORDS.of(prefix or "")
    found = list(things)
    if not typed:
        return found
    kind = type(found[0]).__name__ if found else "Person"
    index: Index | None = found[0].oracle.index(kind) if found else None

    def fits(thing: Any) -> bool:
        assert index
        row = index.rows[thing.recordId]
        forms = [typed]
        if kind == "Topic":
            stems = WORDS.stems(typed[:-1])
            forms = [[*stems, typed[-1]]]
            shorter = WORDS.stem(typed[-1])
            forms += [[*stems, shorter]] if not shorter.startswith(typed[-1]) else []
        return any(
            words[at : at + len(form) - 1] == form[:-1]
            and (words[at + len(form) - 1].startswith(form[-1]) if i == 0 else words[at + len(form) - 1] == form[-1])
            for i, form in enumerate(forms)
            for column in ("name", "names")
            for words in [row.columns[column]]
            for at in range(len(words) - len(form) + 1)
        )

    return [thing for thing in found if fits(thing)]


class Facets:
    """`found` gives the documents of the list, without a member of its filter."""

    def __init__(self, oracle: Any, found: Callable[[str], list[Any]], wanted: Any, tools: Any) -> None:
        self.oracle, self.found, self.wanted = oracle, found, wanted or {}
        self.page, self.edge, self.keys = tools

    def _listed(self, counts: Counter[Any], chosen: Callable[[Any], bool]) -> list[Any]:
        edges = [self.edge(node, {"documentCount": n, "isChosen": chosen(node)}) for node, n in counts.items()]
        return sorted(edges, key=lambda e: (e.documentCount, e.node.loaded), reverse=True)

    def people(self, _: Any, role: Any = None, prefix: str | None = None, **args: Any) -> Any:
        counts = Counter(person for d in self.found("person") for person in d.all_people(role))
        named = begins(counts, prefix)
        ids = (self.wanted.get("person") or {}).get("id") or []
        edges = self._listed(Counter({p: counts[p] for p in named}), lambda p: p.recordId in ids or p.id in ids)
        return self.page(edges, args, self.keys, "Person")

    def topics(self, _: Any, kind: Any = None, prefix: str | None = None, **args: Any) -> Any:
        counts = Counter(self.oracle.topic(key) for d in self.found("topic") for key in d.record.topics)
        named = [t for t in begins(counts, prefix) if kind is None or t.record.kind.value in kind]
        ids = (self.wanted.get("topic") or {}).get("id") or []
        edges = self._listed(Counter({t: counts[t] for t in named}), lambda t: t.recordId in ids or t.id in ids)
        return self.page(edges, args, self.keys, "Topic")

    def _values(
        self,
        counts: Counter[Any],
        shown: Callable[[Any], str],
        order: Callable[[Any], Any],
        chosen: Callable[[Any], bool],
        args: Any,
    ) -> Any:
        found = sorted(counts.items(), key=lambda item: (item[1], order(item[0])), reverse=True)
        edges = [self.edge(Value(shown(v), str(v)), {"documentCount": n, "isChosen": chosen(v)}) for v, n in found]
        return self.page(edges, args, {}, "")

    def genres(self, _: Any, **args: Any) -> Any:
        counts = Counter(d.genre for d in self.found("genre") if d.genre)
        known = [d.genre for d in self.oracle.documents]
        wanted = {fold(name) for name in self.wanted.get("genre") or []}
        return self._values(counts, str, known.index, lambda v: fold(v) in wanted, args)

    def languages(self, _: Any, **args: Any) -> Any:
        counts = Counter(tag for d in self.found("language") for tag in d.record.languages)
        wanted = [tag.lower() for tag in self.wanted.get("language") or []]
        return self._values(
            counts, str, str, lambda v: any(v.lower() == w or v.lower().startswith(f"{w}-") for w in wanted), args
        )

    def years(self, _: Any, **args: Any) -> Any:
        counts: Counter[int] = Counter()
        for date in (d.parsed for d in self.found("date")):
            ends = [day for day in ((date.first_day, date.last_day) if date else ()) if day is not None]
            if ends:
                counts.update(
                    n for n, _ in zip(range(year(ends[0]), year(ends[-1]) + 1), count(), strict=False) if n < year(ends[0]) + 200
                )
        period = self.oracle.period(self.wanted.get("date"))
        return self._values(
            counts,
            edtf_year,
            int,
            lambda n: period is not None and n * 10000 + 101 <= period[1] and n * 10000 + 1231 >= period[0],
            args,
        )


class Value:
    def __init__(self, value: str, loaded: str) -> None:
        self.value, self.loaded = value, loaded
