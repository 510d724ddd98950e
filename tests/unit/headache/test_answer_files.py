"""Are answers read from every kind of file, and are forms read back?"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from abate.base.errors import AnswersError, RecordsNotFoundError
from abate.headache.answer_files import read_answers
from abate.headache.answers import code_of, make_answers
from abate.headache.forms import make_questionnaire, make_redcap_dictionary, make_workbook
from abate.knowledge.questions import CHOICE, CHOICES, FLAG, NUMBER, questionnaire

QUESTIONS = questionnaire().questions


def test_one_patient_in_toml_with_sections_and_treatments(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(
        'age = 40\n[attacks]\nvomiting = true\n[aura]\naura_symptoms = ["visual"]\n[[treatment]]\ndrug = "topiramate"\n'
    )
    held = read_answers(file)
    assert held.is_one
    assert held.columns == {"age": [40], "vomiting": [True], "aura_symptoms": [["visual"]]}
    assert held.treatments == [{"drug": "topiramate"}]


def test_one_patient_and_many_in_json(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"age": 40}))
    assert read_answers(file).columns == {"age": [40]}
    file.write_text(json.dumps([{"person_id": 7, "age": 40}, {"person_id": 8, "vomiting": True}]))
    held = read_answers(file)
    assert held.ids == [7, 8]
    assert held.columns == {"age": [40, None], "vomiting": [None, True]}


@pytest.mark.parametrize("kind", ["csv", "semicolons.csv", "csv.gz", "parquet"])
def test_a_table_of_patients(tmp_path, kind):
    import gzip

    file = tmp_path / f"a.{kind}"
    text = "patient,vomiting,headache_days\nx,yes,4\ny,,20\n"
    if kind.endswith("csv"):
        file.write_text(text.replace(",", ";") if kind.startswith("semi") else text)
    elif kind == "csv.gz":
        file.write_bytes(gzip.compress(text.encode()))
    else:
        parquet.write_table(pa.table({"patient": ["x", "y"], "vomiting": [True, None], "headache_days": [4, 20]}), file)
    held = read_answers(file)
    answers = make_answers(held.columns)
    assert held.ids == ["x", "y"]
    assert answers.flag("vomiting").tolist() == [1, -1]
    assert answers.bounds("headache_days")[0].tolist() == [4, 20]


def test_a_redcap_export(tmp_path):
    "Boxes are a column each; none ticked is no answer. What REDCap adds of its own is left out."
    file = tmp_path / "export.csv"
    file.write_text(
        "record_id,redcap_event_name,quality,vomiting,aura_symptoms___visual,aura_symptoms___speech,aura_symptoms___none,"
        "headache_history_complete\n"
        "1,a,pressing_or_tightening,1,1,1,0,2\n2,a,pulsating,0,0,0,1,2\n3,a,,,0,0,0,0\n"
    )
    held = read_answers(file)
    answers = make_answers(held.columns)
    assert held.ids == ["1", "2", "3"]
    assert answers.is_choice("quality", "pressing or tightening").tolist() == [1, 0, -1]
    assert answers.is_choice("aura_symptoms", "speech").tolist() == [1, 0, -1]
    assert answers.is_choice("aura_symptoms", "motor").tolist() == [0, 0, -1]
    assert answers.flag("vomiting").tolist() == [1, 0, -1]


def test_the_workbook_is_read_back(tmp_path):
    file = tmp_path / "form.xlsx"
    file.write_bytes(make_workbook())
    assert read_answers(file).columns == {}
    workbook = load_workbook(file)
    sheet = workbook["answers"]
    wanted = {"vomiting": "yes", "attack_hours": 24, "aura_symptoms": "visual; speech", "location": "unilateral"}
    for row in sheet.iter_rows(min_row=4):
        if row[0].value in wanted:
            row[2].value = wanted[row[0].value]
    workbook["treatments"].append(["topiramate", "no effect", 100, dt.datetime(2023, 1, 1), None])
    workbook.save(file)
    held = read_answers(file)
    assert held.treatments == [
        {"drug": "topiramate", "outcome": "no effect", "dose_mg_day": 100, "start": dt.date(2023, 1, 1)}
    ]
    assert held.columns == {question: [answer] for question, answer in wanted.items()}
    assert make_answers(held.columns).is_choice("aura_symptoms", "speech").tolist() == [1]


def test_every_question_is_in_every_form():
    sheet = load_workbook(io.BytesIO(make_workbook()))["answers"]
    assert [row[0].value for row in sheet.iter_rows(min_row=4) if row[0].value] == list(QUESTIONS)
    fields = list(csv.DictReader(io.StringIO(make_redcap_dictionary())))
    assert [field["Variable / Field Name"] for field in fields] == ["record_id", *QUESTIONS]
    items = [item["linkId"] for group in make_questionnaire()["item"] for item in group["item"]]
    assert items == list(QUESTIONS)


def test_the_redcap_dictionary_keeps_to_redcaps_rules():
    "Names: small letters, digits and underscores, no double ones, at most 26; choices: code, comma, label; codes as read back."
    for field in list(csv.DictReader(io.StringIO(make_redcap_dictionary())))[1:]:
        question = QUESTIONS[field["Variable / Field Name"]]
        assert code_of(question.id) == question.id
        assert len(question.id) <= 26
        assert "__" not in question.id
        kind = {FLAG: "yesno", NUMBER: "text", CHOICE: "radio", CHOICES: "checkbox"}[question.kind]
        assert field["Field Type"] == kind
        if kind in ("radio", "checkbox"):
            choices = [
                choice.split(", ", 1) for choice in field["Choices, Calculations, OR Slider Labels"].split(" | ")
            ]
            assert [label for _, label in choices if label != "none" or kind == "radio"] == list(question.options)
            assert all(code_of(label) == code for code, label in choices)


def test_the_questionnaire_is_fhir_r4():
    from fhir.resources.R4B.questionnaire import Questionnaire

    made = Questionnaire.model_validate(make_questionnaire())
    assert made.status == "draft"
    assert sum(len(group.item) for group in made.item) == len(QUESTIONS)


def test_a_questionnaire_response_is_read_back(tmp_path):
    def answered(id, *values):
        return {"linkId": id, "answer": [{kind: value} for kind, value in values]}

    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [
        {"linkId": "section-person", "item": [answered("age", ("valueDecimal", 40))]},
        {"linkId": "section-aura", "item": [
            answered("aura_symptoms", ("valueCoding", {"code": "visual"}), ("valueCoding", {"code": "speech"}))]},
        {"linkId": "section-attacks", "item": [
            answered("vomiting", ("valueBoolean", True)),
            answered("quality", ("valueCoding", {"code": "pressing_or_tightening"}))]},
    ]}  # fmt: skip
    (tmp_path / "response.json").write_text(json.dumps(response))
    answers = make_answers(read_answers(tmp_path / "response.json").columns)
    assert answers.words("age", 0) == "40"
    assert answers.words("aura_symptoms", 0) == "visual, speech"
    assert answers.words("quality", 0) == "pressing or tightening"
    assert answers.words("vomiting", 0) == "yes"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", "age = ", "is not TOML"),
        ("a.json", "{", "is not JSON at line 1"),
        ("a.json", "3", "must hold questions"),
        ("a.json", "[3]", "list of objects"),
        ("a.json", '{"resourceType": "QuestionnaireResponse", "item": 3}', "no QuestionnaireResponse"),
        ("a.json", '{"resourceType": "QuestionnaireResponse", "item": [{"linkId": "age", "answer": [7]}]}', "no Quest"),
        ("a.doc", "", "no kind that is read"),
        ("a.csv", "person_id,age\n", "no row of answers"),
        ("a.csv", "person_id,aura_symptoms___visul\n1,1\n", "is no box of a question"),
        ("a.xlsx", "no workbook", "is no workbook"),
        ("a.parquet", "no table", "no table that can be read"),
        ("a.toml", "treatment = 3", "under \\[\\[treatment\\]\\]"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(AnswersError, match=words):
        read_answers(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RecordsNotFoundError, match="there is no file"):
        read_answers(tmp_path / "a.toml")
