"""The schemas that abate prints are schemas."""

import jsonschema
import pytest

from abate.base.errors import ParameterError
from abate.study.schemas import SCHEMAS, schema_of


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_another_name_is_refused():
    with pytest.raises(ParameterError, match="choose one of study, results, plan, trial-plan"):
        schema_of("page")


@pytest.mark.parametrize("name", ["plan", "trial-plan"])
def test_plans_have_a_schema(name):
    assert schema_of(name)["properties"]["schema"]
