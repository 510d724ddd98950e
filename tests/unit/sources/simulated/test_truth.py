"""Does the truth follow the rules? Cases by hand, and a plain pass over the written tables of a small hospital."""

import json
import re
from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from abate.sources.simulated import parameters_of, simulate_hospital
from abate.sources.simulated.care import Doses
from abate.sources.simulated.occasions import Ratings
from abate.sources.simulated.stays import Stays
from abate.sources.simulated.truth import describe_stays, say_what_the_fall_is

ADMISSION = datetime(2018, 3, 1, 8)


def seconds(hours: float) -> int:
    "Hours after an admission at 08:00, as seconds since 1970."
    return round((ADMISSION + timedelta(hours=hours) - datetime(1970, 1, 1)).total_seconds())


def one_stay(ratings, start=3.0, end=75.0, discharge=76.0, dose_mg=(10.0, 0.1, 0.2)):
    "Truth of a stay of three days; ratings are (hours after admission, value)."
    count = np.zeros(1, dtype=np.int64)
    stays = Stays(
        person_id=count + 7, number=count, role=count, paths=None, traits=None, first_candidate_time=count,
        admission_step=count, last_day=count + 3, reason=count, admission=count + seconds(0),
        start=count + seconds(start), end=count + seconds(end), discharge=count + seconds(discharge),
    )  # fmt: skip
    value = np.array([value for _, value in ratings], dtype=float)
    rated = Ratings(
        stay=np.zeros(value.size, dtype=np.int64), time=np.array([seconds(hours) for hours, _ in ratings], dtype=np.int64),
        occasion=np.zeros(value.size, dtype=np.int64), value=value, nothing=value + 2, hospital=value + 1,
    )  # fmt: skip
    dose = np.zeros(len(dose_mg), dtype=np.int64)
    doses = Doses(
        stay=dose, start=dose, end=dose, amount_mg=np.array(dose_mg), quantity=dose, is_mcg=dose, is_last=dose, sig=[]
    )
    return describe_stays(stays, rated, doses).to_pylist()[0]


def test_a_course_by_hand():
    "Start at 11:00 on day 1. Day 2 has ratings 5 and 3, day 3 a single 4, day 4 a 5: day 2 is the first with mean 4."
    truth = one_stay([(-40, 6), (0, 8), (6, 7), (20, 5), (26, 3), (44, 4), (68, 5)])
    assert truth["course_id"] == "7:ketamine:1"
    assert (truth["baseline"], truth["final"], truth["response"]) == (8, 5, True)
    assert (truth["final_nothing"], truth["final_hospital"]) == (7, 6)
    assert (truth["nadir_day"], truth["length_days"], truth["total_dose_mg"]) == (2, 3.0, 10.3)


def test_baseline_is_the_last_rating_between_admission_and_first_dose():
    assert one_stay([(-1, 9), (0, 8), (3, 6), (6, 5)])["baseline"] == 6


def test_baseline_falls_back_to_the_first_rating_in_the_course():
    assert one_stay([(-1, 9), (6, 5), (12, 4)])["baseline"] == 5


def test_the_last_rating_counts_up_to_discharge_and_no_further_back_than_a_day():
    assert one_stay([(0, 8), (51, 3), (76, 4), (77, 1)])["final"] == 4
    assert one_stay([(0, 8), (51, 3)])["final"] == 3
    assert one_stay([(0, 8), (50.9, 3)])["final"] is None


def test_a_fall_of_two_points_is_a_response_and_one_is_none():
    assert one_stay([(0, 8), (70, 6)])["response"] is True
    assert one_stay([(0, 8), (70, 7)])["response"] is False


def test_what_is_missing_stays_empty():
    truth = one_stay([(-40, 6), (90, 2)])
    assert [truth[name] for name in ("baseline", "final", "final_nothing", "response", "nadir_day")] == [None] * 5


# ---- against the written tables --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hospital():
    changes = {"missed_share": 0.6, "missed_at_night_share": 0.5, "repeat_share": 0.2, "after_lidocaine_share": 0.2}
    return simulate_hospital(parameters_of("D", changes), course_count=50, seed=11)


def persons_rows(hospital, table, keep):
    found = defaultdict(list)
    for row in hospital.tables[table].to_pylist():
        if keep(row):
            found[row["person_id"]].append(row)
    return found


def courses_by_hand(hospital):
    "Courses of ketamine worked out from DRUG_EXPOSURE, VISIT_OCCURRENCE, MEASUREMENT and OBSERVATION, row by row."
    drugs = persons_rows(hospital, "drug_exposure", lambda row: row["drug_concept_id"] == 785649)
    visits = persons_rows(hospital, "visit_occurrence", lambda row: row["visit_concept_id"] == 9201)
    ratings = defaultdict(list)
    for table, concept in (("measurement", 43055141), ("observation", 3034263)):
        for person, rows in persons_rows(
            hospital, table, lambda row, c=f"{table}_concept_id", v=concept: row[c] == v
        ).items():
            ratings[person] += [(row[f"{table}_datetime"], row["value_as_number"]) for row in rows]
    found = {}
    for person, rows in drugs.items():
        courses, last_end = [], None
        for row in sorted(rows, key=lambda row: row["drug_exposure_start_datetime"]):
            start = row["drug_exposure_start_datetime"]
            if last_end is None or start - last_end > timedelta(hours=24):
                courses.append([])
            courses[-1].append(row)
            last_end = row["drug_exposure_end_datetime"]
        for number, doses in enumerate(courses, start=1):
            found[f"{person}:ketamine:{number}"] = one_course(doses, visits[person], sorted(ratings[person]))
    return found


def one_course(doses, visits, ratings):
    start, end = doses[0]["drug_exposure_start_datetime"], doses[-1]["drug_exposure_end_datetime"]
    (stay,) = [row for row in visits if row["visit_start_datetime"] <= start <= row["visit_end_datetime"]]
    admission, discharge = stay["visit_start_datetime"], stay["visit_end_datetime"]
    before = [value for time, value in ratings if admission <= time <= start]
    during = [value for time, value in ratings if start < time <= discharge]
    late = [
        value for time, value in ratings if max(start, end - timedelta(hours=24)) <= time <= discharge and time > start
    ]
    days = defaultdict(list)
    for time, value in ratings:
        if start < time <= discharge:
            days[(time.date() - start.date()).days + 1].append(value)
    means = {day: sum(values) / len(values) for day, values in days.items()}
    baseline = before[-1] if before else during[0] if during else None
    final = late[-1] if late else None
    return {
        "baseline": baseline,
        "final": final,
        "nadir_day": min(means, key=lambda day: (means[day], day)) if means else None,
        "length_days": (end - start) / timedelta(days=1),
        "response": None if baseline is None or final is None else baseline - final >= 2,
        "dose": sum(row["quantity"] / {"mg": 1, "mcg": 1000}[row["dose_unit_source_value"]] for row in doses),
    }


def test_the_truth_is_what_the_tables_say(hospital):
    by_hand = courses_by_hand(hospital)
    truth = {row["course_id"]: row for row in json.loads(hospital.truth_json)["courses"]}
    assert truth.keys() == by_hand.keys()
    assert len(truth) == 50
    assert max(int(course_id.split(":")[2]) for course_id in truth) == 2
    for course_id, row in truth.items():
        expected = by_hand[course_id]
        assert {name: row[name] for name in ("baseline", "final", "nadir_day", "response")} == {
            name: expected[name] for name in ("baseline", "final", "nadir_day", "response")
        }
        assert row["length_days"] == pytest.approx(expected["length_days"], rel=1e-12)
        assert row["total_dose_mg"] == pytest.approx(expected["dose"], rel=1e-9)


def test_missing_ratings_leave_some_courses_without_baseline_or_final(hospital):
    "The hospital of these tests misses 60 % of ratings, and half of the rest at night: the rules for missing ones are used."
    assert None in hospital.courses["final"].to_pylist()
    assert None in hospital.courses["response"].to_pylist()


def test_a_rate_text_and_the_weight_before_give_the_amount(hospital):
    "mg/hr as it stands; mg/kg/h times the weight; mcg/kg/min times the weight, 60 and 1/1000."
    weights = persons_rows(hospital, "measurement", lambda row: row["measurement_concept_id"] == 3025315)
    ways = set()
    for row in hospital.tables["drug_exposure"].to_pylist():
        if row["sig"] is None:
            continue
        rate, unit = re.fullmatch(r"([\d.]+) (mg/hr|mg/kg/h|mcg/kg/min)", row["sig"]).groups()
        start = row["drug_exposure_start_datetime"]
        before = [w for w in weights[row["person_id"]] if w["measurement_datetime"] <= start]
        weight = max(before, key=lambda w: w["measurement_datetime"])["value_as_number"]
        factor = {"mg/hr": 1.0, "mg/kg/h": weight, "mcg/kg/min": weight * 60 / 1000}[unit]
        hours = (row["drug_exposure_end_datetime"] - start) / timedelta(hours=1)
        amount = row["quantity"] / {"mg": 1, "mcg": 1000}[row["dose_unit_source_value"]]
        assert float(rate) * factor * hours == pytest.approx(amount, rel=1e-9)
        ways.add((unit, row["dose_unit_source_value"]))
    assert {unit for unit, _ in ways} == {"mg/hr", "mg/kg/h", "mcg/kg/min"}
    assert {mass for _, mass in ways} == {"mg", "mcg"}


def test_the_fall_is_split_into_its_true_parts():
    "Two courses by hand: falls of 5 and 3, of which 2 and 1 come by themselves, 1 and 0 of the hospital; a third has no final."
    rows = {"baseline": [8, 7, 9], "final_nothing": [6, 6, None], "final_hospital": [5, 6, None], "final": [3, 4, None]}
    line = say_what_the_fall_is(pa.table(rows))
    assert "mean fall of 4.0 points in 2 courses" in line
    assert "1.5 would have come with nothing done, 0.5 came of being in hospital, and 2.0 of the infusion" in line


def test_without_ratings_there_is_nothing_to_split():
    empty = {name: pa.array([None], pa.int64()) for name in ("baseline", "final_nothing", "final_hospital", "final")}
    assert say_what_the_fall_is(pa.table(empty)) == "No simulated course has both a baseline and a final rating."
