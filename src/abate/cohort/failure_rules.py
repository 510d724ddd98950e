"""By which rules is a failure inferred? The study's section ``[failure]`` in numbers, the same for engine and single patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.contracts.failure import Failure, InferredOutcome
from abate.knowledge.drug_table import Drug, drugs_of

#: Recorded outcomes that say a treatment failed.
FAILURES = ("no effect", "not tolerated", "contraindicated")
#: Classes of which one dose acts for weeks, and how many is seldom recorded: that a row is short says nothing of tolerance.
INJECTED = ("CGRP antibody", "botulinum toxin")
#: Roles of which a failure is inferred.
INFERRED_ROLES = ("preventive", "acute")
#: The role of which a switch says something: acute drugs of several classes are taken side by side, attack by attack.
SWITCHED_ROLE = "preventive"


@dataclass(frozen=True, kw_only=True)
class DrugNumbers:
    """A number of each drug: by ingredient (lower case), else by class, else by role."""

    by_ingredient: Mapping[str, float] = field(default_factory=dict)
    by_class: Mapping[str, float] = field(default_factory=dict)
    by_role: Mapping[str, float] = field(default_factory=dict)

    def of(self, ingredient: str, drug_class: str | None, role: str | None) -> float | None:
        """Return the number of one drug, or None."""
        of_ingredient = self.by_ingredient.get(ingredient.strip().lower())
        of_class = self.by_class.get(drug_class or "") if of_ingredient is None else of_ingredient
        return self.by_role.get(role or "") if of_class is None else of_class


@dataclass(frozen=True, kw_only=True)
class FailureRules:
    """Rules of inference in seconds and mg a day; docs/refractory.md explains each.

    ``refill_gap_seconds`` None: exposures are not joined, and one that ended has stopped. ``switch_within_seconds`` None: no
    switch is looked for.
    """

    adequate_seconds: DrugNumbers
    target_mg_day: DrugNumbers = field(default_factory=DrugNumbers)
    lasts_seconds: DrugNumbers = field(default_factory=DrugNumbers)
    dose: Literal["where known", "required", "ignored"] = "where known"
    refill_gap_seconds: int | None = 30 * SECONDS_PER_DAY
    switch_within_seconds: int | None = 30 * SECONDS_PER_DAY
    stopped_after_adequate: InferredOutcome = "no effect"
    switched_after_adequate: InferredOutcome = "no effect"
    switched_after_short: InferredOutcome = "not tolerated"
    too_short_counts: bool = False
    contraindicated_counts: bool = False
    unknown_counts: bool = False


def class_count_rules(failure: Failure | None, role: str, least_exposure_seconds: int) -> FailureRules:
    """Return the rules of ``failed_preventive_classes`` and ``failed_acute_classes``, which count contraindications.

    Without a section ``[failure]``: every recorded failure counts, and every exposure of at least this length that ended;
    dose and switches are not looked at, and exposures are not joined. With one, its rules hold; the length stays that of the
    key, unless the section has a time for preventives of its own.
    """
    length = DrugNumbers(by_role={role: least_exposure_seconds})
    if failure is not None:
        declared = declared_rules(failure, contraindicated_counts=True)
        is_own = role == "preventive" and failure.adequate_preventive is not None
        return declared if is_own else replace(declared, adequate_seconds=length)
    return FailureRules(
        adequate_seconds=length,
        dose="ignored",
        refill_gap_seconds=None,
        switch_within_seconds=None,
        too_short_counts=True,
        contraindicated_counts=True,
    )


def declared_rules(
    failure: Failure,
    *,
    adequate_days: Mapping[str, int] | None = None,
    contraindicated_counts: bool = False,
) -> FailureRules:
    """Return the rules of a study's section ``[failure]``.

    Parameters
    ----------
    failure : Failure
        The section; ``Failure()`` for its defaults.
    adequate_days : mapping, optional
        What a definition demands of preventives, by class; "" for all others. The section's own time goes before it, the drug
        table's after it.
    contraindicated_counts : bool
        What the definition says of contraindications, where the section leaves it to that.
    """
    drugs = drugs_of(failure)
    if failure.contraindicated != "as the definition says":
        contraindicated_counts = failure.contraindicated == "counts"
    return FailureRules(
        adequate_seconds=_adequate_seconds(failure, drugs, adequate_days),
        target_mg_day=_numbers(drugs, {d.ingredient: d.target_mg_day(failure.target_dose) for d in drugs}),
        lasts_seconds=_numbers(
            drugs,
            {d.ingredient: None if d.dose_lasts_days is None else d.dose_lasts_days * SECONDS_PER_DAY for d in drugs},
        ),
        dose=failure.dose,
        refill_gap_seconds=parse_length(failure.refill_gap),
        switch_within_seconds=parse_length(failure.switch_within),
        stopped_after_adequate=failure.stopped_after_adequate,
        switched_after_adequate=failure.switched_after_adequate,
        switched_after_short=failure.switched_after_short,
        too_short_counts=failure.no_effect_too_short == "counts",
        contraindicated_counts=contraindicated_counts,
        unknown_counts=failure.unknown_after_adequate == "counts",
    )


def _adequate_seconds(failure: Failure, drugs: Sequence[Drug], demanded: Mapping[str, int] | None) -> DrugNumbers:
    acute = parse_length(failure.adequate_acute)
    if failure.adequate_preventive is not None:
        return DrugNumbers(by_role={"preventive": parse_length(failure.adequate_preventive), "acute": acute})
    preventives = [drug for drug in drugs if drug.role == "preventive"]
    if demanded is not None:
        by_class = {name: days * SECONDS_PER_DAY for name, days in demanded.items() if name}
        by_role = {"preventive": demanded[""] * SECONDS_PER_DAY, "acute": acute} if "" in demanded else {"acute": acute}
        return DrugNumbers(by_class=by_class, by_role=by_role)
    days = {drug.ingredient: drug.adequate_days for drug in preventives}
    by_drug = {name: None if number is None else number * SECONDS_PER_DAY for name, number in days.items()}
    known = [number for number in by_drug.values() if number is not None]
    # A preventive that is not in the table is held to the shortest time there, that of oral drugs.
    by_role = {"preventive": min(known), "acute": acute} if known else {"acute": acute}
    return DrugNumbers(
        by_ingredient=_numbers(preventives, by_drug).by_ingredient,
        by_class=_of_classes(preventives, by_drug),
        by_role=by_role,
    )


def _of_classes(drugs: Sequence[Drug], numbers: Mapping[str, float | None]) -> Mapping[str, float]:
    """Return the longest time of each class: for a drug of it that the table does not hold."""
    found: dict[str, float] = {}
    for drug in drugs:
        number = numbers[drug.ingredient]
        if number is not None:
            found[drug.drug_class] = max(number, found.get(drug.drug_class, 0))
    return found


def _numbers(drugs: Sequence[Drug], numbers: Mapping[str, float | None]) -> DrugNumbers:
    known = {name.strip().lower(): number for name, number in numbers.items() if number is not None}
    return DrugNumbers(by_ingredient=known)
