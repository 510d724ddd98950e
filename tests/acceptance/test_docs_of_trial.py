"""Do the examples of the page on the next trial run, and print what stands there?"""

from __future__ import annotations

import doctest

from tests.conftest import ROOT


def test_the_examples_of_the_page_run():
    found = doctest.testfile(str(ROOT / "docs" / "trial.md"), module_relative=False)
    assert (found.failed, found.attempted > 5) == (0, True)
