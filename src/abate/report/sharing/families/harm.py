"""Which counts do adverse events hold: by term, grade, seriousness and response?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import note_share, size_key, sizes_of
from abate.report.view import ResultView


def note_harm(ledger: Ledger, view: ResultView) -> None:
    """Note adverse events: by term, grade, seriousness and response; each inside any event, and events not fewer than courses."""
    anything = view.known("harm.any")
    if anything is None:
        return
    size, any_key = size_key(ledger, "harm", anything.denominator, 50), ("harm", "harm.any")
    note_share(ledger, anything, size, any_key, 45)
    for group, met in (("responders", "met"), ("non_responders", "not met")):
        _note_harm_of_group(ledger, view, group, (met, view.study.response.primary.id))
    rates = []
    for id in _harm_ids(view):
        share = view.known(id)
        if share is None:
            continue
        key = ("harm", id)
        note_share(ledger, share, size_key(ledger, "harm", share.denominator, 50), key, 45 if id == "harm.any" else 35)
        if id != "harm.any":
            ledger.split(any_key, key)
        _note_grades(ledger, view, "harm" if id == "harm.any" else id, key)
        rate = view.known("harm.rate" if id == "harm.any" else f"{id}.rate")
        if rate is not None:
            events = ledger.state(("events", id), rate.numerator, 40 if id == "harm.any" else 5)
            ledger.is_share(("estimate", rate.id), events, key)
            ledger.shows(("estimate", rate.id), size_key(ledger, "harm", rate.n, 50))
            ledger.split(events, key)
            rates += [] if id == "harm.any" else [events]
    if ("events", "harm.any") in ledger and rates:
        ledger.split(("events", "harm.any"), *rates)
    _note_what_terms_cover(ledger, any_key)
    ledger.nest(sizes_of(ledger, "harm"))


def _note_what_terms_cover(ledger: Ledger, any_key: Key) -> None:
    """Note that each course with an event has one of the terms, and each of a grade or above a term of it or above."""
    terms = [key for key in ledger.counts if key[:1] == ("harm",) and ("events", key[1]) in ledger and key != any_key]
    ledger.cover(any_key, terms)
    for grade in range(5, 1, -1):
        whole, *parts = (_at_least(ledger, id, grade) for id in ("harm", *(name for _, name in terms)))
        if whole is not None and ledger[whole] > 0:
            ledger.cover(whole, [part for part in parts if part is not None])


def _at_least(ledger: Ledger, id: str, lowest: int) -> Key | None:
    """Return the courses of which the worst grade of an event is so high or higher."""
    grades = [key for grade in range(lowest, 6) if (key := ("harm", f"{id}.grade_{grade}")) in ledger]
    return ledger.add_up(("at least", id, str(lowest)), grades) if grades else None


def _harm_ids(view: ResultView) -> Sequence[str]:
    """Return the ids of shares of courses with any event, a serious one, and each term."""
    aside = ("harm.grade_", "harm.any.", "harm.rate")
    ids = [found.id for found in view.under("harm.") if not found.id.startswith(aside)]
    return [id for id in ids if not id.endswith(".rate") and ".grade_" not in id]


def _note_harm_of_group(ledger: Ledger, view: ResultView, group: str, whole: Key) -> None:
    """Note any event among those who met the primary rule, or among the others."""
    found = view.known(f"harm.any.{group}")
    if found is None or whole not in ledger:
        return
    key = ("harm", found.id)
    of = whole if found.denominator == ledger[whole] else ledger.state(("of", found.id), found.denominator, 20)
    note_share(ledger, found, of, key, 20)
    ledger.split(("harm", "harm.any"), key)
    if of != whole:
        ledger.split(whole, of)


def _note_grades(ledger: Ledger, view: ResultView, id: str, of: Key) -> None:
    """Note the courses by worst grade, which make up those with the event."""
    names = [*(f"grade_{grade}" for grade in range(1, 6)), "grade_not_recorded"]
    found = [one for name in names if (one := view.known(f"{id}.{name}")) is not None]
    keys = []
    for one in found:
        keys.append(ledger.state(("harm", one.id), one.numerator, 10))
        ledger.is_share(("estimate", one.id), keys[-1], size_key(ledger, "harm", one.denominator, 50))
    if keys:
        ledger.split(of, *keys)
