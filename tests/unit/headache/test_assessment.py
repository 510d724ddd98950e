"""What is told of one patient and of many?"""

from __future__ import annotations

import json

from abate.headache.assessment import assess, lines_of
from abate.headache.cohort_assessment import assess_table
from tests.unit.headache.patients import CHRONIC, MIGRAINE, OVERUSE


def test_every_disorder_is_told_with_its_answers():
    found = assess({**CHRONIC, **OVERUSE, "indomethacin": "no effect", "continuous": "no", "aura_count": 0})
    assert [finding.code for finding in found.coded] == ["1.3", "8.2.2"]
    one = next(finding for finding in found.disorders if finding.code == "1.1")
    assert one.verdict == "met"
    assert one.criteria[1].answers == {"age": "40", "attack_hours": "24"}
    assert json.loads(json.dumps(found.as_dict()))["coded"] == ["1.3", "8.2.2"]


def test_what_one_more_answer_would_decide_is_told():
    lines = lines_of(assess({**MIGRAINE, "nausea": "none", "photophobia": "yes", "phonophobia": None}))
    where = lines.index("  Does sound disturb? (phonophobia)")
    assert lines[where + 1] == "      yes: 1.1 is met"
    assert "      no: 1.1 is ruled out" in lines[where:]


def test_numbers_that_decide_are_told_as_ranges():
    found = assess({**MIGRAINE, "attack_hours": None})
    (hours,) = (more for more in found.one_more if (more.question, more.code) == ("attack_hours", "1.1"))
    assert (hours.if_met, hours.if_not_met) == ("4 to 72", "less than 4 or more than 72")
    count = assess({**MIGRAINE, "attack_count": None}).one_more
    (attacks,) = (more for more in count if (more.question, more.code) == ("attack_count", "1.1"))
    assert (attacks.if_met, attacks.if_not_met) == ("5 or more", "4 or less")


def test_a_number_decides_also_by_what_it_says_of_others():
    "28 headache days would leave continuous headache open; fewer rule it out, and 4.10 with it."
    given = {"headache_months": 4, "onset_remembered": "yes", "hours_to_continuous": 24, "better_explained": "no"}
    (days,) = (more for more in assess(given).one_more if (more.question, more.code) == ("headache_days", "4.10"))
    assert (days.if_met, days.if_not_met) == ("", "less than 28")


def test_the_notice_and_the_source_stand_once():
    text = "\n".join(lines_of(assess(MIGRAINE)))
    assert text.count("not a medical device") == 1
    assert text.count("doi:10.1177/0333102417738202") == 1


def test_what_is_not_verified_is_marked():
    found = assess({**OVERUSE, "triptan_days": 6, "opioid_days": 5})
    text = "\n".join(lines_of(found))
    assert (
        "8.2.6    Headache from overuse of several classes, none of them overused alone (unverified: threshold recalled"
        in text
    )


def test_an_assumption_fills_only_what_is_not_answered():
    found = assess({**MIGRAINE, "attack_count": None}, {"attack_count": 5, "vomiting": "yes"})
    assert found.assumed == {"attack_count": 5}
    assert "Assumed: attack_count = 5." in lines_of(found)
    table = assess_table({"attack_count": [3, None], **{k: [v, v] for k, v in MIGRAINE.items() if k != "attack_count"}}, [1, 2],
                         {"attack_count": 5})  # fmt: skip
    assert table.assumed == {"attack_count": (5, 1)}
    assert table.columns()["1.1"] == ["not met", "met"]


def test_a_table_agrees_with_one_by_one():
    patients = [MIGRAINE, CHRONIC, OVERUSE, {**MIGRAINE, "nausea": "none"}]
    names = list({name for answers in patients for name in answers})
    table = assess_table({name: [answers.get(name) for answers in patients] for name in names}, [1, 2, 3, 4])
    columns = table.columns()
    for place, answers in enumerate(patients):
        for finding in assess(answers).disorders:
            assert columns[finding.code][place] == finding.verdict
            for criterion in finding.criteria:
                assert columns[f"{finding.code} {criterion.letter}"][place] == criterion.verdict
    assert columns["coded"][2] == "8.2.2"
    assert columns["coded_unless"][1] == "1.3 unless 3.4"
    counts = {code: (met, not_met, unknown) for code, _, met, not_met, unknown, *_ in table.counts()}
    assert counts["1.1"] == (2, 1, 1)
