"""A made-up run's results as exports see them."""

from __future__ import annotations

import pytest

from abate.report.disclosure import PRESETS, disclose
from abate.report.exports.summary import Summary, summary_of
from tests.report_example import example_result


@pytest.fixture(scope="package")
def summary() -> Summary:
    """61 courses, nothing hidden yet."""
    return summary_of(example_result())


@pytest.fixture(scope="package")
def shown() -> Summary:
    """The same with counts below 5 hidden."""
    return summary_of(disclose(example_result(), PRESETS["5"]))
