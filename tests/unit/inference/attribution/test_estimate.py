"""The rows of the split, and what a flag does to them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abate.base.errors import StudyFileError
from abate.inference.attribution.estimate import (
    ASKED_WHEN_BAD,
    FROM_PLANNED_TIMES,
    HINDSIGHT,
    SCORES_IN_HINDSIGHT,
    estimate_attribution,
)
from tests.unit.inference.attribution.people import (
    BASELINE,
    DAY,
    attacks,
    course,
    daily,
    hospital,
    outcomes,
    rating,
    ratings,
    study,
)


def by_id(study_, courses, rated, days=()):
    return {found.id: found for found in estimate_attribution(study_, courses, daily(days), rated)}


@pytest.fixture(scope="module")
def plain():
    return by_id(study(), *hospital())


def test_the_parts_add_up_to_the_fall(plain):
    fall, natural, left = (plain[f"regression.{name}"] for name in ("fall", "natural", "left"))
    assert natural.value + left.value == pytest.approx(fall.value, abs=1e-9)
    assert fall.n == natural.n == left.n == 60
    assert left.lower < left.value < left.upper
    assert left.standard_error > 0


def test_three_points_taken_off_are_what_is_left(plain):
    """Ratings end at 0, so that a little less than 3 is taken off; the interval holds what was."""
    left = plain["regression.left"]
    assert left.lower < 2.9 < left.upper
    assert plain["regression.natural"].lower > 0
    assert plain["regression.history_mean_left"].value < left.value < plain["regression.history_fall"].value
    assert plain["regression.claim"].value == 1


def test_with_nothing_taken_off_nothing_is_claimed():
    found = by_id(study(), *hospital(treated=0.0, seed=3))
    assert found["regression.claim"].value == 0
    assert abs(found["regression.left"].value) < 3 * found["regression.left"].standard_error
    # A good many would have fallen by two points with nothing done: the day was chosen for being bad.
    seen = np.mean(
        np.array(hospital(treated=0.0, seed=3)[0]["baseline"]) - np.array(hospital(treated=0.0, seed=3)[0]["final"])
        >= 2
    )
    assert found["response.points_2.expected"].value == pytest.approx(seen, abs=0.15)


def test_the_margin_is_the_study_files(plain):
    wide = by_id(study(attribution={"margin": 3.5}), *hospital())
    assert (plain["regression.claim"].value, wide["regression.claim"].value) == (1, 0)
    assert "margin of 3.5 points" in wide["regression.claim"].quantity


def test_every_rule_and_visit_has_its_expected_share(plain):
    for id in ("response.points_2.expected", "response.at_most_3.expected", "sustained.visit_1.expected"):
        assert 0 <= plain[id].lower <= plain[id].value <= plain[id].upper <= 1
    assert plain["response.at_most_3.expected"].value < plain["response.points_2.expected"].value


def test_visits_that_came_when_bad_are_flagged_and_left_out():
    flagged = by_id(study(), *hospital(when_bad=True, seed=5))
    assert flagged["regression.flag.asked_when_bad"].value == 1
    assert flagged["regression.history_mean_left"].reason == ASKED_WHEN_BAD
    assert FROM_PLANNED_TIMES in flagged["regression.left"].method
    # The model of the visits stands beside it, of the same fall.
    assert flagged["regression.visits_fall"].value == pytest.approx(flagged["regression.fall"].value)
    assert flagged["regression.visits_left"].lower < 2.9 < flagged["regression.visits_left"].upper
    assert flagged["regression.visits_gamma"].value > 0
    # From the diary alone less is left than from all ratings: those of visits say that such bad days are usual.
    courses, rated = hospital(when_bad=True, seed=5)
    place = rated.column_names.index("occasion")
    unknown = rated.set_column(place, "occasion", pa.array(["unknown"] * rated.num_rows))
    assert flagged["regression.left"].value < by_id(study(), courses, unknown)["regression.left"].value - 0.3


def test_visits_when_bad_without_a_diary_give_no_split():
    found = by_id(study(), *hospital(when_bad=True, diary=0, seed=5))
    assert (found["regression.left"].value, found["regression.left"].reason) == (None, ASKED_WHEN_BAD)
    assert found["response.points_2.expected"].value is None
    assert found["regression.claim"].value is None
    assert found["regression.fall"].value is not None
    assert found["regression.visits_left"].value is None
    assert found["regression.visits_left"].reason


def test_a_day_chosen_in_hindsight_needs_its_window():
    courses, rated = hospital()
    without = by_id(study(attribution={"index_rule": "in hindsight"}), courses, rated)
    assert (without["regression.left"].value, without["regression.left"].reason) == (None, HINDSIGHT)
    assert without["regression.flag.in_hindsight"].value == 1
    given = by_id(study(attribution={"index_rule": "in hindsight", "index_window": "7d"}), courses, rated)
    plain = by_id(study(), courses, rated)
    # If no later day was worse, better days were the rule: more of the fall needs no drug.
    assert given["regression.natural"].value > plain["regression.natural"].value
    assert "7 days after it" in given["regression.left"].method


def test_the_highest_rating_of_a_week_is_a_day_chosen_in_hindsight():
    worst = {"from": "start-7d", "to": "start", "take": "highest"}
    found = by_id(study(rating={"scale": "nrs", "baseline": worst}), *hospital())
    assert found["regression.flag.in_hindsight"].value == 1
    assert found["regression.left"].value is not None


def test_those_who_leave_when_better_are_seen():
    courses, rated = hospital()
    draw = np.random.default_rng(2)
    days = []
    for id in range(1, 61):
        level = draw.normal(5, 2)
        last = 2 if level < 4 else 5
        days += [(id, day, np.clip(level + draw.normal(0, 0.3), 0, 10)) for day in range(1, last + 1)]
    flagged = by_id(study(), courses, rated, days)
    assert flagged["regression.flag.discharge_when_better"].value == 1
    assert flagged["regression.check.discharge_when_better"].value > 1.96
    # Normal scores are held against the split of the last rating, not of the planned day.
    last, by_scores = flagged["regression.last_rating_left"], flagged["regression.normal_scores_left"]
    assert by_scores.value == pytest.approx(last.value, abs=0.1)
    apart = float(flagged["regression.flag.shape_of_ratings"].method.split()[0])
    assert apart == pytest.approx(last.value - by_scores.value, abs=0.001)
    # The rating of day 5 is the main line, that of the last day stands beside it.
    assert flagged["regression.planned_day_left"].value == flagged["regression.left"].value
    assert flagged["regression.left"].value != flagged["regression.last_rating_left"].value
    assert flagged["regression.planned_day_filled"].value == sum(day == 2 for _, day, _ in days) - sum(
        day == 5 for _, day, _ in days
    )
    assert flagged["regression.natural"].value + flagged["regression.left"].value == pytest.approx(
        flagged["regression.fall"].value
    )


def test_a_planned_day_that_few_reached_is_not_split():
    courses, rated = hospital()
    draw = np.random.default_rng(2)
    days = [
        (id, day, float(level))
        for id, level in enumerate(draw.integers(2, 9, 60), 1)
        for day in range(1, 3 if level < 5 else 5)
    ]
    found = by_id(study(), courses, rated, days)
    assert found["regression.flag.discharge_when_better"].value == 1
    assert "courses were rated on day 5, fewer than the 10 it takes" in found["regression.planned_day_left"].reason
    assert found["regression.left"].value is not None


def test_normal_scores_stand_beside_the_split_and_agree(plain):
    natural, left = plain["regression.normal_scores_natural"], plain["regression.normal_scores_left"]
    assert natural.value + left.value == pytest.approx(plain["regression.fall"].value)
    assert left.value == pytest.approx(plain["regression.left"].value, abs=0.1)
    assert (left.n, left.person_count) == (60, 60)
    flag = plain["regression.flag.shape_of_ratings"]
    assert (flag.value, flag.method.endswith(" points")) == (0, True)
    assert "regression.check.shape_of_ratings" not in plain


def test_attacks_with_days_without_pain_are_flagged_and_nothing_is_claimed():
    """The plain split alone would claim: nothing was done."""
    margin = {"attribution": {"margin": 0.25}}
    found = by_id(study(**margin), *attacks(seed=2))
    left, by_scores = found["regression.left"], found["regression.normal_scores_left"]
    assert found["regression.flag.shape_of_ratings"].value == 1
    assert left.lower > 0.25 > by_scores.lower
    claim = found["regression.claim"]
    assert claim.value == 0
    assert claim.quantity == "1 where the lower limit of the fall left and that on normal scores exceeds the margin of 0.25 points"  # fmt: skip
    # With a wider margin they do not lie apart, and neither limit is beyond it.
    wide = by_id(study(attribution={"margin": 1.5}), *attacks(seed=2))
    assert (wide["regression.flag.shape_of_ratings"].value, wide["regression.claim"].value) == (0, 0)


def test_what_both_splits_hold_is_claimed():
    found = by_id(study(), *attacks(seed=2, treated=4))
    assert found["regression.flag.shape_of_ratings"].value == 1
    assert found["regression.normal_scores_left"].lower > 0.25
    assert found["regression.claim"].value == 1


def test_normal_scores_are_of_the_courses_and_ratings_of_the_plain_line():
    """Where visits came when it was bad, both rest on the diary."""
    courses, rated = hospital(when_bad=True, seed=5)
    flagged = by_id(study(), courses, rated)
    diary = by_id(study(), courses, rated.filter(pc.equal(rated["occasion"], "diary")))
    assert flagged["regression.flag.asked_when_bad"].value == 1
    for id in ("regression.normal_scores_left", "regression.left"):
        assert flagged[id].value == pytest.approx(diary[id].value, abs=1e-9)


def test_where_there_is_no_plain_split_there_is_none_on_normal_scores():
    hidden = by_id(study(), *hospital(when_bad=True, diary=0, seed=5))
    assert hidden["regression.normal_scores_left"].reason == ASKED_WHEN_BAD
    assert hidden["regression.flag.shape_of_ratings"].reason == ASKED_WHEN_BAD
    ahead = by_id(study(attribution={"index_rule": "in hindsight", "index_window": "7d"}), *hospital())
    assert ahead["regression.left"].value is not None
    assert ahead["regression.normal_scores_left"].reason == SCORES_IN_HINDSIGHT
    assert ahead["regression.flag.shape_of_ratings"].reason == f"on normal scores: {SCORES_IN_HINDSIGHT}"


def test_references_give_a_range_by_hand():
    reference = {"mean": [5, 6], "correlation": 0.5, "source": "hand"}
    found = by_id(
        study(attribution={"references": [reference]}), outcomes([course(1, first=8), course(2, first=7)]), ratings([])
    )
    # (1 - 0.5) * (7.5 - 6) and (1 - 0.5) * (7.5 - 5)
    assert (found["regression.reference_low"].value, found["regression.reference_high"].value) == (0.75, 1.25)
    assert found["regression.reference_low"].lower is None


def test_untreated_episodes_split_the_fall_too():
    draw = np.random.default_rng(4)
    first = draw.integers(6, 10, 60).astype(float)
    rows = [
        course(place + 1, first=first[place], final=float(np.clip(round(0.5 * first[place] + 2 - 2 * (place < 30) + draw.normal(0, 0.5)), 0, 10)),
               treatment="ketamine" if place < 30 else "usual care")
        for place in range(60)
    ]  # fmt: skip
    asked = study(comparator={"name": "usual care"}, attribution={"untreated": True})
    found = by_id(asked, outcomes(rows), ratings([]))
    assert found["regression.untreated_left"].value == pytest.approx(2.0, abs=0.4)
    assert "regression.untreated_left" not in by_id(
        study(comparator={"name": "usual care"}), outcomes(rows), ratings([])
    )


@pytest.mark.parametrize(
    ("courses", "rated", "reason"),
    [
        ([course(1), course(2)], [], "there are no ratings before the first one"),
        ([course(id) for id in range(1, 9)], [rating(id, 5, 7) for id in range(1, 9)], "pairs of ratings lie less than 10 days apart"),
        ([course(id, first=5.0, final=5.0) for id in range(1, 41)], [rating(id, day, 5) for id in range(1, 41) for day in (3, 6)], "all ratings are equal"),
        ([course(1, baseline_time=None)], [rating(1, 5, 8)], "there are no courses with a first and a final rating"),
    ],
    ids=["nothing before", "one rating each", "constant", "no course"],
)  # fmt: skip
def test_what_cannot_be_split_has_its_reason(courses, rated, reason):
    found = by_id(study(), outcomes(courses), ratings(rated))
    assert found["regression.left"].value is None
    assert reason in found["regression.left"].reason
    assert found["response.points_2.expected"].value is None
    assert all(row.value is not None or row.reason for row in found.values())


def test_without_a_table_of_ratings_it_is_refused_too():
    found = {row.id: row for row in estimate_attribution(study(), outcomes([course(1)]), daily(), None)}
    assert found["regression.left"].reason == "there are no ratings before the first one"


def test_a_visit_that_was_seen_is_asked_of_its_own_day():
    courses, rated = hospital(seed=7)
    rows = courses.to_pylist()
    soon = outcomes([{**row, "visit_1_time": BASELINE + DAY} for row in rows])
    late = outcomes([{**row, "visit_1_time": BASELINE + 300 * DAY} for row in rows])
    day, year = (by_id(study(), table, rated)["sustained.visit_1.expected"].value for table in (soon, late))
    # Tomorrow most are still in their bad spell; in a year they are as they usually are.
    assert day < year - 0.1


def test_the_section_is_checked(tmp_path):
    from abate.study.read import read_study

    text = 'title = "x"\n[treatment]\nname = "k"\n[rating]\nscale = "nrs"\n[response]\nprimary = { points = 2 }\n[attribution]\n'
    for line, words in (
        ('index_window = "7d"', "in hindsight"),
        ("untreated = true", "add [comparator]"),
        ('references = [{ mean = [6, 5], correlation = 0.5, source = "x" }]', "upside down"),
    ):
        path = tmp_path / "study.toml"
        path.write_text(text + line + "\n")
        with pytest.raises(StudyFileError, match=words.replace("[", r"\[").replace("]", r"\]")):
            read_study(path)
