"""Do the three worlds share their random numbers, and what does a parameter leave as it was?"""

from abate.sources.simulated import PARAMETER_SETS, parameters_of, simulate_hospital


def courses(set_name="D", **changes):
    return simulate_hospital(
        parameters_of(set_name, {"others_per_course": 0.0, **changes}), course_count=40, seed=8
    ).courses


def test_without_any_effect_the_three_finals_are_the_same():
    found = courses(drug_mean=0.0, hospital_mean=0.0)
    assert found["final"] == found["final_hospital"] == found["final_nothing"]


def test_without_a_drug_effect_the_drug_changes_no_final():
    found = courses("N-high")
    assert found["final"] == found["final_hospital"]
    assert found["final_hospital"] != found["final_nothing"]


def test_effects_only_ever_lower_a_rating():
    for row in courses().to_pylist():
        assert row["final"] <= row["final_hospital"] <= row["final_nothing"]


def test_another_drug_effect_admits_the_same_people_with_the_same_ratings():
    strong, weak = courses(drug_mean=6.0), courses(drug_mean=1.0)
    assert strong["person_id"] == weak["person_id"]
    assert strong["baseline"] == weak["baseline"]
    assert strong["final"] != weak["final"]


def test_set_n_low_is_set_d_without_the_drug():
    assert PARAMETER_SETS["N-low"] == parameters_of("N-low", {})
    assert courses("N-low")["baseline"] == courses("D")["baseline"]
