"""Bang's and James's indices of published tables of guesses against base R (blinding-indices.json)."""

from __future__ import annotations

import pytest

from abate.stats.blinding import Guesses, bang_index, james_index
from tests.reference.trial_conduct.cases import ids_not_tested, read_cases

CASES = (
    "CRISP, Bang 2004 table 7",
    "Houweling 2014 table 2, investigators",
    "Houweling 2014 table 2, patients",
    "made up: unblinded by side effects",
)
TOLERANCE, TOLERANCE_OF_JAMES_ERROR = 1e-9, 1e-4  # README


def guesses_of(arm: dict[str, int]) -> Guesses:
    return Guesses(active=arm["guess_active"], control=arm["guess_control"], do_not_know=arm["do_not_know"])


def test_every_case_is_tested(abate_data):
    assert not ids_not_tested(abate_data, "blinding-indices", CASES)


@pytest.mark.parametrize("case", CASES)
def test_indices(abate_data, case):
    found = read_cases(abate_data, "blinding-indices")[case]
    active, control = (guesses_of(found["inputs"][arm]) for arm in ("active_arm", "control_arm"))
    for guesses, name in ((active, "active"), (control, "control")):
        index, expected = bang_index(guesses, is_active_arm=name == "active"), found["outputs"]["bang"][name]
        assert index.value == pytest.approx(expected["index"], abs=TOLERANCE)
        assert index.standard_error == pytest.approx(expected["se"], abs=TOLERANCE)
    james = james_index(active, control)
    assert james.value == pytest.approx(found["outputs"]["james"], abs=TOLERANCE)
    assert james.standard_error == pytest.approx(
        found["outputs"]["james_se_delta_method"], abs=TOLERANCE_OF_JAMES_ERROR
    )
