"""Who counts in a period, with how much time, and when is a record a new case? Each example is counted by hand."""

import datetime as dt

import pytest

from abate.cohort.burden import count_burden, marks_at_or_after, observed_range
from abate.contracts.burden import Period
from tests.tables import arrow_table

YEAR_2020 = Period(name="2020", first=dt.date(2020, 1, 1), last=dt.date(2020, 12, 31))  # 366 days
YEAR_2021 = Period(name="2021", first=dt.date(2021, 1, 1), last=dt.date(2021, 12, 31))  # 365 days
WHOLE = Period(name="2020 to 2021", first=dt.date(2020, 1, 1), last=dt.date(2021, 12, 31))  # 731 days


@pytest.fixture
def cells(engine):
    """Return the cells of small tables as dictionaries by period, sex and lowest age, in order."""

    def count(
        observed,
        conditions="person_id | date",
        patients=None,
        periods=(YEAR_2020,),
        washout_days=0,
        age_limits=(0, 18, 40),
        **marks,
    ):
        def table(name, text):
            return engine.from_arrow(arrow_table(name, text), name)

        def events(text):
            rows = arrow_table("conditions", text).select(["person_id", "date"])
            return engine.from_arrow(rows, "events")

        found = count_burden(
            table(
                "patients", patients or "person_id | sex | birth_date\n1 | female | 1980-07-01\n2 | male | 1980-07-01"
            ),
            table("observed", observed),
            events(conditions),
            {name: events(text) for name, text in marks.items()},
            periods=periods,
            age_limits=age_limits,
            washout_days=washout_days,
            engine=engine,
        )
        return found.cells.to_pylist()

    return count


def only(rows):
    assert len(rows) == 1
    return rows[0]


def test_a_span_counts_with_its_days_inside_the_period_both_ends_included(cells):
    "31 days of December 2019 lie outside; January to 10 February 2020 are 41 days."
    row = only(cells("person_id | start | end\n1 | 2019-12-01 | 2020-02-10 23:59:59"))
    assert (row["persons"], row["person_days"]) == (1, 41)


def test_who_is_observed_until_the_day_before_the_period_is_not_in_it(cells):
    assert cells("person_id | start | end\n1 | 2019-01-01 | 2019-12-31 23:59:59") == []


def test_one_observed_day_at_either_end_of_the_period_is_enough(cells):
    assert only(cells("person_id | start | end\n1 | 2019-01-01 | 2020-01-01 23:59:59"))["person_days"] == 1
    assert only(cells("person_id | start | end\n1 | 2020-12-31 | 2022-01-01 23:59:59"))["person_days"] == 1


def test_two_spans_of_a_person_are_one_person_and_the_gap_is_no_time(cells):
    "January has 31 days, March has 31."
    row = only(
        cells("person_id | start | end\n1 | 2020-01-01 | 2020-01-31 23:59:59\n1 | 2020-03-01 | 2020-03-31 23:59:59")
    )
    assert (row["persons"], row["person_days"]) == (1, 62)


def test_overlapping_spans_count_each_day_once(cells):
    "1 January to 20 February, whichever way it is written, are 51 days; the span inside another adds nothing."
    spans = "1 | 2020-01-01 | 2020-02-10 23:59:59\n1 | 2020-01-05 | 2020-01-06 23:59:59\n1 | 2020-02-01 | 2020-02-20 23:59:59"
    assert only(cells("person_id | start | end\n" + spans))["person_days"] == 51


def test_each_period_counts_for_itself(cells):
    rows = cells("person_id | start | end\n1 | 2020-12-31 | 2021-01-02 23:59:59", periods=(YEAR_2020, YEAR_2021, WHOLE))
    assert {row["period"]: (row["persons"], row["person_days"]) for row in rows} == {
        "2020": (1, 1),
        "2021": (1, 2),
        "2020 to 2021": (1, 3),
    }


@pytest.mark.parametrize(
    ("birth", "lowest_age"),
    [("2002-01-01", 18), ("2002-01-02", 0), ("1980-01-01", 40), ("1980-01-02", 18), ("2020-01-02", -1)],
)
def test_age_is_that_on_the_first_observed_day_of_the_period(cells, birth, lowest_age):
    "A birthday on that day counts; one on the day after does not. Nobody is observed before being born."
    row = only(
        cells(
            "person_id | start | end\n1 | 2019-05-01 | 2020-12-31",
            patients=f"person_id | sex | birth_date\n1 | female | {birth}",
        )
    )
    assert row["age_from"] == lowest_age


def test_who_comes_later_in_the_period_has_the_age_of_that_day(cells):
    row = only(
        cells(
            "person_id | start | end\n1 | 2020-06-15 | 2020-12-31",
            patients="person_id | sex | birth_date\n1 | female | 2002-06-15",
        )
    )
    assert row["age_from"] == 18


@pytest.mark.parametrize(("first_day", "lowest_age"), [("2021-02-28", 0), ("2021-03-01", 21)])
def test_born_on_29_february_is_a_year_older_on_1_march_of_a_common_year(cells, first_day, lowest_age):
    patients = "person_id | sex | birth_date\n1 | female | 2000-02-29"
    observed = f"person_id | start | end\n1 | {first_day} | 2021-12-31"
    assert only(cells(observed, patients=patients, periods=(YEAR_2021,), age_limits=(0, 21)))["age_from"] == lowest_age


def test_with_a_year_of_birth_alone_age_is_the_difference_of_years(cells):
    row = only(
        cells(
            "person_id | start | end\n1 | 2020-01-01 | 2020-12-31",
            patients="person_id | sex | birth_year\n1 | male | 2002",
        )
    )
    assert (row["sex"], row["age_from"]) == ("male", 18)


def test_without_a_birth_or_a_person_nothing_is_made_up(cells):
    rows = cells(
        "person_id | start | end\n1 | 2020-01-01 | 2020-12-31\n9 | 2020-01-01 | 2020-12-31",
        patients="person_id | sex\n1 | female",
    )
    assert [(row["sex"], row["age_from"], row["persons"]) for row in rows] == [("female", -1, 1), ("unknown", -1, 1)]


OBSERVED_2020 = "person_id | start | end\n1 | 2020-01-01 | 2020-12-31 23:59:59"


@pytest.mark.parametrize(
    ("recorded", "in_period", "ever"),
    [
        ("2019-12-31 23:59:59", 0, 1),
        ("2020-01-01", 1, 1),
        ("2020-12-31 23:59:59", 1, 1),
        ("2021-01-01", 0, 0),
    ],
)
def test_recorded_in_the_period_and_ever_up_to_its_end(cells, recorded, in_period, ever):
    row = only(cells(OBSERVED_2020, f"person_id | date\n1 | {recorded}"))
    assert (row["recorded_in_period"], row["recorded_ever"]) == (in_period, ever)


def test_several_records_of_a_person_are_one_person_and_one_new_case(cells):
    row = only(cells(OBSERVED_2020, "person_id | date\n1 | 2020-03-01\n1 | 2020-03-01\n1 | 2020-05-01"))
    assert (row["recorded_in_period"], row["recorded_ever"], row["new_cases"]) == (1, 1, 1)


def test_a_record_of_somebody_who_is_not_observed_counts_nowhere(cells):
    row = only(cells(OBSERVED_2020, "person_id | date\n2 | 2020-03-01"))
    assert (row["persons"], row["recorded_in_period"], row["recorded_ever"], row["new_cases"]) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("recorded", "new_cases", "days_at_risk"),
    [
        ("2020-01-30", 0, 0),  # 29 observed days lie before it: in the washout, and never at risk afterwards
        ("2020-01-31", 1, 1),  # the 31st observed day, the first at risk
        ("2020-02-01", 1, 2),
        ("2020-12-31", 1, 336),
        ("2021-01-01", 0, 336),  # the first record lies after the period: at risk to its end
    ],
)
def test_a_first_record_is_new_after_the_washout(cells, recorded, new_cases, days_at_risk):
    "A washout of 30 observed days ends with 30 January; the day of the first record is the last at risk."
    row = only(cells(OBSERVED_2020, f"person_id | date\n1 | {recorded}", washout_days=30))
    assert (row["new_cases"], row["days_at_risk"]) == (new_cases, days_at_risk)


def test_without_a_record_all_days_after_the_washout_are_at_risk(cells):
    assert only(cells(OBSERVED_2020, washout_days=30))["days_at_risk"] == 336
    assert only(cells(OBSERVED_2020))["days_at_risk"] == 366
    assert only(cells(OBSERVED_2020, washout_days=366))["days_at_risk"] == 0


def test_the_washout_may_lie_before_the_period(cells):
    row = only(
        cells(
            "person_id | start | end\n1 | 2019-01-01 | 2020-01-10 23:59:59",
            "person_id | date\n1 | 2020-01-10",
            washout_days=365,
        )
    )
    assert (row["new_cases"], row["days_at_risk"]) == (1, 10)


SPANS_WITH_GAP = "person_id | start | end\n1 | 2020-01-01 | 2020-01-20 23:59:59\n1 | 2020-03-01 | 2020-03-31 23:59:59"


@pytest.mark.parametrize(
    ("recorded", "new_cases", "days_at_risk"),
    [
        ("2020-03-10", 0, 0),  # the 30th observed day
        ("2020-03-11", 1, 1),  # the 31st: 20 of January and 10 of March lie before it
        ("2020-02-10", 0, 0),  # in the gap: not new, and not at risk afterwards
        ("2020-04-01", 0, 21),  # after observation: at risk until it ends
    ],
)
def test_days_of_a_gap_do_not_count_towards_the_washout(cells, recorded, new_cases, days_at_risk):
    row = only(cells(SPANS_WITH_GAP, f"person_id | date\n1 | {recorded}", washout_days=30))
    assert (row["new_cases"], row["days_at_risk"]) == (new_cases, days_at_risk)


def test_a_record_in_a_gap_ends_the_time_at_risk(cells):
    "20 days of January are at risk, March is not."
    row = only(cells(SPANS_WITH_GAP, "person_id | date\n1 | 2020-02-10"))
    assert (row["new_cases"], row["days_at_risk"], row["recorded_in_period"]) == (0, 20, 1)


def test_sexes_stand_apart_and_marks_are_counted_like_the_condition(cells):
    rows = cells(
        "person_id | start | end\n1 | 2020-01-01 | 2021-12-31\n2 | 2020-01-01 | 2021-12-31",
        "person_id | date\n1 | 2020-03-01",
        periods=(YEAR_2020, YEAR_2021),
        infusion="person_id | date\n1 | 2020-04-01\n1 | 2020-05-01\n2 | 2021-01-01",
    )
    assert [(row["period"], row["sex"], row["infusion_in_period"], row["infusion_ever"]) for row in rows] == [
        ("2020", "female", 1, 1),
        ("2020", "male", 0, 0),
        ("2021", "female", 0, 1),
        ("2021", "male", 1, 1),
    ]


def test_persons_whose_first_record_lies_on_no_observed_day_are_told(engine):
    tables = {
        "patients": "person_id | sex\n1 | female",
        "observed": "person_id | start | end\n1 | 2020-01-01 | 2020-01-31 23:59:59\n2 | 2020-01-01 | 2020-01-31 23:59:59",
        "conditions": "person_id | date\n1 | 2020-01-31 12:00\n1 | 2020-04-01\n2 | 2020-02-01\n3 | 2020-01-05",
    }
    patients, observed, conditions = (engine.from_arrow(arrow_table(name, text), name) for name, text in tables.items())
    found = count_burden(
        patients, observed, conditions, {}, periods=(YEAR_2020,), age_limits=(0,), washout_days=0, engine=engine
    )
    assert found.never_in_view == 2


def test_the_range_of_observation_is_that_of_everybody(engine):
    text = "person_id | start | end\n1 | 2020-01-05 | 2020-02-01\n2 | 2019-03-01 | 2019-04-01 23:59:59"
    assert observed_range(engine.from_arrow(arrow_table("observed", text), "o"), engine) == (
        dt.date(2019, 3, 1),
        dt.date(2020, 2, 1),
    )
    empty = engine.from_arrow(arrow_table("observed", "person_id | start | end"), "o")
    assert observed_range(empty, engine) is None


def test_a_mark_belongs_to_the_condition_from_the_day_of_its_first_record(engine, spec):
    marks = "person_id | date\n1 | 2020-03-01 08:00\n1 | 2020-02-29 23:00\n2 | 2020-03-01"
    conditions = "person_id | date\n1 | 2020-03-01 12:00\n1 | 2020-06-01"
    tables = [
        engine.from_arrow(arrow_table("conditions", text).select(["person_id", "date"]), "t")
        for text in (marks, conditions)
    ]
    spec.then("person_id | date\n1 | 2020-03-01 08:00", marks_at_or_after(*tables))
