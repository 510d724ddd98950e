"""What does the model of the visit process make of one hospital, where visits were asked for when it was bad?"""

from __future__ import annotations

from abate.stats.regression_to_mean_visits import checked_visits, fall_left_by_visits
from tests.known_truth.analysed import LEVEL, Analysed, Interval, Method
from tests.known_truth.hospitals import history_days_of


def _by_visits(a: Analysed) -> Interval:
    c = a.raw
    visits = checked_visits(
        c.day,
        c.rating,
        c.first,
        c.final,
        c.final_day,
        c.is_visit & ~c.is_planned,
        c.person,
        watched_days=history_days_of(a.hospital.scenario.parameters),
    )
    return fall_left_by_visits(visits, LEVEL).fall.left


METHODS: dict[str, Method] = {"visits": Method(title="model of visits", target="left", estimate=_by_visits)}
