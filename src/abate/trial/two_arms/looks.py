"""When is looked at the data before the end, what stops the trial then, and what does that cost and save?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from abate.contracts.plan_file import Looks, PlanFile
from abate.contracts.trial_plan import CharacteristicsRow, LookRow
from abate.stats.sequential.boundaries import EfficacyRule, SpendingRule, named_shape
from abate.stats.sequential.characteristics import OperatingCharacteristics, operating_characteristics
from abate.stats.sequential.design import GroupSequentialDesign, plan_design
from abate.stats.sequential.futility import BetaSpendingRule, FixedBounds, FutilityRule
from abate.stats.sequential.spending import named_spending
from abate.trial.two_arms.pace import Pace

#: Multiples of the planned difference at which a design is shown.
MULTIPLES = (0.0, 0.5, 1.0, 1.5)
#: Power for which futility bounds are laid where the size, not the power, is given.
USUAL_POWER = 0.8


@dataclass(frozen=True, kw_only=True)
class TrialSize:
    """The size that is planned: participants an arm, and the drift of the final test at the planned difference.

    Attributes
    ----------
    per_arm : tuple of int
    standard_error : float
        Of the primary difference at the end, in points.
    degrees_of_freedom : float or None
        None: of a normal test.
    courses_each : int
        Courses that each participant is given.
    """

    per_arm: tuple[int, ...]
    standard_error: float
    degrees_of_freedom: float | None = None
    courses_each: int = 1

    @property
    def total(self) -> int:
        """Participants in all."""
        return sum(self.per_arm)

    def drift(self, effect: float) -> float:
        """Return the mean of the final z at a difference; with t, on the scale of its p-value."""
        return effect / self.standard_error


def plan_looks(plan: PlanFile) -> GroupSequentialDesign | None:
    """Return bounds on the scale of z for a plan with looks, one-sided at the level of one side; None for one without.

    Raises
    ------
    InformationError, SpendingError, FutilityBoundError, PowerNotReachableError
        As their names say.
    """
    looks = plan.looks
    if looks is None or len(looks.information) < 2:
        return None
    return plan_design(
        looks.information,
        alpha=plan.design.alpha / plan.design.sided,
        sided=1,
        power=plan.design.power or USUAL_POWER,
        efficacy=_efficacy(looks),
        futility=_futility(looks),
        is_binding=looks.futility == "binding",
    )


def _efficacy(looks: Looks) -> EfficacyRule:
    if looks.shape is not None:
        return named_shape(looks.shape, looks.parameter)
    return SpendingRule(spending=named_spending(looks.spending, looks.parameter))


def _futility(looks: Looks) -> FutilityRule | None:
    if looks.futility == "none":
        return None
    if looks.futility_z is not None:
        return FixedBounds(z=tuple(looks.futility_z))
    # With a classic shape the error of the second kind is spent as the section's spending function says.
    return BetaSpendingRule(spending=named_spending(looks.spending, None if looks.shape else looks.parameter))


def look_rows(design: GroupSequentialDesign, size: TrialSize, pace: Pace | None) -> tuple[LookRow, ...]:
    """Return each look with its bounds, how many are seen by then, when that is, and how many are still on the way."""
    futility: tuple[float | None, ...] = (
        (*design.futility_z, None) if design.futility_z else (None,) * len(design.information)
    )
    return tuple(
        LookRow(
            look=place + 1,
            information=information,
            participants=information * size.total,
            month=None if pace is None else pace.month_of_outcome(information * size.total),
            efficacy_z=design.efficacy_z[place],
            efficacy_p=design.nominal_p[place],
            futility_z=_finite(futility[place]),
            alpha_spent=design.alpha_spent[place],
            in_pipeline=None if pace is None else min(pace.in_pipeline, (1 - information) * size.total),
        )
        for place, information in enumerate(design.information)
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def characteristics_rows(
    design: GroupSequentialDesign, size: TrialSize, effect: float, pace: Pace | None
) -> tuple[CharacteristicsRow, ...]:
    """Return what the looks do at none, half, all and one and a half of the planned difference."""
    drifts = [multiple * size.drift(effect) for multiple in MULTIPLES]
    found = operating_characteristics(design, drifts=drifts)
    return tuple(
        _row(multiple, effect, one, design, size, pace) for multiple, one in zip(MULTIPLES, found, strict=True)
    )


def _row(
    multiple: float,
    effect: float,
    found: OperatingCharacteristics,
    design: GroupSequentialDesign,
    size: TrialSize,
    pace: Pace | None,
) -> CharacteristicsRow:
    expected = found.expected_information * size.total
    row = CharacteristicsRow(
        multiple=multiple,
        effect=multiple * effect,
        reject=found.reject,
        stop_for_futility=found.stop_for_futility,
        reject_by_look=found.reject_by_look,
        futility_by_look=found.futility_by_look,
        expected_participants=expected,
        expected_with_overrun=None,
        expected_months=None,
    )
    if pace is None:
        return row
    stopped = zip(found.stop_by_look, design.information, strict=True)
    overrun = sum(chance * min(pace.in_pipeline, (1 - information) * size.total) for chance, information in stopped)
    return replace(row, expected_with_overrun=expected + overrun, expected_months=pace.month_of_outcome(expected))
