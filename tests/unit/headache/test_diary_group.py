"""What is told of a group: no small counts, none to be found by subtraction."""

from __future__ import annotations

import pytest

from abate.headache.diary_group import group_as_dict, group_lines, person_columns, without_small_counts
from abate.headache.diary_person import person_as_dict, person_lines
from tests.unit.headache.diaries import rows_of, summary_of


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([5, 6], [5, 6]),
        ([4, 6], ["<5", "hidden"]),
        ([0, 6], [0, 6]),
        ([4, 3, 9], ["<5", "<5", 9]),
        ([10, 4, 7], [10, "<5", "hidden"]),
        ([0, 4, 0], [0, "<5", 0]),
    ],
)
def test_small_counts_are_hidden_with_one_more(counts, shown):
    assert without_small_counts(counts) == shown


def group(met: int, not_met: int):
    return summary_of(
        [
            row
            for person in range(met + not_met)
            for row in rows_of("h" * 28 if person < met else "n" * 28, person=f"p{person:02}")
        ]
    )


def test_a_group_has_counts_and_quartiles():
    told = group_as_dict(group(6, 5))
    headache = told["thresholds"][0]
    assert (headache["met"], headache["not_met"], headache["not_known"]) == (6, 5, 0)
    headache_days = told["per_month"]["headache_days"]
    assert (headache_days["persons_with_enough_days"], headache_days["of_these_with_one_number"]) == (11, 11)
    assert headache_days["quartiles_fewest"] == headache_days["quartiles_most"] == [0.0, 28.0, 28.0]
    assert told["per_month"]["migraine_days"]["quartiles_most"] is None  # no column says anything of it
    assert told["persons"] == 11


def test_a_small_part_of_a_group_is_hidden():
    headache = group_as_dict(group(6, 4))["thresholds"][0]
    assert (headache["met"], headache["not_met"], headache["decided_for_certain"]) == ("hidden", "<5", "hidden")


def test_of_fewer_than_five_persons_nothing_is_told():
    found = group(2, 2)
    assert set(group_as_dict(found)) == {"notice", "persons", "rules", "not_read"}
    assert "too few" in "\n".join(group_lines(found))


def test_a_group_is_told_once_that_it_is_no_device_and_by_which_rules():
    said = "\n".join(group_lines(group(6, 5)))
    assert said.count("not a medical device") == 1
    assert "[unverified: recalled]" in said
    assert "no column acute_medication" in said
    assert "p00" not in said


def test_one_row_a_person():
    columns = person_columns(group(1, 1))
    assert columns["person_id"] == ["p00", "p01"]
    assert columns["headache_15"] == ["met", "not met"]
    assert columns["headache_days_low"] == columns["headache_days_high"] == [28, 0]
    assert (columns["attacks_fewest"], columns["attacks_whole"]) == ([1, 0], [0, 0])
    assert {len(cells) for cells in columns.values()} == {2}


def test_one_person_is_told_with_reasons():
    found = summary_of(rows_of("h" * 10 + "." * 10 + "n"))
    told = person_as_dict(found, 0)
    assert told["thresholds"][0]["verdict"] == "not known"
    assert told["thresholds"][0]["why_not"] == "too few days filled in: 11 of 28 (39%, at least 80% are asked for)"
    assert told["thresholds"][2]["why_not"] == "no column acute_medication"
    said = "\n".join(person_lines(found, 0))
    assert said.count("not a medical device") == 1
    assert "21 days, 1 to 21: 11 filled in (39%; too few to give a frequency), 1 gap." in said


def test_how_an_answer_was_reached_is_told():
    certain = person_as_dict(summary_of(rows_of("h" * 15 + "n" * 13)), 0)["thresholds"][0]
    assert (certain["verdict"], certain["how"]) == ("met", "for certain")
    in_proportion = person_as_dict(summary_of(rows_of("h" * 14 + "n" * 11)), 0)["thresholds"][0]
    assert (in_proportion["verdict"], in_proportion["how"]) == ("met", "in proportion")  # 14 * 28 / 25 = 15.7


def test_why_an_answer_is_not_known_is_counted():
    rows = [
        row
        for person in range(12)
        for row in rows_of("h" * (28 if person < 5 else 5), person=f"p{person:02}", nausea="yes")
    ]
    migraine = group_as_dict(summary_of(rows))["thresholds"][1]
    assert migraine["not_known"] == 12
    assert migraine["why_not_known"] == "7 with too few days filled in, 5 with open cells"
    fewer = group_as_dict(summary_of([row for row in rows if row["person_id"] > "p00"]))["thresholds"][1]
    assert fewer["why_not_known"] == "too few days filled in, or cells are empty"
