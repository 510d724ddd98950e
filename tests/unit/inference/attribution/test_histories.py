"""Which ratings count as earlier ones."""

import datetime as dt

import numpy as np
import pyarrow as pa

from abate.inference.attribution.histories import MOST_COURSES, find_histories
from abate.inference.columns import eligible_courses
from tests.unit.inference.attribution.people import (
    ADMISSION,
    BASELINE,
    DAY,
    FIRST_DOSE,
    course,
    outcomes,
    rating,
    ratings,
    study,
)

STUDY = study()


def found(courses, rated):
    table = outcomes(courses)
    return find_histories(
        STUDY, eligible_courses(STUDY, table), ratings(rated), table.select(["person_id", "start", "end", "discharge"])
    )


def days_of(histories, place=0):
    courses = histories.everything
    return sorted(courses.day[place][courses.is_earlier[place]].round(3).tolist())


def test_ratings_of_the_half_year_before_admission_count():
    histories = found(
        [course(1)],
        [rating(1, days, 5) for days in (180, 180.01, 20, 0.03)] + [rating(1, 0, 8), rating(1, -1, 3), rating(2, 10, 4), rating(1, 9, 30, scale="hit6")],
    )  # fmt: skip
    # 0.03 days are 43 minutes; admission is an hour before the first rating
    assert days_of(histories) == [-180.0, -20.0]
    assert (histories.everything.first.tolist(), histories.everything.final_day.tolist()) == ([8.0], [5.0])


def test_a_rating_before_the_first_one_counts_where_no_admission_is_known():
    assert days_of(found([course(1, admission=None)], [rating(1, 0.02, 5), rating(1, 0, 8)])) == [-0.02]


def test_what_was_rated_in_an_earlier_course_does_not_count():
    start = FIRST_DOSE - 40 * DAY
    before = course(1, person=7, is_eligible=False, treatment="lidocaine", admission=start, start=start, end=start + 3 * DAY, discharge=start + 4 * DAY)  # fmt: skip
    rated = [rating(7, days, 5) for days in (42, 39, 36.5, 35)]
    assert days_of(found([before, course(2, person=7)], rated)) == [-42.0, -35.0]


def test_a_first_rating_after_the_first_dose_is_no_rating_of_an_untreated_person():
    late = course(2, baseline_time=FIRST_DOSE + dt.timedelta(hours=1))
    histories = found([course(1), late, course(3, final_time=None)], [rating(1, 5, 4)])
    assert (histories.row.tolist(), histories.late_count) == ([0], 1)


def test_of_very_many_ratings_the_latest_and_some_of_the_others_count():
    histories = found([course(1)], [rating(1, 0.5 + 0.5 * step, 5) for step in range(300)])
    days = days_of(histories)
    assert len(days) == 60
    assert days[0] == -150.0
    assert days[-30:] == [-0.5 * step for step in range(30, 0, -1)]


def test_kinds_of_occasions_are_kept_apart():
    kinds = ("planned visit", "unplanned visit", "diary", "unknown", "follow-up")
    histories = found([course(1)], [rating(1, 10 + place, 5, kind) for place, kind in enumerate(kinds)])
    known, planned = histories.by_occasion, histories.at_planned_times
    assert (histories.everything.is_earlier.sum(), known.is_earlier.sum(), planned.is_earlier.sum()) == (5, 4, 3)
    assert histories.everything.is_visit is None
    assert known.is_visit.sum() == 3
    alike = found([course(1)], [rating(1, 10, 5), rating(1, 20, 5, "planned visit")])
    assert alike.everything.is_visit is not None


def test_nothing_known_of_occasions():
    histories = found([course(1)], [rating(1, 10, 5, None), rating(1, 12, 5, "unknown")])
    assert (histories.by_occasion, histories.at_planned_times) == (None, None)


def test_of_very_many_courses_a_part_is_drawn_always_the_same():
    count = MOST_COURSES + 100
    one = outcomes([course(1)])
    table = pa.concat_tables([one] * count).combine_chunks()
    for name in ("course_id", "person_id"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array(np.arange(count)))
    treated = table.select(["person_id", "start", "end", "discharge"])
    first, second = (find_histories(STUDY, eligible_courses(STUDY, table), ratings([]), treated) for _ in range(2))
    assert (first.drawn_from, first.everything.course_count) == (count, MOST_COURSES)
    assert np.array_equal(first.row, second.row)


def test_the_clock_is_the_first_rating_not_the_admission():
    assert ADMISSION < BASELINE < FIRST_DOSE
    assert days_of(found([course(1)], [rating(1, 3.25, 5)])) == [-3.25]
