"""A packed file: the same members in the same order, no date, and other contents where they are given."""

import io
import zipfile

from abate.report.packed import packed


def zip_of(members: dict[str, bytes], year: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as found:
        for name, content in members.items():
            found.writestr(zipfile.ZipInfo(name, (year, 3, 4, 5, 6, 8)), content)
    return data.getvalue()


def test_two_files_that_differ_in_their_dates_are_packed_alike():
    members = {"b.xml": b"<b/>" * 100, "a.png": b"\x89PNG"}
    assert packed(zip_of(members, 1999)) == packed(zip_of(members, 2024))
    with zipfile.ZipFile(io.BytesIO(packed(zip_of(members, 1999)))) as found:
        assert found.namelist() == ["b.xml", "a.png"]
        assert found.read("b.xml") == members["b.xml"]
        assert found.testzip() is None


def test_a_member_is_replaced_and_one_that_is_not_there_is_not_added():
    data = packed(zip_of({"a": b"1", "b": b"2"}, 2024), {"a": b"other", "c": b"3"})
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {"a": b"other", "b": b"2"}


def test_the_program_that_made_the_file_is_abate():
    with zipfile.ZipFile(io.BytesIO(packed(zip_of({"docProps/app.xml": b"Microsoft Excel"}, 2024)))) as found:
        assert b"<Application>abate</Application>" in found.read("docProps/app.xml")
