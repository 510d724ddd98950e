"""Which arms has a design, and what is given in each? Default texts; what only an author knows is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from abate.contracts.plan_file import Arm, DesignKind
from abate.trial.designs.author_marks import needs_author

#: What may be given in place of a drug so that it feels like it; others are left to an author.
ACTIVE_PLACEBOS: Mapping[str, str] = {
    "ketamine": "midazolam as a continuous infusion, or ketamine at a very low dose",
}


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is known of the course from which the arms are made.

    Attributes
    ----------
    drug : str
    days : float
        Planned length.
    ceiling : str or None
        Highest rate with its unit, such as ``0.5 mg/kg/h``.
    other_drug : str or None
        With which it is compared.
    doses : sequence of float
        Assigned ceilings of a dose-ranging trial, 0 for none.
    dose_unit : str
    """

    drug: str
    days: float
    ceiling: str | None = None
    other_drug: str | None = None
    doses: Sequence[float] = ()
    dose_unit: str = "mg/kg/h"


def default_arms(kind: DesignKind, course: Course) -> tuple[Arm, ...]:
    """Return the arms of a design with the text of each.

    Examples
    --------
    >>> [arm.name for arm in default_arms("three arms", Course(drug="ketamine", days=5, ceiling="0.5 mg/kg/h"))]
    ['ketamine', 'ketamine, low dose', 'active placebo']
    """
    return tuple(make(course) for make in _ARMS[kind]) if kind != "dose-ranging" else _doses(course)


def _active(course: Course) -> Arm:
    return Arm(name=course.drug, text=f"{_infusion(course)}, {_same_for_all()}")


def _infusion(course: Course) -> str:
    return f"{course.drug} as a continuous infusion to {_ceiling(course)} for {course.days:g} days"


def _ceiling(course: Course) -> str:
    return course.ceiling or needs_author("ceiling of the rate, start, step and interval of the titration")


def _same_for_all() -> str:
    return "same ward, same bundle and same rules of titration in every arm, kept by an unblinded pharmacist"


def _active_placebo(course: Course) -> Arm:
    choice = ACTIVE_PLACEBOS.get(course.drug.lower())
    given = (
        needs_author(f"an active placebo that feels like {course.drug}, its dose and monitoring")
        if choice is None
        else f"{choice}: {needs_author('which of the two, its dose cap and monitoring of sedation')}"
    )
    return Arm(name="active placebo", role="control", text=f"{given}, for {course.days:g} days, {_same_for_all()}")


def _low_dose(course: Course) -> Arm:
    return Arm(
        name=f"{course.drug}, low dose",
        text=f"{course.drug} to a ceiling that should do less: {needs_author('the low ceiling')}, for {course.days:g} days, {_same_for_all()}",
    )


def _other_drug(course: Course) -> Arm:
    name = course.other_drug or needs_author("the other drug")
    return Arm(
        name=name,
        role="other drug",
        text=f"{name} as the unit gives it: {needs_author('dose, ceiling and monitoring of the other drug')}, for {course.days:g} days, {_same_for_all()}",
    )


def _maintenance(course: Course) -> Arm:
    return Arm(
        name=f"{course.drug}, maintenance",
        text=f"after an open course of {course.drug}, in those who responded: {needs_author('drug, route, dose and interval of the maintenance')}",
    )


def _maintenance_placebo(course: Course) -> Arm:
    return Arm(
        name="placebo",
        role="control",
        text=f"after the same open course of {course.drug}, in those who responded: placebo that looks like the maintenance",
    )


def _protocol(course: Course) -> Arm:
    return Arm(
        name=f"protocol of {course.drug}",
        text=f"centres give {_infusion(course)} by one written protocol: {needs_author('titration, monitoring and training')}",
    )


def _usual_care(course: Course) -> Arm:
    return Arm(
        name="usual care",
        role="control",
        text=f"centres treat as before: {needs_author('what usual care is at each centre')}",
    )


def _doses(course: Course) -> tuple[Arm, ...]:
    if not course.doses:
        return (_active_placebo(course), Arm(name=course.drug, text=needs_author("the ceilings that are assigned")))
    return tuple(_active_placebo(course) if dose == 0 else _ceiling_arm(course, dose) for dose in course.doses)


def _ceiling_arm(course: Course, dose: float) -> Arm:
    amount = f"{dose:g} {course.dose_unit}"
    return Arm(
        name=f"{course.drug}, {amount}",
        text=f"{course.drug} to an assigned ceiling of {amount} for {course.days:g} days, the same clock of titration in every arm",
    )


_TWO_ARMS = (_active, _active_placebo)
_TWO_DRUGS = (_active, _other_drug)
_CENTRES = (_protocol, _usual_care)
_ARMS: Mapping[DesignKind, Sequence[Callable[[Course], Arm]]] = {
    "parallel": _TWO_ARMS,
    "parallel, other drug": _TWO_DRUGS,
    "three arms": (_active, _low_dose, _active_placebo),
    "crossover": _TWO_ARMS,
    "randomised withdrawal": (_maintenance, _maintenance_placebo),
    "group-sequential": _TWO_ARMS,
    "re-estimation, blinded": _TWO_ARMS,
    "re-estimation, unblinded": _TWO_ARMS,
    "non-inferiority": _TWO_DRUGS,
    "single-arm two-stage": (_active,),
    "cluster": _CENTRES,
    "stepped wedge": _CENTRES,
    "n-of-1": _TWO_ARMS,
}
