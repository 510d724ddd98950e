"""Results that the tests of the report share; each is made once."""

from __future__ import annotations

import pytest

from abate.contracts.result import StudyResult
from abate.report.view import ResultView
from tests.report_example import example_result


@pytest.fixture(scope="session")
def result() -> StudyResult:
    """61 courses; two of them without a final rating."""
    return example_result(61, seed=4)


@pytest.fixture(scope="session")
def view(result: StudyResult) -> ResultView:
    return ResultView(result)


@pytest.fixture(scope="session")
def one_patient() -> ResultView:
    return ResultView(example_result(1))
