"""What the tests of Word and Excel files share: results at the edges, and reading a file back without its maker."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pyarrow as pa

from abate.contracts.result import FindingCount, StudyResult
from abate.report.drawn import draw_figures
from abate.report.sections import build_sections
from abate.report.view import ResultView
from abate.report.word import render_document
from abate.report.workbook import render_workbook
from abate.study.provenance import study_as_data
from abate.study.read import read_study
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows

#: Names that break files, pages or readers; \x00 to \x1f and \ud800 are refused by XML.
HOSTILE = ("<script>alert(1)</script>", "\"'&]]>{{7*7}}", "\u202etxt.exe \u05e9\u05dc\u05d5\u05dd", "x" * 300, "\U0001f600 na\u00efve", "=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "a\x00b\x07c\ud800\ufffe", "#N/A", "2024-01-02")  # fmt: skip

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def hostile_result() -> StudyResult:
    """A study whose title, treatment, terms and findings are hostile."""
    treatment = {**study_as_data(read_study("ketamine-migraine"))["treatment"], "name": " ".join(HOSTILE[:3])}
    study = example_study(title="".join(HOSTILE[:10])[:300], treatment=treatment, events={"window": ["0h", "end+24h"], "terms": {}})  # fmt: skip
    rows = simulate_rows(study, 61, 61)
    terms = [name for name in HOSTILE if "\ud800" not in name]
    events = [{**event, "term": terms[place % len(terms)]} for place, event in enumerate(rows["harm"].to_pylist())]
    rows["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    findings = tuple(FindingCount(table=name, rule=name, action="dropped", count=1) for name in HOSTILE)
    return result_of_rows(study, rows, findings=findings)


#: Results of every kind at which a file could break.
EDGES = {
    "one patient": lambda: example_result(1),
    "six": lambda: example_result(6),
    "no responder": lambda: example_result(30, responders=0),
    "no final rating": lambda: example_result(30, finals=0),
    "nothing rated": lambda: example_result(20, rated=False),
    "harm not recorded": lambda: example_result(20, harm_recorded=False),
    "no follow-up, no events": lambda: example_result(12, study=example_study(follow_up=None, events=None)),
    "hostile": hostile_result,
}


def word_of(result: StudyResult) -> bytes:
    view = ResultView(result)
    sections = build_sections(view)
    return render_document(view, sections, draw_figures(view, sections))


def workbook_of(result: StudyResult) -> bytes:
    view = ResultView(result)
    sections = build_sections(view)
    return render_workbook(view, sections, draw_figures(view, sections))


def member(data: bytes, name: str) -> Element:
    """A part of an Office file, read as XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return ElementTree.fromstring(found.read(name))


def text_of(element: Element) -> str:
    """What is read in a piece of a Word file."""
    return "".join(found.text or "" for found in element.iter(f"{W}t"))
