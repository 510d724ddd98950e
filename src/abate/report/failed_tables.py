"""What does the report show of failed treatments? By class what had failed and why, and the headline by definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from abate.contracts.notice import NOT_A_DEVICE
from abate.contracts.result import Estimate, SensitivityRow
from abate.report.cells import EMPTY, point_cell, share_cell, share_cells, why_not
from abate.report.numbers import INTERVAL, describe_count
from abate.report.report_table import ReportTable, RowKind, TableRow, group, row, table
from abate.report.view import ResultView
from abate.report.words import capital, headed, plural, sentence, shown

_ROLES = {"preventive": "Preventive drugs", "acute": "Acute drugs", "infusion": "Infusions"}
_ASPECTS = (
    ("no_effect", "No effect"),
    ("not_tolerated", "Not tolerated"),
    ("contraindicated", "Contra-indicated"),
    ("inferred", "Only inferred"),
    ("fair", "Fair trial"),
    ("may_be_fair", "Fair: not known"),
    ("may_have_failed", "Failed: not known"),
)


@dataclass(frozen=True, kw_only=True)
class FailedClass:
    """One class of drugs in one role: the share of courses before which it had failed, and what is said of it."""

    role: str
    name: str
    share: Estimate
    aspects: Sequence[Estimate | None]


def find_failed_classes(view: ResultView) -> Sequence[FailedClass]:
    """Return the classes that have estimates of their own: by role, within it the most often failed first."""
    found = [
        FailedClass(
            role=estimate.id.split(".")[1],
            name=estimate.group or estimate.id,
            share=estimate,
            aspects=[view.estimate(f"{estimate.id}.{aspect}") for aspect, _ in _ASPECTS],
        )
        for estimate in view.under("failed.")
        if estimate.id.count(".") == 2
    ]
    return sorted(found, key=lambda one: (list(_ROLES).index(one.role), -(one.share.numerator or 0), one.name))


def failed_table(view: ResultView) -> ReportTable:
    """Return the classes that had failed, in how many courses, and why."""
    columns = ("Class", "Courses", INTERVAL, *(words for _, words in _ASPECTS))
    notes = (
        (
            "Courses before which a class had failed; the reasons are of those, and one course may have several. Contra-indicated "
            "is counted whether or not it counts as failure."
        ),
        "Only inferred: no recorded outcome says so. Fair trial: long enough, and not known to be below the target dose, of any drug of the class.",
        "What is inferred rests on rules that are choices, and the times of a fair trial of botulinum toxin and CGRP antibodies are unverified.",
        NOT_A_DEVICE,
    )
    return table(
        "failed-table", "What had failed them: classes of drugs before the first dose.", columns,
        list(_rows_of(view, len(columns))), notes=notes,
    )  # fmt: skip


def _rows_of(view: ResultView, column_count: int) -> Iterator[TableRow]:
    classes = find_failed_classes(view)
    for role, words in _ROLES.items():
        of_role = [one for one in classes if one.role == role]
        if of_role:
            yield group(words, column_count)
        for one in of_role:
            counts = (_count_cell(found) for found in one.aspects)
            yield row(headed(shown(one.name)), *share_cells(one.share), *counts)


def _count_cell(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return EMPTY if found is None or found.hidden is None else found.hidden
    return describe_count(found.numerator or 0)


def definition_table(view: ResultView) -> ReportTable:
    """Return the headline numbers under each definition of refractory and each rule of failure."""
    rows = [
        row(
            sentence(found.change_of_rule),
            *(_count_of(found, name) for name in ("refractory.courses", "refractory.not_known")),
            _change_of(found),
            _share_of(found),
            kind=RowKind.PLAIN,
        )
        for found in view.definition_changes
    ]
    columns = (
        "Who counts as refractory",
        "Courses",
        "Not known",
        f"Mean change ({INTERVAL})",
        "Primary rule met",
    )
    notes = (
        (
            "All other rules of entry stay. What records cannot show (days and months of headache, overuse, care beside it) is taken "
            "as met; with 'not known' the study file's own word holds."
        ),
        "Failures are inferred by the study file's section [failure] or, without one, its defaults: choices, not published rules.",
        "The courses differ from row to row, and so do the persons: these are no comparisons of treatments.",
        *_notes_on_own_rule(view),
    )
    title = f"{capital(view.noun)} by definition of refractory."
    return table("definition-table", title, columns, rows, notes=notes)


def _notes_on_own_rule(view: ResultView) -> Sequence[str]:
    """Return why no row need hold the courses that entered, where the study counts failed classes without a section [failure]."""
    entry = view.study.eligibility
    if view.study.failure is not None or entry is None or entry.refractory is not None:
        return ()
    if entry.failed_preventive_classes is None and entry.failed_acute_classes is None:
        return ()
    entered = plural(view.course_count, "course")
    return (
        f"The study\u2019s own rule of entry infers more simply (see methods): under it {entered} entered, and no row need hold as many.",
    )


def _count_of(found: SensitivityRow, id: str) -> str:
    estimate = found.estimates.get(id)
    if estimate is None or estimate.value is None:
        return EMPTY if estimate is None or estimate.hidden is None else estimate.hidden
    return describe_count(estimate.value)


def _change_of(found: SensitivityRow) -> str:
    estimate = found.estimates.get("change.mean")
    courses = found.estimates.get("refractory.courses")
    if estimate is None:
        return EMPTY
    if courses is not None and courses.value == 0:
        return "none: no course"
    return why_not(estimate) if estimate.value is None else point_cell(estimate)


def _share_of(found: SensitivityRow) -> str:
    estimate = found.estimates.get("response.primary")
    return EMPTY if estimate is None or (estimate.value is None and estimate.hidden is None) else share_cell(estimate)
