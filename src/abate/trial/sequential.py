"""Which looks, bounds and estimates does a trial with interim analyses need?

Numbers in, small frozen results out. The mathematics, with sources, lies in ``abate.stats.sequential``; docs/trial-sequential.md says it in
plain words. Without arguments :func:`boundaries` is the default of this package: one interim look at 60 % of the information,
O'Brien-Fleming type spending, one-sided 2.5 %, power 90 %, and a non-binding stop for futility where the difference points the wrong way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real

from abate.stats.arrays import Array
from abate.stats.sequential import (
    AfterStopping,
    BetaSpendingRule,
    BoundsNow,
    ConditionalPower,
    ConditionalPowerRule,
    FixedBounds,
    GroupSequentialDesign,
    OperatingCharacteristics,
    Spending,
    SpendingRule,
    bounds_now,
    named_shape,
    named_spending,
    operating_characteristics,
    own_function,
    own_table,
    plan_design,
)
from abate.stats.sequential import after_stopping as _after_stopping
from abate.stats.sequential import conditional_power as _conditional_power
from abate.stats.sequential.boundaries import EfficacyRule
from abate.stats.sequential.characteristics import SHARES_OF_PLAN
from abate.stats.sequential.errors import FutilityBoundError, SpendingError, StageError
from abate.stats.sequential.futility import FutilityRule
from abate.stats.sequential.inverse_normal import (
    Combined,
    Stage,
    combine_stages,
    patients_for_power,
    power_with_more,
    two_sample_stages,
)
from abate.stats.sequential.looks import equal_looks, planned_looks
from abate.stats.sequential.promising_zone import AgainstRival, PromisingZone, SizeNow, against_rival, size_now
from abate.stats.sequential.re_estimation import BlindedCovariance, BlindedSize, blinded_covariance, blinded_size

__all__ = [
    "AfterStopping",
    "AgainstRival",
    "BlindedCovariance",
    "BlindedSize",
    "BoundsNow",
    "CalendarRow",
    "Combined",
    "ConditionalPower",
    "GroupSequentialDesign",
    "OperatingCharacteristics",
    "PromisingZone",
    "SizeNow",
    "Stage",
    "after_stopping",
    "against_rival",
    "beta_spending",
    "boundaries",
    "bounds_now",
    "calendar",
    "characteristics",
    "combine",
    "conditional_power",
    "information_seen",
    "low_conditional_power",
    "patients_for_power",
    "power_with_more",
    "reestimate",
    "reestimate_covariance",
    "size_now",
    "spending_rule",
    "two_sample_stages",
]

#: One interim look where enough is known to judge, and enough is left to save.
DEFAULT_LOOKS = (0.6, 1.0)
#: Stop where the difference points the wrong way.
WRONG_DIRECTION = 0.0

#: A name (with its parameter), shares of the error by look, or a function from information fraction to share.
SpendingChoice = str | tuple[str, float] | Sequence[float] | Callable[[float], float]


def boundaries(
    *,
    looks: int | Sequence[float] = DEFAULT_LOOKS,
    alpha: float = 0.025,
    sided: int = 1,
    power: float = 0.9,
    spending: SpendingChoice | None = None,
    shape: str | tuple[str, float] | None = None,
    futility: FutilityRule | float | Sequence[float] | None = WRONG_DIRECTION,
    is_binding: bool = False,
) -> GroupSequentialDesign:
    """Return the bounds of a trial with interim looks, and how much larger they make it.

    Parameters
    ----------
    looks : int or sequence of float
        Number of equally spaced looks, the final one included, or the information fraction of each, rising to 1.
    alpha : float
        Error of the first kind, both sides together.
    sided : int
        1, or 2: each side then spends half of alpha by the named function.
    power : float
        At the planned effect; what the drift and the inflation factor are for.
    spending : str, (str, float), sequence of float or function, optional
        ``"obrien-fleming"`` (default), ``"pocock"``, ``("hwang-shih-decani", -4)``, ``("kim-demets", 3)``; or the share of alpha spent by each
        look, rising to 1; or a function from the information fraction to that share.
    shape : str or (str, float), optional
        Instead of spending: ``"pocock"``, ``"obrien-fleming"``, ``("wang-tsiatis", 0.25)``, ``"haybittle-peto"``.
    futility : float, sequence of float, rule or None
        z at or below which interim looks stop for futility, one for all or one each; or :func:`beta_spending` or
        :func:`low_conditional_power`; None for no such stop. Only for one-sided designs.
    is_binding : bool
        Whether a stop for futility is obeyed without fail. Where it may be overruled, leave it False: alpha is then safe.

    Raises
    ------
    ParameterError
        By a class of its own for looks, errors, spending, futility bounds and power; see ``abate.stats.sequential.errors``.

    Examples
    --------
    >>> design = boundaries()
    >>> [round(z, 3) for z in design.efficacy_z], design.futility_z, round(design.inflation_factor, 3)
    ([2.669, 1.981], (0.0,), 1.01)
    """
    information = _information(looks)
    if spending is not None and shape is not None:
        raise SpendingError("name either spending or a classic shape, not both.")
    efficacy: EfficacyRule
    if shape is not None:
        efficacy = named_shape(shape) if isinstance(shape, str) else named_shape(*shape)
    else:
        efficacy = SpendingRule(spending=spending_rule("obrien-fleming" if spending is None else spending, information))
    return plan_design(
        information,
        alpha=alpha,
        sided=sided,
        power=power,
        efficacy=efficacy,
        futility=_futility_rule(futility, len(information) - 1),
        is_binding=is_binding,
    )


def spending_rule(choice: SpendingChoice, looks: int | Sequence[float] | Array) -> Spending:
    """Return the spending function that a name, a table of shares or a function stands for.

    Raises
    ------
    SpendingError
        If the choice is none of these, or its numbers do not fit.

    Examples
    --------
    >>> spending_rule(("kim-demets", 3), 2).name
    'kim-demets'
    """
    if isinstance(choice, str):
        return named_spending(choice)
    if callable(choice):
        return own_function(choice)
    if isinstance(choice, Real):
        raise SpendingError(f"spending takes a name, shares by look or a function; got {choice!r}.")
    if len(choice) == 2 and isinstance(choice[0], str):
        return named_spending(choice[0], float(choice[1]))
    return own_table(_information(looks), [float(share) for share in choice])


def beta_spending(choice: SpendingChoice, looks: int | Sequence[float] = 2) -> BetaSpendingRule:
    """Return futility bounds that spend the error of the second kind; ``choice`` as the spending of :func:`boundaries`.

    ``looks`` is read for a table of shares only.

    Examples
    --------
    >>> design = boundaries(looks=3, power=0.8, futility=beta_spending(("hwang-shih-decani", -2)))
    >>> [round(z, 3) for z in design.futility_z]
    [-0.216, 0.923]
    """
    return BetaSpendingRule(spending=spending_rule(choice, looks))


def low_conditional_power(threshold: float = 0.2, under: str = "trend") -> ConditionalPowerRule:
    """Return futility bounds where less than ``threshold`` power is left, ``under`` plan, trend, null, or predictive.

    Examples
    --------
    >>> design = boundaries(futility=low_conditional_power(0.1, "plan"))
    >>> round(design.futility_z[0], 3)
    -0.17
    """
    return ConditionalPowerRule(threshold=threshold, under=under)


def characteristics(
    design: GroupSequentialDesign,
    *,
    shares: Sequence[float] = SHARES_OF_PLAN,
    drifts: Sequence[float] | None = None,
) -> tuple[OperatingCharacteristics, ...]:
    """Return what the design does at no, half, all and one and a half of the planned effect, or at other drifts.

    Examples
    --------
    >>> rows = characteristics(boundaries())
    >>> [round(row.reject, 3) for row in rows], [round(row.expected_information, 2) for row in rows]
    ([0.025, 0.366, 0.9, 0.998], [0.8, 0.93, 0.82, 0.65])
    """
    return operating_characteristics(design, drifts=drifts, shares=shares)


@dataclass(frozen=True, kw_only=True)
class CalendarRow:
    """Patients and months that a design takes at one share of the planned effect."""

    share_of_plan: float | None
    expected_patients: float  # with an outcome at the stop
    expected_patients_with_overrun: float  # and those who had entered by then
    expected_months: float  # from the first patient in to the last outcome of the look that stops


def calendar(
    design: GroupSequentialDesign,
    *,
    patients: float,
    accrual_per_month: float,
    months_to_outcome: float,
    shares: Sequence[float] = SHARES_OF_PLAN,
) -> tuple[CalendarRow, ...]:
    """Return expected patients, those already in at a stop included, and expected months.

    A look takes place when its patients' outcomes are there. By then ``accrual_per_month * months_to_outcome`` more have entered, up to all
    planned: they cannot be saved by the stop. Information is taken as the share of patients with an outcome.

    Parameters
    ----------
    design : GroupSequentialDesign
    patients : float
        At the final look, above 0.
    accrual_per_month : float
        Above 0.
    months_to_outcome : float
        From entry to the primary outcome, at least 0.

    Raises
    ------
    StageError
        If an argument is outside its range.

    Examples
    --------
    >>> rows = calendar(boundaries(), patients=120, accrual_per_month=3, months_to_outcome=3)
    >>> round(rows[0].expected_patients, 1), round(rows[0].expected_patients_with_overrun, 1)
    (95.8, 100.4)
    """
    if not (0 < patients < math.inf and 0 < accrual_per_month < math.inf and 0 <= months_to_outcome < math.inf):
        raise StageError(
            "patients and accrual_per_month must be above 0 and months_to_outcome at least 0; "
            f"got {patients!r}, {accrual_per_month!r} and {months_to_outcome!r}."
        )
    with_outcome = [share * patients for share in design.information]
    entered = [min(patients, count + accrual_per_month * months_to_outcome) for count in with_outcome]
    months = [count / accrual_per_month + months_to_outcome for count in with_outcome]
    return tuple(
        CalendarRow(
            share_of_plan=row.share_of_plan,
            expected_patients=_mean(row.stop_by_look, with_outcome),
            expected_patients_with_overrun=_mean(row.stop_by_look, entered),
            expected_months=_mean(row.stop_by_look, months),
        )
        for row in operating_characteristics(design, shares=shares)
    )


def information_seen(standard_error: float, planned_standard_error: float) -> float:
    """Return the share of the planned information that is there: planned variance at the end over the variance now.

    For a mixed model the errors are those of its primary contrast; heads are not information.

    Parameters
    ----------
    standard_error : float
        Of the primary contrast at the look, above 0.
    planned_standard_error : float
        Of the same contrast at the end, by the plan, above 0.

    Raises
    ------
    StageError
        If one is not above 0.

    Examples
    --------
    >>> round(information_seen(0.5, 0.4), 2)
    0.64
    """
    if not (0 < standard_error < math.inf and 0 < planned_standard_error < math.inf):
        raise StageError(
            f"both standard errors must be above 0; got {standard_error!r} now and {planned_standard_error!r} planned."
        )
    return (planned_standard_error / standard_error) ** 2


def conditional_power(
    design: GroupSequentialDesign, *, z: float, look: int | None = None, information: float | None = None
) -> ConditionalPower:
    """Return the power that is left after a look, under plan, trend and no effect, and predictive power.

    Measured against the last critical value; looks between are not counted.

    Parameters
    ----------
    design : GroupSequentialDesign
    z : float
        Seen at the look.
    look : int, optional
        From 1 to the last but one; says the information.
    information : float, optional
        Really there, as a share of the planned end, instead of ``look``.

    Raises
    ------
    StageError
        If not one of ``look`` and ``information`` is given, or there is no such look.
    InformationError
        If the information is not between 0 and 1.

    Examples
    --------
    >>> found = conditional_power(boundaries(), z=1.2, look=1)
    >>> round(found.under_plan, 3), round(found.under_trend, 3), round(found.predictive, 3)
    (0.654, 0.247, 0.298)
    """
    if (look is None) == (information is None):
        raise StageError("name either look or information, one of the two.")
    if look is not None:
        if look not in range(1, len(design.information)):
            raise StageError(f"look must be from 1 to {len(design.information) - 1}, before the last; got {look!r}.")
        information = design.information[look - 1]
    assert information is not None
    return _conditional_power(z, information, design.efficacy_z[-1], design.drift)


def after_stopping(
    design: GroupSequentialDesign,
    *,
    look: int,
    z: float,
    standard_error: float | None = None,
    information: Sequence[float] | None = None,
    critical: Sequence[float] | None = None,
    level: float | None = None,
) -> AfterStopping:
    """Return p-value, median-unbiased estimate and interval after a stop, by the stage-wise ordering.

    Arguments as for :func:`abate.stats.sequential.after_stopping.after_stopping`.

    Examples
    --------
    >>> found = after_stopping(boundaries(), look=1, z=2.8, standard_error=0.45)
    >>> round(found.effect, 3), round(found.effect_lower, 3), round(found.effect_upper, 3)
    (1.26, 0.378, 2.142)
    """
    return _after_stopping(
        design,
        look=look,
        z=z,
        standard_error=standard_error,
        information=information,
        critical=critical,
        level=level,
    )


def combine(design: GroupSequentialDesign, stages: Sequence[Stage], *, level: float | None = None) -> Combined:
    """Return what the stages of an adaptive trial say together, by the inverse normal method with planned weights.

    Examples
    --------
    >>> stages = [Stage(estimate=0.9, standard_error=0.5), Stage(estimate=1.1, standard_error=0.4)]
    >>> found = combine(boundaries(looks=2, futility=None), stages)
    >>> found.rejected_at, round(found.stopped.estimate, 2)
    (2, 1.0)
    """
    return combine_stages(design, stages, level=level)


def reestimate(
    pooled_sd: float,
    patients_so_far: int,
    *,
    difference: float,
    design: GroupSequentialDesign | None = None,
    alpha: float = 0.05,
    sided: int = 2,
    power: float = 0.9,
    allocation: float = 1.0,
    planned_arm_1: float | None = None,
    cap: float = 2.0,
) -> BlindedSize:
    """Return the size that a blinded look at the SD asks for; alpha, sides, power and inflation from a design, where there is one.

    Arguments as for :func:`abate.stats.sequential.re_estimation.blinded_size`. For repeated ratings see :func:`reestimate_covariance`.

    Examples
    --------
    >>> found = reestimate(2.4, 60, difference=1.0, planned_arm_1=70, cap=1.5)
    >>> round(found.arm_1_adjusted, 1), round(found.arm_1, 1), found.limited_by
    (115.7, 105.0, 'cap')
    """
    if design is not None:
        alpha, sided, power = design.alpha, design.sided, design.power
    return blinded_size(
        pooled_sd,
        patients_so_far,
        difference=difference,
        alpha=alpha,
        sided=sided,
        power=power,
        allocation=allocation,
        planned_arm_1=planned_arm_1,
        cap=cap,
        inflation_factor=1.0 if design is None else design.inflation_factor,
    )


reestimate_covariance = blinded_covariance


def _information(looks: int | Sequence[float] | Array) -> Array:
    return equal_looks(float(looks)) if isinstance(looks, int | Real) else planned_looks(looks)


def _futility_rule(choice: FutilityRule | float | Sequence[float] | None, interim_count: int) -> FutilityRule | None:
    if choice is None or interim_count == 0:
        return None
    if isinstance(choice, FutilityRule):
        return choice
    if isinstance(choice, str):
        raise FutilityBoundError(
            f"futility takes z values or a rule, not the word {choice!r}; write beta_spending({choice!r}) to spend beta."
        )
    z = (float(choice),) * interim_count if isinstance(choice, float | Real) else tuple(map(float, choice))
    return FixedBounds(z=z)


def _mean(chances: Sequence[float], values: Sequence[float]) -> float:
    return math.fsum(chance * value for chance, value in zip(chances, values, strict=True))
