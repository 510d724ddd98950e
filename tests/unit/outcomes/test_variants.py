"""Variants of a study are joined to the ratings at once, so they must look into the same windows."""

import pytest

from abate.base.errors import ParameterError
from abate.contracts.definition import Study
from abate.outcomes.variants import find_endpoints


def study(**rating):
    return Study.model_validate(
        {
            "title": "Relief",
            "treatment": {"name": "ketamine"},
            "rating": {"scale": "nrs", **rating},
            "response": {"primary": {"points": 2}},
        }
    )


@pytest.mark.parametrize(
    "change",
    [{"scale": "vas"}, {"baseline": {"from": "start-7d", "to": "start"}}, {"final": {"from": "end", "to": "end"}}],
)
def test_another_scale_or_window_is_refused(change):
    with pytest.raises(ParameterError, match="one scale and the same windows"):
        find_endpoints({"main": study(), "other": study(**change)}, tables=None, engine=None)


def test_no_variant_needs_no_records():
    assert find_endpoints({}, tables=None, engine=None) == {}
