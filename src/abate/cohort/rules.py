"""Which rules decide who enters? Each as a sentence with the study's numbers and as a test of every course.

What a course needs and the records leave empty (an age, say) counts as not met, and is counted for the rule's note.
docs/courses.md explains each rule.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal

import ibis

from abate.base.days import describe_length, parse_length
from abate.cohort.failure_rules import class_count_rules
from abate.cohort.refractory import count_failed_classes
from abate.cohort.refractory_entry import asked_definition, find_asked_verdicts, includes_unknown
from abate.contracts.course_tables import CourseTables
from abate.contracts.definition import Condition, Eligibility, Study, Treatment
from abate.engine.texts import plain
from abate.engine.time import calendar_day, epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

_NOTHING_ASKED = Eligibility(courses="all")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of entry.

    ``say`` gives the rule as a sentence, or None where the study does not ask it of this treatment. ``judge`` takes the
    courses (``course_id``, ``person_id``, ``treatment``, ``course_number``, ``start``, ``start_seconds``,
    ``end_seconds``, and ``is_left``, whether the course met all rules before) and adds the boolean column ``meets``;
    where there is a ``note``, also ``is_noted``, whose count among the courses that reached the rule the note says.
    """

    id: str
    topic: str  # stands in the place of the sentence where the rule is not asked
    say: Callable[[Study, Treatment], str | None]
    judge: Callable[[ir.Table, Study, CourseTables], ir.Table]
    needs: str | None = None  # field of CourseTables that answers it
    needs_in_words: str = ""
    note: Callable[[int], str] | None = None


def _eligibility(study: Study) -> Eligibility:
    """Return the study's section, or one that asks nothing where it is left out."""
    return study.eligibility or _NOTHING_ASKED


def _attach(courses: ir.Table, values: ir.Table, key: str) -> ir.Table:
    """Return the courses with the columns of ``values``, empty where ``values`` lacks the key."""
    return courses.left_join(values, key).drop(f"{key}_right")


def _first_doses(tables: CourseTables) -> ir.Table:
    """Return person and first dose of every course, for rules that pair courses with many rows.

    Not from the courses judged so far: each pairing would compute all rules before it once more.
    """
    courses = tables.courses
    return courses.select("course_id", "person_id", start_seconds=epoch_seconds(courses["start"]))


def _count_of_courses(count: int) -> str:
    return f"{count} course{'' if count == 1 else 's'}"


# --- treated -----------------------------------------------------------------


def _say_treated(study: Study, treatment: Treatment) -> str:
    if not treatment.is_given and study.condition is not None:
        return f"A visit for {study.condition.name} before any dose of {study.treatment.name} is in the records."
    return f"A course of {treatment.name} is in the records."


def _judge_treated(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    return courses.mutate(meets=courses.treatment.isin([treatment.name for treatment in study.treatments]))


# --- length ------------------------------------------------------------------


def _say_length(study: Study, treatment: Treatment) -> str | None:
    if treatment.length is None:
        return None
    shortest, longest = (parse_length(end) for end in treatment.length)
    lower = f"from {describe_length(shortest)} to" if shortest > 0 else "at most"
    span = f"from {treatment.clock_starts_with} to {'the end of the last' if treatment.is_given else 'discharge'}"
    return f"The course lasted {lower} {describe_length(longest)}, {span}."


def _judge_length(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    length = courses.end_seconds - courses.start_seconds
    limits = {treatment.name: treatment.length for treatment in study.treatments if treatment.length is not None}
    is_within = ibis.cases(
        *(
            (courses.treatment == name, length.between(parse_length(shortest), parse_length(longest)))
            for name, (shortest, longest) in limits.items()
        ),
        else_=True,
    )
    is_asked = courses.treatment.isin(list(limits))
    return courses.mutate(meets=is_within.fill_null(False), is_noted=is_asked & length.isnull())


# --- first course ------------------------------------------------------------


def _say_first_course(study: Study, treatment: Treatment) -> str | None:
    if _eligibility(study).courses != "first":
        return None
    return f"It is the person's first course of {treatment.name} in the records."


def _judge_first_course(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    return courses.mutate(meets=(courses.course_number == 1).fill_null(False))


# --- condition ---------------------------------------------------------------


def _say_condition(study: Study, treatment: Treatment) -> str | None:
    if study.condition is None:
        return None
    return f"A diagnosis of {study.condition.name} is recorded on or before the day of {treatment.clock_starts_with}."


def _judge_condition(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    assert study.condition is not None
    assert tables.conditions is not None
    diagnoses = tables.conditions.filter(_is_of(tables.conditions, study.condition))
    first = diagnoses.group_by("person_id").aggregate(
        diagnosis_day=calendar_day(epoch_seconds(diagnoses["date"])).min()
    )
    joined = _attach(courses, first, "person_id")
    is_in_time = joined.diagnosis_day <= calendar_day(joined.start_seconds)
    return joined.mutate(meets=is_in_time.fill_null(False)).drop("diagnosis_day")


def _is_of(diagnoses: ir.Table, condition: Condition) -> ir.BooleanValue:
    """Return whether a diagnosis is the study's condition: by its name, or by a code of the study in its vocabulary.

    An ICD code stands for all that begin with it, dots left aside; SNOMED codes are compared as they are. A code
    without a vocabulary says nothing.
    """
    vocabulary = diagnoses.vocabulary.upper().re_replace("[^A-Z0-9]", "")
    code = diagnoses.code.upper().replace(".", "")
    matches = [plain(diagnoses.name) == condition.name.strip().lower()]
    for name, prefixes in (("ICD10CM", condition.icd10cm), ("ICD9CM", condition.icd9cm)):
        matches += [(vocabulary == name) & code.startswith(prefix.upper().replace(".", "")) for prefix in prefixes]
    if condition.snomed:
        matches.append(vocabulary.startswith("SNOMED") & diagnoses.code.isin(condition.snomed))
    return reduce(operator.or_, (is_match.fill_null(False) for is_match in matches))


# --- age ---------------------------------------------------------------------


def _say_age(study: Study, treatment: Treatment) -> str | None:
    age = _eligibility(study).age
    return None if age is None else f"The person was {age[0]} to {age[1]} years old at {treatment.clock_starts_with}."


def _judge_age(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    age = _eligibility(study).age
    assert age is not None
    assert tables.patients is not None
    joined = _attach(courses, tables.patients.select("person_id", "birth_date", "birth_year"), "person_id")
    years = _whole_years(joined)
    judged = joined.mutate(meets=years.between(*age).fill_null(False), is_noted=years.isnull())
    return judged.drop("birth_date", "birth_year")


def _whole_years(courses: ir.Table) -> ir.IntegerValue:
    """Return completed years of age at the first dose; the difference of years where only the year of birth is known."""
    year, month, day = (getattr(courses.start, part)().cast("int64") for part in ("year", "month", "day"))
    born = courses.birth_date
    # Whoever was born on 29 February becomes a year older on 1 March of a common year.
    is_before_birthday = month * 100 + day < born.month().cast("int64") * 100 + born.day().cast("int64")
    by_date = year - born.year().cast("int64") - is_before_birthday.cast("int64")
    return by_date.fill_null(year - courses.birth_year)


# --- observed before ---------------------------------------------------------


def _say_observed(study: Study, treatment: Treatment) -> str | None:
    length = _eligibility(study).observed_before
    if length is None:
        return None
    return f"The {describe_length(parse_length(length))} before {treatment.clock_starts_with} lie within one observed span."


def _judge_observed(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    length = _eligibility(study).observed_before
    assert length is not None
    assert tables.observed is not None
    spans = tables.observed.select(
        "person_id", opened=epoch_seconds(tables.observed["start"]), closed=epoch_seconds(tables.observed["end"])
    )
    pairs = _first_doses(tables).inner_join(spans, "person_id")
    holds = (pairs.opened <= pairs.start_seconds - parse_length(length)) & (pairs.closed >= pairs.start_seconds)
    held = pairs.filter(holds).select("course_id").distinct().mutate(is_held=True)
    joined = _attach(courses, held, "course_id")
    return joined.mutate(meets=joined.is_held.fill_null(False)).drop("is_held")


# --- refractory --------------------------------------------------------------


def _failed_classes(role: Literal["preventive", "acute"]) -> Rule:
    """Return the rule that so many classes of one role had failed."""

    def least_count(study: Study) -> int | None:
        eligibility = _eligibility(study)
        return eligibility.failed_preventive_classes if role == "preventive" else eligibility.failed_acute_classes

    def say(study: Study, treatment: Treatment) -> str | None:
        count = least_count(study)
        if count is None:
            return None
        classes = f"At least {count} class{'' if count == 1 else 'es'} of {role} drugs"
        return f"{classes} had failed before {treatment.clock_starts_with}."

    def judge(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
        least = least_count(study)
        eligibility = _eligibility(study)
        assert least is not None
        assert tables.treatments is not None
        exposure = eligibility.preventive_exposure if role == "preventive" else eligibility.acute_exposure
        counted = count_failed_classes(
            _first_doses(tables),
            tables.treatments,
            role=role,
            least_exposure_seconds=parse_length(exposure),
            rules=class_count_rules(study.failure, role, parse_length(exposure)),
        )
        joined = _attach(courses, counted, "course_id")
        failed, inferred = joined.failed_count.fill_null(0), joined.inferred_count.fill_null(0)
        judged = joined.mutate(meets=failed >= least, is_noted=(failed >= least) & (failed - inferred < least))
        return judged.drop("failed_count", "inferred_count")

    return Rule(
        id=f"failed_{role}_classes",
        topic=f"Classes of {role} drugs that had failed.",
        say=say,
        judge=judge,
        needs="treatments",
        needs_in_words="earlier treatments",
        note=lambda count: (
            f"{_count_of_courses(count)} met this only by inference from exposures without a recorded outcome."
        ),
    )


def _say_refractory(study: Study, treatment: Treatment) -> str | None:
    asked = asked_definition(study)
    if asked is None:
        return None
    what_if = "entered" if includes_unknown(study) else "are lost"
    return f"The person met the definition {asked.name} before {treatment.clock_starts_with}; courses of which that is not known {what_if}."


def _judge_refractory(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    asked = asked_definition(study)
    assert asked is not None
    assert tables.treatments is not None
    verdicts = find_asked_verdicts(study, _first_doses(tables), tables.treatments, asked).select("course_id", "verdict")
    joined = _attach(courses, verdicts, "course_id")
    is_open = joined.verdict == "not known"
    is_met = (joined.verdict == "met") | (is_open & includes_unknown(study))
    return joined.mutate(meets=is_met.fill_null(False), is_noted=is_open.fill_null(False)).drop("verdict")


# --- first eligible ----------------------------------------------------------


def _say_first_eligible(study: Study, treatment: Treatment) -> str | None:
    if _eligibility(study).courses != "first eligible":
        return None
    return f"It is the person's first course of {treatment.name} that meets all rules above."


def _judge_first_eligible(courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    of_the_same = ibis.window(
        group_by=[courses.person_id, courses.treatment, courses.is_left],
        order_by=[courses.start_seconds, courses.course_id],
    )
    return courses.mutate(meets=ibis.row_number().over(of_the_same) == 0)


#: All rules, in the order in which losses are counted.
RULES: tuple[Rule, ...] = (
    Rule(id="treated", topic="A course of the treatment.", say=_say_treated, judge=_judge_treated),
    Rule(
        id="length",
        topic="The length of the course.",
        say=_say_length,
        judge=_judge_length,
        note=lambda count: f"{_count_of_courses(count)} lost because the end of the last dose is not recorded.",
    ),
    Rule(id="first_course", topic="Only the person's first course.", say=_say_first_course, judge=_judge_first_course),
    Rule(
        id="condition",
        topic="A diagnosis of the condition.",
        say=_say_condition,
        judge=_judge_condition,
        needs="conditions",
        needs_in_words="diagnoses",
    ),
    Rule(
        id="age",
        topic="Age at the first dose.",
        say=_say_age,
        judge=_judge_age,
        needs="patients",
        needs_in_words="persons with their birth",
        note=lambda count: f"{_count_of_courses(count)} lost because neither date nor year of birth is recorded.",
    ),
    Rule(
        id="observed_before",
        topic="Time observed before the first dose.",
        say=_say_observed,
        judge=_judge_observed,
        needs="observed",
        needs_in_words="observed spans",
    ),
    _failed_classes("preventive"),
    _failed_classes("acute"),
    Rule(
        id="refractory",
        topic="A definition of resistant or refractory.",
        say=_say_refractory,
        judge=_judge_refractory,
        needs="treatments",
        needs_in_words="earlier treatments",
        note=lambda count: f"Of {_count_of_courses(count)} it is not known.",
    ),
    Rule(
        id="first_eligible",
        topic="Only the person's first eligible course.",
        say=_say_first_eligible,
        judge=_judge_first_eligible,
    ),
)
