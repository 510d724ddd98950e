from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from abate.sources.simulated import parameters_of, simulate_hospital
from abate.sources.simulated.care import draw_weights

KETAMINE, LIDOCAINE, DIHYDROERGOTAMINE = 785649, 989878, 1126557


@pytest.fixture(scope="module")
def infusions():
    "Dose rows by drug and stay, in the order of their starts."
    parameters = parameters_of(
        "D", {"others_per_course": 0.0, "pause_per_day": 0.5, "repeat_share": 0.0, "after_lidocaine_share": 0.0}
    )
    hospital = simulate_hospital(parameters, course_count=60, seed=21)
    found = defaultdict(lambda: defaultdict(list))
    for row in hospital.tables["drug_exposure"].to_pylist():
        if row["drug_concept_id"] in (KETAMINE, LIDOCAINE, DIHYDROERGOTAMINE):
            found[row["drug_concept_id"]][row["person_id"]].append(row)
    return found


def gaps(rows):
    return [
        later["drug_exposure_start_datetime"] - earlier["drug_exposure_end_datetime"]
        for earlier, later in pairwise(rows)
    ]


def test_rows_follow_one_another_and_pauses_are_shorter_than_a_day(infusions):
    every = [gap for rows in infusions[KETAMINE].values() for gap in gaps(rows)]
    assert min(every) == timedelta(0)
    assert timedelta(minutes=30) <= max(every) < timedelta(hours=24)
    assert sum(gap > timedelta(0) for gap in every) > 60


def test_every_row_has_a_length_on_whole_minutes_and_an_amount(infusions):
    for rows in infusions[KETAMINE].values():
        for row in rows:
            length = row["drug_exposure_end_datetime"] - row["drug_exposure_start_datetime"]
            assert length > timedelta(0)
            assert length % timedelta(minutes=1) == timedelta(0)
            assert row["quantity"] > 0


def test_a_rate_only_rises_in_steps_to_its_ceiling(infusions):
    "Rates in the unit of the site; a bag is changed after twelve hours at most."
    for rows in infusions[KETAMINE].values():
        rates = [float(row["sig"].split()[0]) for row in rows if row["sig"]]
        if not rates:
            continue
        assert rates == sorted(rates)
        steps = np.diff(np.unique(rates))
        assert steps == pytest.approx([rates[0]] * steps.size)
        longest = max(row["drug_exposure_end_datetime"] - row["drug_exposure_start_datetime"] for row in rows)
        # A bag due within ten minutes of another change is hung at that change.
        assert longest <= timedelta(hours=12, minutes=10)


def test_sites_write_rates_in_every_way(infusions):
    ways = {row["sig"] and row["sig"].split()[1] for rows in infusions[KETAMINE].values() for row in rows}
    assert ways == {"mg/hr", "mg/kg/h", "mcg/kg/min", None}


def test_the_last_row_says_how_the_course_ended(infusions):
    for rows in infusions[KETAMINE].values():
        assert [row["stop_reason"] for row in rows[:-1]] == [None] * (len(rows) - 1)
        assert rows[-1]["stop_reason"] in ("completed", "adverse event")


def test_dihydroergotamine_is_given_every_eight_hours(infusions):
    for rows in infusions[DIHYDROERGOTAMINE].values():
        assert [row["quantity"] for row in rows] == [0.5] + [1.0] * (len(rows) - 1)
        assert set(gaps(rows)) == {timedelta(hours=7, minutes=30)}


def test_lidocaine_is_given_too(infusions):
    assert len(infusions[LIDOCAINE]) == 18


def test_weights_are_on_half_kilograms_within_bounds():
    weights = draw_weights(np.random.default_rng(1), parameters_of("D", {"weight_sd_kg": 60.0}), 5_000)
    assert (weights.min(), weights.max()) == (45.0, 160.0)
    assert np.all(2 * weights == np.rint(2 * weights))


def test_no_row_of_an_infusion_is_so_short_that_it_would_be_read_as_a_bolus():
    "Rows of a few minutes stand between two pauses only; a hospital without pauses has none."
    hospital = simulate_hospital(parameters_of("D", {"pause_per_day": 0.0}), course_count=200, seed=4)
    rows = hospital.tables["drug_exposure"].to_pylist()
    lengths = [
        row["drug_exposure_end_datetime"] - row["drug_exposure_start_datetime"]
        for row in rows
        if row["drug_concept_id"] == KETAMINE
    ]
    assert min(lengths) >= timedelta(minutes=10)
