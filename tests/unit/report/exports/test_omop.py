"""A summarised result keeps to the published rules, and each kind of estimate has its names."""

from dataclasses import replace

import pytest

from abate.contracts.result import AttritionStep, Estimate, FindingCount
from abate.report.exports.omop import DEFINITION_COLUMNS, RESULT_COLUMNS, cohort_definitions, summarised_result
from abate.report.exports.summary import summary_of
from tests.export_rules import mistakes_of_summarised_result, published, rows_of
from tests.report_example import example_result, example_study

HOSTILE = "<script>alert(1)</script>, \"x\" &&& '=1+1'\n\u202e NA"


@pytest.fixture(scope="module")
def text(shown):
    return summarised_result(shown, "a hospital")


@pytest.fixture(scope="module")
def rows(text):
    return [row for row in rows_of(text) if row["variable_name"] != "settings"]


def result_of(*estimates: Estimate, smallest=5):
    result = replace(example_result(12), estimates=estimates)
    found = rows_of(summarised_result(replace(summary_of(result), smallest=smallest), "db"))
    return {
        row["estimate_name"]: (row["estimate_type"], row["estimate_value"])
        for row in found
        if row["variable_name"] == estimates[0].id
    }


def test_it_keeps_to_the_published_rules(text):
    assert mistakes_of_summarised_result(text) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("result_id,", "id,", 1),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",percentage,percentage,", ",percentage,per cent,", 1),
        lambda text: text.replace(",Number records,NA,count,integer,61,", ",Number records,NA,count,integer,6.1,", 1),
        lambda text: text.replace("unit &&& method", "unit", 1),
        lambda text: text.replace("settings,NA,strata,character,reason", "settings,NA,strata,character,cause", 1),
        lambda text: text + text.split("\n")[1] + "\n",
        lambda text: "\n".join(line for line in text.split("\n") if "settings,NA,result_type" not in line),
    ],
)
def test_the_finder_of_mistakes_sees_one(text, change):
    "Without this the test before could not fail."
    assert change(text) != text
    assert mistakes_of_summarised_result(change(text)) != []


def test_the_columns_are_the_published_ones():
    assert list(RESULT_COLUMNS) == [row["column_name"] for row in published("summarised_result", "summarised_result")]
    assert list(DEFINITION_COLUMNS) == [row["column_name"] for row in published("cdm", "cohort_definition")]


def test_the_kinds_of_result_are_told_in_the_settings(text):
    kinds = [row["estimate_value"] for row in rows_of(text) if row["estimate_name"] == "result_type"]
    assert kinds == [
        "summarise_cohort_count", "summarise_cohort_attrition", "summarise_characteristics", "abate_standardised_differences",
        "abate_estimates", "abate_sensitivity",
    ]  # fmt: skip


def test_settings_say_where_the_numbers_come_from(text):
    settings = {row["estimate_name"]: row for row in rows_of(text) if row["variable_name"] == "settings"}
    assert settings["min_cell_count"]["estimate_value"] == "5"
    assert settings["study_hash"]["estimate_value"] == "4f1c92a0" * 8
    assert settings["is_simulated"]["estimate_value"] == "true"
    assert "not a medical device" in settings["intended_use"]["estimate_value"]
    assert {row["cdm_name"] for row in settings.values()} == {"NA"}


def test_a_share():
    estimate = Estimate(id="x", quantity="q", value=0.25, lower=0.1, upper=0.5, level=0.95, n=40, person_count=38,
                        numerator=10, denominator=40, method="share, Wilson")  # fmt: skip
    assert result_of(estimate) == {
        "percentage": ("percentage", "25"),
        "percentage_lower": ("percentage", "10"),
        "percentage_upper": ("percentage", "50"),
        "confidence_level": ("proportion", "0.95"),
        "count": ("integer", "10"),
        "denominator_count": ("integer", "40"),
        "record_count": ("integer", "40"),
        "subject_count": ("integer", "38"),
    }


def test_a_mean():
    estimate = Estimate(id="x", quantity="q", value=-4.2, lower=-5.0, upper=-3.4, level=0.95, unit="{points}", n=40,
                        person_count=40, standard_error=0.4, sd=2.5, p_value=1e-9, method="mean, t")  # fmt: skip
    assert result_of(estimate) == {
        "mean": ("numeric", "-4.2"),
        "mean_lower": ("numeric", "-5"),
        "mean_upper": ("numeric", "-3.4"),
        "confidence_level": ("proportion", "0.95"),
        "sd": ("numeric", "2.5"),
        "standard_error": ("numeric", "0.4"),
        "p_value": ("numeric", "1e-09"),
        "record_count": ("integer", "40"),
        "subject_count": ("integer", "40"),
    }


@pytest.mark.parametrize(
    ("id", "method", "name"),
    [
        ("a.median", "median, order statistics", "median"),
        ("a.q1", "quantiles by linear interpolation (type 7)", "q25"),
        ("a.q3", "quantiles by linear interpolation (type 7)", "q75"),
        ("a.min", "smallest or largest value", "min"),
        ("a.max", "smallest or largest value", "max"),
        ("a.hodges_lehmann", "median of pairwise means (x)", "hodges_lehmann"),
        ("a.wilcoxon", "Wilcoxon signed-rank test, x", "statistic"),
        ("a.day", "day with the lowest mean, the first of ties", "day"),
    ],
)
def test_other_kinds_of_value(id, method, name):
    assert result_of(Estimate(id=id, quantity="q", value=3.5, unit="d", n=9, method=method)) == {
        name: ("numeric", "3.5"),
        "record_count": ("integer", "9"),
    }


def test_a_rate_has_events_and_days():
    estimate = Estimate(
        id="x", quantity="q", value=23.1, unit="{events}/(100.d)", n=49, numerator=55, denominator=237.9
    )
    assert result_of(estimate) == {
        "rate": ("numeric", "23.1"),
        "infusion_days": ("numeric", "237.9"),
        "outcome_count": ("integer", "55"),
        "record_count": ("integer", "49"),
    }


def test_a_count():
    estimate = Estimate(
        id="x", quantity="q", value=7.0, unit="{courses}", n=40, numerator=7, denominator=40, method="count"
    )
    assert result_of(estimate) == {"count": ("integer", "7"), "record_count": ("integer", "40")}


def test_no_value_is_no_row_of_a_value_but_a_reason():
    assert result_of(Estimate(id="x", quantity="q", value=None, n=0, reason="no course has a value")) == {
        "record_count": ("integer", "0"),
        "reason": ("character", "no course has a value"),
    }


def test_what_is_hidden_is_written_as_the_tools_write_it():
    few = Estimate(
        id="x", quantity="q", value=None, method="share, Wilson", hidden="<5", reason="hidden in this edition"
    )
    assert {name: value for name, (_, value) in result_of(few).items() if name != "reason"} == {
        "percentage": "-", "count": "<5", "denominator_count": "-",
    }  # fmt: skip
    assert result_of(few, smallest=11)["count"] == ("integer", "<11")
    beside = replace(few, hidden="hidden")
    assert result_of(beside)["count"] == ("integer", "-")


def test_the_attrition_is_as_cohort_characteristics_has_it(rows):
    found = [row for row in rows if row["additional_name"] == "reason_id"]
    assert {row["strata_name"] for row in found} == {"reason"}
    assert [row["variable_name"] for row in found[:4]] == ["number_records", "number_subjects", "excluded_records", "excluded_subjects"]  # fmt: skip
    assert {(row["estimate_name"], row["estimate_type"]) for row in found} == {("count", "integer")}
    steps = dict.fromkeys((row["additional_level"], row["strata_level"]) for row in found)
    assert next(iter(steps)) == ("1", "ketamine recorded by a route that counts")
    assert "the course was given in a setting that counts" not in {reason for _, reason in steps}, "it is not asked"
    assert len(steps) == 8


def test_table_1_is_in_the_words_of_the_tools(rows):
    overall = {
        (row["variable_name"], row["variable_level"], row["estimate_name"]): row["estimate_value"]
        for row in rows
        if (row["result_id"], row["strata_name"]) == ("3", "overall")
    }
    assert overall["Number records", "NA", "count"] == "61"
    assert overall["Sex", "Female", "count"].isdigit()
    assert {name for variable, _, name in overall if variable == "Age"} == {"mean", "sd", "median", "q25", "q75", "count_missing"}  # fmt: skip
    strata = {row["strata_level"] for row in rows if row["strata_name"] == "response"}
    assert strata == {"responder", "non-responder", "not evaluable"}


def test_a_percentage_is_of_those_known():
    result = example_result(61)
    sex = next(row for row in result.characteristics if (row.variable, row.level) == ("Sex", "female"))
    count, known = (int(part) for part in sex.cells["overall"].split(" ")[0].split("/"))
    found = rows_of(summarised_result(replace(summary_of(result), smallest=1), "db"))
    percentage = next(
        row["estimate_value"] for row in found
        if (row["variable_name"], row["variable_level"], row["estimate_name"], row["strata_name"]) == ("Sex", "Female", "percentage", "overall")
    )  # fmt: skip
    assert float(percentage) == pytest.approx(100 * count / known)


def test_parts_of_the_courses_are_strata(rows):
    assert {row["strata_level"] for row in rows if row["variable_name"] == "harm.any.responders"} == {"responders"}


def test_rows_of_the_sensitivity_table_are_strata(rows):
    found = {row["strata_level"] for row in rows if row["strata_name"] == "sensitivity_id &&& change_of_rule"}
    assert "main &&& as declared" in found


def hostile_result():
    study = example_study(title=HOSTILE, treatment={"name": HOSTILE, "concepts": [1]})
    return replace(
        example_result(20, study=study),
        estimates=[Estimate(id=HOSTILE, quantity=HOSTILE, value=1.0, n=9, method=HOSTILE, group=HOSTILE, reason=HOSTILE)],
        attrition=[AttritionStep(id=HOSTILE, rule=HOSTILE, is_asked=True, persons=9, courses=9, persons_lost=0, courses_lost=0)],
        findings=[FindingCount(table=HOSTILE, rule=HOSTILE, action=HOSTILE, count=1)],
    )  # fmt: skip


def test_hostile_texts_stay_text_in_their_cells():
    text = summarised_result(replace(summary_of(hostile_result()), smallest=5), HOSTILE)
    assert mistakes_of_summarised_result(text) == []
    cells = [cell for row in rows_of(text) for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in "=+@\t\r" and cell]
    assert any("<script>alert(1)</script>" in cell for cell in cells)


def test_a_cohort_definition_says_the_study(shown):
    (row,) = rows_of(cohort_definitions(shown))
    assert (row["cohort_definition_id"], row["definition_type_concept_id"], row["subject_concept_id"]) == (
        "1",
        "0",
        "0",
    )
    assert row["cohort_definition_name"].endswith(": ketamine")
    assert "a diagnosis of migraine before the first dose" in row["cohort_definition_description"]
    assert '"treatment"' in row["cohort_definition_syntax"]


def test_a_comparator_is_a_cohort_of_its_own():
    study = example_study(comparator={"name": "Lidocaine", "concepts": [2]})
    found = rows_of(cohort_definitions(summary_of(example_result(12, study=study))))
    assert [(row["cohort_definition_id"], row["cohort_definition_name"].split(": ")[1]) for row in found] == [("1", "ketamine"), ("2", "Lidocaine")]  # fmt: skip


def test_a_long_title_fits_the_column():
    study = example_study(title="x" * 300)
    (row,) = rows_of(cohort_definitions(summary_of(example_result(12, study=study))))
    assert len(row["cohort_definition_name"]) == 255
