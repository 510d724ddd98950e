"""Which estimates belong to one kind of adverse event?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.result import Estimate
from abate.report.view import ResultView

_NO_TERM = re.compile(r"^harm\.(any|serious|rate|grade_not_recorded|grade_\d)(\.|$)")
_SHARE_WORDS = "courses with "


@dataclass(frozen=True, kw_only=True)
class HarmTerm:
    """One kind of event: the share of courses with it, and its rate for each 100 days of infusion where there is one."""

    id: str
    name: str
    share: Estimate
    rate: Estimate | None


def find_terms(view: ResultView) -> Sequence[HarmTerm]:
    """Return the kinds of event that have estimates of their own, in the order of the result."""
    return [
        HarmTerm(
            id=estimate.id,
            name=estimate.quantity.removeprefix(_SHARE_WORDS),
            share=estimate,
            rate=view.known(f"{estimate.id}.rate"),
        )
        for estimate in view.under("harm.")
        if estimate.id.count(".") == 1 and not _NO_TERM.match(estimate.id)
    ]
