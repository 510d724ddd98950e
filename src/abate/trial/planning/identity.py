"""Which plan is it? Its data under the keys of the plan file, and a hash that comments, order and spacing do not change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from abate.contracts.plan_file import PlanFile


def plan_as_data(plan: PlanFile) -> dict[str, Any]:
    """Return the plan as plain data under the keys of the plan file; what is left out stays out."""
    return plan.model_dump(mode="json", by_alias=True, exclude_none=True)


def hash_plan(plan: PlanFile) -> str:
    """Return the SHA-256 of the plan's canonical form: comments, order of keys and spacing do not count."""
    text = json.dumps(plan_as_data(plan), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
