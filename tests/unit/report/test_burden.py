"""What leaves the site: small counts hidden with all that hangs on them, texts that do no harm, the same bytes each time."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace

import pytest

from abate.contracts.burden import Burden, BurdenRow, Mark, Period
from abate.inference.burden import add_totals, estimate_burden, sums_of, sums_over_years
from abate.report.burden import burden_as_csv, burden_as_json, burden_as_markdown, burden_lines, write_burden
from abate.report.burden_counts import hide_burden
from abate.report.figures.burden import draw_prevalence

YEAR = Period(name="2020", first=dt.date(2020, 1, 1), last=dt.date(2020, 12, 31))


def row(sex, age, at_risk=50.0, **counts):
    numbers = {"persons": 0, "new_cases": 0, **counts}
    return BurdenRow(period="2020", sex=sex, age=age, counts=numbers, person_years=60.0, person_years_at_risk=at_risk)


def hide(rows, **settings):
    shown = hide_burden(rows, sums_of(rows, [YEAR]), {}, **{"smallest": 5, "rounding": 1, **settings})
    return {(one.sex, one.age): one for one in shown}


def by_sex(women, men, name="new_cases", persons=(100, 100)):
    ages = ("all", "0 and over")
    return [
        row(sex, age, **{"persons": count, name: number})
        for sex, count, number in (
            ("all", sum(persons), women + men),
            ("female", persons[0], women),
            ("male", persons[1], men),
        )
        for age in ages
    ]


def test_a_small_count_is_hidden_with_its_time_at_risk_and_its_partner():
    found = hide(by_sex(women=30, men=3))
    assert found["male", "all"].counts == {"persons": 100, "new_cases": None}
    assert found["female", "all"].counts == {"persons": 100, "new_cases": None}
    assert found["all", "all"].counts == {"persons": 200, "new_cases": 33}
    assert found["male", "all"].person_years_at_risk is None
    assert found["male", "all"].person_years == 60.0


def test_where_the_persons_are_few_all_of_the_row_is_hidden_noughts_too():
    found = hide(by_sex(women=30, men=0, persons=(100, 4)))
    few = found["male", "all"]
    assert few.counts == {"persons": None, "new_cases": None}
    assert (few.person_years, few.person_years_at_risk) == (None, None)


def test_observed_time_of_few_persons_does_not_follow_from_the_other_years():
    "In 2021 there are four men: their time, 60 years in each row, would be the men's of the whole less those of 2020."
    periods = [
        Period(name=name, first=dt.date(2020, 1, 1), last=dt.date(2021, 12, 31)) for name in ("whole", "2020", "2021")
    ]
    rows = [
        replace(one, period=period.name)
        for period, men in zip(periods, (100, 100, 4), strict=True)
        for one in by_sex(women=30, men=0, persons=(100, men))
    ]
    over_years = sums_over_years(rows, periods[0], periods[1:])
    shown = hide_burden(rows, sums_of(rows, periods), {"person_years": over_years}, smallest=5, rounding=1)
    time = {(one.period, one.sex): one.person_years for one in shown if one.age == "all"}
    assert time["2021", "male"] is None
    assert None in (time["2020", "male"], time["whole", "male"])


def test_counts_are_rounded_to_the_nearest_multiple_halves_up():
    found = hide(by_sex(women=32, men=38, persons=(105, 104)), rounding=10)
    assert [found[sex, "all"].counts["new_cases"] for sex in ("female", "male", "all")] == [30, 40, 70]
    assert [found[sex, "all"].counts["persons"] for sex in ("female", "male", "all")] == [110, 100, 210]


def cells(women, men):
    return [
        {"period": "2020", "sex": sex, "age_from": 0, "persons": 400, "person_days": 146_100, "days_at_risk": 36_525,
         "recorded_in_period": count, "recorded_ever": count, "new_cases": count, "chronic_in_period": 0, "chronic_ever": 9}
        for sex, count in (("female", women), ("male", men))
    ]  # fmt: skip


@pytest.fixture
def burden():
    def make(women=60, men=20, condition="migraine", **changes):
        rows = add_totals(cells(women, men), [YEAR], (0,))
        shown = hide_burden(rows, sums_of(rows, [YEAR]), {}, smallest=5, rounding=1)
        parts = {
            "title": "t", "condition": condition, "treatment": "ketamine", "periods": [YEAR],
            "marks": [Mark(id="chronic", name=f"a code of chronic {condition}")], "rows": shown,
            "estimates": estimate_burden(shown), "definitions": ["Persons: everybody."], "not_known": ["Refractory."],
            "remarks": [], "published": "about so many (source; unverified)", "smallest_count": 5, "rounding": 1,
        }  # fmt: skip
        return Burden(**{**parts, **changes})

    return make


def test_the_lines_say_counts_shares_and_what_is_not_known(burden):
    text = "\n".join(burden_lines(burden())).replace("\u202f", " ")
    assert "15 % (12 to 19 %)" in text  # 60 of 400; Wilson: 0.1183 to 0.1883
    assert "3.00" in text  # 60 of 400 women, 20 of 400 men
    assert "600.00 (457.86 to 772.32)" in text  # R: qgamma(.025, 60) and qgamma(.975, 61), in 100 person-years
    assert "about so many (source; unverified)" in text
    assert "Refractory." in text
    assert text.endswith("not a medical device.")


def test_a_hidden_count_stands_nowhere(burden):
    found = burden(women=60, men=3)
    rows = list(csv.DictReader(io.StringIO(burden_as_csv(found).removeprefix("\ufeff"))))
    for one in rows:
        if one["sex"] != "all":
            assert {one["recorded_in_period"], one["new_cases"], one["person_years_at_risk"]} == {"hidden"}
            assert {one["prevalence_in_period"], one["incidence_lower"]} == {""}
    data = json.loads(burden_as_json(found))
    assert [one["counts"]["new_cases"] for one in data["rows"] if one["sex"] == "male"] == [None, None]
    assert all(one["value"] is None for one in data["estimates"] if one["sex"] in ("male", "female to male"))


def test_json_says_its_schema_its_dates_and_that_it_is_no_device(burden):
    data = json.loads(burden_as_json(burden()))
    assert data["schema"] == "abate-burden/1"
    assert data["periods"] == [{"name": "2020", "first": "2020-01-01", "last": "2020-12-31"}]
    assert "not a medical device" in data["notice"]


def test_the_figure_has_a_mark_for_each_share_that_may_be_shown(burden):
    "Women and men of one age: two marks. Where both are hidden there is no figure."
    drawn = draw_prevalence(burden())
    assert drawn is not None
    assert "ever recorded, by age and sex, 2020" in drawn
    fills = re.findall(r'fill="(#[0-9a-f]{6})" fill-opacity="1" stroke="#1f5b99"', drawn)
    assert fills == ["#1f5b99", "#fdfcf9"]  # women filled, men hollow
    assert draw_prevalence(burden(women=60, men=3)) is None


def test_markup_in_a_name_does_nothing(burden):
    page = burden_as_markdown(burden(condition="<script>a|b`"))
    assert "<script>" not in page.replace("\\<script>", "")
    assert "\\<script>a\\|b\\`" in page
    found = burden_as_csv(burden(condition="=1+1"))
    assert "=1+1" not in found


def test_the_same_burden_gives_the_same_bytes(burden, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_burden(burden(), tmp_path / name)
    for file in ("burden.md", "burden.csv", "burden.json", "prevalence.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
