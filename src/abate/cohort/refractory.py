"""What had failed a person before a course? Classes of drugs that were recorded as failed, or that an exposure suggests had failed.

One rule, named on every page that shows its result. A class of drugs counts as failed before a course when at least one
treatment of that class and role

- has a recorded outcome of no effect, not tolerated or contraindicated, and ended before the first dose (where the end is
  not known: began before it; where no date is known, it counts as earlier, since the table holds earlier treatments); or else
- has no recorded outcome, and is an exposure, from its start to its end, of at least the length that the study names, which
  ended before the first dose. This is an inference and counted apart.

One row of `treatments` is one treatment: a source must join refills to one row before. Rows without a class are not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import ibis

from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Recorded outcomes that say a treatment failed.
FAILURES = ("no effect", "not tolerated", "contraindicated")

#: Earlier than every time of a record, in epoch seconds (about 30 million years before 1970).
_LONG_AGO = -(10**15)


def count_failed_classes(
    courses: ir.Table,
    treatments: ir.Table,
    *,
    role: Literal["preventive", "acute"],
    least_exposure_seconds: int,
) -> ir.Table:
    """Count the classes of one role that had failed before each course.

    Parameters
    ----------
    courses : table
        With ``course_id``, ``person_id`` and ``start_seconds`` (first dose, epoch seconds).
    treatments : table TREATMENTS
        Earlier and other treatments of these persons.
    role : "preventive" or "acute"
        Only treatments in this role count.
    least_exposure_seconds : int
        Exposure that counts as a failure where no outcome is recorded.

    Returns
    -------
    table
        ``course_id``, ``failed_count`` (distinct classes) and ``inferred_count`` (those of them for which only an exposure
        speaks); courses before which no class had failed are not in it.
    """
    failures = _first_failures(treatments.filter(treatments.role == role), least_exposure_seconds)
    pairs = courses.select("course_id", "person_id", "start_seconds").inner_join(failures, "person_id")
    is_recorded = (pairs.recorded_seconds < pairs.start_seconds).fill_null(False)
    is_inferred = (pairs.inferred_seconds < pairs.start_seconds).fill_null(False) & ~is_recorded
    failed = pairs.mutate(is_inferred=is_inferred).filter(is_recorded | is_inferred)
    return failed.group_by("course_id").aggregate(
        failed_count=failed.count(), inferred_count=failed.is_inferred.cast("int64").sum()
    )


def _first_failures(treatments: ir.Table, least_exposure_seconds: int) -> ir.Table:
    """Return one row a person and class: since when it had failed, as recorded and as inferred (epoch seconds)."""
    begun, ended = epoch_seconds(treatments["start"]), epoch_seconds(treatments["end"])
    is_failure = treatments.outcome.isin(FAILURES).fill_null(False)
    is_guessed = (treatments.basis == "inferred").fill_null(False)
    is_silent = treatments.outcome.isnull() | (treatments.outcome == "unknown")
    is_long = (ended - begun >= least_exposure_seconds).fill_null(False)
    known = ended.fill_null(begun).fill_null(ibis.literal(_LONG_AGO, "int64"))
    nothing = ibis.null("int64")
    dated = treatments.mutate(
        recorded=(is_failure & ~is_guessed).ifelse(known, nothing),
        inferred=ibis.cases((is_failure & is_guessed, known), (is_silent & is_long, ended), else_=nothing),
    )
    classed = dated.filter(dated.drug_class.notnull())
    return classed.group_by("person_id", "drug_class").aggregate(
        recorded_seconds=classed.recorded.min(), inferred_seconds=classed.inferred.min()
    )
