"""How far do the headline numbers hang on who counts as refractory? The same records under each definition and rule of failure.

Every other rule of entry stays. Outcomes are there for all courses already: of each variant only the verdicts are found anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abate.contracts.definition import Eligibility, Study
from abate.contracts.failure import Failure
from abate.contracts.result import REFRACTORY_ROWS, Estimate, SensitivityRow
from abate.engine.connection import Engine

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from abate.contracts.course_tables import CourseTables
    from abate.knowledge.refractory_definitions import Definition

#: Days of a fair trial that are tried.
ADEQUATE_DAYS = (28, 56, 84)
_CONTRAINDICATED = {"counts": "contraindications count", "does not count": "contraindications do not count"}


@dataclass(frozen=True, kw_only=True)
class _Variant:
    """One definition under one set of rules; without a definition everybody enters who meets the other rules."""

    id: str
    words: str
    definition: Definition | None
    failure: Failure


def vary_the_definition(
    study: Study, tables: CourseTables, outcomes: pa.Table, engine: Engine
) -> tuple[SensitivityRow, ...]:
    """Return the headline numbers without a rule on failed treatments, under each definition, and under a grid of rules.

    Parameters
    ----------
    study : Study
        The study as it is declared. A study that asks nothing of failed treatments has no such rows.
    tables : CourseTables
        The course tables that it ran on.
    outcomes : Arrow table
        Rows of all courses, eligible or not.
    engine : Engine
        Where the treatments are.

    Returns
    -------
    tuple of SensitivityRow
        Beside the headline, ``refractory.courses`` (how many entered) and ``refractory.not_known`` (of how many that met all
        other rules it is not known). What records cannot show is taken as met.
    """
    if tables.treatments is None or not study.asks_for_history:
        return ()
    return _Variation(study=study, tables=tables, outcomes=outcomes, engine=engine).rows()


class _Variation:
    """What all variants share: the courses that meet every other rule, and trials by the rules that made them."""

    def __init__(self, *, study: Study, tables: CourseTables, outcomes: pa.Table, engine: Engine) -> None:
        from abate.cohort.entry import find_entry
        from abate.cohort.failures import JoinedTrials
        from abate.engine.time import epoch_seconds

        self._study, self._engine = study, engine
        base = find_entry(_without_failures(study), tables, engine).courses
        courses = tables.courses.semi_join(base.filter(base.is_eligible), "course_id")
        courses = courses.filter(courses.treatment == study.treatment.name)
        starts = courses.select("course_id", "person_id", start_seconds=epoch_seconds(courses["start"]))
        self._courses = engine.materialise(starts, "refractory_courses")
        self._outcomes = _of(outcomes, engine.to_arrow(self._courses.select("course_id")))
        assert tables.treatments is not None
        self._trials = JoinedTrials(self._courses, tables.treatments, engine)

    def rows(self) -> tuple[SensitivityRow, ...]:
        return tuple(self._row(variant) for variant in _variants(self._study))

    def _row(self, variant: _Variant) -> SensitivityRow:
        from abate.inference.sensitivity import headline

        entered, not_known = self._entered(variant)
        rows = _first_of_each(entered) if _takes_first_eligible(self._study) else entered
        counts = {
            "courses": ("courses that entered", rows.num_rows),
            "not_known": ("courses of which it is not known", not_known),
        }
        return SensitivityRow(
            id=f"{REFRACTORY_ROWS}{variant.id}",
            change_of_rule=variant.words,
            estimates={
                **headline(self._study, rows),
                **{
                    f"{REFRACTORY_ROWS}{name}": Estimate(
                        id=f"{REFRACTORY_ROWS}{name}", quantity=words, value=float(count), n=count
                    )
                    for name, (words, count) in counts.items()
                },
            },
        )

    def _entered(self, variant: _Variant) -> tuple[pa.Table, int]:
        """Return the outcomes of the courses that enter, and of how many it is not known whether they should."""
        import pyarrow as pa

        from abate.cohort.refractory_entry import includes_unknown
        from abate.cohort.verdicts import judge_trials

        if variant.definition is None:
            return self._outcomes, 0
        not_in_records = [demand.id for demand in variant.definition.demands if not demand.is_of_records]
        found = judge_trials(
            self._courses, self._trials_of(variant), variant.definition, failure=variant.failure, assumed=not_in_records
        )
        verdicts = self._engine.to_arrow(found.select("course_id", "verdict"))
        wanted = {"met", "not known"} if includes_unknown(self._study) else {"met"}
        words = verdicts["verdict"].to_pylist()
        entered = verdicts.filter(pa.array([word in wanted for word in words], pa.bool_()))
        return _of(self._outcomes, entered), words.count("not known")

    def _trials_of(self, variant: _Variant) -> ir.Table:
        from abate.cohort.verdicts import rules_of

        assert variant.definition is not None
        return self._trials.under(rules_of(variant.definition, variant.failure))


def _variants(study: Study) -> Iterator[_Variant]:
    from abate.cohort.refractory_entry import own_definition
    from abate.knowledge.refractory_definitions import definitions

    failure, own = study.failure or Failure(), own_definition(study)
    yield _Variant(id="any", words="whatever had failed", definition=None, failure=failure)
    for id, one in {own.id: own, **definitions()}.items():
        yield _Variant(id=id, words=_words(one), definition=one, failure=failure)
    for days in ADEQUATE_DAYS:
        for said, words in _CONTRAINDICATED.items():
            changed = failure.model_copy(update={"adequate_preventive": f"{days}d", "contraindicated": said})
            yield _Variant(
                id=f"{own.id}.{days}d.contraindicated_{said.replace(' ', '_')}",
                words=f"{own.name}: a fair trial of {days} days, {words}",
                definition=own,
                failure=changed,
            )


def _words(one: Definition) -> str:
    """Return the name, with what of the definition is not verified."""
    _, _, unverified = one.tag.partition("verified; ")
    return f"{one.name} ({unverified})" if unverified else one.name


def _without_failures(study: Study) -> Study:
    entry = study.eligibility or Eligibility(courses="all")
    changes: dict[str, object] = dict.fromkeys(
        ("failed_preventive_classes", "failed_acute_classes", "refractory", "refractory_unknown", "refractory_assumed")
    )
    # The first eligible course is another one under another rule: it is picked afterwards.
    if entry.courses == "first eligible":
        changes["courses"] = "all"
    return study.model_copy(update={"eligibility": entry.model_copy(update=changes)})


def _takes_first_eligible(study: Study) -> bool:
    return study.eligibility is not None and study.eligibility.courses == "first eligible"


def _of(outcomes: pa.Table, courses: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    return outcomes.filter(pc.is_in(outcomes["course_id"], courses["course_id"].combine_chunks()))


def _first_of_each(outcomes: pa.Table) -> pa.Table:
    """Return the earliest course of each person."""
    ordered = outcomes.sort_by([("start", "ascending"), ("course_id", "ascending")])
    first: dict[object, int] = {}
    for place, person in enumerate(ordered["person_id"].to_pylist()):
        first.setdefault(person, place)
    return ordered.take(list(first.values())) if first else ordered
