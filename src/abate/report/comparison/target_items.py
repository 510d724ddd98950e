"""Which elements of a target trial does the page report, of the trial and of its emulation, and which need the author?

The elements are those of Hernán & Robins (2016). That TARGET (2025) asks for them is recalled; its items and their numbers were not
read, so the lines have names of our own and no numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abate.report.checklist_answers import Answer, in_section, needs_author
from abate.report.comparison.words import State, other_is_given, state_of
from abate.report.view import ResultView

_HERE = "comparison"
_TRIAL = "in its first table"


def _target(detail: str = "") -> Callable[[ResultView], Answer]:
    return lambda view: in_section(_HERE, f"{_TRIAL}{'; ' + detail if detail else ''}")


def _eligibility(view: ResultView) -> Answer:
    return in_section(_HERE, "who was lost at which rule, of the comparator too; of the treatment in the attrition")


def _time_zero(view: ResultView) -> Answer:
    if other_is_given(view):
        return in_section(_HERE, "with what in time could make the groups unlike")
    return in_section(_HERE, "not the same moment in both groups; how far they differ is said")


def _follow_up(view: ResultView) -> Answer:
    if view.study.follow_up is None:
        return in_section(_HERE, "to discharge; nothing later was asked")
    return in_section(_HERE, "missing final ratings are counted; follow-up ends where the records end")


def _contrast(view: ResultView) -> Answer:
    if state_of(view) is State.MADE:
        return in_section(_HERE, "differences with intervals, each group beside")
    return needs_author("no difference is given; why stands there", _HERE)


_ANSWERS: Mapping[str, Callable[[ResultView], Answer]] = {
    "eligibility, target": _target("rules of entry"),
    "eligibility, emulation": _eligibility,
    "strategies, target": _target("the treatments named"),
    "strategies, emulation": lambda view: needs_author("which doses, rates and other drugs count as keeping to each strategy", _HERE),
    "assignment, target": _target(),
    "assignment, emulation": lambda view: needs_author("why what was made alike is enough for the choice to be as good as by lot", _HERE),
    "time zero, target": _target(),
    "time zero, emulation": _time_zero,
    "follow-up, target": _target(),
    "follow-up, emulation": _follow_up,
    "outcomes, target": _target(),
    "outcomes, emulation": lambda view: needs_author("who asked for the ratings, how and when, knowing the treatment", _HERE),
    "causal contrast, target": _target("estimand and intercurrent events"),
    "causal contrast, emulation": _contrast,
    "analysis, target": _target(),
    "analysis, emulation": lambda view: needs_author("whether covariates and thresholds were declared before the records were looked at", _HERE),
}  # fmt: skip


def answer_target(view: ResultView, item: str) -> Answer:
    """Return where one line of the target trial stands; in an edition without the comparison, nowhere."""
    if state_of(view) is State.NOT_TOLD:
        return needs_author("the comparison is not in this edition")
    return _ANSWERS[item](view)
