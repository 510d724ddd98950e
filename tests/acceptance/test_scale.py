"""Does `abate scale` do what its page says, from the command line?"""

from __future__ import annotations

import pytest

from tests.acceptance.command import abate


def test_the_scales_are_listed_and_one_is_described():
    listed = abate("scale")
    assert listed.returncode == 0
    assert all(
        f"  {name} " in listed.stdout for name in ("nrs", "vas", "verbal", "hit6", "midas", "phq9", "madrs", "pgic")
    )
    described = abate("scale", "HIT-6")
    assert "37, 39, 77: no answers add up to it" in described.stdout
    assert described.stdout.count("not a medical device") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("midas", "--items", "3,5,2,0,4"), ("MIDAS total: 14", "grade III: 11 to 20")),
        (("midas", "--items", "3,,2,0,4"), ("MIDAS total: not known; no answer to item 2", "grade or band: not known")),
        (("hit6", "--items", "6,8,10,11,13,?"), ("not known; no answer to item 6", "grade or band: not known")),
        (("pgic", "--score", "much improved"), ("change: 2", "cut-off responder")),
        (("vas", "--score", "63"), ("as a number from 0 to 10: 6.3",)),
        (("phq9", "--score", "10"), ("band: 10 to 14", "items and recall unverified")),
        (("nrs", "--before", "8", "--after", "5"), ("met, by 2 points or 30 per cent (Farrar 2001", "3 points better")),
        (("nrs", "--before", "8"), ("not known, a rating is missing",)),
        (("phq9", "--before", "15", "--after", "9"), ("not known, no verified limit", "unverified: recalled")),
    ],
)
def test_answers_are_scored_and_changes_judged(arguments, said):
    answer = abate("scale", *arguments)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("not a medical device") == 1
    for text in said:
        assert text in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("mdas",), 11, "did you mean 'midas'?"),
        (("hit6", "--score", "77"), 12, "not a sum of 6 answers"),
        (("midas", "--items", "93,0,0,0,0"), 12, "item 1 of MIDAS is not a whole number from 0 to 92"),
        (("midas", "--items", "1,2,3"), 12, "MIDAS has 5 items, and 3 were given"),
        (("midas", "--items", "a,0,0,0,0"), 12, "an answer is not a number"),
        (("nrs", "--score", "nan"), 12, "an answer is not a number"),
        (("nrs", "--score", ""), 12, "--score has no value"),
        (("madrs", "--items", "1,2"), 11, "items of the MADRS total are not known"),
        (("nrs", "--score", "3", "--after", "2"), 11, "give one of"),
        (("--score", "3"), 11, "name the scale"),
    ],
)
def test_a_mistake_gets_one_sentence(arguments, code, said):
    answer = abate("scale", *arguments)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
