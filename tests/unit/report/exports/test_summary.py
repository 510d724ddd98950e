"""Each number of a run keeps its name and its kind on the way to an export."""

import pytest

from abate.contracts.result import Estimate
from abate.report.exports.summary import Hidden, Kind, kind_of, numbers_of_cell, summary_of
from tests.report_example import example_result


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("courses.n", Kind.COUNT),
        ("persons.n", Kind.COUNT),
        ("baseline.mean", Kind.MEAN),
        ("change.mean", Kind.MEAN),
        ("change.median", Kind.MEDIAN),
        ("change.hodges_lehmann", Kind.HODGES_LEHMANN),
        ("change.wilcoxon", Kind.STATISTIC),
        ("response.primary", Kind.SHARE),
        ("time_to_response.day_1", Kind.SHARE),
        ("nadir_day.of_lowest_mean", Kind.DAY),
        ("nadir_day.lowest_mean", Kind.MEAN),
        ("course_length.q1", Kind.LOWER_QUARTILE),
        ("course_length.q3", Kind.UPPER_QUARTILE),
        ("course_length.min", Kind.MINIMUM),
        ("course_length.max", Kind.MAXIMUM),
        ("harm.any", Kind.SHARE),
        ("harm.rate", Kind.RATE),
        ("return.day_90", Kind.SHARE),
    ],
)
def test_each_estimate_has_its_kind(id, kind):
    estimate = example_result().estimate(id)
    assert estimate is not None
    assert kind_of(estimate) is kind


def test_counts_of_the_sensitivity_table_are_counts_though_their_unit_is_1():
    assert kind_of(Estimate(id="refractory.courses", quantity="q", value=12.0)) is Kind.COUNT


def test_only_what_has_no_value_is_of_no_kind():
    odd = [
        e.id
        for e in example_result().estimates
        if kind_of(e) is Kind.OTHER and e.value is not None and not e.id.startswith("published.")
    ]
    assert odd == []


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("49", {"count": 49}),
        ("0", {"count": 0}),
        ("43/49 (88 %)", {"count": 43, "known": 49}),
        ("50.2 (14.2)", {"mean": 50.2, "sd": 14.2}),
        ("50.2 (–)", {"mean": 50.2}),
        ("-0.5 (1.0)", {"mean": -0.5, "sd": 1.0}),
        ("88.0 [74.5, 100]", {"median": 88.0, "q25": 74.5, "q75": 100.0}),
        ("–", {}),
        ("<5", {"count": Hidden.SMALL}),
        ("hidden", {"count": Hidden.LINKED}),
    ],
)
def test_cells_of_table_1_are_read(cell, numbers):
    assert numbers_of_cell(cell) == numbers


def test_every_cell_of_a_run_can_be_read():
    result = example_result()
    unread = [cell for cell in summary_of(result).characteristics if Hidden.LINKED in cell.numbers.values()]
    assert unread == []
    assert len(summary_of(result).characteristics) > 40


def test_findings_do_not_leave():
    assert "no rule gave a rate" not in repr(summary_of(example_result()))
