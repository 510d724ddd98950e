"""What always holds of diaries: order is of no account, and filling in a day never unsettles an answer."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from abate.headache.diary_group import person_columns
from abate.headache.diary_thresholds import thresholds
from abate.headache.verdicts import Verdict
from tests.oracle.diary import most_and_fewest_attacks, reaches, whole_runs
from tests.unit.headache.diaries import summary_of

FLAG = st.sampled_from(["yes", "no"])
OPEN_FLAG = st.sampled_from(["yes", "no", None])
DRUGS = st.sampled_from(["none", "sumatriptan", "ibuprofen", "tramadol; paracetamol", "combination", "ergotamine"])
FEATURES = ("unilateral", "pulsating", "nausea", "photophobia", "phonophobia")
PLAIN = "unilateral", "pulsating"


@st.composite
def days(draw, *, is_complete=False):
    "One day's cells, without a contradiction."
    flag, drugs = (FLAG, DRUGS) if is_complete else (OPEN_FLAG, DRUGS | st.sampled_from([None, "relievo", "yes"]))
    headache = draw(FLAG if is_complete else st.sampled_from(["yes", "no", "no", None]))
    cells = {name: draw(flag) for name in FEATURES}
    if headache == "no":
        cells |= dict.fromkeys(PLAIN, "no")
    return {
        "headache": headache,
        "acute_medication": draw(drugs),
        "hours": draw(st.sampled_from([2, 6])) if headache == "yes" else None,
        "vomiting": "no" if is_complete else draw(flag),
        "aggravated": "no",
        "intensity": draw(st.sampled_from(["mild", "severe"])) if headache == "yes" else None,
        **cells,
    }


diaries = st.lists(
    days(is_complete=True) | days(is_complete=True) | days() | st.none(), min_size=2, max_size=60
).filter(lambda found: found[0] is not None and found[-1] is not None)
rules = st.fixed_dictionaries(
    {
        "least_share_filled": st.sampled_from([0.3, 0.8]),
        "least_hours": st.sampled_from([0, 4]),
        "migraine_rule": st.sampled_from(["definite", "probable"]),
        "month_days": st.sampled_from([28, 30]),
    }
)


def rows(diary, person="a"):
    return [{"person_id": person, "day": place, **day} for place, day in enumerate(diary) if day is not None]


@given(diaries, diaries, rules, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_is_of_no_account(one, other, by_rules, random):
    given_rows = rows(one, "a") + rows(other, "b")
    shuffled = random.sample(given_rows, len(given_rows))
    assert person_columns(summary_of(shuffled, **by_rules)) == person_columns(summary_of(given_rows, **by_rules))


@given(diaries, diaries, rules)
@settings(max_examples=60, deadline=None)
def test_another_person_is_of_no_account(one, other, by_rules):
    alone = person_columns(summary_of(rows(one), **by_rules))
    among = person_columns(summary_of(rows(one) + rows(other, "b"), **by_rules))
    assert {name: cells[:1] for name, cells in among.items()} == alone


@given(diaries, rules, st.data())
@settings(max_examples=300, deadline=None)
def test_filling_in_a_day_never_unsettles_an_answer_where_the_day_says_what_it_is(diary, by_rules, data):
    "A short attack that was treated may or may not have been a migraine: such a day is filled in, and stays open."
    empty = [place for place, day in enumerate(diary) if day is None]
    if not empty:
        return
    before = summary_of(rows(diary), **by_rules)
    diary[data.draw(st.sampled_from(empty))] = data.draw(days(is_complete=True))
    after = summary_of(rows(diary), **by_rules)
    for threshold in thresholds():
        counted = after.tallies[threshold.question]
        if counted.yes[0] != counted.possible[0]:
            continue
        if before.verdicts[threshold.id][0] == Verdict.MET:
            assert after.verdicts[threshold.id][0] != Verdict.NOT_KNOWN, threshold.id
        if before.verdicts[threshold.id][0] != Verdict.NOT_KNOWN and threshold.id != "several_classes_overuse":
            assert after.verdicts[threshold.id][0] != Verdict.NOT_KNOWN, threshold.id


@given(diaries, rules, st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_certain_stays_whatever_is_filled_in(diary, by_rules, data):
    "A day that is filled in partly, too; and a cell that is filled in."
    before = summary_of(rows(diary), **by_rules)
    empty = [place for place, day in enumerate(diary) if day is None]
    if empty:
        diary[data.draw(st.sampled_from(empty))] = data.draw(days())
    for day in filter(None, diary):
        for name in ("nausea", "vomiting", "photophobia", "phonophobia"):
            day[name] = day[name] or data.draw(OPEN_FLAG)
        day["acute_medication"] = day["acute_medication"] or data.draw(DRUGS)
    after = summary_of(rows(diary), **by_rules)
    for threshold in thresholds():
        verdict = before.certain[threshold.id][0]
        assert verdict in (Verdict.NOT_KNOWN, after.certain[threshold.id][0]), threshold.id


LETTERS = {True: "yes", False: "no"}


@given(
    st.lists(st.sampled_from([True, True, False, None]), min_size=2, max_size=75),
    st.sampled_from([(0.8, Fraction(4, 5)), (0.5, Fraction(1, 2))]),
)
@settings(max_examples=300, deadline=None)
def test_headache_on_15_days_by_the_oracle(diary, share):
    given_rows = [{"day": place, "headache": LETTERS.get(day)} for place, day in enumerate(diary)]
    found = summary_of(given_rows, least_share_filled=share[0])
    assert found.verdicts["headache_15"][0] == {True: 1, False: 0, None: -1}[reaches(diary, 15, share[1])]


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=11), st.booleans())
@settings(max_examples=300, deadline=None)
def test_attacks_by_the_oracle(diary, leaves_out_rows):
    "Days that are open have an empty cell, or (but for the ends) no row."
    kept = [0, len(diary) - 1]
    given_rows = [
        {"day": place, "headache": LETTERS.get(day)}
        for place, day in enumerate(diary)
        if day is not None or place in kept or not leaves_out_rows
    ]
    attacks = summary_of(given_rows).attacks
    assert (attacks.fewest[0], attacks.most[0]) == most_and_fewest_attacks(diary)
    assert attacks.days[attacks.is_whole].tolist() == whole_runs(diary)


@given(diaries, rules)
@settings(max_examples=200, deadline=None)
def test_the_answers_decide_what_the_diary_does(diary, by_rules):
    "Whoever judges the answers by their bounds comes to the diary's verdict, and they do not contradict each other."
    found = summary_of(rows(diary), **by_rules)
    ends = {
        question: (answer if isinstance(answer, tuple) else (answer, answer))
        for question, answer in found.answers(0).items()
    }
    for threshold in thresholds()[:-1]:
        low, high = ends.get(threshold.question, (0, by_rules["month_days"]))
        by_answer = 1 if low >= threshold.days else 0 if high < threshold.days else -1
        assert found.verdicts[threshold.id][0] == by_answer, threshold.id
    everything = (0, by_rules["month_days"])
    for larger, smaller in [("headache_days", "migraine_days")] + [
        ("acute_days", question)
        for question in ends
        if question not in ("headache_days", "migraine_days", "attack_hours")
    ]:
        assert ends.get(smaller, everything)[0] <= ends.get(larger, everything)[1]


@given(diaries, rules)
@settings(max_examples=100, deadline=None)
def test_counts_lie_in_their_bounds(diary, by_rules):
    found = summary_of(rows(diary), **by_rules)
    for days in found.tallies.values():
        assert 0 <= days.yes[0] <= days.possible[0] <= days.filled[0] <= days.window[0]
        low, high = days.certain_per_month()
        per_month = days.per_month()
        if days.is_enough[0]:
            assert low[0] <= per_month[0][0] <= per_month[1][0] <= high[0] + 1e-9
    assert sum(found.periods.headache.yes) == found.tallies["headache_days"].yes[0]
    assert found.attacks.fewest[0] <= found.attacks.most[0]
    assert sum(found.attacks.days) == found.tallies["headache_days"].yes[0]
