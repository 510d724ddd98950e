"""What do the results of many hospitals say of a method: how far off, how sure, how often a claim?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from abate.sources.simulated.streams import Array
from tests.known_truth.methods import MARGINS
from tests.known_truth.run import known_methods, read_results
from tests.known_truth.scenarios import Scenario

_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Line:
    """One method in one scenario.

    Attributes
    ----------
    hospitals, answered : int
        Hospitals asked, and those with an interval; all that follows is of these.
    estimate, truth, bias, bias_error : float
        Means in points, and the Monte Carlo standard error of the bias.
    coverage, claims, claims_margin, claims_below : float
        Shares: the interval holds the truth; lies above 0; above the margin; below 0.
    """

    hospitals: int
    answered: int
    estimate: float
    truth: float
    bias: float
    bias_error: float
    coverage: float
    claims: float
    claims_margin: float
    claims_below: float

    def share_error(self, share: float) -> float:
        """Return the Monte Carlo standard error of a share."""
        return math.sqrt(max(share * (1 - share), 0.0) / max(self.answered, 1))


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One scenario: a line a method, shares flagged by check, responders expected and true, seconds on one core."""

    scenario: Scenario
    hospitals: int
    lines: Mapping[str, Line]
    flags: Mapping[str, float | None]
    responders: Mapping[str, float | None]
    seconds: float


def summarise(folder: Path, scenario: Scenario, most: int | None = None) -> Summary:
    """Summarise what is there of a scenario, or its first hospitals; with no hospital, there are no lines."""
    results = list(read_results(folder, scenario).values())[:most]
    names = [name for name in known_methods(scenario) if any(name in result["methods"] for result in results)]
    return Summary(
        scenario=scenario,
        hospitals=len(results),
        lines={name: line_of([r["methods"][name] for r in results if name in r["methods"]]) for name in names},
        flags=_flags(results),
        responders=_responders(results),
        seconds=float(sum(result["seconds"] for result in results)),
    )


def line_of(rows: list[Mapping[str, Any]]) -> Line:
    """Return what many hospitals say of one method."""
    answered = [row for row in rows if row["lower"] is not None]
    if not answered:
        nothing = dict.fromkeys(("estimate", "truth", "bias", "bias_error", "coverage"), math.nan)
        claims = dict.fromkeys(("claims", "claims_margin", "claims_below"), math.nan)
        return Line(hospitals=len(rows), answered=0, **nothing, **claims)
    estimate, lower, upper, truth = (
        np.array([row[name] for row in answered], dtype=float) for name in ("estimate", "lower", "upper", "truth")
    )
    error = estimate - truth
    return Line(
        hospitals=len(rows),
        answered=len(answered),
        estimate=float(estimate.mean()),
        truth=float(truth.mean()),
        bias=float(error.mean()),
        bias_error=float(error.std(ddof=1) / math.sqrt(len(error))) if len(error) > 1 else math.nan,
        coverage=_share((lower <= truth + _TINY) & (truth - _TINY <= upper)),
        claims=_share(lower > MARGINS[0]),
        claims_margin=_share(lower > MARGINS[1]),
        claims_below=_share(upper < 0),
    )


def _share(flags: Array) -> float:
    return float(np.mean(flags))


def _flags(results: list[dict[str, Any]]) -> dict[str, float | None]:
    """Return the share of hospitals in which each check is flagged, of those in which it could be asked."""
    names = results[0]["checks"] if results else {}
    found: dict[str, float | None] = {}
    for name in names:
        flagged = [r["checks"][name]["flagged"] for r in results if r["checks"][name]["flagged"] is not None]
        found[name] = float(np.mean(flagged)) if flagged else None
    return found


def _responders(results: list[dict[str, Any]]) -> dict[str, float | None]:
    """Return shares expected and true, over the hospitals in which they could be expected."""
    found: dict[str, float | None] = {}
    for expected, true, observed in (
        ("expected", "responders", "responders_observed"),
        ("expected_later", "later", "later_observed"),
    ):
        asked = [r for r in results if r["responders"].get(expected) is not None]
        found[expected] = float(np.mean([r["responders"][expected] for r in asked])) if asked else None
        found[true] = float(np.mean([r["truth"][true] for r in asked])) if asked else None
        found[observed] = float(np.mean([r["truth"][observed] for r in asked])) if asked else None
    return found
