"""The Word files of a plan: over every page that nobody has reviewed it, every warning in red, tables that can be edited."""

import io
import zipfile

import docx
import pytest

from tests.plan_example import PRE_POST

DOCUMENTS = ("report.docx", "protocol.docx", "sap.docx", "committee-charter.docx", "consent-facts.docx")


def headers_of(folder, name) -> list[list[tuple[str, str]]]:
    """Over the pages of each section: the lines with their colour."""
    found = docx.Document(io.BytesIO((folder / name).read_bytes()))
    return [
        [(line.text, str(line.runs[0].font.color.rgb) if line.runs else "") for line in section.header.paragraphs]
        for section in found.sections
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_page_says_that_it_was_not_reviewed(written, name):
    for header in headers_of(written, name):
        assert header[0][0].startswith("draft, not reviewed")
        assert len(header) == 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_warning_stands_in_red_over_every_page(pre_post, name):
    for header in headers_of(pre_post, name):
        assert header[0][0].startswith("draft, not reviewed")
        assert header[1] == (PRE_POST, "B3001B")


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("kind", ["bare", "hostile"])
def test_every_plan_makes_files_that_can_be_read(kind, name, request):
    found = docx.Document(io.BytesIO((request.getfixturevalue(kind) / name).read_bytes()))
    assert len(found.paragraphs) > 4
    assert "draft, not reviewed" in found.sections[0].header.paragraphs[0].text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_in_a_file_changes_from_run_to_run(written, name):
    with zipfile.ZipFile(written / name) as found:
        assert {member.date_time for member in found.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_the_protocol_names_the_items_and_what_an_author_has_to_write(written, drafts):
    found = docx.Document(io.BytesIO((written / "protocol.docx").read_bytes()))
    heads = [paragraph.text for paragraph in found.paragraphs if paragraph.style.name == "Heading 2"]
    items = [item for section in drafts.protocol.sections for item in section.items]
    assert [head.split("  ")[0] for head in heads] == [item.number for item in items]
    assert sum(head.endswith("[needs author]") for head in heads) == sum(
        item.status == "needs author" for item in items
    )
    assert len(found.tables) == sum(len(section.tables) for section in drafts.protocol.sections)


def test_the_call_stands_in_a_type_of_its_own(written, plan):
    found = docx.Document(io.BytesIO((written / "sap.docx").read_bytes()))
    assert [paragraph.text for paragraph in found.paragraphs if paragraph.style.name == "Code"] == [plan.call]


def test_the_report_has_the_sections_of_the_page(written):
    found = docx.Document(io.BytesIO((written / "report.docx").read_bytes()))
    heads = [paragraph.text for paragraph in found.paragraphs if paragraph.style.name == "Heading 1"]
    assert heads[:3] == ["Synopsis", "What is planned on", "Assumptions and their sources"]
    assert len(found.inline_shapes) == 6
