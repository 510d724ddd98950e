"""How many persons does a dose-ranging trial need, so that MCP-Mod finds the dose-response under each of several shapes?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sizes.dose_finding import DoseTest, dose_test
from abate.stats.sizes.dose_shapes import Form, Shape, shape_means
from abate.stats.sizes.errors import ErrorRateError, UnreachableError
from abate.stats.sizes.size import rounded_up
from abate.stats.sizes.solving import require_effect
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

#: Ceilings as shares of the highest, where the plan names no doses; assumed.
ASSUMED_CEILINGS = (0.0, 0.2, 0.4, 0.7, 1.0)
# Fewer leave no degree of freedom worth a bound.
_FEWEST = 3.0
_STEPS = 2
_MOST_PERSONS = 1e9


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseQuestion:
    """Persons by dose that give the power under each shape, shapes scaled to the planned effect."""

    means: Array  # shapes by doses, in points
    sd: float
    alpha: float
    power: float

    def test_with(self, per_dose: float) -> DoseTest:
        count = self.means.shape[1]
        return dose_test(self.means, np.eye(count) * self.sd**2 / per_dose, self.alpha, count * (per_dose - 1))

    def powers(self, test: DoseTest) -> tuple[float, ...]:
        return tuple(test.power(means) for means in self.means)

    def enough(self) -> tuple[float, DoseTest]:
        """Return persons by dose, unrounded, and the test with them.

        Power is nearly that of one normal statistic with the same bound, whose shift grows with the root of the persons.
        The bound hardly moves with the persons, so that one is enough for both steps.
        """
        goal = normal_quantile(self.power)
        per_dose = self._start(goal)
        test = self.test_with(per_dose)
        for _ in range(_STEPS):
            shift = normal_quantile(min(self.powers(test))) + test.critical_value
            per_dose = max(_FEWEST, per_dose * ((goal + test.critical_value) / shift) ** 2)
            test = replace(test, covariance=np.eye(self.means.shape[1]) * self.sd**2 / per_dose)
        return per_dose, self.test_with(per_dose)

    def _start(self, goal: float) -> float:
        """Return the persons by dose with whom the contrast of the least favourable shape alone passes the normal bound."""
        normal = dose_test(self.means, np.eye(self.means.shape[1]), self.alpha)
        shift = float(np.einsum("mk,mk->m", normal.contrasts, self.means).min()) / self.sd
        return max(_FEWEST, ((goal + normal.critical_value) / shift) ** 2)


def size_of_doses(comparison: PlannedComparison) -> SizedDesign:
    """Return the size at which the least favourable shape is found with the power; the planned effect is the largest one."""
    doses, origin = _doses(comparison.plan)
    _require_answerable(comparison)
    shapes, question = candidate_shapes(doses[-1]), dose_question(comparison)
    seen, test = question.enough()
    if seen > _MOST_PERSONS:
        raise UnreachableError(
            f"a power of {question.power:g} would take more than {_MOST_PERSONS:.0e} persons by dose."
        )
    arm = rounded_up(seen / comparison.seen)
    return SizedDesign(
        kind="dose-ranging",
        total=float(arm * len(doses)),
        in_words=f"{len(doses)} x {arm}",
        method=f"MCP-Mod, {len(shapes)} shapes, power of the least favourable, one-sided {question.alpha:g}",
        parts={
            "per_dose.seen": seen,
            "per_dose": float(arm),
            "critical_value": test.critical_value,
            **{f"power.{shape.name}": test.power(means) for shape, means in zip(shapes, question.means, strict=True)},
        },
        notes=(
            *comparison.notes,
            origin,
            f"shapes assumed (unverified): {', '.join(shape.name for shape in shapes)}",
            f"raised for {100 * (1 - comparison.seen):.0f} % without the primary rating",
        ),
    )


def dose_question(comparison: PlannedComparison) -> DoseQuestion:
    """Return the shapes at the plan's doses, scaled to the planned effect, with the errors that are asked for."""
    doses, _ = _doses(comparison.plan)
    return DoseQuestion(
        means=comparison.effect * np.array([shape_means(shape, doses) for shape in candidate_shapes(doses[-1])]),
        sd=comparison.sd_given_baseline,
        alpha=comparison.one_sided_alpha,
        power=comparison.power,
    )


def _require_answerable(comparison: PlannedComparison) -> None:
    require_effect(comparison.effect, "largest effect over control")
    if comparison.power <= comparison.one_sided_alpha:
        raise ErrorRateError(
            f"power must be above alpha, or chance alone would do; got power {comparison.power:g} and one-sided alpha"
            f" {comparison.one_sided_alpha:g}."
        )


def candidate_shapes(highest: float) -> tuple[Shape, ...]:
    """Return four shapes that differ as much as may be: straight, early, in the middle and late."""
    return (
        Shape(form=Form.LINEAR),
        Shape(form=Form.EMAX, guesses=(0.2 * highest,)),
        Shape(form=Form.SIGMOID_EMAX, guesses=(0.5 * highest, 4.0)),
        Shape(form=Form.EXPONENTIAL, guesses=(0.4 * highest,)),
    )


def _doses(plan: PlanFile) -> tuple[tuple[float, ...], str]:
    doses = plan.design.doses
    if doses is None:
        shares = ", ".join(f"{100 * share:.0f}" for share in ASSUMED_CEILINGS)
        return ASSUMED_CEILINGS, f"ceilings at {shares} % of the highest, assumed (unverified); give design.doses"
    if doses[0] != 0 or len(doses) < 3:
        raise ParameterError("design.doses must begin with 0, the active placebo, and have two ceilings or more.")
    return doses, f"ceilings of {', '.join(f'{dose:g}' for dose in doses)} {plan.design.dose_unit}"
