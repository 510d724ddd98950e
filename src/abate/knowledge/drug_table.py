"""Which drugs does a study know, and what of each? The table that comes with abate, with the rows of a site over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from abate.contracts.failure import Failure, SiteDrug, TargetSource
from abate.knowledge.drug_classes import DrugClass, drug_classes
from abate.knowledge.drug_facts import DrugFact, facts_of

#: What a study without a section [failure] goes by.
NO_SITE_DRUGS: tuple[SiteDrug, ...] = ()


#: Salts and forms that RxNorm keeps apart and that are one drug, by the name under which they count.
SAME_DRUG: Mapping[str, str] = {"valproic acid": "valproate", "divalproex": "valproate"}


@dataclass(frozen=True, kw_only=True)
class Drug(DrugClass):
    """One ingredient with all that is known of it; what is not known is None or empty."""

    first_available: int | None
    target_dose_low: Mapping[str, float]  # mg/d by source
    target_dose_high: Mapping[str, float]
    adequate_days: int | None
    dose_lasts_days: int | None
    contraindications: tuple[DrugFact, ...]
    cautions: tuple[DrugFact, ...]
    is_site_row: bool = False

    def target_mg_day(self, preferred: TargetSource) -> float | None:
        """Return the lowest daily dose that is a target: of the preferred source, else the lowest of the others."""
        found = self.target_dose_low
        return found.get(preferred, min(found.values(), default=None))


@cache
def drug_table(site: tuple[SiteDrug, ...] = NO_SITE_DRUGS) -> tuple[Drug, ...]:
    """Return every drug; a row of the site stands in the place of that of the same ingredient, or at the end.

    Parameters
    ----------
    site : tuple of SiteDrug
        Rows of the site, as in ``Failure.drugs``; what such a row leaves empty is taken from the facts of its ingredient
        and class.
    """
    own = {drug.ingredient.casefold(): drug for drug in site}
    kept = [_from_table(drug) for drug in drug_classes() if drug.ingredient.casefold() not in own]
    return (*kept, *(_from_site(drug) for drug in site))


def drugs_of(failure: Failure | None) -> tuple[Drug, ...]:
    """Return the drugs that a study's section ``[failure]`` knows; without one, the table that comes with abate."""
    return drug_table(NO_SITE_DRUGS if failure is None else failure.drugs)


def classes_of_role(drugs: Sequence[Drug], role: str) -> tuple[str, ...]:
    """Return the classes that have a drug of this role, in the order of the table."""
    return tuple(dict.fromkeys(drug.drug_class for drug in drugs if drug.role == role))


def first_year_of_class(drugs: Sequence[Drug], drug_class: str) -> int | None:
    """Return the year since when a class could be had: that of its earliest drug; None where one of them is not known."""
    years = [drug.first_available for drug in drugs if drug.drug_class == drug_class]
    known = [year for year in years if year is not None]
    return min(known) if known and len(known) == len(years) else None


def _from_table(drug: DrugClass) -> Drug:
    return _with_facts(drug, first_available=None, target=None, adequate_days=None, lasts=None)


def _from_site(drug: SiteDrug) -> Drug:
    classed = DrugClass(
        ingredient=drug.ingredient,
        drug_class=drug.drug_class,
        role=drug.role,
        omop_concept=drug.omop_concept,
        rxnorm=drug.rxnorm,
        atc=drug.atc,
        tag=drug.tag,
        source=drug.source,
    )
    return _with_facts(
        classed,
        first_available=drug.first_available,
        target=drug.target_dose_mg_day,
        adequate_days=drug.adequate_days,
        lasts=drug.dose_lasts_days,
        is_site_row=True,
    )


def _with_facts(
    drug: DrugClass,
    *,
    first_available: int | None,
    target: float | None,
    adequate_days: int | None,
    lasts: int | None,
    is_site_row: bool = False,
) -> Drug:
    def facts(name: str) -> Sequence[DrugFact]:
        return facts_of(name, ingredient=drug.ingredient, drug_class=drug.drug_class, role=drug.role)

    def whole(name: str) -> int | None:
        found = facts(name)
        return int(found[0].number) if found else None

    low = {"the site": target} if target is not None else _by_source(facts("target_dose_low"))
    return Drug(
        ingredient=drug.ingredient,
        drug_class=drug.drug_class,
        role=drug.role,
        omop_concept=drug.omop_concept,
        rxnorm=drug.rxnorm,
        atc=drug.atc,
        tag=drug.tag,
        source=drug.source,
        first_available=first_available if first_available is not None else whole("first_available"),
        target_dose_low=low,
        target_dose_high={} if target is not None else _by_source(facts("target_dose_high")),
        adequate_days=adequate_days if adequate_days is not None else whole("adequate_days"),
        dose_lasts_days=lasts if lasts is not None else whole("dose_lasts_days"),
        contraindications=tuple(facts("contraindication")),
        cautions=tuple(facts("caution")),
        is_site_row=is_site_row,
    )


def _by_source(facts: Sequence[DrugFact]) -> Mapping[str, float]:
    """Return doses by source, which the unit names after the comma: "mg/d, EHF 2018"."""
    return {fact.unit.partition(", ")[2]: fact.number for fact in facts}
