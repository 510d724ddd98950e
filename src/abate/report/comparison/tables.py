"""Which tables stand beside the comparison: who entered, what was checked, the differences, what would overturn them?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Estimate
from abate.report.cells import EMPTY
from abate.report.comparison.words import (
    CONTROL_EXPOSURE,
    comparator_of,
    drug_of_control,
    percent_of,
    points_of,
)
from abate.report.numbers import (
    INTERVAL,
    decimals_for,
    describe_count,
    describe_number,
    describe_range,
)
from abate.report.report_table import ReportTable, RowKind, TableRow, row, table
from abate.report.view import ResultView
from abate.report.words import capital, in_words, sentence, shown

NOT_TO_BE_USED = "not to be used"
_CHECK = "comparison.check."


def comparator_attrition_table(view: ResultView) -> ReportTable:
    """Return what each rule of entry left of the comparator's courses."""
    compared = view.result.compared
    steps = [] if compared is None else [step for step in compared.attrition if step.is_asked]
    rows = [
        row(sentence(step.rule), *(describe_count(count) for count in (step.persons, step.courses, step.courses_lost)))
        for step in steps
    ]
    columns = ("Rule, in the order applied", "Persons left", "Courses left", "Courses removed")
    return table("comparator-attrition", f"Who entered of {comparator_of(view)}.", columns, rows)


def checks_table(view: ResultView) -> ReportTable:
    """Return what must hold before a difference may be used, with what was found."""
    design = view.study.target_trial
    assert design is not None
    limits = design.thresholds
    rows = [
        _check(view, "largest_imbalance", f"at most {limits.largest_imbalance:g} SD; convention", 2),
        _check(view, "equipoise", f"at least {percent_of(limits.least_equipoise)}; convention", None),
        _check(view, "effective_treated", f"at least {limits.least_effective_persons:g}; placeholder", 0),
        _check(view, "effective_comparator", f"at least {limits.least_effective_persons:g}; placeholder", 0),
        _check(view, "largest_share", f"at most {percent_of(limits.largest_share)}; placeholder", None),
        _check(view, "c_statistic", "no threshold: 0.5 tells nothing apart, 1 everything", 2),
        _check(view, "detectable_final", "no threshold: points, at 80 % power", 2),
        _check(view, "detectable_response", "no threshold: at 80 % power", None),
    ]
    notes = (
        (
            "Conventions: 0.1 SD by Austin 2009 (doi 10.1002/sim.3697), half in equipoise by Walker 2013 (doi 10.2147/CER.S40357). "
            "Placeholders have no source; set your own in the study file before looking."
        ),
    )
    kept = [found for found in rows if found is not None]
    return table(
        "comparison-checks",
        "Before any difference: are the groups alike?",
        ("Check", "Found", "Must be"),
        kept,
        notes=notes,
    )


def differences_table(view: ResultView) -> ReportTable:
    """Return the differences with their intervals, each group's mean or share beside."""
    found = [
        (f"Mean final {view.noun}", "comparison.final", "comparison.final", True),
        ("Meets the primary rule", "comparison.response.difference", "comparison.response", False),
        ("The same as a ratio", "comparison.response.ratio", "", True),
    ]
    found += [
        (f"Returned to care within {day} days", f"comparison.return_{day}", f"comparison.return_{day}", False)
        for day in _days(view, "comparison.return_")
    ]
    found += [
        (f"Mean {view.noun} on day {day}", f"comparison.day_{day}", f"comparison.day_{day}", True)
        for day in _days(view, "comparison.day_")
    ]
    rows = [
        _difference(view, name, estimate, means, is_number=is_number, is_key=place == 0)
        for place, (name, id, means, is_number) in enumerate(found)
        if (estimate := view.estimate(id)) is not None
    ]
    columns = ("Outcome", f"Difference ({INTERVAL})", shown(view.treatment), comparator_of(view), "Courses")
    return table(
        "comparison-differences", f"{capital(shown(view.treatment))} less {comparator_of(view)}, groups made alike.", columns, rows,
        notes=(*_reasons(view), "Differences of shares in percentage points. Means and shares are those of the weighted groups."),
    )  # fmt: skip


def sensitivity_of_comparison_table(view: ResultView) -> ReportTable:
    """Return the same differences found in other ways, and what would overturn them."""
    rows: list[TableRow] = []
    for heading, prefix, is_points in (
        (f"Mean final {view.noun}", "comparison.final", True),
        ("Meets the primary rule", "comparison.response", False),
    ):
        rows += [
            row(f"{heading}: {name}", _found(found, is_points=is_points, id=id))
            for id, name in _WAYS
            if (found := view.estimate(f"{prefix}.{id}")) is not None
        ]
    rows += _control_rows(view)
    columns = ("The same comparison", f"Found ({INTERVAL})")
    return table(
        "comparison-sensitivity", "Found in other ways, and what would overturn it.", columns, rows, notes=_notes(view)
    )


def _control_rows(view: ResultView) -> list[TableRow]:
    """Return what was found where there should be nothing: for other events, then for other drugs."""
    events = view.under("comparison.control.")
    rows = [
        row(
            f"Negative control: {in_words(found.id.removeprefix('comparison.control.'))}",
            _found(found, is_points=False, id=""),
        )
        for found in events
    ]
    for found in view.under(CONTROL_EXPOSURE):
        is_points = not found.id.endswith(".response")
        what = f"final {view.noun}" if is_points else "meets the primary rule"
        drug = shown(drug_of_control(view, found.id))
        rows.append(row(f"Negative-control drug: {drug}, {what}", _found(found, is_points=is_points, id="")))
    return rows


#: What varies, by the end of the id.
_WAYS = (
    ("plain", "as the groups are, nothing made alike"),
    ("augmented", "augmented weighting, cross-fitted by person"),
    ("bootstrap", "interval by drawing persons, score fitted anew"),
    ("by_overlap", "overlap weights"),
    ("by_matching", "nearest neighbours"),
    ("by_strata", "strata of the score"),
    ("by_entropy", "entropy balancing"),
    ("by_everybody", "weights for everybody"),
    ("hidden", "with a hidden confounder"),
    ("calibrated", "calibrated by negative controls"),
    ("calibrated_by_exposures", "calibrated by negative-control drugs"),
    ("e_value", "E-value of the estimate"),
    ("e_value_limit", "E-value of the nearer limit"),
)


def _check(view: ResultView, id: str, must: str, decimals: int | None) -> TableRow | None:
    found = view.estimate(f"{_CHECK}{id}")
    if found is None:
        return None
    if found.value is None:
        return row(capital(found.quantity), f"none: {found.reason}", must)
    value = percent_of(found.value) if decimals is None else describe_number(found.value, decimals)
    return row(capital(found.quantity), value, must)


def _difference(view: ResultView, name: str, found: Estimate, means: str, *, is_number: bool, is_key: bool) -> TableRow:
    groups = [view.value(f"{means}.{group}") if means else None for group in ("treated", "comparator")]
    cells = [EMPTY if value is None else describe_number(value) if is_number else percent_of(value) for value in groups]
    return row(
        name,
        _value(found, is_number=is_number),
        *cells,
        describe_count(found.n or 0),
        kind=RowKind.KEY if is_key else RowKind.PLAIN,
    )


def _value(found: Estimate, *, is_number: bool) -> str:
    if found.value is None:
        return NOT_TO_BE_USED if (found.reason or "").startswith(NOT_TO_BE_USED) else f"none: {found.reason}"
    text = _number(found) if is_number else points_of(found).removesuffix(" percentage points")
    return f"{text}; no interval: {found.reason}" if found.lower is None and found.reason else text


def _number(found: Estimate) -> str:
    decimals = decimals_for(found.lower, found.upper)
    value = describe_number(found.value or 0.0, decimals)
    return (
        value
        if found.lower is None or found.upper is None
        else f"{value} ({describe_range(found.lower, found.upper, decimals)})"
    )


def _found(found: Estimate, *, is_points: bool, id: str) -> str:
    """Return one line of the sensitivity table: a number with its interval, or why there is none."""
    is_ratio = id in ("e_value", "e_value_limit") or (id == "hidden" and not is_points)
    return _value(found, is_number=is_points or is_ratio)


def _reasons(view: ResultView) -> Sequence[str]:
    """Return why numbers are not to be used, each reason once."""
    found = [
        one.reason
        for one in view.under("comparison.")
        if one.value is None and (one.reason or "").startswith(NOT_TO_BE_USED)
    ]
    one_sided = [
        f"{one.quantity.partition(',')[0]}: {one.method.rpartition('; ')[2]}"
        for one in view.under("comparison.")
        if one.value is not None and one.method.endswith("its own uncertainty is not counted") and one.lower is not None
    ]
    return [sentence(text) for text in (*[reason for reason in dict.fromkeys(found) if reason][:3], *one_sided)]


def _notes(view: ResultView) -> Sequence[str]:
    hidden = [view.estimate(f"comparison.{id}.hidden") for id in ("final", "response")]
    words = [sentence(f"Hidden confounder: {found.quantity}") for found in hidden if found is not None]
    for check in ("controls_excluding", "exposures_excluding", "exposures_excluding.response"):
        excluding = view.known(f"{_CHECK}{check}")
        if excluding is not None:
            of_what = ", share that responds" if check.endswith(".response") else ""
            words.append(
                f"{describe_count(excluding.value or 0)} {excluding.method}: their interval excludes no difference{of_what}."
            )
    return [
        *words,
        "Differences of means in points, of shares in percentage points; ratios and E-values as they are.",
        (
            "E-value: how many times as common in one group, and how many times as likely to bring about the outcome, something unmeasured "
            "would have to be to explain the difference away. The strength of the hidden confounder is a placeholder of the study file."
        ),
    ]


def _days(view: ResultView, prefix: str) -> Sequence[int]:
    ends = [found.id.removeprefix(prefix) for found in view.under(prefix)]
    return sorted(int(end) for end in ends if end.isdigit())
