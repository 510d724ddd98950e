"""Counts of 1 to 4 are hidden in everything that leaves, with what rests on them or gives them away."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.contracts.result import AttritionStep, CharacteristicRow, Estimate
from abate.report.exports.protection import protected, without_small_counts
from abate.report.exports.summary import Hidden, summary_of
from tests.report_example import example_result

SMALL, LINKED = Hidden.SMALL, Hidden.LINKED
EXAMPLE = replace(example_result(12), sensitivity=(), characteristics=(), attrition=(), estimates=())


def estimate(smallest=5, **values):
    row = Estimate(id="x", quantity="q", **{"value": 0.5, **values})
    return protected(summary_of(replace(EXAMPLE, estimates=(row,))), smallest).estimates[0].numbers


def share(numerator, denominator, **more):
    return estimate(value=numerator / denominator, lower=0.1, upper=0.9, numerator=numerator, denominator=denominator,
                    n=denominator, method="share, x", **more)  # fmt: skip


@pytest.mark.parametrize("numerator", [0, 5, 15, 20])
def test_a_share_of_counts_that_are_large_or_0_is_shown(numerator):
    assert not {SMALL, LINKED} & set(share(numerator, 20).values())


@pytest.mark.parametrize("numerator", [1, 4])
def test_a_small_numerator_is_hidden_with_all_that_rests_on_it(numerator):
    assert share(numerator, 20) == {
        "value": LINKED, "lower": LINKED, "upper": LINKED, "n": 20, "numerator": SMALL, "denominator": 20,
    }  # fmt: skip


@pytest.mark.parametrize("numerator", [16, 19])
def test_a_small_remainder_is_hidden_too(numerator):
    assert share(numerator, 20) == {
        "value": LINKED, "lower": LINKED, "upper": LINKED, "n": 20, "numerator": LINKED, "denominator": 20,
    }  # fmt: skip


def test_a_small_denominator_hides_even_a_numerator_of_0():
    assert share(0, 4)["numerator"] is LINKED
    assert share(0, 4)["denominator"] is SMALL
    assert share(0, 4)["n"] is SMALL


def test_a_mean_of_few_is_hidden():
    few = estimate(n=4, person_count=4, sd=1.0, standard_error=0.5, p_value=0.2, unit="{points}", method="mean, x")
    assert few == {"value": LINKED, "n": SMALL, "person_count": SMALL, "sd": LINKED, "standard_error": LINKED, "p_value": LINKED}  # fmt: skip
    assert estimate(n=5, person_count=5, unit="{points}", method="mean, x")["value"] == 0.5


def test_a_mean_of_many_courses_of_few_persons_is_hidden():
    assert estimate(n=30, person_count=2, method="mean, x") == {"value": LINKED, "n": 30, "person_count": SMALL}


def test_a_small_count_is_hidden_as_one():
    assert estimate(value=3.0, unit="{courses}", numerator=3, denominator=40, n=40, method="count")["value"] is SMALL


def test_days_of_infusion_are_no_count():
    rate = estimate(value=9.0, unit="{events}/(100.d)", numerator=9, denominator=3.2, n=9)
    assert rate["denominator"] == 3.2


def test_another_smallest_count_is_kept_to():
    assert share(7, 20, smallest=8)["numerator"] is SMALL
    assert share(7, 20, smallest=7)["numerator"] == 7
    assert share(1, 20, smallest=1)["numerator"] == 1


@pytest.mark.parametrize("smallest", [0, -5])
def test_a_smallest_count_below_1_is_refused(smallest):
    with pytest.raises(ParameterError):
        estimate(smallest=smallest)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 change of 0 left out", "fewer than 5 changes of 0 left out"),
        ("all 4 courses are of one person", "all fewer than 5 courses are of one person"),
        ("5 courses", "5 courses"),
        ("14 persons", "14 persons"),
        ("a fall of 2 points or more", "a fall of 2 points or more"),
    ],
)
def test_small_counts_in_words_are_hidden(text, told):
    assert without_small_counts(text, 5) == told


def steps(*left_lost, persons=None):
    """Numbers of the attrition, hidden: (left, lost) of courses at each rule, and of persons where they differ."""
    rows = [
        AttritionStep(id=f"r{k}", rule=f"R{k}.", is_asked=True, persons=person[0], courses=course[0], persons_lost=person[1], courses_lost=course[1])
        for k, (course, person) in enumerate(zip(left_lost, persons or left_lost, strict=True))
    ]  # fmt: skip
    return [step.numbers for step in protected(summary_of(replace(EXAMPLE, attrition=rows)), 5).attrition]


def test_a_small_loss_cannot_be_reckoned_back_from_what_is_left_before_and_after():
    "58 - 54 = 4: what is left in between is hidden, and so is the next loss, since 54 = 40 + 14."
    found = steps((58, 0), (54, 4), (40, 14))
    assert found[1]["courses_lost"] is SMALL
    assert [row["courses"] for row in found] == [58, LINKED, 40]
    assert found[2]["courses_lost"] is LINKED


def test_what_is_left_at_the_end_stays_since_the_estimates_say_it():
    found = steps((12, 0), (10, 2))
    assert [row["courses"] for row in found] == [LINKED, 10]
    assert found[1]["courses_lost"] is SMALL


def test_persons_do_not_tell_hidden_courses_where_there_is_one_course_a_person():
    "61 courses of 58 persons; only first courses: 58; 4 more lost. The 58 are hidden as courses and as persons."
    found = steps((61, 0), (58, 3), (54, 4), (40, 14), persons=((58, 0), (58, 0), (54, 4), (40, 14)))
    assert found[1]["courses"] is LINKED
    assert [row["persons"] for row in found] == [LINKED, LINKED, LINKED, 40]


def test_large_losses_stay():
    assert steps((58, 0), (50, 8)) == [
        {"persons": 58, "courses": 58, "persons_lost": 0, "courses_lost": 0},
        {"persons": 50, "courses": 50, "persons_lost": 8, "courses_lost": 8},
    ]


@settings(deadline=None)  # the first call imports SciPy's linear programmes
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(5, 40))
def test_no_small_loss_is_a_difference_of_two_shown_counts(losses, end):
    left = [end + sum(losses[k:]) for k in range(len(losses) + 1)]
    found = steps((left[0], 0), *zip(left[1:], losses, strict=True))
    for place, lost in enumerate(losses, start=1):
        if 0 < lost < 5:
            assert found[place]["courses_lost"] is SMALL
            assert isinstance(found[place - 1]["courses"], Hidden) or isinstance(found[place]["courses"], Hidden)


def table(**levels):
    """One category by response: its levels as (responders, non-responders), and the missing of both."""
    sizes = [sum(column) for column in zip(*levels.values(), strict=True)]
    missing = levels.pop("missing")

    def counted(yes, no):
        return {"overall": yes + no, "responders": yes, "non_responders": no, "not_evaluable": 0}

    known = counted(sizes[0] - missing[0], sizes[1] - missing[1])
    rows = [
        CharacteristicRow(variable="Courses", level=None, cells={k: str(v) for k, v in counted(*sizes).items()}, missing={}, smd=None),
        *(
            CharacteristicRow(
                variable="V", level=level, smd=0.3 if place == 0 else None, missing=counted(*missing),
                cells={k: f"{v}/{known[k]} ({100 * v // max(1, known[k])} %)" for k, v in counted(*pair).items()},
            )
            for place, (level, pair) in enumerate(levels.items())
        ),
    ]  # fmt: skip
    return protected(summary_of(replace(EXAMPLE, characteristics=rows)), 5)


def cell(summary, level, group):
    return next(c.numbers for c in summary.characteristics if (c.variable, c.level, c.group) == ("V", level, group))


def test_a_small_cell_of_table_1_takes_others_with_it():
    found = table(a=(20, 12), b=(10, 3), missing=(0, 0))
    assert cell(found, "b", "non_responders")["count"] is SMALL
    assert cell(found, "a", "non_responders")["count"] is LINKED
    assert cell(found, "b", "responders")["count"] is LINKED or cell(found, "b", "overall")["count"] is LINKED
    assert found.differences[0].numbers["smd"] is LINKED


def test_a_percentage_does_not_tell_how_many_are_missing():
    found = table(a=(20, 12), b=(10, 13), missing=(0, 3))
    missing = next(row for row in found.missing if row.group == "non_responders")
    assert missing.numbers["missing"] is SMALL
    assert cell(found, "a", "non_responders")["known"] is LINKED


def test_a_table_without_small_cells_stays():
    found = table(a=(20, 12), b=(10, 13), missing=(0, 0))
    assert not any(isinstance(number, Hidden) for number in found.numbers)


def test_a_group_of_few_is_hidden_as_a_whole():
    found = table(a=(20, 3), b=(10, 0), missing=(0, 0))
    assert cell(found, "a", "non_responders") == {"count": SMALL, "known": SMALL}
    courses = [c.numbers["count"] for c in found.characteristics if c.variable == "Courses" and c.group != "overall"]
    assert courses[:2] == [LINKED, SMALL]


@settings(deadline=None)  # the first call imports SciPy's linear programmes
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=4), st.tuples(st.integers(0, 6), st.integers(0, 6)))  # fmt: skip
def test_no_shown_count_of_table_1_is_small(pairs, missing):
    found = table(**{f"l{k}": pair for k, pair in enumerate(pairs)}, missing=missing)
    shown = [
        n for c in (*found.characteristics, *found.missing) for n in c.numbers.values() if not isinstance(n, Hidden)
    ]
    assert not [number for number in shown if 0 < number < 5]


def test_every_count_of_a_run_that_is_shown_is_0_or_5_and_more(shown):
    counts = [row.numbers.get(name) for row in shown.estimates for name in ("n", "person_count", "numerator")]
    counts += [number for step in shown.attrition for number in step.numbers.values()]
    assert any(number is SMALL for number in counts)
    assert not [number for number in counts if isinstance(number, int | float) and 0 < number < 5]
