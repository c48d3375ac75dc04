"""What a load puts aside: it comes back in its order, whole."""

from data.aside import Pile, Wrong
from data.errors import InvalidRecord, Place


def test_what_was_put_on_a_pile_comes_back_in_its_order() -> None:
    pile = Pile()
    places = [pile.add(item) for item in ("a", {"b": 1}, None)]
    assert list(pile) == ["a", {"b": 1}, None]
    assert [pile.at(place) for place in reversed(places)] == [None, {"b": 1}, "a"]
    assert list(pile) == ["a", {"b": 1}, None]


def test_each_wrong_record_keeps_its_errors_in_the_order_in_which_they_were_found() -> None:
    wrong = Wrong()
    assert wrong.of(7) == []
    for number, path in ((7, "title"), (100_000, "date"), (7, "people[1]"), (3, "x")):
        wrong.add(number, InvalidRecord(f"`{path}` is wrong.", place=Place("a.jsonl", number, path=path), hint="Mend it."))
    assert [[(str(error), error.hint) for error in wrong.of(number)] for number in (7, 8, 100_000, 200_000)] == [
        [("a.jsonl:7 (title): `title` is wrong.", "Mend it."), ("a.jsonl:7 (people[1]): `people[1]` is wrong.", "Mend it.")],
        [],
        [("a.jsonl:100000 (date): `date` is wrong.", "Mend it.")],
        [],
    ]
