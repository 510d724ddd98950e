"""Do the tables of a source keep the contract? Checked once, here; every broken row is named in the findings.

Each table is counted over once for all of its rules together. Only where a count is above nought are the rows looked for,
so that clean tables of millions of rows cost one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from abate.base.errors import AbateError, BrokenRecordsError, MissingTableError, NoCoursesError
from abate.contracts.course_tables import COURSE_TABLES, CourseTables, SourceTables
from abate.contracts.definition import Study
from abate.engine.connection import Engine
from abate.knowledge.scales import SCALES
from abate.sources.border.counting import Counts, apply_rules, count_broken, loses_every_row
from abate.sources.border.courses import drop_doses_without_course, fill_course_ids, fill_course_numbers
from abate.sources.border.ids import unify_ids
from abate.sources.border.keys import drop_identical_rows, refuse_differing_rows
from abate.sources.border.reading import ReadTable, read_table, zoned_times
from abate.sources.border.rules import Rule, rules_of
from abate.sources.border.treatments import fill_drug_classes
from abate.sources.border.words import respell_scales, respell_terms, respell_treatments, respell_words, words_in
from abate.sources.findings import Findings

#: Required columns that the border fills itself.
_FILLED_HERE: Mapping[str, frozenset[str]] = {"courses": frozenset({"course_id"})}


def check_course_tables(
    source: SourceTables,
    study: Study | None,
    engine: Engine,
    *,
    on_stop: Callable[[AbateError], None] | None = None,
) -> CourseTables:
    """Return the contract's tables, checked, with the findings of source and border.

    Parameters
    ----------
    source : SourceTables
        With ``courses`` filled (and ``doses``, where there are any). A table may bring a text column ``row_key`` that names
        its rows in the findings, such as "ratings row 17".
    study : Study or None
        Its treatments are those that a course may name; None leaves treatments unchecked.
    engine : Engine
        Holds the tables.
    on_stop : callable, optional
        Is given what would stop a run, and the check goes on to name the other mistakes; without it, it is raised.

    Returns
    -------
    CourseTables
        Every table with the contract's columns, order and types; a table that the source does not have stays None.

    Raises
    ------
    MissingTableError
        If ``courses``, or a required column, is missing.
    BrokenRecordsError
        If a table loses every row to the rules, or if rows that differ share a key.
    NoCoursesError
        If there are courses and none names a treatment of the study.
    """
    findings = Findings(engine, on_stop)
    findings.add_table(source.findings)
    tables = _read_all(source, engine, findings)
    courses = _check_courses(tables.pop("courses"), study, engine, findings)
    doses = tables.pop("doses", None)
    checked = {name: _check_table(table, engine, findings) for name, table in tables.items()}
    _note_other_scales(checked["ratings"], study, engine, findings)
    if "events" in checked and study is not None and study.events is not None and study.events.terms:
        checked["events"] = _with_terms_of_study(checked["events"], study, engine, findings)
    if "treatments" in checked and source.administrations is None:
        failure = None if study is None else study.failure
        checked["treatments"] = fill_drug_classes(checked["treatments"], engine, findings, failure)
    if doses is not None:
        checked["doses"] = drop_doses_without_course(_check_table(doses, engine, findings), courses, engine, findings)
    return CourseTables(
        courses=courses.contract_rows,
        **{name: table.contract_rows for name, table in checked.items()},
        findings=findings.as_table(),
        source_kind=source.source_kind,
        source_details=source.source_details,
        is_simulated=source.is_simulated,
    )


def _read_all(source: SourceTables, engine: Engine, findings: Findings) -> dict[str, ReadTable]:
    tables: dict[str, ReadTable] = {}
    for name, contract in COURSE_TABLES.items():
        given = getattr(source, name)
        if given is None and contract.is_required:
            raise MissingTableError(f"there is no table {name!r}; a study needs it: one row is {contract.row_is}.")
        if given is not None:
            tables[name] = read_table(contract, given, engine, may_lack=_FILLED_HERE.get(name, frozenset()))
            for column in zoned_times(contract, given):
                findings.add_remark(name, f"{column} carries a time zone; its clock time in UTC is taken")
    return unify_ids(tables, engine, digits_are_numbers=source.administrations is None)


def _check_courses(table: ReadTable, study: Study | None, engine: Engine, findings: Findings) -> ReadTable:
    if study is not None:
        table = _check_treatments(table, study, engine, findings)
    table = drop_identical_rows(_apply_rules_of(table, engine, findings), engine, findings)
    table = fill_course_numbers(table, engine, findings)
    table = fill_course_ids(table, engine, findings)
    refuse_differing_rows(table, engine, findings)
    # Numbers and ids take windows over all courses: reckoned once, whoever reads them later.
    return table.with_rows(engine.materialise(table.rows, "courses"))


def _check_treatments(table: ReadTable, study: Study, engine: Engine, findings: Findings) -> ReadTable:
    table = respell_treatments(table, study, engine)
    names = [treatment.name for treatment in study.treatments]
    is_other = Rule(
        sentence=f"treatment is none of the study's: {', '.join(names)}",
        action="dropped",
        is_broken=lambda rows: ~rows.treatment.isin(names),
    )
    counts = count_broken(table, [is_other], engine)
    if loses_every_row(table, [is_other], counts, engine):
        findings.stop(
            NoCoursesError(
                f"none of the {counts.rows} rows of courses names a treatment of the study; "
                f"write {' or '.join(names)} in the column treatment, as in the study file."
            )
        )
    return apply_rules(table, [is_other], counts.broken, findings)


def _check_table(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    table = drop_identical_rows(_apply_rules_of(table, engine, findings), engine, findings)
    refuse_differing_rows(table, engine, findings)
    return table


def _apply_rules_of(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return one table without the rows that its rules do not let pass, and with broken cells emptied."""
    scales: list[str] = []
    if table.contract.name == "ratings":
        table, scales = respell_scales(table, engine)
    rules = rules_of(table, scales)
    counts = count_broken(table, rules, engine)
    if any(count and rule.is_about_words for rule, count in zip(rules, counts.broken, strict=True)):
        table = respell_words(table, engine)
        counts = count_broken(table, rules, engine)
    _note_missing_clock_times(table, counts, findings)
    if loses_every_row(table, rules, counts, engine):
        findings.stop(BrokenRecordsError(_all_lost_sentence(table, rules, counts, engine)))
    return apply_rules(table, rules, counts.broken, findings)


def _with_terms_of_study(events: ReadTable, study: Study, engine: Engine, findings: Findings) -> ReadTable:
    """Return the events under the study's own spelling; events of terms that it does not name are listed."""
    events = respell_terms(events, study, engine)
    terms = [] if study.events is None else list(study.events.terms)
    others = events.rows.filter(~events.rows.term.isin(terms))
    rule = "the term is none that the study file names: the event does not count"
    findings.add_rows(others, table="events", rule=rule, action="kept", key="row_key")
    return events


def _note_other_scales(ratings: ReadTable, study: Study | None, engine: Engine, findings: Findings) -> None:
    """Note where no rating is of any use to the study: there is none, or all are on other scales."""
    scales = words_in(ratings, "scale", engine)
    if not scales:
        findings.add_remark("ratings", "no rating is left")
    elif study is not None and study.rating.scale not in scales:
        known = [name for name in scales if name in SCALES]
        found = f"the scales found are {', '.join(known)}" if known else "the scales found are not known"
        findings.add_remark("ratings", f"no rating is on {study.rating.scale}, the scale of the study; {found}")


def _note_missing_clock_times(table: ReadTable, counts: Counts, findings: Findings) -> None:
    for name, count in counts.clock.items():
        # In a column of timestamps midnight is a time like others, unless there is nothing else.
        is_only_dates = name not in table.from_text and count.without == count.all
        if count.without and (name in table.date_only or is_only_dates):
            findings.add_remark(
                table.contract.name,
                f"{name} is a date without a clock time in {count.without} of {count.all} rows; 00:00 is taken",
            )


def _all_lost_sentence(table: ReadTable, rules: Sequence[Rule], counts: Counts, engine: Engine) -> str:
    by_rule = [
        (count, rule.sentence) for rule, count in zip(rules, counts.broken, strict=True) if rule.action == "dropped"
    ]
    count, sentence = max(by_rule, key=lambda pair: pair[0])
    hint = _other_scale(table, engine) if table.contract.name == "ratings" and "range of scale" in sentence else ""
    return (
        f"none of the {counts.rows} rows of {table.contract.name} can be used: in {count} of them {sentence}; "
        f"{hint}correct the records (abate check names the rows)."
    )


def _other_scale(table: ReadTable, engine: Engine) -> str:
    """Return a question that names the scales whose range would hold every value."""
    value = table.rows.value
    ends = engine.to_arrow(table.rows.aggregate(low=value.min(), high=value.max())).to_pylist()[0]
    fitting = [scale.id for scale in SCALES.values() if scale.minimum <= ends["low"] and ends["high"] <= scale.maximum]
    return f"did you mean the scale {' or '.join(fitting)}? If not, " if fitting else ""
