"""By which route was it given? The words for a route, from the concept or the text that records hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from abate.knowledge.facts import read_facts


@cache
def _routes_by_concept() -> Mapping[int, str]:
    return {int(row["omop_concept"]): row["route"] for row in read_facts("routes.csv")}


@cache
def _routes_by_text() -> Mapping[str, str]:
    return {text: row["route"] for row in read_facts("routes.csv") for text in row["texts"].split(";")}


def route_of_text(text: str) -> str | None:
    """Return the route that a text such as ``IV DRIP`` or ``Intravenous route`` names, or None.

    Examples
    --------
    >>> route_of_text("IV DRIP")
    'intravenous'
    >>> route_of_text("by owl") is None
    True
    """
    words = re.sub(r"[\s_]+", " ", text.strip().lower())
    known = _routes_by_text()
    return known.get(words) or known.get(re.sub(r" (route|use|infusion|injection)$", "", words))


def route_of_concept(concept: int) -> str | None:
    """Return the route of an OMOP concept, or None where it is not known."""
    return _routes_by_concept().get(concept)
