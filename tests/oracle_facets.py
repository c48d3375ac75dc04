"""The slow facets and timelines: every document looked at, every bucket counted by asking each document."""

from collections import Counter
from collections.abc import Callable, Iterable
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
    """`found` gives the documents of the list, without conditions of its filter; `conditions` are all of these, also those in `and`."""

    def __init__(self, oracle: Any, found: Callable[[Any], list[Any]], conditions: list[tuple[str, Any]], tools: Any) -> None:
        self.oracle, self.found, self.conditions = oracle, found, conditions
        self.page, self.edge, self.keys = tools

    def _own(self, member: str, role: Any = None) -> tuple[list[Any], list[Any]]:
        """What is chosen of a facet, and the documents of the list without that."""

        def is_own(key: str, value: Any) -> bool:
            asked = value.get("role") if key == member == "person" else None
            return key == member and (role is None or asked is None or bool(set(role) & set(asked)))

        return [value for key, value in self.conditions if is_own(key, value)], self.found(is_own)

    def _listed(self, counts: Counter[Any], chosen: list[Any]) -> list[Any]:
        edges = [self.edge(node, {"documentCount": n, "isChosen": node in chosen}) for node, n in counts.items()]
        return sorted(edges, key=lambda e: (e.documentCount, e.node.loaded), reverse=True)

    def people(self, _: Any, role: Any = None, prefix: str | None = None, **args: Any) -> Any:
        own, found = self._own("person", role)
        ids = [one for value in own for one in value.get("id") or []]
        chosen = [p for p in self.oracle.people if p.recordId in ids or p.id in ids]
        counts = Counter(person for d in found for person in d.all_people(role))
        named = begins([*counts, *(p for p in chosen if p not in counts)], prefix)
        return self.page(self._listed(Counter({p: counts[p] for p in named}), chosen), args, self.keys, "Person")

    def topics(self, _: Any, kind: Any = None, prefix: str | None = None, **args: Any) -> Any:
        own, found = self._own("topic")
        ids = [one for value in own for one in value["id"]]
        chosen = [t for t in self.oracle.topics if t.recordId in ids or t.id in ids]
        counts = Counter(self.oracle.topic(key) for d in found for key in d.record.topics)
        named = begins([*counts, *(t for t in chosen if t not in counts)], prefix)
        named = [t for t in named if kind is None or t.record.kind.value in kind]
        return self.page(self._listed(Counter({t: counts[t] for t in named}), chosen), args, self.keys, "Topic")

    def _values(self, counts: Counter[Any], known: Any, chosen: Any, args: Any, said: Any = (str, str)) -> Any:
        """Counted values, and those of the archive (`known`) that are chosen; how they are shown, and ordered."""
        shown, order = said
        every = {value: counts[value] for value in [*counts, *(v for v in known if chosen(v))]}
        found = sorted(every.items(), key=lambda item: (item[1], order(item[0])), reverse=True)
        edges = [self.edge(Value(shown(v), str(v)), {"documentCount": n, "isChosen": chosen(v)}) for v, n in found]
        return self.page(edges, args, {}, "")

    def genres(self, _: Any, **args: Any) -> Any:
        own, found = self._own("genre")
        wanted = {fold(name) for names in own for name in names}
        known = [d.genre for d in self.oracle.documents if d.genre]
        counts = Counter(d.genre for d in found if d.genre)
        return self._values(counts, known, lambda v: fold(v) in wanted, args, (str, known.index))

    def languages(self, _: Any, **args: Any) -> Any:
        own, found = self._own("language")
        wanted = [tag.lower() for tags in own for tag in tags]
        known = [tag for d in self.oracle.documents for tag in d.record.languages]
        counts = Counter(tag for d in found for tag in d.record.languages)
        return self._values(counts, known, lambda v: any(v.lower() == w or v.lower().startswith(f"{w}-") for w in wanted), args)

    def years(self, _: Any, **args: Any) -> Any:
        own, found = self._own("date")
        periods = [self.oracle.period(value) for value in own]
        counts = Counter(n for d in found for n in years_of(d))
        known = [n for d in self.oracle.documents for n in years_of(d)]

        def chosen(n: int) -> bool:
            return any(n * 10000 + 101 <= last and n * 10000 + 1231 >= first for first, last in periods)

        return self._values(counts, known, chosen, args, (edtf_year, int))


def years_of(document: Any) -> Iterable[int]:
    """The years that a document may be of, at most its first 200."""
    date = document.parsed
    ends = [year(day) for day in ((date.first_day, date.last_day) if date else ()) if day is not None]
    return range(ends[0], min(ends[-1] + 1, ends[0] + 200)) if ends else ()


class Value:
    def __init__(self, value: str, loaded: str) -> None:
        self.value, self.loaded = value, loaded
