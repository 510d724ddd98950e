"""What is the burden of the condition? Records of everybody -> counts in the engine -> what may be shown -> estimates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.collecting import collecting_rarely
from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.base.errors import MissingTableError, ParameterError
from abate.base.logs import Progress, silent
from abate.base.writing import writing
from abate.contracts.burden import BURDEN_SCHEMA, Burden, BurdenRow, Mark, Period, RefractoryCount
from abate.contracts.definition import Condition, Disclosure, Study
from abate.engine.connection import Engine, EngineName, open_engine
from abate.study.course_tables import reading
from abate.study.output import MARK_OF_A_RUN, check_target, staged
from abate.study.provenance import hash_study, installed_versions

if TYPE_CHECKING:
    from abate.cohort.burden import BurdenCounts
    from abate.contracts.population import PopulationTables

#: Without ``--from``, so many calendar years, up to the last one observed.
USUAL_YEARS = 10
USUAL_WASHOUT_DAYS = 365
USUAL_AGE_LIMITS = (0, 18, 30, 40, 50, 60, 70, 80)
_OLDEST = 130

#: Why nobody is counted as refractory.
NO_TREATMENTS = "How many would count as refractory by each definition: the records have no drug_exposure."
REFRACTORY_BY_TREATMENTS = (
    "Refractory: by what the treatments say, as recorded or inferred from exposures, up to the end of the period; what no record "
    "shows (days and months of headache, overuse, care beside it) is taken as met, so that fewer meet the whole definition."
)
NO_DENOMINATOR = (
    "course tables hold only persons who were treated, so there is no denominator for a burden; "
    "give --data an OMOP CDM, which holds everybody."
)


def find_burden(
    study: Study | str | Path,
    data: str | Path,
    out: str | Path | None = None,
    *,
    first_year: int | None = None,
    last_year: int | None = None,
    washout_days: int = USUAL_WASHOUT_DAYS,
    age_limits: Sequence[int] = USUAL_AGE_LIMITS,
    engine: EngineName = "duckdb",
    overwrite: bool = False,
    progress: Progress = silent,
) -> Burden:
    """Count how common a study's condition is among all whom the records observe; with ``out``, write what was found.

    Parameters
    ----------
    study : Study, or str or Path
        As in `abate.run`; its condition and treatment are looked for, and its section ``disclosure`` says what is small.
    data : str or Path
        An OMOP CDM; course tables hold treated persons only and are refused.
    out : str or Path, optional
        Folder to write.
    first_year, last_year : int, optional
        Calendar years; without them, the last ten that are observed.
    washout_days : int
        Observed days without a record before a first record counts as new; at least 0.
    age_limits : sequence of int
        Lowest age of each band, ascending, the first 0.
    engine : "duckdb" or "spark"
        Where the counting runs; no row of a person leaves it.
    overwrite : bool
        Replace an earlier run in ``out``.
    progress : callable
        Is given a short sentence whenever a stage begins.

    Returns
    -------
    Burden
        Rows in which small counts are hidden, and estimates made of what is shown.

    Raises
    ------
    MissingTableError
        If the records are course tables, or lack persons, observed time or diagnoses.
    ParameterError
        If the years, the washout or the ages are impossible, or nobody is observed in those years.
    AbateError
        As in `abate.run`.
    """
    from abate.study.read import read_study

    checked = study if isinstance(study, Study) else read_study(study)
    _check_arguments(washout_days, age_limits)
    target = None if out is None else Path(out)
    if target is not None:
        check_target(target, overwrite=overwrite)
    with ExitStack() as stack:
        stack.enter_context(collecting_rarely())
        running = stack.enter_context(open_engine(engine))
        folder = None if target is None else stack.enter_context(staged(target))
        population = _read_population(checked, str(data), running, progress)
        periods = _find_periods(population, first_year, last_year, running)
        marks = _find_marks(population, checked, running)
        progress("counting")
        counts = _count(population, marks, periods, age_limits, washout_days, running)
        refractory = _find_refractory(population, checked, periods[0], running)
        burden = _describe(
            checked, population, tuple(marks), periods, counts, refractory, age_limits, washout_days, running
        )
        if target is not None and folder is not None:
            with writing(target):
                _write(burden, folder)
    return burden


def parse_ages(text: str) -> tuple[int, ...]:
    """Return the lowest ages of the bands that a text such as "0,18,65" names.

    Raises
    ------
    ParameterError
        If they are no whole numbers.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(f"{text!r} are no ages; write the lowest age of each band, such as 0,18,65.") from None


def parse_washout(text: str) -> int:
    """Return the whole days of a length such as "365d".

    Raises
    ------
    ParameterError
        If it is no length, or not one of whole days.
    """
    seconds = parse_length(text)
    if seconds % SECONDS_PER_DAY:
        raise ParameterError(f"the washout {text!r} is not a number of whole days; write it as 365d, say.")
    return seconds // SECONDS_PER_DAY


def _check_arguments(washout_days: int, age_limits: Sequence[int]) -> None:
    if washout_days < 0:
        raise ParameterError(f"the washout must be at least 0 days; got {washout_days}.")
    is_rising = all(low < high for low, high in pairwise(age_limits))
    if not age_limits or age_limits[0] != 0 or not is_rising or age_limits[-1] > _OLDEST:
        raise ParameterError(
            f"the lowest ages of the bands must rise from 0 to at most {_OLDEST}; got {', '.join(map(str, age_limits))}."
        )


def _read_population(study: Study, where: str, engine: Engine, progress: Progress) -> PopulationTables:
    from abate.engine.records import open_records
    from abate.sources.detect import source_kind
    from abate.sources.omop.population import read_population

    if source_kind(where) != "omop":
        raise MissingTableError(NO_DENOMINATOR)
    with reading(), open_records(where, engine) as store:
        return read_population(store, study, engine, progress)


def _find_periods(
    population: PopulationTables, first_year: int | None, last_year: int | None, engine: Engine
) -> Sequence[Period]:
    """Return the whole period and, where it is longer than a year, each calendar year of it."""
    from abate.cohort.burden import observed_range

    observed = observed_range(population.observed, engine)
    if observed is None:
        raise MissingTableError("OBSERVATION_PERIOD observes nobody, so there is no denominator; load the table.")
    earliest, latest = observed[0].year, observed[1].year
    last = latest if last_year is None else last_year
    first = max(min(earliest, last), last - USUAL_YEARS + 1) if first_year is None else first_year
    if first > last:
        raise ParameterError(f"the years {first} to {last} are upside down; the earlier one comes first.")
    if first > latest or last < earliest:
        raise ParameterError(
            f"nobody is observed in {_name_years(first, last)}: the records observe from {earliest} to {latest}; choose --from and --to among these."
        )
    years = [Period(name=str(year), first=date(year, 1, 1), last=date(year, 12, 31)) for year in range(first, last + 1)]
    whole = Period(name=_name_years(first, last), first=years[0].first, last=years[-1].last)
    return years if first == last else [whole, *years]


def _name_years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _find_marks(population: PopulationTables, study: Study, engine: Engine) -> Mapping[Mark, Any]:
    """Return what is counted beside the condition: each with a table of ``person_id`` and ``date``."""
    marks: dict[Mark, Any] = {}
    if population.chronic is not None:
        marks[Mark(id="chronic", name=f"a code of chronic {_condition(study).name}")] = population.chronic
    if population.administrations is not None:
        infusions = _find_infusions(population, study, engine)
        name = f"a course of {study.treatment.name}"
        marks[Mark(id="infusion", name=f"{name}, whatever for")] = infusions
        after = f"{name} on or after the day of the first record of {_condition(study).name}"
        marks[Mark(id="infusion_with_condition", name=after)] = _with_condition(infusions, population)
    return marks


def _find_refractory(
    population: PopulationTables, study: Study, period: Period, engine: Engine
) -> Sequence[RefractoryCount]:
    """Return who meets each definition by the end of the period, small counts and what would give them away hidden."""
    from abate.cohort.refractory_burden import count_refractory
    from abate.report.burden_counts import hide_refractory

    if population.treatments is None:
        return ()
    counts = count_refractory(population.conditions, population.treatments, study.failure, period.last, engine)
    disclosure = study.disclosure or Disclosure()
    return hide_refractory(counts, smallest=disclosure.smallest_count, rounding=disclosure.rounding)


def _find_infusions(population: PopulationTables, study: Study, engine: Engine) -> Any:
    """Return ``person_id`` and ``date`` of the start of every course of the study's treatment, joined as in a run."""
    from abate.courses.infusions import join_courses

    alone = study.model_copy(update={"comparator": None})
    courses = join_courses(population.administrations, None, alone, engine).courses
    return courses.select("person_id", date="start")


def _with_condition(infusions: Any, population: PopulationTables) -> Any:
    from abate.cohort.burden import marks_at_or_after

    return marks_at_or_after(infusions, population.conditions)


def _count(
    population: PopulationTables,
    marks: Mapping[Mark, Any],
    periods: Sequence[Period],
    age_limits: Sequence[int],
    washout_days: int,
    engine: Engine,
) -> BurdenCounts:
    from abate.cohort.burden import count_burden

    return count_burden(
        population.patients,
        population.observed,
        population.conditions,
        {mark.id: table for mark, table in marks.items()},
        periods=periods,
        age_limits=age_limits,
        washout_days=washout_days,
        engine=engine,
    )


def _describe(
    study: Study,
    population: PopulationTables,
    marks: Sequence[Mark],
    periods: Sequence[Period],
    counts: BurdenCounts,
    refractory: Sequence[RefractoryCount],
    age_limits: Sequence[int],
    washout_days: int,
    engine: Engine,
) -> Burden:
    from abate.inference.burden import estimate_burden
    from abate.knowledge.published_burden import published_burden

    disclosure = study.disclosure or Disclosure()
    rows = _rows_to_show(periods, counts, age_limits, disclosure)
    condition = _condition(study)
    return Burden(
        title=study.title,
        condition=condition.name,
        treatment=study.treatment.name,
        periods=periods,
        marks=marks,
        rows=rows,
        estimates=estimate_burden(rows),
        definitions=_define(condition, washout_days, disclosure),
        refractory=refractory,
        not_known=() if population.treatments is not None else (NO_TREATMENTS,),
        remarks=(
            *_remark_on_no_record(condition, counts),
            *_remark_on_first_records(condition, counts.never_in_view, disclosure),
            *population.remarks,
        ),
        published=published_burden(condition),
        smallest_count=disclosure.smallest_count,
        rounding=disclosure.rounding,
        provenance=_provenance(study, population, washout_days, age_limits, engine),
    )


def _rows_to_show(
    periods: Sequence[Period], counts: BurdenCounts, age_limits: Sequence[int], disclosure: Disclosure
) -> Sequence[BurdenRow]:
    """Return the rows with their totals, small counts and what would give them away hidden."""
    from abate.inference.burden import add_totals, sums_of, sums_over_years
    from abate.report.burden_counts import hide_burden

    rows = add_totals(counts.cells.to_pylist(), periods, age_limits)
    over_years = sums_over_years(rows, periods[0], periods[1:]) if len(periods) > 1 else []
    return hide_burden(
        rows,
        sums_of(rows, periods),
        {"new_cases": over_years, "person_years": over_years},
        smallest=disclosure.smallest_count,
        rounding=disclosure.rounding,
    )


def _define(condition: Condition, washout_days: int, disclosure: Disclosure) -> Sequence[str]:
    from abate.knowledge.chronic_codes import chronic_codes_of

    chronic = "; ".join(
        f"{code.vocabulary} {code.code} {code.name} ({code.tag}: {code.source})" for code in chronic_codes_of(condition)
    )
    hidden = (
        "No count is hidden."
        if disclosure.smallest_count == 1
        else f"Counts from 1 to {disclosure.smallest_count - 1} are hidden, and others with which they could be reckoned back."
    )
    rounded = "" if disclosure.rounding == 1 else f" Counts are rounded to multiples of {disclosure.rounding}."
    return (
        "Persons: everybody observed on at least one day of the period; person-years: their observed days in it, by 365.25.",
        "Age: completed years on the first day of the period on which the person was observed.",
        f"Recorded in it: a record of {condition.name} on a day of the period; recorded ever: on any day up to its end.",
        f"New cases: a first record ever of {condition.name}, on an observed day with at least {washout_days:,} observed days before it.",
        "Time at risk: such days, up to and with that of the first record.",
        "Intervals: Wilson for shares, exact Poisson for rates, Newcombe for differences, exact given the total for ratios of rates; 95 %.",
        "Crude numbers: nothing is standardised. A recorded diagnosis is not an illness: who is ill and has no record counts as not ill.",
        *((f"Chronic codes: {chronic}.",) if chronic else ()),
        REFRACTORY_BY_TREATMENTS,
        hidden + rounded,
    )


def _remark_on_no_record(condition: Condition, counts: BurdenCounts) -> Sequence[str]:
    if any(counts.cells["recorded_ever"].to_pylist()):
        return ()
    said = f"There is no record of {condition.name} by the study's codes among those observed."
    return (f"{said} That may be the codes or the records, and is no finding on how common it is.",)


def _remark_on_first_records(condition: Condition, count: int, disclosure: Disclosure) -> Sequence[str]:
    if count == 0:
        return ()
    number = f"{count:,}" if count >= disclosure.smallest_count else f"fewer than {disclosure.smallest_count}"
    return (
        f"Persons whose first record of {condition.name} lies on no observed day, and who are no new case anywhere: {number}.",
    )


def _provenance(
    study: Study, population: PopulationTables, washout_days: int, age_limits: Sequence[int], engine: Engine
) -> Mapping[str, Any]:
    versions = installed_versions()
    return {
        "abate_version": versions["abate"],
        "study_hash": hash_study(study),
        "washout_days": washout_days,
        "age_limits": list(age_limits),
        "source_kind": population.source_kind,
        "source_details": dict(population.source_details),
        "is_simulated": population.is_simulated,
        "engine": engine.name,
        "versions": dict(versions),
    }


def _condition(study: Study) -> Condition:
    assert study.condition is not None  # read_population refuses a study without one
    return study.condition


def _write(burden: Burden, folder: Path) -> None:
    from abate.report.burden import write_burden

    write_burden(burden, folder)
    manifest = {"schema": BURDEN_SCHEMA, "title": burden.title, **burden.provenance}
    (folder / MARK_OF_A_RUN).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
