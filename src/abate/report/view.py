"""What do all parts of the report look up in a result? Estimates by id, the study, its scale and its nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from abate.contracts.definition import Study
from abate.contracts.result import REFRACTORY_ROWS, AttritionStep, Estimate, SensitivityRow, StudyResult
from abate.knowledge.scales import SCALES, Scale
from abate.report.words import rating_noun

#: Rules of which a study asks one at most.
_ONE_COURSE_A_PERSON = frozenset({"first_course", "first_eligible"})


@dataclass(frozen=True)
class ResultView:
    """A result with its study read once and its estimates at hand by id."""

    result: StudyResult

    @cached_property
    def study(self) -> Study:
        """The study, as a checked model."""
        return Study.model_validate(dict(self.result.study))

    @cached_property
    def scale(self) -> Scale:
        """The scale of the rating."""
        return SCALES[self.study.rating.scale]

    @property
    def noun(self) -> str:
        """What the rating is of, such as "pain"."""
        return rating_noun(self.scale)

    @property
    def treatment(self) -> str:
        """Name of the treatment, as the study file gives it."""
        return self.study.treatment.name

    @property
    def visits(self) -> Sequence[str]:
        """Names of the follow-up visits that the study asks for, in its order."""
        return () if self.study.follow_up is None else tuple(self.study.follow_up.visits)

    @property
    def rule_changes(self) -> Sequence[SensitivityRow]:
        """The headline under other rules for the ratings, the study's own first."""
        return [row for row in self.result.sensitivity if not row.id.startswith(REFRACTORY_ROWS)]

    @property
    def definition_changes(self) -> Sequence[SensitivityRow]:
        """The headline under other definitions of refractory, with other courses."""
        return [row for row in self.result.sensitivity if row.id.startswith(REFRACTORY_ROWS)]

    @cached_property
    def _by_id(self) -> dict[str, Estimate]:
        # Of one course an interval is a formula without meaning, and the page shows none; results.json has them.
        is_one = any(estimate.id == "courses.n" and estimate.value == 1 for estimate in self.result.estimates)
        shown = (
            (replace(found, lower=None, upper=None) for found in self.result.estimates)
            if is_one
            else self.result.estimates
        )
        return {estimate.id: estimate for estimate in shown}

    def estimate(self, id: str) -> Estimate | None:
        """Return the estimate with this id, whether it has a value or a reason why not; None if there is none."""
        return self._by_id.get(id)

    def known(self, id: str) -> Estimate | None:
        """Return the estimate with this id if it has a value."""
        found = self._by_id.get(id)
        return None if found is None or found.value is None else found

    def value(self, id: str) -> float | None:
        """Return the value of the estimate with this id, if it has one."""
        found = self._by_id.get(id)
        return None if found is None else found.value

    def is_hidden(self, id: str) -> bool:
        """Return whether the value of this estimate is hidden in this edition."""
        found = self._by_id.get(id)
        return found is not None and found.value is None and found.hidden is not None

    def under(self, prefix: str) -> Sequence[Estimate]:
        """Return the estimates whose ids begin with ``prefix``, in the order of the result."""
        return [estimate for id, estimate in self._by_id.items() if id.startswith(prefix)]

    def reason(self, id: str) -> str | None:
        """Return why the estimate with this id has no value, if it says so."""
        found = self._by_id.get(id)
        return None if found is None else found.reason

    @cached_property
    def attrition(self) -> Sequence[AttritionStep]:
        """The rules of entry that a reader is shown: of the two that keep one course a person, not the one that the other replaces."""
        asked = {step.id for step in self.result.attrition if step.is_asked}
        return [
            step
            for step in self.result.attrition
            if step.is_asked or step.id not in _ONE_COURSE_A_PERSON or not asked & _ONE_COURSE_A_PERSON
        ]

    @property
    def course_count(self) -> int:
        """Courses that entered."""
        return int(self.value("courses.n") or 0)

    @property
    def person_count(self) -> int:
        """Persons who entered."""
        return int(self.value("persons.n") or 0)

    @property
    def is_one_patient(self) -> bool:
        """Whether all is about one course of one person."""
        return self.course_count == 1
