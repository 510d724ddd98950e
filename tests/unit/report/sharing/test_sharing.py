"""What leaves the site: small counts hidden, and a reader who knows all sums cannot work one back."""

import dataclasses
import json
import re

import pytest

from abate.base.errors import DisclosureError
from abate.contracts.definition import Disclosure
from abate.report.disclosure import PRESETS, disclose
from abate.report.files import describe_results
from abate.report.sharing.rounding import rounded_count
from tests.report_example import example_result


@pytest.fixture(scope="module", params=["5", "6", "11", "5-rounded"])
def preset(request):
    return request.param


@pytest.fixture(scope="module")
def site():
    return example_result(83, seed=4)


@pytest.fixture(scope="module")
def shared(site, preset):
    return disclose(site, PRESETS[preset])


def test_no_row_of_a_course_leaves(shared):
    assert (shared.outcomes, shared.daily, shared.harm, shared.doses) == (None, None, None, None)


def test_no_share_has_few_in_it_or_few_outside_it(site, shared, preset):
    smallest = PRESETS[preset].smallest_count
    before = {found.id: found for found in site.estimates}
    for found in shared.estimates:
        if found.value is None or found.numerator is None or not float(found.denominator).is_integer():
            continue
        true = before[found.id]
        if found.id.startswith("return."):  # the denominator counts those still followed
            assert true.numerator == 0 or true.numerator >= smallest, found.id
            continue
        for count in (true.numerator, true.denominator - true.numerator):
            assert count == 0 or count >= smallest, found.id


def test_no_number_of_courses_is_small_or_nearly_all(site, shared, preset):
    smallest, whole = PRESETS[preset].smallest_count, site.outcomes.num_rows
    before = {found.id: found for found in site.estimates}
    for found in shared.estimates:
        if found.value is None or found.n is None or found.id.startswith("published."):
            continue
        n = before[found.id].n
        assert n >= smallest, found.id
        if found.group is None and not found.id.startswith(("sustained", "daily.mean_fixed", "follow_up")):
            assert whole - n == 0 or whole - n >= smallest, found.id


def test_a_hidden_estimate_tells_nothing_but_its_mark(shared, preset):
    marks = {f"<{PRESETS[preset].smallest_count}", "hidden"}
    hidden = [found for found in shared.estimates if found.hidden is not None and found.value is None]
    assert hidden
    for found in hidden:
        assert found.hidden in marks
        assert {found.lower, found.upper, found.n, found.numerator, found.denominator, found.sd, found.p_value} == {
            None
        }


def test_a_mean_without_its_number_of_courses_has_no_spread_and_few_decimals(shared):
    for found in shared.estimates:
        if found.value is not None and found.n is None and found.hidden is not None:
            assert (found.sd, found.standard_error) == (None, None), found.id
            assert round(found.value, 1) == found.value, found.id


def test_smallest_and_largest_are_values_of_single_courses(shared):
    assert {found.value for found in shared.estimates if found.id.endswith((".min", ".max"))} == {None}


def test_whatever_is_hidden_is_listed(shared):
    listed = {found.item.split(":")[0] for found in shared.edition.withheld if found.part == "Estimates"}
    assert {
        found.id for found in shared.estimates if found.hidden is not None and not found.id.startswith("return.")
    } <= listed


def test_no_text_holds_a_count_of_courses(site, shared):
    """Texts that differ between two studies of the same kind hold something of their records."""
    other = disclose(
        example_result(97, seed=9),
        Disclosure(smallest_count=shared.edition.smallest_count, rounding=shared.edition.rounding),
    )
    words = {found.id: (found.quantity, found.method) for found in other.estimates}
    for found in shared.estimates:
        for mine, others in zip((found.quantity, found.method), words.get(found.id, (None, None)), strict=True):
            if others is None or mine == others:
                continue
            mine, others = (text.removesuffix("from counts rounded to multiples of 5") for text in (mine, others))
            numbers = set(re.findall(r"\d+", mine)) - set(re.findall(r"\d+", others))
            assert "day" in mine or not numbers, (found.id, mine)


def test_a_fingerprint_would_confirm_a_guess(shared):
    assert shared.provenance.data_fingerprint == ""


def test_what_others_published_is_shared_as_it_is(site, shared):
    def published(result):
        return [found for found in result.estimates if found.id.startswith("published.")]

    assert published(shared) == published(site) != []


def test_counts_are_multiples_where_the_rule_says_so(site):
    shared = disclose(site, PRESETS["5-rounded"])
    for found in (one for one in shared.estimates if not one.id.startswith("published.")):
        for count in (found.n, found.numerator):
            assert count is None or count % 5 == 0, found.id
    for step in shared.attrition:
        for count in (step.persons, step.courses, step.persons_lost, step.courses_lost):
            assert isinstance(count, str) or count % 5 == 0


def test_a_share_of_rounded_counts_is_their_quotient(site):
    found = disclose(site, PRESETS["5-rounded"]).estimate("response.primary_missing_as_no")
    true = site.estimate("response.primary_missing_as_no")
    assert found.numerator == rounded_count(int(true.numerator), 5)
    assert found.value == pytest.approx(found.numerator / found.denominator)
    assert "rounded to multiples of 5" in found.method


def test_too_few_courses_leave_nothing_to_share():
    with pytest.raises(DisclosureError, match="9 courses"):
        disclose(example_result(9), PRESETS["5"])
    with pytest.raises(DisclosureError, match="fewer than 5 courses"):
        disclose(example_result(3), PRESETS["5"])


def test_results_of_a_shared_edition_keep_to_their_schema(shared):
    from importlib.resources import files

    import jsonschema

    schema = json.loads((files("abate.report") / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(describe_results(shared)), schema)


def test_what_is_shared_is_not_shared_again(shared):
    with pytest.raises((TypeError, DisclosureError, ValueError)):
        disclose(shared)


def test_the_site_keeps_all(site):
    before = dataclasses.replace(site)
    disclose(site)
    assert site == before
