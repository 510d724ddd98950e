"""abate export, from a run's folder alone: valid files, small counts hidden, patients' rows apart, mistakes in one sentence."""

from __future__ import annotations

import json
import re
import shutil
import stat
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from abate.study.schemas import schema_of
from tests.acceptance.command import abate
from tests.acceptance.records import STUDY, course, ratings_of, write_study, write_workbook
from tests.conftest import ROOT
from tests.export_rules import mistakes_of_hades, mistakes_of_summarised_result, published, rows_of

HOSTILE = "=cmd|' /C calc'!A0 &&& <script>"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A run on 61 simulated courses; its records are gone before anything is exported."""
    folder = tmp_path_factory.mktemp("run") / "results"
    assert abate("demo", "--courses", 61, "--out", folder, "-q").returncode == 0
    return folder


@pytest.fixture(scope="module")
def omop(run, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("omop") / "out"
    answer = abate("export", run, "--format", "omop", "--out", out, "--database", "site A")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "stays at the site" in answer.stdout
    return out


@pytest.fixture(scope="module")
def hades(run, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("hades") / "out"
    assert abate("export", run, "--format", "hades", "--out", out, "--database", "site A").returncode == 0
    return out


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_results_keep_to_the_schema_that_the_command_prints(run):
    printed = json.loads(abate("schema", "--of", "results").stdout)
    assert printed == schema_of("results")
    jsonschema.validate(json.loads((run / "results.json").read_text(encoding="utf-8")), printed)


def test_the_summarised_result_keeps_to_the_published_rules(omop):
    assert mistakes_of_summarised_result((omop / "summarised_result.csv").read_text(encoding="utf-8")) == []


def test_the_tables_of_hades_are_as_their_specification_says(hades):
    assert mistakes_of_hades(hades) == []


def test_every_estimate_leaves_in_both_forms(run, omop, hades):
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    everything = {estimate["id"] for estimate in results["estimates"]}
    # What others published is no result of this study: it stays on its page and in its results.json.
    ids = {id for id in everything if not id.startswith("published.")}
    assert ids < everything
    found = rows_of((omop / "summarised_result.csv").read_text(encoding="utf-8"))
    assert ids <= {row["variable_name"] for row in found}
    rows = rows_of((hades / "abate_estimate.csv").read_text(encoding="utf-8"))
    assert ids == {row["estimate_id"] for row in rows if row["sensitivity_id"] == "study"}


def test_both_forms_say_the_same_and_hide_the_same(omop, hades):
    found = rows_of((omop / "summarised_result.csv").read_text(encoding="utf-8"))
    kind = next(row["result_id"] for row in found if row["estimate_value"] == "abate_estimates")
    shares = {
        row["variable_name"]: row["estimate_value"]
        for row in found
        if (row["result_id"], row["estimate_name"]) == (kind, "percentage")
    }
    rows = {
        row["estimate_id"]: row
        for row in rows_of((hades / "abate_estimate.csv").read_text(encoding="utf-8"))
        if row["sensitivity_id"] == "study"
    }
    assert "-" in shares.values()
    for id, share in shares.items():
        if share == "-":
            assert (rows[id]["estimate_value"], rows[id]["is_hidden"]) == ("", "1")
        else:
            assert float(share) == pytest.approx(100 * float(rows[id]["estimate_value"]))


def test_no_small_count_leaves(omop, hades):
    found = rows_of((omop / "summarised_result.csv").read_text(encoding="utf-8"))
    counts = [
        row["estimate_value"] for row in found if "count" in row["estimate_name"] and row["estimate_type"] == "integer"
    ]
    assert "<5" in counts
    assert not {"1", "2", "3", "4"} & set(counts)
    counted = {(row["table_name"], row["column_name"]) for row in rows_of((hades / "resultsDataModelSpecification.csv").read_text(encoding="utf-8")) if row["data_type"] == "bigint" and row["min_cell_count"] == "Yes"}  # fmt: skip
    for table, column in counted:
        cells = [row[column] for row in rows_of((hades / f"{table}.csv").read_text(encoding="utf-8"))]
        assert not {"1", "2", "3", "4"} & set(cells), (table, column)


def test_nothing_of_a_person_leaves(run, omop, hades):
    "No key, no date and no site's name stands in a file that may be shared."
    rows = pq.read_table(run / "courses" / "outcomes.parquet", columns=["course_id", "start"]).to_pylist()
    dates = {str(row["start"].date()) for row in rows}
    keys = {row["course_id"] for row in rows}
    for folder in (omop, hades):
        for path in folder.glob("*.*"):
            text = path.read_text(encoding="utf-8")
            assert not [one for one in (*dates, *keys, "abate simulated hospital") if one in text], path.name


def test_cohort_rows_are_those_of_the_cdm_and_stay_private(run, omop):
    site = omop / "stays-at-site"
    assert stat.S_IMODE(site.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in site.iterdir()} == {0o600}
    rows = rows_of((site / "cohort.csv").read_text(encoding="utf-8"))
    assert list(rows[0]) == [row["column_name"] for row in published("cdm", "cohort")]
    table = pq.read_table(site / "cohort.parquet")
    assert [str(kind) for kind in table.schema.types] == ["int32", "int64", "date32[day]", "date32[day]"]
    assert [tuple(map(str, row.values())) for row in table.to_pylist()] == [tuple(row.values()) for row in rows]
    outcomes = pq.read_table(run / "courses" / "outcomes.parquet").to_pylist()
    expected = sorted(
        ("1", str(row["person_id"]), str(row["start"].date()), str(row["discharge"].date()))
        for row in outcomes
        if row["is_eligible"]
    )
    assert sorted(tuple(row.values()) for row in rows) == expected
    assert all(re.match(r"^\d+$", row["subject_id"]) for row in rows)


def test_without_cohort_rows_no_row_of_a_person_is_needed_or_written(run, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(run / "results.json", alone)
    assert abate("export", alone, "--format", "omop", "--out", tmp_path / "o", "--no-cohort").returncode == 0
    assert set(files_of(tmp_path / "o")) == {"summarised_result.csv", "cohort_definition.csv", "manifest.json"}
    answer = abate("export", alone, "--format", "omop", "--out", tmp_path / "p")
    assert (answer.returncode, "add --no-cohort" in answer.stderr) == (15, True)
    assert not (tmp_path / "p").exists()
    assert abate("export", alone, "--format", "hades", "--out", tmp_path / "h").returncode == 0


@pytest.mark.parametrize("form", ["omop", "hades"])
def test_the_same_bytes_on_every_run(run, omop, hades, form, tmp_path):
    assert abate("export", run, "--format", form, "--out", tmp_path / "out", "--database", "site A").returncode == 0
    assert files_of(tmp_path / "out") == files_of({"omop": omop, "hades": hades}[form])


def test_another_smallest_count(run, tmp_path):
    assert abate("export", run, "--format", "omop", "--out", tmp_path / "o", "--min-cell-count", 11, "--no-cohort").returncode == 0  # fmt: skip
    rows = rows_of((tmp_path / "o" / "summarised_result.csv").read_text(encoding="utf-8"))
    assert {row["estimate_value"] for row in rows if row["estimate_name"] == "min_cell_count"} == {"11"}
    counts = {row["estimate_value"] for row in rows if row["estimate_type"] == "integer"}
    assert "<11" in counts
    assert not {str(count) for count in range(1, 11)} & counts


def test_no_engine_is_imported(run, tmp_path):
    import subprocess
    import sys

    code = "import sys; from abate.cli import main\ntry: main()\nexcept SystemExit: pass\nprint([m for m in ('ibis', 'duckdb', 'pyspark', 'vl_convert') if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code, "export", run, "--format", "omop", "--out", tmp_path / "out"],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert answer.stdout.splitlines()[-1] == "[]"


def test_an_earlier_export_is_replaced_only_when_asked(run, tmp_path):
    out = tmp_path / "out"
    export = ("export", run, "--format", "hades", "--out", out)
    assert abate(*export).returncode == 0
    answer = abate(*export)
    assert (answer.returncode, "--overwrite" in answer.stderr) == (9, True)
    before = files_of(out)
    assert abate(*export, "--overwrite").returncode == 0
    assert files_of(out) == before


def test_a_run_is_never_written_over(run, tmp_path):
    mine = tmp_path / "above" / "results"
    shutil.copytree(run, mine)
    other = tmp_path / "other"
    shutil.copytree(run, other)
    for out in (mine, mine.parent, other):
        answer = abate("export", mine, "--format", "hades", "--out", out, "--overwrite")
        assert (answer.returncode, answer.stderr.count("\n")) == (9, 1), out
    assert files_of(mine) == files_of(other) == files_of(run)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no results.json"),
        ('{"schema": "abate-results/2", ', "is no JSON"),
        ('{"schema": "abate-results/99"}', "says it is 'abate-results/99'"),
        ('{"schema": "abate-results/2"}', "is broken at"),
    ],
)
def test_a_folder_that_is_no_run_is_refused_in_one_sentence(tmp_path, content, told):
    folder = tmp_path / "folder"
    folder.mkdir()
    if content is not None:
        (folder / "results.json").write_text(content, encoding="utf-8")
    answer = abate("export", folder, "--format", "omop", "--out", tmp_path / "out")
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (15, "", 1)
    assert told in answer.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"folder"}


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--format", "excel"), 11, "choose omop or hades"),
        (("--format", "omop", "--min-cell-count", 0), 11, "must be 1 or more"),
        ((), 2, "--format"),
    ],
)
def test_impossible_options_are_refused(run, tmp_path, options, code, told):
    answer = abate("export", run, "--out", tmp_path / "out", *options)
    assert answer.returncode == code
    assert told in answer.stderr
    assert not (tmp_path / "out").exists()


def test_courses_of_another_run_are_refused(run, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(run, mixed)
    path = mixed / "courses" / "outcomes.parquet"
    pq.write_table(pq.read_table(path).slice(0, 5), path)
    answer = abate("export", mixed, "--format", "omop", "--out", tmp_path / "out")
    assert (answer.returncode, "not of one run" in answer.stderr) == (15, True)


@pytest.fixture(scope="module")
def chart_review(tmp_path_factory) -> Path:
    """A run on a workbook whose persons have hostile texts for ids, and whose study declares 3 as smallest count."""
    folder = tmp_path_factory.mktemp("review")
    people = [f"P-{number}" for number in range(1, 9)] + [HOSTILE]
    sheets = {
        "courses": [("course_id", "person_id", "treatment", "admission", "start", "end", "discharge", "weight_kg"), *(course(p, course_id=f"c {p}") for p in people)],
        "events": [("person_id", "time", "term"), *((row[0], row[1], HOSTILE) for p in people for row in ratings_of(p)[1:2])],
    }  # fmt: skip
    data = write_workbook(folder / "data.xlsx", people=people, **sheets)
    study = write_study(folder, STUDY + "[disclosure]\nsmallest_count = 3\n")
    answer = abate("run", study, "--data", data, "--out", folder / "results", "-q")
    assert answer.returncode == 0, answer.stderr
    return folder / "results"


def test_texts_for_ids_become_numbers_and_the_key_stays_with_them(chart_review, tmp_path):
    out = tmp_path / "out"
    assert abate("export", chart_review, "--format", "omop", "--out", out).returncode == 0
    site = out / "stays-at-site"
    rows = rows_of((site / "cohort.csv").read_text(encoding="utf-8"))
    assert sorted(int(row["subject_id"]) for row in rows) == list(range(1, 10))
    subjects = rows_of((site / "cohort_subjects.csv").read_text(encoding="utf-8"))
    assert [row["person_id"] for row in subjects] == [f"'{HOSTILE}", *(f"P-{number}" for number in range(1, 9))]
    assert stat.S_IMODE((site / "cohort_subjects.csv").stat().st_mode) == 0o600
    assert not [path.name for path in out.glob("*.*") if "P-1" in path.read_text(encoding="utf-8")]


def test_hostile_terms_stay_text(chart_review, tmp_path):
    for form in ("omop", "hades"):
        assert abate("export", chart_review, "--format", form, "--out", tmp_path / form).returncode == 0
    assert (
        mistakes_of_summarised_result((tmp_path / "omop" / "summarised_result.csv").read_text(encoding="utf-8")) == []
    )
    assert mistakes_of_hades(tmp_path / "hades") == []
    cells = [cell for path in tmp_path.rglob("*.csv") for row in rows_of(path.read_text(encoding="utf-8")) for cell in row.values()]  # fmt: skip
    assert [cell for cell in cells if "<script>" in cell]
    assert not [cell for cell in cells if cell[:1] in "=+@\t\r" and cell]


def test_the_studys_own_smallest_count_holds_and_cannot_be_undercut(chart_review, tmp_path):
    assert abate("export", chart_review, "--format", "omop", "--out", tmp_path / "out").returncode == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["min_cell_count"] == 3
    answer = abate("export", chart_review, "--format", "omop", "--out", tmp_path / "less", "--min-cell-count", 2)
    assert (answer.returncode, "the 3 that the study declares" in answer.stderr) == (11, True)


def test_the_manifest_says_what_may_leave(omop):
    import hashlib

    manifest = json.loads((omop / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["stays_at_the_site"] == ["stays-at-site/cohort.csv", "stays-at-site/cohort.parquet"]
    for name, digest in manifest["may_leave_the_site"].items():
        assert hashlib.sha256((omop / name).read_bytes()).hexdigest() == digest
    assert manifest["is_simulated"] is True
    assert "not a medical device" in manifest["intended_use"]
