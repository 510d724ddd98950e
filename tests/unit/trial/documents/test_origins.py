"""Every number of a draft has an origin, the origin is a place in plan.json, and the number stands there."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from abate.contracts.draft import Draft, DraftItem, ItemStatus
from abate.report.plan.files import describe_plan
from abate.trial.documents import write_drafts
from tests.plan_example import bare_plan, example_plan, pre_post_plan

_NUMBER = re.compile("(?<![\\w.])\u2212?\\d+(?:[\u202f\u00a0]\\d{3})*(?:\\.\\d+)?")
PLANS = {"example": example_plan, "bare": bare_plan, "pre-post": pre_post_plan}


def items_of(draft: Draft) -> list[DraftItem]:
    return [item for section in draft.sections for item in section.items if item.status is ItemStatus.FILLED]


def at(data: Any, path: str) -> Any:
    """What stands at a path such as ``arms[0].name``."""
    for name in re.findall(r"[^.\[\]]+", path):
        data = data[int(name)] if isinstance(data, list) else data[name]
    return data


def places_of(origin: str, data: dict[str, Any]) -> list[Any]:
    """What stands at each place that an origin names; a place that is not there is an error."""
    found = []
    for one in origin.split("; "):
        part, _, names = one.removeprefix("plan.json, ").partition(": ")
        if part == "estimates":
            found += [
                next(estimate for estimate in data["estimates"] if estimate["id"] == name) for name in names.split(", ")
            ]
        elif names:
            found += [at(data[part], name) for name in names.split(", ")]
        else:
            found.append(data[part])
    return found


def numbers_in(data: Any) -> Iterator[float]:
    """Every number in a piece of plan.json, those within its texts too."""
    if isinstance(data, bool) or data is None:
        return
    if isinstance(data, int | float):
        yield float(data)
    elif isinstance(data, str):
        yield from (as_number(token) for token in _NUMBER.findall(data.replace("_", " ")))
    elif isinstance(data, dict):
        for one in data.values():
            yield from numbers_in(one)
    else:
        yield float(len(data))
        for one in data:
            yield from numbers_in(one)


def as_number(token: str) -> float:
    return float(token.replace("\u202f", "").replace("\u00a0", "").replace("\u2212", "-"))


def is_there(token: str, known: list[float]) -> bool:
    """Whether a number as it is written is one of those known, as itself, in per cent, or without its sign."""
    value, decimals = as_number(token), len(token.partition(".")[2])
    room = 0.5 * 10**-decimals + 1e-9
    return any(abs(abs(one * factor) - abs(value)) <= room for one in known for factor in (1, 100))


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", ["protocol", "sap", "committee_charter"])
def test_every_number_stands_where_its_origin_says(plan, name):
    made = PLANS[plan]()
    data = json.loads(describe_plan(made))
    items = items_of(getattr(write_drafts(made), name))
    assert items
    for item in items:
        tokens = [
            token for text in item.text for token in _NUMBER.findall(text.replace(made.provenance.plan_hash[:12], ""))
        ]
        if not tokens:
            continue
        assert item.origin, f"{item.number} {item.label}: {item.text}"
        known = [value for place in places_of(item.origin, data) for value in numbers_in(place)]
        assert [token for token in tokens if not is_there(token, known)] == [], f"{item.number} {item.label}"


@pytest.mark.parametrize("name", ["protocol", "sap", "committee_charter"])
def test_every_origin_is_a_place_in_plan_json(name):
    made = example_plan()
    data = json.loads(describe_plan(made))
    origins = [item.origin for item in items_of(getattr(write_drafts(made), name)) if item.origin]
    assert len(origins) > 2
    assert all(places_of(origin, data) for origin in origins)


def test_a_number_that_does_not_stand_there_would_be_seen():
    assert not is_there("4.2", [4.1, 0.8])
    assert is_there("4.1", [4.1])
    assert is_there("92", [0.918])
    assert not is_there("93", [0.918])


@pytest.mark.parametrize("plan", PLANS)
def test_every_consent_fact_has_a_source_or_needs_an_author(plan):
    draft = write_drafts(PLANS[plan]()).consent_facts
    rows = [row for section in draft.sections for table in section.tables for row in table.rows]
    assert len(rows) > 12
    for _, text, source in rows:
        assert source
        if source == "needs author":
            assert not re.search(r"\d", text)
