"""Which counts do the rules of entry hold, what is missing, and findings in the records?"""

from __future__ import annotations

from abate.contracts.result import StudyResult
from abate.report.sharing.keys import COURSES, PERSONS
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import size_key, whole
from abate.report.view import ResultView


def note_entry(ledger: Ledger, result: StudyResult) -> None:
    """Note what each rule left and removed; where nobody was lost the count before and after is one."""
    for kind, end in (("courses", COURSES), ("persons", PERSONS)):
        before: Key | None = None
        last = whole(getattr(result.attrition[-1], kind))
        for step in result.attrition:
            left, lost = whole(getattr(step, kind)), whole(getattr(step, f"{kind}_lost"))
            key = end if left == last == ledger[end] else ("entry", kind, str(left))
            ledger.state(key, left, 70 if step is result.attrition[0] and kind == "courses" else 40)
            number = ("entry", kind, step.id)
            ledger.shows(number, key)
            if before is not None and key != before:
                gone = ledger.state(("lost", kind, step.id), lost, 30)
                ledger.shows((*number, "lost"), gone)
                ledger.split(before, key, rest=gone)
            before = key
    for step in result.attrition:
        of_courses, of_persons = (
            next(iter(ledger.shown_by["entry", kind, step.id])) for kind in ("courses", "persons")
        )
        ledger.split(of_courses, of_persons)


def note_missing(ledger: Ledger, view: ResultView) -> None:
    """Note what is missing and why; what is not missing is the size of the numbers made of it."""
    made_of = {
        "baseline": "baseline.mean",
        "final": "final.mean",
        "dose_total": "dose_total.mean",
        "return": "return.day_30",
    }
    made_of |= {f"follow_up.{visit}": f"follow_up.{visit}.mean" for visit in view.visits}
    for name, id in made_of.items():
        share, made = view.known(f"missing.{name}"), view.known(id)
        if share is None:
            continue
        key = ledger.state(("missing", name), share.numerator, 20)
        ledger.is_share(("estimate", share.id), key, COURSES)
        ledger.split(COURSES, key)
        if made is not None and (made.n or 0) + (share.numerator or 0) == ledger[COURSES]:
            family = {"return": "followed"}.get(name, "endpoints")
            size = (
                ("seen", name.removeprefix("follow_up."))
                if name.startswith("follow_up.")
                else size_key(ledger, family, made.n)
            )
            if size in ledger and size != COURSES:
                ledger.split(COURSES, key, size)
        reasons = [found for found in view.under(f"missing.{name}.") if found.value is not None]
        keys = [ledger.state(("missing", found.id), found.value, 10) for found in reasons]
        for found, reason in zip(reasons, keys, strict=True):
            ledger.is_share(("estimate", found.id), reason, COURSES)
        if keys:
            ledger.split(key, *keys)


def note_findings(ledger: Ledger, result: StudyResult) -> None:
    """Note rows of records by rule; they count rows, not patients, and stand for themselves."""
    for place, found in enumerate(result.findings):
        key = ledger.state(("finding", str(place)), whole(found.count))
        ledger.shows(key, key)
