"""Which counts do follow-up visits and returns to care hold?"""

from __future__ import annotations

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import inside, note_inside, note_share, size_key, sizes_of
from abate.report.view import ResultView


def note_durability(ledger: Ledger, view: ResultView) -> None:
    """Note who was seen at each visit and what was held there, and the returns to care."""
    met = ("met", view.study.response.primary.id)
    for visit in view.visits:
        seen = view.known(f"{visit}.seen")
        if seen is None:
            continue
        of_seen = ledger.state(("seen", visit), seen.numerator, 40)
        note_share(ledger, seen, size_key(ledger, "all", seen.denominator), of_seen, 40)
        for id in (f"follow_up.{visit}.mean", f"follow_up.{visit}.change"):
            note_inside(ledger, view.known(id), of_seen)
        later = view.known(f"follow_up.{visit}.response")
        if later is not None:
            of = inside(ledger, later.id, later.denominator, of_seen)
            note_share(ledger, later, of, ("later", later.id), 30)
        _note_held(ledger, view, visit, met)
    _note_return(ledger, view)


def _note_held(ledger: Ledger, view: ResultView, visit: str, met: Key) -> None:
    """Note in how many a response was held at a visit, and its bounds for those not seen."""
    held = view.known(f"sustained.{visit}")
    if held is None or met not in ledger:
        return
    of, key = inside(ledger, held.id, held.denominator, met), ("held", visit)
    note_share(ledger, held, of, key, 38)
    later = ("later", f"follow_up.{visit}.response")
    if later in ledger:
        ledger.split(later, key)
    for bound, number in (("of_all", key), ("unseen_as_no", key), ("unseen_as_yes", ("held or unseen", visit))):
        found = view.known(f"{held.id}.{bound}")
        if found is None:
            continue
        ledger.state(number, found.numerator, 15)
        whole = COURSES if bound == "of_all" else met
        if found.denominator == ledger[whole]:
            ledger.split(whole, number)
        ledger.is_share(("estimate", found.id), number, whole)
    if ("held or unseen", visit) in ledger:
        ledger.split(("held or unseen", visit), key)


def _note_return(ledger: Ledger, view: ResultView) -> None:
    """Note returns to care: those by an earlier day are among those by a later one, and the others are followed or not."""
    days = [found for found in view.under("return.day_") if found.value is not None]
    returned = []
    for found in days:
        followed = size_key(ledger, "followed", found.n, 40)
        key = ledger.state(("returned", found.id), found.numerator, 35)
        at_risk = ledger.state(("at risk", found.id), found.denominator, 30)
        ledger.split(followed, key, at_risk)
        # Such a curve is a product of quotients of counts: its value tells them all.
        ledger.shows(("estimate", found.id), at_risk)
        ledger.is_share(("estimate", found.id), key, followed)
        returned.append(key)
    seen = view.known("return.seen")
    if seen is not None:
        key = ledger.state(("returned", "ever"), seen.value, 20)
        ledger.is_share(("estimate", seen.id), key, COURSES)
        ledger.split(COURSES, key)
        returned.append(key)
    ledger.nest(returned)
    ledger.nest([("at risk", found.id) for found in days])
    ledger.nest(sizes_of(ledger, "followed"))
    median = view.known("return.median")
    if median is not None:
        ledger.has_size(("estimate", median.id), size_key(ledger, "followed", median.n, 40))
