"""What a plan leaves: every file, valid, guarded, the same bytes on every run."""

import csv
import io
import json
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

import abate.report.plan
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import TrialPlan
from abate.report.plan.files import write_plan
from abate.trial.documents import write_drafts
from tests.plan_example import example_plan

SCHEMA = json.loads((Path(abate.report.plan.__file__).parent / "trial_plan.schema.json").read_text(encoding="utf-8"))
FIGURES = {"effect", "power", "tornado", "looks", "accrual", "harm-rules"}
DOCUMENTS = {"protocol", "sap", "committee-charter", "consent-facts"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_the_folder_holds_every_file(written):
    named = {name for name in files_of(written) if not name.startswith("figures/")}
    assert named == {
        "report.html", "report.docx", "plan.json", "registration.json", "assumptions.csv", "operating-characteristics.csv",
        "schedule-of-activities.csv", *(f"{name}.{end}" for name in DOCUMENTS for end in ("docx", "html")),
    }  # fmt: skip


def test_every_figure_has_its_numbers_beside_it(written):
    names = {name.removeprefix("figures/") for name in files_of(written) if name.startswith("figures/")}
    assert names == {f"{figure}.{end}" for figure in FIGURES for end in ("svg", "png", "csv")}


def test_where_there_is_nothing_to_draw_the_table_remains(bare):
    names = {name.removeprefix("figures/") for name in files_of(bare) if name.startswith("figures/")}
    assert names == {f"{figure}.csv" for figure in FIGURES}


def test_a_second_run_writes_the_same_bytes(written, tmp_path):
    plan = example_plan()
    write_plan(plan, write_drafts(plan), tmp_path)
    assert files_of(tmp_path) == files_of(written)


@pytest.mark.parametrize("kind", ["written", "bare", "pre_post", "hostile"])
def test_plan_json_keeps_to_its_schema(kind, request):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    folder = request.getfixturevalue(kind)
    jsonschema.validate(json.loads((folder / "plan.json").read_text(encoding="utf-8")), SCHEMA)


def test_the_schema_names_what_the_contract_has():
    assert set(SCHEMA["properties"]) == {"schema", "status", *(field.name for field in fields(TrialPlan))}
    assert set(SCHEMA["$defs"]["estimate"]["properties"]) == {field.name for field in fields(Estimate)}


def test_the_schema_refuses_a_number_without_its_meaning(written):
    data = json.loads((written / "plan.json").read_text(encoding="utf-8"))
    del data["estimates"][0]["quantity"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_plan_json_says_versions_seed_and_hashes(written):
    provenance = json.loads((written / "plan.json").read_text(encoding="utf-8"))["provenance"]
    assert provenance["seed"] == 7
    assert provenance["versions"] == {"numpy": "2.0.0", "scipy": "1.14.0"}
    assert provenance["plan_hash"] == "12" * 32
    assert provenance["results_hash"] == "34" * 32


def test_assumptions_are_a_row_each_with_true_numbers(written):
    rows = {row["id"]: row for row in rows_of(written / "assumptions.csv")}
    assert len(rows) == 10
    assert rows["effect.context"] == {
        "id": "effect.context", "quantity": "fall in a blinded control over and above regression", "shown": "1.8 points (SE 0.6)", "value": "1.8",
        "standard_error": "0.6", "lower": "0.62", "upper": "2.98", "unit": "{points}", "basis": "assumed",
        "source": "nobody has measured it; example", "n": "", "is_unverified": "True", "distribution": "normal",
    }  # fmt: skip
    assert rows["retention.reasons.harm"]["n"] == "<5"


def test_operating_characteristics_have_a_column_a_look(written):
    rows = rows_of(written / "operating-characteristics.csv")
    assert [row["multiple"] for row in rows] == ["0.0", "0.5", "1.0", "1.5"]
    assert (rows[2]["reject_at_look_1"], rows[2]["reject_at_look_2"]) == ("0.2", "0.6")
    assert rows[2]["futility_at_look_1"] == "0.08"


def test_no_cell_of_a_hostile_plan_runs_in_a_spreadsheet(hostile):
    texts = [path.read_text(encoding="utf-8-sig") for path in hostile.rglob("*.csv")]
    assert len(texts) == 3 + len(FIGURES)
    cells = [cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))]


def test_the_numbers_behind_a_figure_are_the_plans(written, plan):
    rows = rows_of(written / "figures" / "power.csv")
    points = [(curve.title, f"{point.x:g}", f"{point.y:.3f}") for curve in plan.curves[:3] for point in curve.points]
    assert [(row["Curve"], row["Persons an arm"], row["Share"]) for row in rows] == points
    steps = rows_of(written / "figures" / "effect.csv")
    assert [row["Points"] for row in steps] == [
        "4.10", "-0.80", "-1.80", "-0.30", "none: the file does not say that the result was chosen", "1.20",
    ]  # fmt: skip


def test_registration_names_what_an_author_has_to_add(written):
    data = json.loads((written / "registration.json").read_text(encoding="utf-8"))
    assert data["status"] == "draft, not reviewed"
    assert data["enrolment"] == {"count": 128, "type": "anticipated"}
    assert data["primary_outcomes"][0]["time_frame"] == "day 5"
    lacking = set(data["needs author"])
    assert {"sponsor", "start_date", "phase", "oversight", "official_title"} <= lacking
    assert not [name for name in lacking - {"oversight"} if data[name]]
    assert not [name for name, value in data.items() if value is None and name not in lacking]
