"""Two releases: what stands in both tells of whoever entered in between, and what was hidden once stays so."""

import json
from dataclasses import replace

import pytest

from abate.base.errors import DisclosureError
from abate.contracts.definition import Disclosure
from abate.report.disclosure import PRESETS, disclose
from abate.report.files import describe_results
from abate.report.releases import read_release
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


def test_no_shared_number_grew_by_few():
    then, now = released(first_courses(70)), None
    now = released(first_courses(80), earlier=[then])
    before = by_id(then)
    compared = 0
    for id, found in by_id(now).items():
        for field in ("numerator", "n"):
            a, b = before[id][field], found[field]
            if (
                id.startswith(("harm.rate",))
                or (id.endswith(".rate") and field == "numerator")
                or a is None
                or b is None
            ):
                continue
            compared += 1
            assert a == b or abs(a - b) >= 5, (id, field, a, b)
    assert compared > 40


def test_without_the_earlier_release_some_would_have():
    then, now = by_id(released(first_courses(70))), by_id(released(first_courses(80)))
    grew = [abs(found["numerator"] - then[id]["numerator"]) for id, found in now.items() if found["numerator"] is not None and then[id]["numerator"] is not None]  # fmt: skip
    assert any(0 < count < 5 for count in grew)


def test_few_new_courses_are_not_shared_at_all():
    then = released(first_courses(70))
    with pytest.raises(DisclosureError, match="fewer than 5 courses are new"):
        disclose(first_courses(73), PRESETS["5"], [then])


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


def test_rounded_releases_tell_no_differences():
    then = released(first_courses(70), "5-rounded")
    now = disclose(first_courses(73), PRESETS["5-rounded"], [then])
    assert now.estimate("courses.n").value == 75


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
