"""The Word report: order of a paper, true tables, figures that are read aloud, numbers as on the page, the same bytes."""

import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest

from abate.report.drawn import DrawnFigure, draw_figures
from abate.report.html import render_page
from abate.report.sections import Section, build_sections
from abate.report.view import ResultView
from abate.report.word import render_document
from abate.report.word_parts import drawing_area
from tests.report_example import example_result
from tests.unit.report.office import EDGES, HOSTILE, W, member, text_of, word_of

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@pytest.fixture(scope="module")
def parts(view: ResultView) -> tuple[tuple[Section, ...], dict[str, DrawnFigure]]:
    sections = build_sections(view)
    return sections, draw_figures(view, sections)


@pytest.fixture(scope="module")
def written(view, parts) -> bytes:
    return render_document(view, *parts)


@pytest.fixture(scope="module")
def body(written):
    return member(written, "word/document.xml")[0]


def paragraphs_of(written: bytes) -> list[tuple[str, str]]:
    """Style and text of each paragraph outside tables, as another reader of the file finds them."""
    document = docx.Document(io.BytesIO(written))
    return [(found.style.name, found.text) for found in document.paragraphs]


def test_the_sections_stand_in_the_order_of_a_paper(written):
    heads = [text for style, text in paragraphs_of(written) if style == "Heading 1"]
    assert heads == ["Summary", "Methods", "Results", "What this design cannot show", "Reporting checklists", "Findings in the records", "Provenance"]  # fmt: skip
    results = [text for style, text in paragraphs_of(written) if style == "Heading 2"]
    assert results[:2] == ["Pain by day, and the dose under it", "Who entered, and who was lost"]
    assert results[-3:] == ["How much of the fall needs no drug", "Beside published series", "Sensitivity to the rules"]


def test_tables_and_figures_have_the_numbers_of_the_page(view, parts, written):
    page = re.findall(r'<span class="no">((?:Table|Figure) \d+)\.</span> <b>([^<]*)</b>', render_page(view, *parts))
    captions = [text for style, text in paragraphs_of(written) if style == "Caption"]
    numbered = {caption.split(". ")[0].replace("\u00a0", " "): caption for caption in captions}
    assert len(page) == 26
    for number, title in page:
        assert numbered[number].split(". ", 1)[1].startswith(title.replace("\u202f", "\u00a0"))


def test_every_figure_and_table_is_named_in_the_text_by_a_reference_to_its_caption(body):
    marks = {found.get(f"{W}name") for found in body.iter(f"{W}bookmarkStart")}
    asked = {found.text.split()[1] for found in body.iter(f"{W}instrText") if found.text.strip().startswith("REF")}
    assert asked == marks
    assert len(marks) == 26


def test_a_caption_stands_over_a_table_and_under_a_figure(body):
    kinds = [
        "table" if child.tag == f"{W}tbl"
        else "figure" if child.find(f".//{WP}inline") is not None
        else text_of(child).split("\u00a0")[0] if child.find(f"{W}pPr/{W}pStyle[@{W}val='Caption']") is not None
        else ""
        for child in body
    ]  # fmt: skip
    for place, kind in enumerate(kinds):
        if kind == "table":
            assert kinds[place - 1] in ("Table", "Key numbers")
        if kind == "figure":
            assert kinds[place + 1] == "Figure"


def test_a_figure_is_read_aloud_by_its_finding(body, parts):
    said = [found.get("descr") for found in body.iter(f"{WP}docPr")]
    drawn = [found.figure.finding.replace("\u202f", "\u00a0") for found in parts[1].values() if found.reason is None]
    assert said == drawn


def test_of_a_saved_picture_only_the_drawing_is_seen(body, parts):
    cuts = [{side: int(share) for side, share in found.attrib.items()} for found in body.iter(f"{A}srcRect")]
    assert len(cuts) == len([found for found in parts[1].values() if found.reason is None])
    for cut in cuts:
        assert 2_000 < cut["l"] < 2_300  # 16 of 752 units
        assert cut["t"] > 5_000  # title and caption
        assert 2_000 < cut["b"] < 25_000  # the source


def test_the_area_of_a_drawing_is_found_by_its_sizes(parts):
    found = replace(next(iter(parts[1].values())), file='<svg viewBox="0 0 200 100"><rect/><g transform="translate(20,40)">', wide='<svg viewBox="0 0 160 50">')  # fmt: skip
    assert drawing_area(found) == (0.1, 0.4, 0.9, 0.9)
    assert drawing_area(replace(found, file="<svg>")) == (0, 0, 1, 1)


def test_heads_repeat_and_rows_stay_whole(body):
    for table in body.iter(f"{W}tbl"):
        rows = table.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        assert not any(row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows[1:])


def test_a_table_has_three_rules_and_no_other_line(written, body):
    styles = member(written, "word/styles.xml")
    style = next(found for found in styles.iter(f"{W}style") if found.find(f"{W}name").get(f"{W}val") == "Table with three rules")  # fmt: skip
    assert [line.tag for line in style.find(f"{W}tblPr/{W}tblBorders")] == [f"{W}top", f"{W}bottom"]
    assert [line.tag for line in style.find(f"{W}tblStylePr/{W}tcPr/{W}tcBorders")] == [f"{W}bottom"]
    named = {found.get(f"{W}val") for found in body.iter(f"{W}tblStyle")}
    assert named == {style.get(f"{W}styleId")}
    ruled = [row for table in body.iter(f"{W}tbl") for row in table.findall(f"{W}tr")[1:] if row.find(f".//{W}tcBorders") is not None]  # fmt: skip
    assert ruled == []


def test_a_cell_of_the_table_holds_what_the_page_holds(view, parts, written):
    table = next(table for section in parts[0] for table in section.tables if table.id == "characteristics")
    document = docx.Document(io.BytesIO(written))
    found = next(found for found in document.tables if found.cell(0, 0).text == "Characteristic")
    rows = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in found.rows]
    assert rows[1:] == [[cell.replace("\u202f", " ") for cell in row.cells] for row in table.rows]


def test_every_style_that_is_used_is_there_and_has_no_font_of_a_theme(written, body):
    styles = {found.get(f"{W}styleId"): found for found in member(written, "word/styles.xml").iter(f"{W}style")}
    used = {found.get(f"{W}val") for tag in ("pStyle", "tblStyle") for found in body.iter(f"{W}{tag}")}
    assert used <= set(styles)
    assert {"Heading1", "Heading2", "Caption", "Title"} <= used
    fonts = [styles[name].find(f"{W}rPr/{W}rFonts") for name in used if styles[name].get(f"{W}type") == "paragraph"]
    assert not [name for found in fonts for name in found.attrib if "Theme" in name]


def test_the_file_names_no_author_no_day_and_its_language(written):
    properties = docx.Document(io.BytesIO(written)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.title == "Ketamine infusions for refractory migraine"
    assert properties.language == "en-GB"
    assert properties.created == properties.modified
    assert properties.created.year == 2000
    languages = {found.get(f"{W}val") for found in member(written, "word/styles.xml").iter(f"{W}lang")}
    assert languages == {"en-GB"}
    with zipfile.ZipFile(io.BytesIO(written)) as found:
        assert {entry.date_time for entry in found.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert not [name for name in found.namelist() if "thumbnail" in name or "stylesWithEffects" in name]


def test_a_second_run_writes_the_same_bytes(view, written):
    sections = build_sections(view)
    assert render_document(view, sections, draw_figures(view, sections)) == written


def test_header_says_simulated_and_footer_counts_pages(written):
    with zipfile.ZipFile(io.BytesIO(written)) as found:
        names = found.namelist()
    head = next(member(written, name) for name in names if name.startswith("word/header"))
    foot = next(member(written, name) for name in names if name.startswith("word/footer"))
    assert text_of(head) == "Simulated data \u2013 Ketamine infusions for refractory migraine"
    assert text_of(foot) == "Page 1 of 1"
    assert [found.text.strip() for found in foot.iter(f"{W}instrText")] == ["PAGE", "NUMPAGES"]


def test_what_every_output_says_is_said_once(view, written):
    text = "\n".join(text for _, text in paragraphs_of(written))
    assert text.count("For research and for preparing a decision; not a medical device.") == 1
    assert "Edition for the site: holds single courses; not for sharing." in text
    assert "Simulated data. No patient\u2019s data; not evidence about ketamine." in text


def test_records_of_patients_are_not_called_simulated(result):
    real = replace(result, provenance=replace(result.provenance, is_simulated=False))
    text = "\n".join(text for _, text in paragraphs_of(word_of(real)))
    assert "imulated" not in text


@pytest.mark.parametrize("edge", sorted(EDGES))
def test_a_result_at_the_edge_still_opens(edge):
    document = docx.Document(io.BytesIO(word_of(EDGES[edge]())))
    assert len(document.paragraphs) > 20


def test_in_the_place_of_a_figure_stands_its_reason_and_its_numbers():
    result = example_result(20, rated=False)
    view = ResultView(result)
    sections = build_sections(view)
    missing = [found for found in draw_figures(view, sections).values() if found.reason is not None]
    texts = [text for _, text in paragraphs_of(word_of(result))]
    assert missing
    for found in missing:
        place = next(place for place, text in enumerate(texts) if text.startswith(f"Figure\u00a0{found.number}. "))
        assert texts[place - 1] == found.reason


def test_hostile_names_are_text():
    written = word_of(EDGES["hostile"]())
    body = member(written, "word/document.xml")
    text = text_of(body)
    for name in HOSTILE[:5]:
        assert name.replace("\u202e", "\ufffd") in text
    assert "\u202e" not in text  # it would turn the rest of a sentence
    assert "a\ufffdb\ufffdc\ufffd\ufffd" in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    assert len(docx.Document(io.BytesIO(written)).core_properties.title) <= 255


def test_an_edition_without_figures_and_tables_is_no_mistake(view: ResultView):
    bare = tuple(replace(section, figures=(), tables=()) for section in build_sections(view))
    written = render_document(view, bare, {})
    assert [text for style, text in paragraphs_of(written) if style == "Caption"] == ["Key numbers"]
    assert not [text for _, text in paragraphs_of(written) if text.endswith(" ().")]


def test_a_section_that_nobody_foresaw_is_a_result_and_a_checklist_is_not(view: ResultView):
    sections = (Section(id="new", title="Something new", contents="New", say="It is said."), Section(id="checklist", title="Checklist", contents="Checklist", say="It is checked."))  # fmt: skip
    styles = {text: style for style, text in paragraphs_of(render_document(view, sections, {}))}
    assert styles["Something new"] == "Heading 2"
    assert styles["Checklist"] == "Heading 1"
