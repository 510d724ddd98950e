"""Two releases: what stands in both tells of whoever entered in between, and what was hidden once stays so."""

import json
from dataclasses import replace

import pytest

from abate.base.errors import DisclosureError
from abate.contracts.definition import Disclosure
from abate.report.disclosure import PRESETS, disclose
from abate.report.files import describe_results
from abate.report.sharing.releases import read_release
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows

STUDY = example_study()
ALL_ROWS = simulate_rows(STUDY, 90, seed=8)


def first_courses(count):
    """The study as it stood when so many courses had entered."""
    import pyarrow.compute as pc

    rows = {name: table.filter(pc.less_equal(table["course_id"], count)) for name, table in ALL_ROWS.items()}
    return result_of_rows(STUDY, rows)


def released(result, preset="5", earlier=()):
    return json.loads(describe_results(disclose(result, PRESETS[preset], earlier)))


def by_id(release):
    return {found["id"]: found for found in release["estimates"]}


@pytest.mark.parametrize("count", [71, 76, 90])
@pytest.mark.parametrize("preset", ["5", "5-rounded"])
def test_exact_counts_of_a_study_that_has_changed_are_refused(count, preset):
    then = released(first_courses(70), preset)
    with pytest.raises(DisclosureError, match="has changed since the earlier release"):
        disclose(first_courses(count), PRESETS["5"], [then])


def test_after_exact_counts_a_study_that_has_changed_cannot_be_shared():
    then = released(first_courses(70), "5")
    with pytest.raises(DisclosureError, match="from the first on"):
        disclose(first_courses(90), PRESETS["5-rounded"], [then])


def test_a_corrected_rating_is_a_change():
    import pyarrow as pa

    outcomes = ALL_ROWS["outcomes"]
    flags = outcomes["response_points_2"].to_pylist()
    visits = STUDY.follow_up.visits
    seen = zip(*(outcomes[f"{visit}_sustained"].to_pylist() for visit in visits), strict=True)
    unseen = (
        at
        for at, (flag, held) in enumerate(zip(flags, seen, strict=True))
        if flag and not any(one is not None for one in held)
    )
    flags[next(unseen)] = False
    column = outcomes.column_names.index("response_points_2")
    outcomes = outcomes.set_column(column, "response_points_2", pa.array(flags, pa.bool_()))
    corrected = {**ALL_ROWS, "outcomes": outcomes}
    then = released(first_courses(90))
    with pytest.raises(DisclosureError, match="has changed since the earlier release"):
        disclose(result_of_rows(STUDY, corrected), PRESETS["5"], [then])


def test_rounded_counts_are_shared_with_enough_new_courses_only():
    """70 may have been 68 to 72 for a reader of rounded counts, so that 77 are surely 5 more, and 76 are not."""
    then = released(first_courses(70), "5-rounded")
    assert disclose(first_courses(77), PRESETS["5-rounded"], [then]).edition.rounding == 5
    with pytest.raises(DisclosureError, match="fewer than 5 courses may be new"):
        disclose(first_courses(76), PRESETS["5-rounded"], [then])


def test_the_same_courses_are_shared_again_as_they_were():
    then = released(first_courses(70))
    assert released(first_courses(70), earlier=[then]) == then


def test_what_one_rule_hid_another_does_not_show():
    result = first_courses(83)
    then = released(result, "11")
    now = released(result, "5", [then])
    before = by_id(then)
    hidden = {id for id, found in before.items() if found["hidden"] is not None and found["value"] is None and not id.endswith((".min", ".max"))}  # fmt: skip
    assert hidden
    assert {id for id, found in by_id(now).items() if found["numerator"] is not None} & hidden == set()


def test_what_one_rule_showed_is_not_needed_to_protect_another():
    result = first_courses(83)
    then = released(result, "5")
    now = released(result, "6", [then])
    shown_then = {id for id, found in by_id(then).items() if found["value"] is not None and found["hidden"] is None}
    hidden_now = {id for id, found in by_id(now).items() if found["value"] is None and found["hidden"] == "hidden"}
    quantiles = {id for id in hidden_now if "median" in id or id.endswith((".q1", ".q3", "hodges_lehmann"))}
    assert shown_then & hidden_now - quantiles == set()


def test_an_earlier_release_is_a_release(tmp_path):
    with pytest.raises(DisclosureError, match="cannot be read"):
        read_release(tmp_path)
    (tmp_path / "results.json").write_text('{"schema": "abate-results/1"}')
    with pytest.raises(DisclosureError, match="is not abate-results/2"):
        read_release(tmp_path)
    (tmp_path / "results.json").write_text(describe_results(example_result(40)))
    with pytest.raises(DisclosureError, match="the site's own edition"):
        read_release(tmp_path)
    (tmp_path / "results.json").write_text(describe_results(disclose(example_result(40))))
    assert read_release(tmp_path)["edition"]["audience"] == "share"


def test_the_rule_of_the_study_holds_without_another():
    study = STUDY.model_copy(update={"disclosure": Disclosure(smallest_count=11)})
    result = result_of_rows(study, ALL_ROWS)
    assert disclose(result).edition.smallest_count == 11
    assert disclose(replace(result, study={key: value for key, value in result.study.items() if key != "disclosure"})).edition.smallest_count == 5  # fmt: skip
