"""Whatever the records hold, a comparison gives a number with its interval or a reason, and raises nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abate.inference.comparison import compare_treatments
from tests.two_treatments import rows_of_two, study_of_two

TERMS = "abcde"
COVARIATES = ["age", "sex", "baseline", "setting", "year", "earlier_course", "weight", "failed_acute_classes"]
LAX = {"largest_imbalance": 1e9, "least_equipoise": 0.0, "least_effective_persons": 0.0, "largest_share": 1.0}


def _column(draw: np.random.Generator, count: int, low: int, high: int) -> list[float | None]:
    """All one value, numbers, whole numbers, or whole numbers with gaps."""
    kind = draw.integers(0, 4)
    if kind == 0:
        return [float(low)] * count
    values = draw.uniform(low, high, count) if kind == 1 else draw.integers(low, high + 1, count)
    return [None if kind == 3 and draw.random() < 0.4 else float(value) for value in values]


def _columns(draw: np.random.Generator, count: int) -> dict[str, list]:
    found: dict[str, list] = {
        "age_years": _column(draw, count, 18, 80),
        "baseline": _column(draw, count, 0, 10),
        "final": _column(draw, count, 0, 10),
        "sex": [None if draw.random() < 0.2 else str(draw.choice(["a", "b", "c"])) for _ in range(count)],
        "response_points_2": [None if draw.random() < 0.3 else bool(draw.random() < 0.5) for _ in range(count)],
        "treatment": draw.choice(["ketamine", "lidocaine", "dihydroergotamine"], count, p=[0.45, 0.45, 0.1]).tolist(),
        "person_id": draw.integers(1, max(2, count // 2 + 1), count).tolist(),
        "is_eligible": [None if draw.random() < 0.1 else bool(draw.random() < 0.8) for _ in range(count)],
        "followed_days": _column(draw, count, 0, 100),
        "return_days": _column(draw, count, 0, 100),
        **{f"event_{term}": (draw.random(count) < 0.3).astype(int).tolist() for term in TERMS},
    }
    return {name: values for name, values in found.items() if draw.random() < 0.5}


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**31),
    count=st.sampled_from([1, 2, 3, 5, 8, 12, 24]),
    weights=st.sampled_from(["overlap", "matching", "strata", "entropy", "everybody"]),
    users=st.sampled_from(["new", "all"]),
    switch=st.sampled_from(["treatment policy", "hypothetical"]),
    is_lax=st.booleans(),
)
def test_a_number_or_a_reason(seed, count, weights, users, switch, is_lax):
    draw = np.random.default_rng(seed)
    study = study_of_two(
        events={"terms": {term: {"snomed": ["1"]} for term in TERMS}},
        comparison={
            "covariates": COVARIATES, "weights": weights, "users": users, "intercurrent": {"switch": switch},
            "negative_controls": list(TERMS), "thresholds": LAX if is_lax else {},
        },
    )  # fmt: skip
    rows = rows_of_two(study, count=count, seed=seed, **_columns(draw, count))
    estimates, _ = compare_treatments(study, rows["outcomes"], rows["daily"])
    for row in estimates:
        assert row.reason if row.value is None else np.isfinite(row.value)
        assert (row.lower is None) == (row.upper is None) == (row.level is None)
        assert row.lower is None or row.lower <= row.value <= row.upper
        assert not {"group 1", "group 0"} & {
            word for word in ("group 1", "group 0") if word in row.method + (row.reason or "")
        }
