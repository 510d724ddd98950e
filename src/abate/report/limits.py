"""What can this design not show, and how far does what is known reach? Questions with the number that limits the answer."""

from __future__ import annotations

from abate.report.attribution.words import is_split
from abate.report.cells import EMPTY
from abate.report.comparison.words import why_no_cause
from abate.report.numbers import FEWEST_FOR_PERCENT, describe_bound, describe_count, describe_number
from abate.report.report_table import ReportTable, TableRow, row, table
from abate.report.view import ResultView
from abate.report.words import capital, describe_rule, in_words, plural, shown


def limits_table(view: ResultView) -> ReportTable:
    """Return the questions that these records leave open; a row stands only where it applies."""
    found = [
        _cause(view),
        _missing_ratings(view),
        _last_rating(view),
        _lasting(view),
        _safety(view),
        _whom(view),
        _rate(view),
        _elsewhere(view),
    ]
    rows = [row for row in found if row is not None]
    title = "Questions that these records leave open, with the number that says how far."
    return table("limits-table", title, ("Question", "Why", "How far"), rows, is_prose=True)


def _cause(view: ResultView) -> TableRow:
    why = capital(why_no_cause(view).replace("it has no", "no"))
    natural, fall = view.value("regression.natural"), view.value("regression.fall")
    how_far = "How much of the change needs no treatment is not known"
    if is_split(view) and natural is not None and fall is not None:
        how_far = (
            f"{describe_number(natural)} of {describe_number(fall)} points were to be expected without treatment; the rest is the treatment and "
            "everything else that comes with being there"
        )
    return row(f"That {shown(view.treatment)} did it", why, how_far)


def _missing_ratings(view: ResultView) -> TableRow | None:
    judged = view.value("courses.evaluable")
    if view.is_hidden("courses.evaluable"):
        how_far = "How many courses lack a baseline or final rating is hidden in this edition"
        return row("That missing ratings do not matter", "Ratings are not missing by chance", how_far)
    if judged is None or judged == view.course_count:
        return None
    lacking = view.course_count - judged
    verb = "lacks" if lacking == 1 else "lack"
    how_far = f"{describe_count(lacking)} of {plural(view.course_count, 'course')} {verb} a baseline or final rating"
    return row("That missing ratings do not matter", "Ratings are not missing by chance", how_far)


def _last_rating(view: ResultView) -> TableRow | None:
    if view.known("final.mean") is None:
        return None
    how_far = "Whether they did cannot be tested here; compare the daily means"
    flag = view.value("regression.flag.discharge_when_better")
    if flag is not None:
        how_far = (
            "They did, by the test: see how much of the fall needs no drug"
            if flag == 1
            else "The test saw nothing of it; compare the daily means"
        )
    return row(
        "That the last rating is a fair one",
        "Who is better may leave sooner, and the last rating is taken then",
        how_far,
    )


def _lasting(view: ResultView) -> TableRow:
    if not view.visits:
        return row("That it lasts", "Follow-up was not asked", EMPTY)
    visit = view.visits[-1]
    seen, everybody = view.known(f"sustained.{visit}"), view.known(f"sustained.{visit}.unseen_as_no")
    if view.is_hidden(f"sustained.{visit}") or view.is_hidden(f"sustained.{visit}.unseen_as_no"):
        return row("That it lasts", "Not all were seen again", "How many were is hidden in this edition")
    if everybody is None or not everybody.denominator:
        return row("That it lasts", "Nobody responded, or the response cannot be judged", EMPTY)
    count = int(seen.denominator or 0) if seen is not None else 0
    seen_words = f"{describe_count(count)} of {plural(everybody.denominator, 'responder')} seen at {in_words(visit)}"
    if count == everybody.denominator:
        return row("That it lasts", f"Nobody is followed beyond {in_words(visit)}", seen_words)
    return row("That it lasts", "Not all were seen again", seen_words)


def _safety(view: ResultView) -> TableRow:
    serious, any_event = view.known("harm.serious"), view.known("harm.any")
    if view.study.events is None:
        return row("That it is safe", "Adverse events were not asked", EMPTY)
    found = serious or any_event
    if found is None and (view.is_hidden("harm.serious") or view.is_hidden("harm.any")):
        return row("That it is safe", "Too few to see a rare harm, and records hold only what somebody wrote down",
                   "Counts are hidden in this edition")  # fmt: skip
    if found is None or not found.denominator:
        return row("That it is safe", "Adverse events or their seriousness are not recorded", EMPTY)
    what = "serious" if found is serious else "with any event"
    share = "a share of " if found.denominator < FEWEST_FOR_PERCENT else ""
    bound = (
        "" if found.upper is None else f"; {share}up to {describe_bound(found.upper, found.denominator)} is compatible"
    )
    return row("That it is safe", "Too few to see a rare harm, and records hold only what somebody wrote down",
               f"{describe_count(found.numerator or 0)} of {describe_count(found.denominator)} {what}{bound}")  # fmt: skip


def _whom(view: ResultView) -> TableRow | None:
    found = view.known("response.primary")
    if found is None or not found.denominator:
        return None
    others = int(found.denominator - (found.numerator or 0))
    if not others:
        return row(
            "Whom to treat", "There is nobody to compare with", "Every course that can be judged met the primary rule"
        )
    return row("Whom to treat", "Those who responded are compared with those who did not, not with themselves untreated",
               f"{plural(others, 'course')} without {describe_rule(view.study.response.primary)}")  # fmt: skip


def _rate(view: ResultView) -> TableRow | None:
    if view.known("rate_max.mean") is None and view.known("dose_total.mean") is None:
        return None
    return row(
        "Which rate or dose to use",
        "The rate was chosen for the patient and by how it went, not by chance",
        "Nothing here compares doses"
        if view.study.dose_response is None
        else "Dose and response stand beside each other, no more",
    )


def _elsewhere(view: ResultView) -> TableRow:
    first, last = view.attrition[0], view.attrition[-1]
    entered = (
        f"{plural(last.persons, 'person')} entered; of how many is hidden in this edition"
        if isinstance(first.persons, str)
        else f"{describe_count(last.persons)} of {plural(first.persons, 'person')} entered"
    )
    return row("That it holds elsewhere", "These are the records of one source", entered)
