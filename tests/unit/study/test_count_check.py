"""A table of printed counts as a file: what is read, what is refused and what is said."""

import json

import pytest

from abate.base.errors import ExitCode, MissingTableError, NotRecordsError, ParameterError, RecordsNotFoundError
from abate.stats.printed_numbers import Fit
from abate.study.count_check import check_count_file, print_lines


@pytest.fixture
def check(tmp_path):
    def of(text, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return check_count_file(path)

    return of


def test_a_table_with_an_error_ends_with_a_code_of_its_own(check):
    table = check("k,n,percent\n48,61,77 %\n47,61,77 %\n")
    assert [line.fit for line in table.lines] == [Fit.DOES_NOT_FIT, Fit.FITS]
    assert table.exit_code is ExitCode.INCONSISTENT == 17
    assert check("k,n,percent\n47,61,77\n").exit_code is ExitCode.OK


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_in_any_order_with_any_usual_separator(check, separator):
    rows = (("\ufeffPercent", "Label", "N", "K"), ("27.3", "sustained", "77", "15"))
    table = check("\r\n".join(separator.join(row) for row in rows))
    assert table.lines[0].line.printed == "15 of 77 (27.3 %)"
    assert table.lines[0].fit is Fit.DOES_NOT_FIT


def test_lines_of_a_group_make_up_a_whole(check):
    table = check("k,n,percent,group\n30,61,49,sex\n32,61,52,sex\n")
    assert [line.fit for line in table.lines] == [Fit.FITS, Fit.FITS]
    assert table.groups["sex"].reason == "the counts add up to 62, not to 61"
    assert table.exit_code is ExitCode.INCONSISTENT


def test_a_mean_of_whole_ratings_is_checked_with_its_n(check):
    table = check("n,mean\n28,5.19\n28,5.18\n")
    assert [line.fit for line in table.lines] == [Fit.DOES_NOT_FIT, Fit.FITS]


def test_what_is_not_printed_is_not_known_and_no_error(check):
    table = check("k,n,percent\n48,,77\n48,61,\n")
    assert [line.fit for line in table.lines] == [Fit.NOT_KNOWN, Fit.NOT_KNOWN]
    assert table.exit_code is ExitCode.OK


def test_it_is_said_which_count_would_fit(check):
    table = check("label,k,n,percent\nresponders,48,61,77\n\nvisit 1,,61,40\n")
    said = list(print_lines(table))
    assert said[0] == "table.csv: lines that fit 0, that do not 2, of which it is not known 0."
    assert said[2] == "line 2: responders: 48 of 61 (77 %): does not fit"
    assert "47 of 61 gives 77 %" in said[3]
    assert said[4] == "line 4: visit 1: ? of 61 (40 %): does not fit"
    found = json.loads("\n".join(print_lines(table, as_json=True)))
    assert found["lines"][0]["fitting_counts"] == [47]
    assert "not a medical device" in found["notice"]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", MissingTableError, "needs the columns"),
        ("k,percent\n1,2\n", MissingTableError, "needs the columns"),
        ("k,n,percent\n", MissingTableError, "no lines"),
        ("k,n,percent\n48.5,61,77\n", ParameterError, "line 2, column k"),
        ("k,n,percent\n4,0,77\n", ParameterError, "line 2, column n: needs a whole number of at least 1"),
        ("k,n,percent\n4,61,about 7\n", ParameterError, "line 2, column percent"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(check, text, error, words):
    with pytest.raises(error, match=words):
        check(text)


def test_no_text_and_no_file(check, tmp_path):
    with pytest.raises(NotRecordsError):
        check("k,n,percent,label\n1,2,50,\u00e9\n", encoding="latin-1")
    with pytest.raises(RecordsNotFoundError):
        check_count_file(tmp_path / "none.csv")
