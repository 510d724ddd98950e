"""abate check-counts as a user types it, and the example of its page."""

import re

from tests.acceptance.command import abate
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "outside-data.md"


def test_the_example_of_the_page_prints_what_it_says(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    table, said = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL).group(1) for kind in ("csv", "text"))
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    answer = abate("check-counts", tmp_path / "table.csv")
    assert answer.stdout == said.split("\n", 1)[1]
    assert (answer.returncode, answer.stderr) == (17, "")


def test_a_table_that_fits_is_exit_code_0_and_one_that_is_not_there_4(tmp_path):
    (tmp_path / "table.csv").write_text("k,n,percent\n47,61,77\n", encoding="utf-8")
    assert abate("check-counts", tmp_path / "table.csv").returncode == 0
    assert abate("check-counts", tmp_path / "none.csv").returncode == 4
