"""Days a month and what they decide, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.headache.diary_rules import DiaryRules
from abate.headache.diary_thresholds import thresholds
from tests.unit.headache.diaries import rows_of, summary_of, verdict

MIGRAINE = {"unilateral": "yes", "pulsating": "yes", "nausea": "yes"}


@pytest.mark.parametrize(("days", "met"), [(14, 0), (15, 1), (16, 1)])
def test_headache_on_15_days_of_28(days, met):
    assert verdict(summary_of(rows_of("h" * days + "n" * (28 - days))), "headache_15") == met


@pytest.mark.parametrize(("days", "met"), [(7, 0), (8, 1)])
def test_migraine_on_8_days_of_28(days, met):
    rows = rows_of("h" * days, **MIGRAINE) + rows_of("n" * (28 - days), first=days + 1)
    assert verdict(summary_of(rows, triptan_or_ergot_counts=False), "migraine_8") == met


def test_headache_days_without_features_leave_migraine_open():
    "8 headache days could all be migraine days; 7 could not be 8."
    assert verdict(summary_of(rows_of("h" * 8 + "n" * 20)), "migraine_8") == -1
    assert verdict(summary_of(rows_of("h" * 7 + "n" * 21)), "migraine_8") == 0


@pytest.mark.parametrize(
    ("drug", "threshold", "limit"),
    [
        ("sumatriptan", "triptan_overuse", 10),
        ("ergotamine", "ergot_overuse", 10),
        ("tramadol", "opioid_overuse", 10),
        ("combination analgesic", "combination_overuse", 10),
        ("ibuprofen", "simple_analgesic_overuse", 15),
    ],
)
def test_overuse_at_its_threshold(drug, threshold, limit):
    for days, met in ((limit - 1, 0), (limit, 1)):
        rows = [
            {"day": day, "headache": "yes", "acute_medication": drug if day <= days else "none"} for day in range(1, 29)
        ]
        assert verdict(summary_of(rows), threshold) == met


def test_two_analgesics_are_not_summed():
    "8 days of each of two: neither is taken on 15 days."
    drugs = ["ibuprofen"] * 8 + ["paracetamol"] * 8 + ["none"] * 12
    rows = [{"day": day, "headache": "yes", "acute_medication": drug} for day, drug in enumerate(drugs)]
    found = summary_of(rows)
    assert verdict(found, "simple_analgesic_overuse") == 0
    assert found.answers(0)["simple_analgesic_days"] == 8
    assert found.answers(0)["acute_days"] == 16


def test_several_triptans_are_summed():
    drugs = ["sumatriptan"] * 5 + ["rizatriptan"] * 5 + ["none"] * 18
    rows = [{"day": day, "headache": "yes", "acute_medication": drug} for day, drug in enumerate(drugs)]
    assert verdict(summary_of(rows), "triptan_overuse") == 1


@pytest.mark.parametrize(("triptan", "opioid", "met"), [(5, 5, 1), (5, 4, 0), (10, 5, 0), (10, 0, 0)])
def test_several_classes_of_which_none_is_overused_alone(triptan, opioid, met):
    drugs = ["sumatriptan"] * triptan + ["tramadol"] * opioid
    drugs += ["none"] * (28 - len(drugs))
    rows = [{"day": day, "headache": "yes", "acute_medication": drug} for day, drug in enumerate(drugs)]
    assert verdict(summary_of(rows), "several_classes_overuse") == met


def test_an_empty_medication_cell_is_not_known_unless_the_rules_say_none():
    rows = [
        {"day": day, "headache": "yes", "acute_medication": "sumatriptan" if day <= 9 else None} for day in range(1, 29)
    ]
    assert verdict(summary_of(rows), "triptan_overuse") == -1
    assert verdict(summary_of(rows, empty_medication="none"), "triptan_overuse") == 0
    assert summary_of(rows).answers(0)["triptan_days"] == (9, 28)


def test_a_drug_that_nobody_knows_may_be_of_any_class():
    rows = [
        {"day": day, "headache": "yes", "acute_medication": "relievo" if day <= 12 else "none"} for day in range(1, 29)
    ]
    found = summary_of(rows)
    assert found.answers(0)["acute_days"] == 12
    assert found.answers(0)["triptan_days"] == (0, 12)
    assert [finding.row_count for finding in found.diary.findings] == [12]


def test_a_preventive_drug_is_no_acute_drug():
    rows = [{"day": day, "headache": "yes", "acute_medication": "topiramate"} for day in range(1, 29)]
    assert summary_of(rows).answers(0)["acute_days"] == 0


# ---- how much is filled in ----------------------------------------------------------------------------------------------


def test_exactly_the_minimum_filled_in_is_enough():
    "28 of 35 days are 80 %; one day fewer is not."
    enough = summary_of(rows_of("hn" * 14 + "." * 6 + "?"))
    assert enough.tallies["headache_days"].share_filled[0] == 0.8
    assert enough.answers(0)["headache_days"] == 14
    fewer = summary_of(rows_of("hn" * 13 + "h" + "." * 7 + "?"))
    assert np.isnan(fewer.tallies["headache_days"].per_month()[0][0])
    # 14 of 35 for certain, and 8 more that are not known: 14 * 28 / 35 and 22 * 28 / 35
    assert fewer.answers(0)["headache_days"] == (pytest.approx(11.2), pytest.approx(17.6))


def test_days_not_filled_in_can_leave_a_threshold_certain():
    "15 headache days of 28 stay 15, whatever stood on the other 13."
    found = summary_of(rows_of("h" * 15 + "." * 12 + "?"))
    assert not found.tallies["headache_days"].is_enough[0]
    assert (verdict(found, "headache_15"), int(found.certain["headache_15"][0])) == (1, 1)
    assert verdict(summary_of(rows_of("h" * 14 + "." * 13 + "?")), "headache_15") == -1


def test_a_day_that_is_not_filled_in_is_never_a_no():
    assert summary_of(rows_of("h" * 10 + "?" * 18)).answers(0)["headache_days"] == (10, 28)
    assert summary_of(rows_of("h" * 10 + "." * 18)).answers(0)["headache_days"] == (10, 28)


def test_a_short_diary_is_a_month_with_empty_days():
    "23 of 28 days are enough (82 %), 22 are not (79 %)."
    assert summary_of(rows_of("n" * 23)).tallies["headache_days"].is_enough[0]
    assert not summary_of(rows_of("n" * 22)).tallies["headache_days"].is_enough[0]


def test_gaps_are_counted():
    found = summary_of(rows_of("?nn..h?.nn?"))
    assert found.gap_count.tolist() == [4]  # the first day, two days, two days, the last day
    assert (found.days.tolist(), found.filled.tolist()) == ([11], [5])


def test_only_the_last_days_count_where_asked():
    found = summary_of(rows_of("h" * 28 + "n" * 27 + "h"), last_days=28)
    assert found.answers(0)["headache_days"] == 1
    assert found.days.tolist() == [28]


def test_the_last_days_hold_days_without_a_row():
    "The window reaches back into a gap: its 40 days are the denominator, not the 30 with rows."
    found = summary_of(rows_of("n" * 20 + "." * 10 + "n" * 30), last_days=40)
    assert found.tallies["headache_days"].share_filled[0] == 0.75


def test_periods_of_28_days():
    found = summary_of(rows_of("h" * 15 + "n" * 13 + "h" * 14 + "n" * 14 + "h" * 10))
    assert found.periods.number.tolist() == [1, 2, 3]
    assert found.periods.headache.yes.tolist() == [15, 14, 10]
    assert found.periods.headache.reaches(15).tolist() == [1, 0, -1]


def test_persons_are_counted_apart():
    rows = rows_of("h" * 15 + "n" * 13, person="b") + rows_of("h" * 14 + "n" * 14, person="a")
    found = summary_of(rows)
    assert found.diary.person_ids == ["a", "b"]
    assert found.verdicts["headache_15"].tolist() == [0, 1]


# ---- which days are which -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"hours": 4}, 1),
        ({"hours": 3.9, "acute_medication": "none"}, 0),
        ({"hours": 3.9, "acute_medication": "ibuprofen"}, 1),
        ({"hours": 3.9}, (0, 1)),
        ({"acute_medication": "none"}, (0, 1)),
        ({"acute_medication": "yes"}, 1),
    ],
)
def test_a_headache_day_of_four_hours_or_treated(cells, expected):
    rows = [
        {"hours": None, "acute_medication": None, **row} for row in rows_of("h", **cells) + rows_of("n" * 27, first=2)
    ]
    assert summary_of(rows, least_hours=4).answers(0)["headache_days"] == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"unilateral": "yes", "pulsating": "yes", "nausea": "yes"}, 1),
        ({"unilateral": "yes", "pulsating": "yes", "photophobia": "yes", "phonophobia": "yes"}, 1),
        ({"unilateral": "yes", "pulsating": "yes", "photophobia": "yes", "phonophobia": "no", "nausea": "no", "vomiting": "no"}, 0),
        ({"unilateral": "yes", "pulsating": "yes", "photophobia": "yes", "nausea": "no", "vomiting": "no"}, (0, 1)),
        ({"unilateral": "yes", "intensity": "moderate", "vomiting": "yes"}, 1),
        ({"unilateral": "yes", "intensity": "mild", "pulsating": "no", "aggravated": "no", "vomiting": "yes"}, 0),
        ({"unilateral": "yes", "intensity": "mild", "pulsating": "no", "vomiting": "yes"}, (0, 1)),
        ({"nausea": "mild", "aggravated": "yes", "unilateral": "yes"}, 1),
    ],
)  # fmt: skip
def test_a_migraine_day_by_1_1_c_and_d(cells, expected):
    rows = rows_of("h", **cells) + rows_of("n" * 27, first=2)
    assert summary_of(rows, triptan_or_ergot_counts=False).answers(0)["migraine_days"] == expected


def test_a_day_with_a_triptan_or_ergot_is_a_migraine_day_by_the_rule():
    plain = {"unilateral": "no", "pulsating": "no", "aggravated": "no"}
    for drug, expected in (("sumatriptan", 1), ("dihydroergotamine", 1), ("ibuprofen", 0), ("relievo", (0, 1))):
        rows = rows_of("h", acute_medication=drug, **plain) + rows_of("n" * 27, first=2)
        assert summary_of(rows).answers(0)["migraine_days"] == expected


@pytest.mark.parametrize(("hours", "expected"), [(4, 1), (3, 0)])
def test_probable_migraine_counts_where_the_rule_says_so(hours, expected):
    "Criterion D is not met; B and C are, or C alone."
    cells = {
        "unilateral": "yes", "pulsating": "yes", "nausea": "no", "vomiting": "no", "photophobia": "no",
        "acute_medication": "none", "hours": hours,
    }  # fmt: skip
    rows = rows_of("h", **cells) + rows_of("n" * 27, first=2)
    assert summary_of(rows, migraine_rule="probable").answers(0)["migraine_days"] == expected
    assert summary_of(rows).answers(0)["migraine_days"] == 0


def test_aura_counts_only_where_the_rule_says_so():
    rows = rows_of("h", aura="yes", nausea="no", vomiting="no", photophobia="no") + rows_of("n" * 27, first=2)
    assert summary_of(rows, triptan_or_ergot_counts=False).answers(0)["migraine_days"] == 0
    assert summary_of(rows, aura_counts=True, triptan_or_ergot_counts=False).answers(0)["migraine_days"] == 1


@pytest.mark.parametrize(("scale", "moderate", "mild"), [("0-10", 4, 3), ("0-3", 2, 1)])
def test_moderate_pain_on_each_scale(scale, moderate, mild):
    for intensity, expected in ((moderate, 1), (mild, 0)):
        rows = rows_of("h", unilateral="yes", intensity=intensity, pulsating="no", aggravated="no", nausea="yes")
        found = summary_of(rows + rows_of("n" * 27, first=2), intensity_scale=scale, triptan_or_ergot_counts=False)
        assert found.answers(0)["migraine_days"] == expected


# ---- attacks ------------------------------------------------------------------------------------------------------------


def test_attacks_are_headache_days_in_a_row():
    found = summary_of(rows_of("nhhnhn.hhhn")).attacks
    assert found.days.tolist() == [2, 1, 3]
    assert found.is_whole.tolist() == [True, True, False]
    assert (found.fewest.tolist(), found.most.tolist()) == ([3], [3])


def test_a_gap_between_two_headache_days_may_join_them():
    one_day = summary_of(rows_of("nh.hn")).attacks
    assert (one_day.fewest.tolist(), one_day.most.tolist()) == ([1], [2])
    three_days = summary_of(rows_of("nh...hn")).attacks
    assert (three_days.fewest.tolist(), three_days.most.tolist()) == ([1], [3])


def test_hours_of_attacks_that_are_whole_and_untreated():
    rows = rows_of("nhhnhnhn", acute_medication="none", hours=5)
    rows[4] |= {"acute_medication": "sumatriptan", "hours": 1}  # treated: its length says nothing of untreated attacks
    assert summary_of(rows).answers(0)["attack_hours"] == 7.5  # 10 and 5 hours
    unknown = rows_of("nhn", hours=5)
    assert "attack_hours" not in summary_of(unknown).answers(0)


# ---- rules --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules",
    [
        {"month_days": 27},
        {"month_days": 32},
        {"least_share_filled": 0},
        {"least_share_filled": 1.1},
        {"least_share_filled": float("nan")},
        {"last_days": 0},
        {"least_hours": 25},
        {"moderate_from": 0},
        {"migraine_rule": "possible"},
        {"intensity_scale": "0-100"},
    ],
)
def test_rules_outside_their_range_are_refused(rules):
    with pytest.raises(ParameterError):
        DiaryRules(**rules)


def test_what_is_unverified_is_said():
    tags = {statement.text: statement.tag for statement in DiaryRules(least_hours=4).statements()}
    assert (
        tags["Headache day: headache of 4 hours or more, or a shorter one that was treated."] == "unverified: recalled"
    )
    assert {one.code: one.tag for one in thresholds()}["8.2.6"] == "unverified: recalled"


def test_open_days_leave_the_answer_to_what_is_certain():
    "30 of 35 days filled in, 8 migraine days and 2 of which it is not known: 8 * 28 / 35 = 6.4 for certain, at most 12."
    rows = rows_of("h" * 8, **MIGRAINE) + rows_of("hh" + "n" * 20 + "." * 4 + "?", first=9)
    found = summary_of(rows, triptan_or_ergot_counts=False)
    assert found.tallies["migraine_days"].is_enough[0]
    assert verdict(found, "migraine_8") == -1
    assert found.answers(0)["migraine_days"] == (pytest.approx(6.4), pytest.approx(12))


def test_an_open_day_leaves_what_is_in_proportion_not_known():
    "30 of 35 days filled in, 9 migraine days: 9 * 28 / 30 = 8.4 in proportion, but 9 * 28 / 35 = 7.2 for certain."
    settled = rows_of("h" * 9, **MIGRAINE) + rows_of("n" * 21 + "." * 4 + "?", first=10)
    assert verdict(summary_of(settled, triptan_or_ergot_counts=False), "migraine_8") == 1
    is_open = rows_of("h" * 9, **MIGRAINE) + rows_of("h" + "n" * 20 + "." * 4 + "?", first=10)
    assert verdict(summary_of(is_open, triptan_or_ergot_counts=False), "migraine_8") == -1
