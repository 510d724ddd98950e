"""HADES tables are what their specification says, and the specification says what is published."""

from dataclasses import replace

import pytest

from abate.report.disclosure import PRESETS, disclose
from abate.report.exports.hades import SPECIFICATION_FILE, hades_files, specification
from abate.report.exports.summary import Hidden, summary_of
from tests.export_rules import mistakes_of_hades, published, rows_of
from tests.report_example import example_result
from tests.unit.report.exports.test_omop import HOSTILE, hostile_result

#: Demanded by the published tables, and not known to a run: docs/export.md says so.
NOT_KNOWN = {"cdm_holder", "source_release_date", "cdm_release_date", "vocabulary_version", "max_obs_period_end_date"}
PUBLISHED_TABLES = ("database_meta_data", "cg_cohort_definition", "cg_cohort_count", "cg_cohort_inclusion", "cg_cohort_summary_stats", "cg_cohort_attrition")  # fmt: skip


def write(files, folder):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def files(shown):
    return hades_files(shown, "a hospital")


def test_every_table_is_as_specified(files, tmp_path):
    assert mistakes_of_hades(write(files, tmp_path)) == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("abate_attrition", lambda text: text.replace("rule_id", "rule", 1)),
        ("abate_attrition", lambda text: text + text.split("\n")[1] + "\n"),
        ("cg_cohort_count", lambda text: text.replace(",61,", ",sixty-one,", 1)),
        ("abate_run", lambda text: text.replace("a hospital", "", 1)),
    ],
)
def test_the_checker_sees_a_mistake(files, tmp_path, table, change):
    "Without this the test before could not fail."
    name = f"{table}.csv"
    assert change(files[name]) != files[name]
    assert mistakes_of_hades(write({**files, name: change(files[name])}, tmp_path)) != []


@pytest.mark.parametrize("table", PUBLISHED_TABLES)
def test_tables_of_other_packages_are_the_published_ones(table):
    own = {row["column_name"]: row for row in specification() if row["table_name"] == table}
    theirs = {row["column_name"]: row for row in published("hades", table)}
    assert set(own) == set(theirs)
    for name, column in theirs.items():
        assert (own[name]["data_type"], own[name]["primary_key"]) == (column["data_type"], column["primary_key"]), name
        if not (table == "database_meta_data" and name in NOT_KNOWN):
            assert own[name]["is_required"] == column["is_required"], name


def test_own_tables_have_their_prefix_and_the_database():
    own = {row["table_name"] for row in specification()} - set(PUBLISHED_TABLES)
    assert all(name.startswith("abate_") for name in own)
    with_database = {row["table_name"] for row in specification() if row["column_name"] == "database_id"}
    assert own <= with_database


def test_a_small_count_is_minus_the_smallest_and_only_where_the_specification_says_so(files, shown):
    small = {(row["table_name"], row["column_name"]) for row in specification() if row["min_cell_count"] == "Yes"}
    found = {
        (name.removesuffix(".csv"), column)
        for name, text in files.items()
        if name != SPECIFICATION_FILE
        for row in rows_of(text)
        for column, cell in row.items()
        if cell == "-5"
    }
    assert found
    assert found <= small
    assert any(number is Hidden.SMALL for number in shown.numbers)


def test_rows_with_a_hidden_number_that_is_demanded_are_left_out(files, shown):
    persons = [
        step.numbers["persons"] for step in (shown.attrition[0], *(s for s in shown.attrition[1:] if s.is_asked))
    ]
    kept = [number for number in persons if number is not Hidden.LINKED]
    assert len(rows_of(files["cg_cohort_attrition.csv"])) == len(kept)
    assert len(rows_of(files["abate_attrition.csv"])) == len(shown.attrition)


def test_nothing_hidden_gives_the_whole_attrition(summary):
    rows = rows_of(hades_files(replace(summary, smallest=1), "db")["cg_cohort_attrition.csv"])
    asked = [step for step in summary.attrition if step.is_asked]
    assert [int(row["person_count"]) for row in rows] == [step.numbers["persons"] for step in asked]
    assert [row["cohort_entry"] for row in rows] == ["1"] + ["0"] * (len(asked) - 1)
    assert [int(row["rule_sequence"]) for row in rows] == list(range(-1, len(asked) - 1))


def test_counts_are_those_of_the_run(files):
    (count,) = rows_of(files["cg_cohort_count.csv"])
    assert (count["cohort_entries"], count["cohort_subjects"]) == ("61", "61")


def test_estimates_keep_their_numbers(files):
    result = disclose(example_result(), PRESETS["5"])
    rows = {(row["sensitivity_id"], row["estimate_id"]): row for row in rows_of(files["abate_estimate.csv"])}
    assert not any(id.startswith("published.") for _, id in rows)
    for estimate in (found for found in result.estimates if not found.id.startswith("published.")):
        row = rows["study", estimate.id]
        if row["is_hidden"] == "0" and estimate.value is not None:
            assert float(row["estimate_value"]) == pytest.approx(estimate.value, rel=1e-9)
    rate = rows["study", "harm.rate"]
    assert rate["denominator"] == ""
    assert float(rate["time_at_risk_days"]) > 0
    assert rows["final.none", "change.mean"]["reason"] == "no course has a final rating"


def test_the_name_that_a_user_gives_is_the_only_one(files):
    (row,) = rows_of(files["database_meta_data.csv"])
    assert (row["database_id"], row["cdm_source_name"], row["cdm_version"]) == ("a hospital", "a hospital", "5.4")


def test_hostile_texts_stay_text_in_their_cells(tmp_path):
    files = hades_files(replace(summary_of(hostile_result()), smallest=5), HOSTILE)
    assert mistakes_of_hades(write(files, tmp_path)) == []
    cells = [cell for name, text in files.items() for row in rows_of(text) for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in "=+@\t\r" and cell]
