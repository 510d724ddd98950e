"""Which counts do the days of a course hold?"""

from __future__ import annotations

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import size_key, sizes_of, whole
from abate.report.view import ResultView


def note_days(ledger: Ledger, view: ResultView) -> None:
    """Note the courses rated, running and lowest on each day."""
    for found in view.under("daily.mean.day_"):
        ledger.has_size(("estimate", found.id), size_key(ledger, "day", found.n, 30))
    for found in view.under("daily.mean_fixed_set.day_"):
        day = view.estimate(f"daily.mean.day_{found.id.removeprefix('daily.mean_fixed_set.day_')}")
        key = size_key(ledger, "day", found.n, 10)
        # Two means of one day, of which one set lies in the other, give away the courses between.
        ledger.shows(("estimate", found.id), key)
        if day is not None:
            ledger.split(size_key(ledger, "day", day.n, 30), key)
    for found in [*view.under("nadir_day.of_lowest"), *view.under("nadir_day.lowest")]:
        ledger.has_size(("estimate", found.id), size_key(ledger, "day", found.n, 30))
    ledger.nest(sizes_of(ledger, "day"))
    _note_day_counts(ledger, view)


def _note_day_counts(ledger: Ledger, view: ResultView) -> None:
    """Note the courses that ran, were rated and were at their lowest on each day."""
    days = view.result.days or ()
    running = []
    for one in days:
        day = str(one.day)
        keys = {
            name: ledger.state((name, day), whole(getattr(one, name)), importance)
            for name, importance in (("running", 30), ("rated", 25), ("lowest", 15))
        }
        for name, key in keys.items():
            ledger.shows(("day", name, day), key)
        ledger.split(keys["running"], keys["rated"])
        running.append(keys["running"])
        mean = view.estimate(f"daily.mean.day_{day}")
        if mean is not None:
            ledger.split(size_key(ledger, "day", mean.n, 30), keys["rated"])
    ledger.nest([COURSES, *running])
    own = view.known("nadir_day.mean")
    if own is not None and days:
        lowest: dict[Key, int] = {("lowest", str(one.day)): one.day for one in days}
        ledger.split(size_key(ledger, "endpoints", own.n), *lowest)
        ledger.is_mean_of(("estimate", own.id), lowest)
        ledger.has_size(("estimate", own.id), size_key(ledger, "endpoints", own.n))
