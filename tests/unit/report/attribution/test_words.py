"""What is said of the split, and what stands in its place: the wording is fixed."""

import pytest

from abate.contracts.result import Estimate
from abate.report.attribution.tables import checks_table, expected_table, split_table
from abate.report.attribution.words import say_attribution, say_later
from abate.report.figures.split import split_lines
from abate.report.headline import _part_in_words, key_numbers, lede
from abate.report.limits import limits_table
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result, with_estimates

FORBIDDEN = ("due to", "caused", "drug effect", "placebo effect")


def number(id, value, lower=None, upper=None, n=59, **more):
    level = None if lower is None else 0.95
    return Estimate(
        id=id, quantity="", value=value, lower=lower, upper=upper, level=level, n=n, unit="{points}", **more
    )


def failed(id, reason):
    return Estimate(id=id, quantity="", value=None, reason=reason)


FALL = (
    number("baseline.mean", 7.5), number("final.mean", 3.4), number("change.mean", -4.1, -4.8, -3.4),
    number("regression.fall", 4.1, 3.4, 4.8),
)  # fmt: skip
SPLIT = (
    *FALL, number("regression.natural", 2.2, 1.4, 3.0), number("regression.expected_final", 5.3, 4.5, 6.1),
    number("regression.left", 1.9, 0.9, 2.9), number("regression.claim", 1), number("regression.history_mean_left", 1.6, 0.7, 2.5),
    number("regression.history_fall", 4.1, 3.4, 4.8), number("regression.earlier_mean", 5.2, 4.9, 5.5, n=41),
    number("regression.earlier_ratings", 512, n=41), number("response.points_2.expected", 0.47, 0.33, 0.61),
    number("response.points_2", 45 / 59, numerator=45, denominator=59), number("sustained.visit_1.expected", 0.40, 0.30, 0.50),
    number("follow_up.visit_1.response", 0.42, n=40, numerator=17, denominator=40),
)  # fmt: skip


def view_of(*estimates, study=None):
    found = with_estimates(example_result(61), *estimates)
    if study:
        from dataclasses import replace

        found = replace(found, study={**found.study, **study})
    return ResultView(found)


def flag(name, value=1.0):
    return number(f"regression.flag.{name}", value, n=None)


def test_the_split_in_words():
    first, second, third, fourth, last = say_attribution(view_of(*SPLIT))
    assert first == (
        "Of a mean fall of 4.1, about 2.2 (1.4 to 3.0) would have been expected from each patient\u2019s own earlier ratings; "
        "1.9 (0.9 to 2.9) is left."
    )
    assert second == (
        "Patients were admitted at a bad time, and the worst is followed by better days. What is left is the treatment and everything else that "
        "comes with being in hospital: these cannot be separated without patients who were in the same ward without the drug. Of 100 such "
        "patients, 47 (33 to 61) would have fallen by 2 points or more without either; 76 did."
    )
    assert (
        third == "The lower limit of what is left, 0.9, exceeds the margin of 0.25 points declared in the study file."
    )
    assert fourth == (
        "It rests on 512 ratings of the half year before admission, in 41 courses of 59. Before admission these averaged 5.2; "
        "the rating at admission was 7.5."
    )
    assert last.startswith(
        "Without a model: each patient\u2019s own mean of earlier ratings would leave 1.6 (0.7 to 2.5)"
    )


def test_nothing_is_claimed_within_the_margin():
    said = " ".join(
        say_attribution(view_of(*SPLIT, number("regression.claim", 0), number("regression.left", 0.5, 0.2, 0.8)))
    )
    assert (
        "0.2, does not exceed the margin of 0.25 points declared in the study file: no fall beyond what was to be expected is claimed"
        in said
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("asked_when_bad", "Visits came when it was bad. The split therefore rests on ratings at planned times and in diaries alone."),
        ("lasting_rise", "If that was a lasting worsening, less would have come back by itself and the fall left is larger than shown; if a long spell, the figure stands."),
        ("in_hindsight", "The day of admission was chosen afterwards, as the worst of its neighbours"),
        ("prior_dominated", "assumptions decide them"),
        ("discharge_when_better", "Patients left when better. The last rating therefore flatters, and the fall left is smaller than shown."),
    ],
)  # fmt: skip
def test_each_flag_has_its_sentence(name, words):
    assert words in " ".join(say_attribution(view_of(*SPLIT, flag(name))))
    assert words not in " ".join(say_attribution(view_of(*SPLIT, flag(name, 0.0))))


def test_a_planned_day_is_given_where_patients_left_when_better():
    said = " ".join(
        say_attribution(
            view_of(
                *SPLIT,
                flag("discharge_when_better"),
                number("regression.planned_day_left", 1.5, 0.6, 2.4),
                number("regression.last_rating_left", 1.9, 1.0, 2.8),
                number("regression.planned_day_relief_ended_left", 0.9, 0.1, 1.7),
                number("regression.planned_day_filled", 12),
            )
        )
    )
    assert (
        "The last rating therefore flatters: by it 1.9 (1.0 to 2.8) would be left; the rating of day 5 gives 1.5 (0.6 to 2.4) and is the one that is "
        "split. 12 of 59 courses had none that day and were filled in from their earlier days, many times over; the interval covers it. If the relief "
        "of those who left had ended with their leaving, 0.9 (0.1 to 1.7) would be left."
    ) in said
    assert said.startswith("Of a mean fall of 4.1 to day 5, about 2.2")


SCORES = (
    number("regression.normal_scores_natural", 2.9, 2.1, 3.7), number("regression.normal_scores_left", 1.2, 0.2, 2.2),
)  # fmt: skip


def test_a_split_that_hangs_on_the_shape_of_ratings_gives_both_and_claims_only_by_both():
    view = view_of(*SPLIT, *SCORES, flag("shape_of_ratings"), number("regression.claim", 0))
    said = say_attribution(view)
    assert (
        "The split hangs on how the ratings are distributed: taken as they are, 1.9 (0.9 to 2.9) is left, and taken by their rank among all "
        "ratings, 1.2 (0.2 to 2.2); a claim is made only where the lower limits of both exceed the margin."
    ) in said
    assert said[2] == (
        "Of the lower limits of what is left by the two splits, the lower one, 0.2, does not exceed the margin of 0.25 points declared in the "
        "study file: no fall beyond what was to be expected is claimed."
    )
    assert lede(view).endswith("It hangs on how the ratings are distributed.")
    assert "By rank of ratings" in [line.label for line in split_lines(view)]
    assert split_table(view).rows[1].cells[1:3] == ("2.9 (2.1 to 3.7)", "1.2 (0.2 to 2.2)")


def test_normal_scores_without_the_flag_are_a_line_of_the_table_alone():
    view = view_of(*SPLIT, *SCORES, flag("shape_of_ratings", 0.0))
    assert say_attribution(view) == say_attribution(view_of(*SPLIT))
    assert lede(view) == lede(view_of(*SPLIT))
    assert [line.label for line in split_lines(view)] == [line.label for line in split_lines(view_of(*SPLIT))]
    assert split_table(view).rows[1].cells[0] == "By the rank of the ratings, normal scores"


def test_normal_scores_are_compared_with_the_last_rating_where_a_planned_day_is_split():
    last = (number("regression.last_rating_fall", 4.4), number("regression.last_rating_natural", 2.3, 1.5, 3.1), number("regression.last_rating_left", 2.1, 1.1, 3.1))  # fmt: skip
    view = view_of(*SPLIT, *SCORES, *last, number("regression.planned_day_left", 1.9, 0.9, 2.9), flag("shape_of_ratings"))  # fmt: skip
    assert "taken as they are, 2.1 (1.1 to 3.1) is left by the last rating, and taken by their rank" in " ".join(
        say_attribution(view)
    )
    (line,) = [line for line in split_lines(view) if line.label == "By rank of ratings"]
    # 7.5 at admission, 4.4 less at the last rating
    assert line.final == pytest.approx(3.1)


def test_too_few_earlier_ratings_give_the_bracket():
    left = failed("regression.left", "12 pairs of ratings lie less than 10 days apart, fewer than the 30 that it takes to tell a spell from the error of a rating")  # fmt: skip
    found = view_of(
        *FALL,
        left,
        number("regression.history_mean_left", 1.6, 0.7, 2.5),
        number("regression.history_fall", 4.1, 3.4, 4.8),
    )
    first, second, *_ = say_attribution(found)
    assert (
        first == "Between 1.6 (0.7 to 2.5) and 4.1 (3.4 to 4.8) is left: the earlier ratings are too few to say where."
    )
    assert second.startswith("12 pairs of ratings lie less than 10 days apart")


def test_nothing_before_and_no_reference():
    first, second, third = say_attribution(
        view_of(*FALL, failed("regression.left", "there are no ratings before the first one"))
    )
    assert first == "No split is possible."
    assert second == (
        "There are no ratings before the first one. For the whole fall to be regression, these patients\u2019 usual level would have to be 3.4 or lower."
    )
    assert third.startswith("Patients were admitted at a bad time")


def test_ratings_of_bad_days_alone():
    found = view_of(
        *FALL, flag("asked_when_bad"), failed("regression.left", "x"), number("regression.history_fall", 4.1, 3.4, 4.8)
    )
    assert say_attribution(found)[0] == (
        "Earlier ratings were taken mostly on bad days. They cannot show how these patients usually are; no split is drawn."
    )


def test_a_reference_is_a_range_with_its_source():
    stated = {"attribution": {"references": [{"mean": [5.0, 6.0], "correlation": 0.6, "source": "Someone 2020"}]}}
    found = view_of(*FALL, failed("regression.left", "there are no ratings before the first one"), number("regression.reference_low", 0.6),
                    number("regression.reference_high", 1.0), study=stated)  # fmt: skip
    assert (
        "Under published values (mean 5 to 6, correlation 0.6; Someone 2020) 0.6 to 1.0 would have been expected. These values are not from "
        "these patients, and such formulas tend to take off too little."
    ) in say_attribution(found)


def test_a_share_still_better_stands_beside_the_chance_of_it():
    assert say_later(view_of(*SPLIT), "visit_1") == (
        "At visit 1, 42\u202f% of those seen fell by 2 points or more against admission; 40\u202f% (30 to 50\u202f%) would on a random later day "
        "without any treatment."
    )
    assert say_later(view_of(*FALL), "visit_1") == ""


def test_the_top_of_the_page_says_how_much_was_to_be_expected():
    found = view_of(*SPLIT)
    assert lede(found) == (
        "About half of the fall, 2.2 of 4.1 points, is expected without any treatment. There was no comparison group: this split cannot say "
        "that the rest is the drug\u2019s."
    )
    labels = [one.label for one in key_numbers(found)]
    assert labels[1] == "Expected without treatment"
    assert len(labels) == 6
    assert "2.2 of 4.1 points were to be expected" in limits_table(found).rows[0].cells[2]


@pytest.mark.parametrize(("share", "words"), [(-0.2, "None"), (0.01, "Hardly any"), (0.34, "About a third"), (0.7, "About two thirds"), (1.2, "All")])  # fmt: skip
def test_parts_in_words(share, words):
    assert _part_in_words(share) == words


def test_no_word_of_the_section_says_what_the_drug_did():
    flags = [
        flag(name)
        for name in (
            "asked_when_bad",
            "lasting_rise",
            "discharge_when_better",
            "shape_of_ratings",
            "in_hindsight",
            "prior_dominated",
        )
    ]
    for estimates in (SPLIT, (*SPLIT, *SCORES, *flags), FALL):
        section = next(one for one in build_sections(view_of(*estimates)) if one.id == "attribution")
        texts = [section.say, *section.paragraphs, *(note.text for note in section.notes)]
        texts += [cell for table in section.tables for line in table.rows for cell in line.cells]
        texts += [part for figure in section.figures for part in (figure.claim, figure.caption, figure.finding)]
        assert not [word for word in FORBIDDEN if word in " ".join(texts)]


def test_a_drawing_only_where_there_is_a_split():
    drawn = {one.id: [figure.id for figure in one.figures] for one in build_sections(view_of(*SPLIT))}
    assert drawn["attribution"] == ["split", "tipping"]
    bare = {
        one.id: [figure.id for figure in one.figures]
        for one in build_sections(view_of(*FALL, failed("regression.left", "x")))
    }
    assert bare["attribution"] == ["tipping"]


def test_the_tables_hold_what_the_sentences_say():
    found = view_of(*SPLIT, flag("lasting_rise"), number("regression.check.lasting_rise", 2.5))
    assert split_table(found).rows[0].cells[1:4] == ("2.2 (1.4 to 3.0)", "1.9 (0.9 to 2.9)", "59")
    assert expected_table(found).rows[0].cells == ("Fall of 2 points or more", "76", "47 (33 to 61)")
    assert ("Pain had been rising for weeks", "flagged") in [line.cells[:2] for line in checks_table(found).rows]
