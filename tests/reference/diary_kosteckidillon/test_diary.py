"""A real diary of 133 persons: do abate, a second program in plain Python, and docs/diary.md agree?

The second program (here and in tests/oracle/diary.py) goes day by day over the file and shares nothing with abate.
"""

from __future__ import annotations

import csv
import gzip
import re
from fractions import Fraction
from itertools import groupby

import numpy as np
import pytest

from abate.headache.diary import summarise_diary
from abate.headache.diary_rows import read_diary
from abate.headache.diary_rules import DiaryRules
from abate.headache.diary_thresholds import thresholds
from tests.conftest import ROOT, skip_or_fail
from tests.oracle.diary import reaches, whole_runs

PAGE = ROOT / "docs" / "diary.md"
MINIMUM = Fraction(4, 5)


@pytest.fixture(scope="module")
def file(abate_data):
    path = abate_data / "kosteckidillon" / "KosteckiDillon.csv.gz"
    if not path.is_file():
        skip_or_fail("the diary kosteckidillon is not in ABATE_DATA")
    return path


@pytest.fixture(scope="module")
def rows(file):
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def diaries(rows):
    "Each person's days from the first to the last: True, False, or None where there is no row."
    by_person: dict[int, dict[int, bool]] = {}
    for row in rows:
        by_person.setdefault(int(row["id"]), {})[int(row["time"])] = row["headache"] == "yes"
    return {
        person: [days.get(day) for day in range(min(days), max(days) + 1)] for person, days in sorted(by_person.items())
    }


@pytest.fixture(scope="module")
def summary(file):
    return summarise_diary(read_diary(file, named={"person_id": "id", "date": "time"}))


def table_of(heading: str) -> dict[str, list[str]]:
    "The table of the page below its line of headings: first cell to the others."
    lines = PAGE.read_text(encoding="utf-8").split(heading)[1].split("\n\n")[0].strip().split("\n")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")]
    return {first: others for first, *others in cells}


def counts(answers, *wanted):
    return [sum(answer is one for answer in answers) for one in wanted]


def attack_numbers(days):
    "Fewest and most runs of headache days: for either state of the day before, step by step."
    best = {False: (0, 0)}
    for day in days:
        after: dict[bool, tuple[int, int]] = {}
        for now in [False, True] if day is None else [day]:
            ways = [(low + (now and not before), high + (now and not before)) for before, (low, high) in best.items()]
            after[now] = (min(low for low, _ in ways), max(high for _, high in ways))
        best = after
    return min(low for low, _ in best.values()), max(high for _, high in best.values())


def share_filled(days):
    return Fraction(len(days) - days.count(None), max(28, len(days)))


def four_periods_met(days):
    periods = [days[start : start + 28] for start in range(0, len(days), 28)]
    return sum(reaches(period, 15, MINIMUM) is True for period in periods) >= 4


def test_the_page_says_what_a_second_program_finds(rows, diaries):
    all_days = list(diaries.values())
    answers = [reaches(days, 15, MINIMUM) for days in all_days]
    certain = [reaches(days, 15, Fraction(2)) for days in all_days]
    as_if_all = [28 * days.count(True) >= 15 * (days.count(True) + days.count(False)) for days in all_days]
    as_if_no = [28 * days.count(True) >= 15 * max(28, len(days)) for days in all_days]
    # Features are not there: any headache day, and any day that is not filled in, may be a migraine day.
    migraine = [reaches([None if day else day for day in days], 8, Fraction(2)) for days in all_days]
    runs = [len(list(group)) for days in all_days for day, group in groupby(days) if day]
    numbers = [attack_numbers(days) for days in all_days]
    expected = {
        "rows": len(rows),
        "rows that repeat another": len(rows) - len({(row["id"], row["time"]) for row in rows}),
        "persons": len(diaries),
        "days from each person's first to last, in all": sum(map(len, all_days)),
        "of these not filled in": sum(days.count(None) for days in all_days),
        "persons with a gap": sum(None in days for days in all_days),
        "persons whose diary is shorter than 28 days": sum(len(days) < 28 for days in all_days),
        "persons with 80 % or more of the days filled in": sum(share_filled(days) >= MINIMUM for days in all_days),
        "15 headache days a month: met": counts(answers, True)[0],
        "15 headache days a month: not met": counts(answers, False)[0],
        "15 headache days a month: not known": counts(answers, None)[0],
        f"of the {sum(counts(answers, True, False))} answers, for certain": sum(counts(certain, True, False)),
        "met, if days with a row were all the days": as_if_all.count(True),
        "not met, if days with a row were all the days": as_if_all.count(False),
        "not met, if an empty day were a day without headache": as_if_no.count(False),
        "8 migraine days a month: met": counts(migraine, True)[0],
        "8 migraine days a month: not met": counts(migraine, False)[0],
        "8 migraine days a month: not known": counts(migraine, None)[0],
        "persons of whom the diary answers any overuse of a drug": 0,  # no column says what was taken
        "longest diary, days": max(map(len, all_days)),
        "persons with 15 headache days in each of four periods of 28 days or more": sum(
            map(four_periods_met, all_days)
        ),
        "runs of headache days": len(runs),
        "of these with a known length": sum(len(whole_runs(days)) for days in all_days),
        "persons of whom the number of attacks is known": sum(low == high for low, high in numbers),
    }
    assert table_of("| figure | value |") == {figure: [str(value)] for figure, value in expected.items()}


def test_what_the_page_says_in_prose(rows, diaries):
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    after = sum(int(row["time"]) > 0 for row in rows)
    assert f"{after} of {len(rows)} rows lie after the treatment began" in text
    assert "312 of 720 runs" in text  # 720 - 408, both in the table
    for column in ("medication", "hatype"):
        assert len({(row["id"], row[column]) for row in rows}) == len(diaries)


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_the_minimum_on_the_page(file, diaries, share):
    answers = [reaches(days, 15, Fraction(share).limit_denominator(10)) for days in diaries.values()]
    expected = counts(answers, True, False, None)
    rules = DiaryRules(least_share_filled=share)
    found = summarise_diary(read_diary(file, rules, named={"person_id": "id", "date": "time"}), rules).verdicts[
        "headache_15"
    ]
    assert [int(np.count_nonzero(found == verdict)) for verdict in (1, 0, -1)] == expected
    assert table_of("| minimum filled in | met | not met | not known |")[f"{share:.0%}".replace("%", " %")] == [
        str(count) for count in expected
    ]


def test_abate_agrees_person_by_person(summary, diaries):
    assert [int(person) for person in summary.diary.person_ids] == list(diaries)
    words = {True: 1, False: 0, None: -1}
    for place, days in enumerate(diaries.values()):
        assert summary.days[place] == len(days)
        assert summary.filled[place] == len(days) - days.count(None)
        assert summary.gap_count[place] == sum(day is None for day, _ in groupby(days))
        assert summary.verdicts["headache_15"][place] == words[reaches(days, 15, MINIMUM)]
        assert summary.certain["headache_15"][place] == words[reaches(days, 15, Fraction(2))]
        as_open = [None if day else day for day in days]
        assert summary.verdicts["migraine_8"][place] == words[reaches(as_open, 8, Fraction(2))]
        mine = summary.attacks.person == place
        assert summary.attacks.days[mine & summary.attacks.is_whole].tolist() == whole_runs(days)
        assert (summary.attacks.fewest[place], summary.attacks.most[place]) == attack_numbers(days)


def test_no_overuse_is_answered(summary):
    for threshold in thresholds():
        if threshold.id.endswith("overuse"):
            assert set(summary.verdicts[threshold.id].tolist()) == {-1}


def test_the_columns_that_are_no_diary_are_named(summary):
    assert [column.name for column in summary.diary.not_read] == ["dos", "hatype", "age", "airq", "medication", "sex"]
    assert [(finding.row_count, finding.person_count) for finding in summary.diary.findings] == [(1, 1)]
