"""Which tables does the report hold? Each as plain text cells, from estimates; a number that is missing gives its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from abate.contracts.result import CharacteristicRow, Estimate, SensitivityRow
from abate.knowledge.infusion_limits import BOLUS, RATE, WARD, find_limit
from abate.report.cells import (
    EMPTY,
    curve_cell,
    mean_cell,
    p_cell,
    point_cell,
    polished,
    rate_cell,
    share_cell,
    share_cells,
    share_interval_cell,
    why_not,
)
from abate.report.harm_terms import find_terms
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    INTERVAL,
    NO_BREAK,
    decimals_of_size,
    describe_count,
    describe_number,
    describe_range,
    describe_share_range,
    describe_signed,
)
from abate.report.report_table import ReportTable, RowKind, TableRow, row, table
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import capital, describe_rule, headed, in_words, label_rule, listed, sentence

_LEVEL_WORDS = {"median [Q1, Q3]": "median (quartiles)"}


def attrition_table(view: ResultView) -> ReportTable:
    """Return what each rule of entry left and removed."""
    rows = [
        row(
            sentence(step.rule),
            describe_count(step.persons),
            describe_count(step.courses),
            describe_count(step.persons_lost) if step.is_asked else "not asked",
            describe_count(step.courses_lost) if step.is_asked else "not asked",
        )
        for step in view.attrition
    ]
    notes = [f"{sentence(step.rule)} {sentence(step.note)}" for step in view.attrition if step.note]
    columns = ("Rule, in the order applied", "Persons left", "Courses left", "Persons removed", "Courses removed")
    return table("attrition-table", "Who entered: what each rule left and removed.", columns, rows, notes=notes)


def characteristics_table(view: ResultView) -> ReportTable:
    """Return Table 1: persons and courses, by response to the primary rule."""
    groups = ("overall", "responders", "non_responders", "not_evaluable")
    heads = ("All", "Met the rule", "Did not", "Cannot be judged")
    shown = [place for place, name in enumerate(groups) if name != "not_evaluable" or _group_size(view, name) != "0"]
    sizes = {place: _group_size(view, groups[place]) for place in shown}
    columns = (
        "Characteristic",
        *(f"{heads[place]} (n{NO_BREAK}={NO_BREAK}{sizes[place]})" for place in shown),
        "SMD",
        "Missing",
    )
    rows: list[TableRow] = []
    recorded = [found for found in view.result.characteristics[1:] if found.cells.get("overall") != EMPTY]
    for found in recorded:
        cells = tuple(_cell_of_group(found.cells.get(groups[place], EMPTY), sizes[place]) for place in shown)
        name = (
            found.variable if found.level is None else f"{found.variable}: {_LEVEL_WORDS.get(found.level, found.level)}"
        )
        smd = EMPTY if found.smd is None else describe_signed(found.smd, 2)
        rows.append(row(name, *cells, smd, describe_count(found.missing.get("overall", 0))))
    notes = [
        f"Groups: the primary rule, {describe_rule(view.study.response.primary)}. No p values: the groups were formed by the outcome.",
        "SMD: standardised mean difference, those who met the rule minus the others, over the pooled standard deviation.",
    ]
    variables = _unique(found.variable for found in recorded[1:])
    for reason in _unique(found.smd_reason for found in recorded[1:]):
        without = _unique(found.variable for found in recorded if found.smd_reason == reason)
        notes.append(f"No SMD{'' if without == variables else ' for ' + listed(without)}: {reason}.")
    unknown = _unique(found.variable for found in view.result.characteristics if found.cells.get("overall") == EMPTY)
    if unknown:
        notes.append(f"Not recorded in any course: {listed(unknown)}.")
    return table("characteristics", "Persons and courses, by response.", columns, rows, notes=notes)


def _cell_of_group(cell: str, size: str) -> str:
    """Return a cell of Table 1 of a group of ``size`` courses: the quartiles of one course are left out, as its spread is."""
    text = polished(cell)
    return text.partition(" (")[0] if size == "1" else text


def course_table(view: ResultView) -> ReportTable:
    """Return lengths, doses and rates of the courses."""
    measures = (
        ("Length, days", "course_length"),
        ("Stay, days", "stay"),
        ("Hours in which an infusion ran", "running_hours"),
        ("Total dose, mg", "dose_total"),
        ("Total dose, mg/kg", "dose_per_kg"),
        ("Rate at the start, mg/h", "rate_first"),
        ("Highest rate, mg/h", "rate_max"),
        ("Mean rate while it ran, mg/h", "rate_mean"),
    )
    rows = []
    for name, id in measures:
        mean, median = view.estimate(f"{id}.mean"), view.known(f"{id}.median")
        if mean is None:
            continue
        if mean.value is None:
            rows.append(row(name, describe_count(told_n(mean)), why_not(mean), EMPTY, EMPTY))
            continue
        decimals = max(1 if "days" in name else 0, decimals_of_size(mean.value))
        spread = EMPTY if mean.sd is None else describe_number(mean.sd, decimals)
        middle = EMPTY if median is None else mean_cell(median, decimals)
        rows.append(row(name, describe_count(told_n(mean)), mean_cell(mean, decimals), spread, middle))
    columns = ("Measure", "n", f"Mean ({INTERVAL})", "SD", f"Median ({INTERVAL})")
    return table("courses-table", "The courses and what was given.", columns, rows)


def course_end_table(view: ResultView) -> ReportTable:
    """Return how many courses were paused and why they ended."""
    found = [("With a pause inside", view.estimate("pause.share"))]
    found += [
        (capital(estimate.quantity.removeprefix("courses that ")), estimate) for estimate in view.under("end_reason.")
    ]
    rows = [
        row(name, share_cell(share), share_interval_cell(share))
        for name, share in found
        if share is not None and (share.value is not None or share.hidden is not None)
    ]
    return table("course-ends", "Pauses, and how courses ended.", ("Courses", "k/n", INTERVAL), rows)


def limits_table_of_doses(view: ResultView) -> ReportTable:
    """Return how many courses left the limits of the drug, when and for how long."""
    shares = [view.known(f"limits.{id}") for id in ("rate_beyond", "bolus_beyond", "not_known")]
    rows = [
        row(capital(share.quantity), share_cell(share), share_interval_cell(share))
        for share in shares
        if share is not None and share.value is not None
    ]
    for id in ("first_hour.median", "hours.median"):
        median = view.known(f"limits.{id}")
        if median is not None and median.value is not None:
            rows.append(row(capital(median.quantity), mean_cell(median, 1), f"n = {describe_count(told_n(median))}"))
    return table(
        "dose-limits",
        "Doses against limits.",
        ("Courses", "k/n, or hours", INTERVAL),
        rows,
        notes=_limit_notes(view) if rows else (),
    )


def _limit_notes(view: ResultView) -> list[str]:
    """Return which limits the doses were held against, from where, and that nobody knows the monitoring."""
    drug = view.study.treatment.name
    limits = [limit for kind in (RATE, BOLUS) if (limit := find_limit(drug, WARD, kind)).limit is not None]
    told = " and ".join(f"a {limit.kind} of {limit.limit:g} {limit.unit}" for limit in limits)
    sources = "; ".join(dict.fromkeys(f"{limit.source} ({limit.tag})" for limit in limits))
    notes = dict.fromkeys(f"{limit.note}." for limit in limits[:1] if limit.note)
    return [
        f"Limits: {told}. {sources}. {' '.join(notes)}".rstrip(),
        "Every course counts as given without intensive monitoring, which the records do not tell.",
        f"Which courses, and when, {'stays at the site' if view.result.edition.is_shared else 'stands in courses/limits.parquet'}.",
    ]


def daily_table(view: ResultView) -> ReportTable:
    """Return the daily means with n, and beside them those of the courses rated on every day."""
    prefix, fixed_prefix = "daily.mean.day_", "daily.mean_fixed_set.day_"
    fixed = {estimate.id.removeprefix(fixed_prefix): estimate for estimate in view.under(fixed_prefix)}
    rows = []
    for id, name in (("baseline.mean", "Baseline, by rule"),):
        rows += [_daily_row(name, view.estimate(id), None)]
    by_day = sorted(view.under(prefix), key=lambda estimate: int(estimate.id.removeprefix(prefix)))
    for estimate in by_day:
        day = estimate.id.removeprefix(prefix)
        name = "Day 0 (up to the first dose)" if day == "0" else f"Day {day}"
        rows.append(_daily_row(name, estimate, fixed.get(day)))
    rows += [_daily_row("Final, by rule", view.estimate("final.mean"), None)]
    notes = []
    if fixed:
        notes.append(
            "The last two columns follow one set of courses: those rated on every one of these days. "
            "The other means change also because patients leave or are not rated."
        )
    columns = ("Time", "n", f"Mean {view.noun}", INTERVAL, "n, same courses", "Mean, same courses")
    return table("daily-table", f"Daily means of {view.noun}.", columns, rows, notes=notes)


def change_table(view: ResultView) -> ReportTable:
    """Return baseline, final rating and change in every form in which they were estimated."""
    ids = ("baseline.mean", "baseline.median", "final.mean", "final.median", "change.mean", "change.median", "change.hodges_lehmann",
           "change_percent.mean", "change.wilcoxon")  # fmt: skip
    rows = [
        row(
            capital(estimate.quantity),
            point_cell(estimate),
            describe_count(told_n(estimate)),
            p_cell(estimate),
            estimate.method or EMPTY,
        )
        for id in ids
        if (estimate := view.estimate(id)) is not None and not (view.is_one_patient and id == "change.wilcoxon")
    ]
    columns = ("Quantity", f"Estimate ({INTERVAL})", "n", "p", "Method")
    notes = (
        []
        if view.is_one_patient
        else ["A test asks whether the change is zero, which nobody expects here: see what this design cannot show."]
    )
    return table(
        "change-table", f"{capital(view.noun)} before and at the end, and the change.", columns, rows, notes=notes
    )


def missing_table(view: ResultView) -> ReportTable:
    """Return how many courses lack a baseline, a final rating or a total dose, and why."""
    rows: list[TableRow] = []
    for name in ("baseline", "final", "dose_total", "return"):
        share = view.known(f"missing.{name}")
        is_asked = name != "return" or view.study.follow_up is not None
        if view.is_hidden(f"missing.{name}") and is_asked:
            hidden = view.estimate(f"missing.{name}")
            if hidden is not None:
                rows.append(row(capital(hidden.quantity), why_not(hidden), kind=RowKind.KEY))
            continue
        if share is None or not share.numerator or not is_asked:
            continue
        rows.append(row(capital(share.quantity), share_cell(share), kind=RowKind.KEY))
        prefix = f"{share.quantity}: "
        reasons = view.under(f"missing.{name}.")
        rows += [row(capital(e.quantity.removeprefix(prefix)), share_cell(e)) for e in reasons if e.denominator]
    return table("missing-table", "What is missing, and why.", ("Missing", "Courses"), rows)


def response_table(view: ResultView) -> ReportTable:
    """Return the response by every declared rule, with and without the courses that cannot be judged."""
    primary = view.study.response.primary.id
    rows = []
    for rule in view.study.response.rules:
        judged, everybody = view.estimate(f"response.{rule.id}"), view.estimate(f"response.{rule.id}_missing_as_no")
        name = label_rule(rule) + (" (primary)" if rule.id == primary else "")
        cells = (*share_cells(judged), *share_cells(everybody))
        rows.append(row(name, *cells, kind=RowKind.KEY if rule.id == primary else RowKind.PLAIN))
    columns = ("Rule", "Of those that can be judged", INTERVAL, "Of all courses, missing as no", INTERVAL)
    return table(
        "response-table",
        "Response by every declared rule.",
        columns,
        rows,
        notes=_notes_on_shares(view, "response.primary"),
    )


def time_to_response_table(view: ResultView) -> ReportTable:
    """Return the share that had met the primary rule by the end of each day."""
    prefix = "time_to_response.day_"
    found = sorted(view.under(prefix), key=lambda estimate: int(estimate.id.removeprefix(prefix)))
    rows = [row(f"Day {estimate.id.removeprefix(prefix)}", *_wait_cells(estimate)) for estimate in found]
    median = view.estimate("time_to_response.median")
    notes = [] if median is None else [sentence(f"{median.quantity}: {point_cell(median)}")]
    return table(
        "time-to-response-table",
        "First rating that met the primary rule, by day.",
        ("Within", "Had met the rule", "Of courses", "Share", INTERVAL),
        rows,
        notes=notes,
    )


def _wait_cells(estimate: Estimate) -> tuple[str, ...]:
    """Return counts and the share of the curve, which is no simple quotient where records end early."""
    if estimate.value is None:
        return (why_not(estimate), EMPTY, EMPTY, EMPTY)
    counts = (describe_count(estimate.numerator or 0), describe_count(estimate.denominator or 0))
    return (*counts, curve_cell(estimate.value, estimate.denominator or 0), share_interval_cell(estimate))


def harm_table(view: ResultView) -> ReportTable:
    """Return adverse events by term, with courses, grades and rates."""
    rows = []
    for id, name in (("harm.any", "Any event"), ("harm.serious", "Any serious event")):
        found = view.estimate(id)
        if found is not None:
            rate = view.known("harm.rate") if id == "harm.any" else None
            rows.append(
                row(
                    name,
                    *share_cells(found),
                    _grades(view, "harm") if id == "harm.any" else EMPTY,
                    rate_cell(rate),
                    kind=RowKind.KEY,
                )
            )
    for group_id, name in (
        ("responders", "among those who met the primary rule"),
        ("non_responders", "among those who did not"),
    ):
        found = view.known(f"harm.any.{group_id}")
        if found is not None:
            rows.append(row(f"Any event, {name}", *share_cells(found), EMPTY, EMPTY))
    for term in find_terms(view):
        rows.append(row(headed(term.name), *share_cells(term.share), _grades(view, term.id), rate_cell(term.rate)))
    columns = ("Event", "Courses", f"Exact {INTERVAL}", "Courses by worst grade", f"Per 100 infusion-days ({INTERVAL})")
    serious = view.known("harm.serious")
    notes = [sentence(serious.quantity)] if serious is not None and ";" in serious.quantity else []
    return table("harm-table", "Adverse events.", columns, rows, notes=[*notes, *_notes_on_shares(view, "harm.any")])


def sustained_table(view: ResultView) -> ReportTable:
    """Return for each visit who was seen and in whom the response was sustained, with the bounds that the unseen leave."""
    rows = []
    for visit in view.visits:
        share = view.estimate(f"sustained.{visit}")
        if share is None:
            continue
        lowest, highest = view.known(f"sustained.{visit}.unseen_as_no"), view.known(f"sustained.{visit}.unseen_as_yes")
        bounds = EMPTY if lowest is None or highest is None else f"{share_cell(lowest)} to {share_cell(highest)}"
        seen = view.known(f"{visit}.seen")
        of_all = view.known(f"sustained.{visit}.of_all")
        rows.append(
            row(
                headed(visit),
                EMPTY if seen is None else share_cell(seen),
                *share_cells(share),
                bounds,
                EMPTY if of_all is None else share_cell(of_all),
            )
        )
    columns = (
        "Visit",
        "Courses seen",
        "Held, of the responders seen",
        INTERVAL,
        "Of all responders: none to all of the unseen held",
        "Of all courses, unseen as no",
    )
    return table("sustained-table", "Response still held at follow-up.", columns, rows)


def return_table(view: ResultView) -> ReportTable:
    """Return the share that had returned to care, with the number followed."""
    rows = []
    for estimate in view.under("return.day_"):
        day = estimate.id.removeprefix("return.day_")
        if estimate.value is None:
            rows.append(row(f"{day} days", why_not(estimate), EMPTY, EMPTY, EMPTY))
            continue
        value = curve_cell(estimate.value, estimate.n or 0)
        interval = describe_share_range(estimate.lower, estimate.upper, estimate.n or 0) or EMPTY
        rows.append(
            row(
                f"{day} days",
                value,
                interval,
                describe_count(estimate.numerator or 0),
                describe_count(estimate.denominator or 0),
            )
        )
    median = view.estimate("return.median")
    notes = [] if median is None else [sentence(f"{median.quantity}: {point_cell(median)}")]
    columns = ("After discharge", "Had returned", INTERVAL, "Returns until then", "Still followed")
    return table(
        "return-table", "Return to care after discharge, one minus Kaplan\u2013Meier.", columns, rows, notes=notes
    )


def sensitivity_table(view: ResultView) -> ReportTable:
    """Return the headline numbers under each change of the rules."""
    rows = [
        row(
            sentence(found.change_of_rule) if not found.is_main else "As declared in the study file",
            *(_cell_of(found, id) for id in ("baseline.mean", "final.mean", "change.mean")),
            *(_share_of(found, id) for id in ("response.primary", "response.primary_missing_as_no")),
            kind=RowKind.KEY if found.is_main else RowKind.PLAIN,
        )
        for found in view.rule_changes
    ]
    columns = (
        "Rules",
        "Baseline, mean",
        "Final, mean",
        f"Mean change ({INTERVAL})",
        "Primary rule met",
        "Missing as no",
    )
    return table("sensitivity-table", "The same study under other rules, one change at a time.", columns, rows)


def findings_table(view: ResultView) -> ReportTable:
    """Return how many rows of the records broke each rule and what was done; counts only."""
    rows = [
        row(f"{found.table}: {found.rule}", found.action, describe_count(found.count)) for found in view.result.findings
    ]
    return table("findings-table", "What was odd in the records.", ("Table and rule", "What was done", "Rows"), rows)


def withheld_table(view: ResultView) -> ReportTable:
    """Return what an edition for sharing does not show: where it would stand, and the mark in its place."""
    rows = [row(found.part, in_words(found.item), found.mark) for found in view.result.edition.withheld]
    return table("withheld-table", "What is not shown.", ("Part", "Number", "Shown as"), rows, is_prose=True)


def _group_size(view: ResultView, name: str) -> str:
    rows: Sequence[CharacteristicRow] = view.result.characteristics
    return polished(rows[0].cells.get(name, "0")) if rows else "0"


def _unique(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _daily_row(name: str, estimate: Estimate | None, fixed: Estimate | None) -> TableRow:
    if estimate is None:
        return row(name, "0", EMPTY, EMPTY, EMPTY, EMPTY)
    if estimate.value is None:
        return row(name, describe_count(told_n(estimate)), why_not(estimate), EMPTY, EMPTY, EMPTY)
    same = (
        (EMPTY, EMPTY)
        if fixed is None or fixed.value is None
        else (describe_count(told_n(fixed)), describe_number(fixed.value, 2))
    )
    interval = (
        EMPTY if estimate.lower is None or estimate.upper is None else describe_range(estimate.lower, estimate.upper, 2)
    )
    return row(name, describe_count(told_n(estimate)), describe_number(estimate.value, 2), interval, *same)


def _grades(view: ResultView, id: str) -> str:
    """Return how many courses had each worst grade, those with none left out: ``1: 9, 2: 4``."""
    found = [(str(grade), view.estimate(f"{id}.grade_{grade}")) for grade in range(1, 6)]
    found.append(("not recorded", view.estimate(f"{id}.grade_not_recorded")))
    parts = [
        f"{grade}: {describe_count(e.numerator) if e.numerator else e.hidden}"
        for grade, e in found
        if e is not None and (e.numerator or e.hidden)
    ]
    return ", ".join(parts) or EMPTY


def _cell_of(found: SensitivityRow, id: str) -> str:
    estimate = found.estimates.get(id)
    if estimate is None:
        return EMPTY
    if estimate.value is None or id != "change.mean":
        return why_not(estimate) if estimate.value is None else describe_number(estimate.value)
    return point_cell(estimate)


def _share_of(found: SensitivityRow, id: str) -> str:
    estimate = found.estimates.get(id)
    return EMPTY if estimate is None else why_not(estimate) if estimate.value is None else share_cell(estimate)


def _notes_on_shares(view: ResultView, id: str) -> list[str]:
    found = view.known(id)
    if found is None or not found.denominator or found.denominator >= FEWEST_FOR_PERCENT:
        return []
    return [f"Under {FEWEST_FOR_PERCENT} courses no percentage is given; intervals stand as shares from 0 to 1."]
