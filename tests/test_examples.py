"""The explorer's tabs are answered on the nine documents, and are those that were built."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Asked

GRAPHIQL = Path(__file__).parents[1] / "server" / "graphiql"
EXAMPLES: list[dict[str, Any]] = json.loads((GRAPHIQL / "dist" / "examples.json").read_text(encoding="utf-8"))


def test_the_tabs_are_those_of_the_source() -> None:
    assert (GRAPHIQL / "src" / "examples.json").read_bytes() == (GRAPHIQL / "dist" / "examples.json").read_bytes()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_each_tab_is_answered_with_something(ask: Asked, example: dict[str, Any]) -> None:
    found = ask(example["query"], example["variables"])
    assert "errors" not in found
    for value in found["data"].values():
        assert value.get("nodes") or value.get("edges") or value.get("documents")


def test_what_zhou_said_of_korea_leads_to_who_wrote_and_to_what_is_like_it(ask: Asked) -> None:
    by_name = {example["name"]: ask(example["query"], example["variables"])["data"] for example in EXAMPLES}
    said = by_name["WhatZhouSaidOfKorea"]["documents"]
    assert all("Zhou Enlai" in {m["name"] for m in edge["matches"]} for edge in said["edges"])
    assert {"Joseph Stalin"} <= {edge["node"]["name"] for edge in said["facets"]["people"]["edges"]}
    pairs = [(pair["sender"]["name"], pair["recipient"]["name"]) for pair in by_name["WhoWroteToWhom"]["correspondence"]["nodes"]]
    assert ("Joseph Stalin", "Zhou Enlai") in pairs
    (document,) = by_name["WhatElseIsLikeIt"]["documents"]["nodes"]
    assert all(edge["sharedPeople"] or edge["sharedTopics"] for edge in document["related"]["edges"])
