"""CSV for programs: no mark, no formula, nothing that reads as empty or as two levels."""

import csv
import io

import pytest

from abate.report.exports.machine_csv import as_machine_csv, level_text, number_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ketamine", "ketamine"),
        ("NA", "(NA)"),
        ("", "(empty)"),
        ("  \n ", "(empty)"),
        ("a &&& b", "a & b"),
        ("a\r\nb\tc", "a b c"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("-x", "'-x"),
        ("-", "'-"),
        ("עברית", "עברית"),
        ("\u0000", "\ufffd"),
    ],
)
def test_texts_are_made_safe(text, written):
    assert level_text(text) == written


@pytest.mark.parametrize(
    ("number", "text"), [(-0.0, "0"), (49.0, "49"), (-4.142857143, "-4.142857143"), (1 / 3, "0.3333333333"), (1e-15, "1e-15")]
)  # fmt: skip
def test_numbers_have_ten_digits(number, text):
    assert number_text(number) == text


def test_a_table_is_read_back_as_it_was():
    text = as_machine_csv(("a", "b"), [('say "x", y', None), (1, 2.5)], empty="NA")
    assert text.startswith("a,b\n")
    assert list(csv.reader(io.StringIO(text))) == [["a", "b"], ['say "x", y', "NA"], ["1", "2.5"]]
