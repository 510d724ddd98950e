"""What the section [randomisation] may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from abate.contracts.randomisation import Randomisation

CENTRE = {"name": "centre", "levels": ["A", "B"]}


def test_an_empty_section_is_permuted_blocks():
    section = Randomisation.model_validate({})
    assert (section.method, section.strata, section.block_sizes) == ("permuted blocks", (), None)


def test_it_has_no_place_for_a_seed():
    with pytest.raises(ValidationError, match="extra"):
        Randomisation.model_validate({"seed": 1})


@pytest.mark.parametrize(
    ("said", "section"),
    [
        ("belongs to method", {"method": "simple", "block_sizes": [2]}),
        ("belongs to method", {"probability": 0.8}),
        ("needs largest_imbalance", {"method": "big stick"}),
        ("needs a factor", {"method": "minimisation"}),
        ("two names at least", {"arms": ["ketamine"]}),
        ("two names at least", {"arms": ["ketamine", "ketamine"]}),
        ("stands twice", {"strata": [CENTRE, CENTRE]}),
        ("stands twice", {"strata": [{"name": "centre", "levels": ["A", "A"]}]}),
        ("has a column of that name", {"strata": [{"name": "Arm", "levels": ["A"]}]}),
        ("give one each", {"strata": [{**CENTRE, "shares": [1.0]}]}),
        ("must add up to 1", {"strata": [{**CENTRE, "shares": [0.5, 0.4]}]}),
        ("greater than or equal to 1", {"block_sizes": [0]}),
        ("greater than or equal to 2", {"participants": 1}),
        ("'simple', 'urn' or 'big stick'", {"method": "coin"}),
    ],
)
def test_mistakes(said, section):
    with pytest.raises(ValidationError, match=said):
        Randomisation.model_validate(section)
