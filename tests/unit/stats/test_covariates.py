"""Which covariates are refused, and by which name?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.covariates import checked_covariates


def test_one_column_may_be_flat_and_gets_a_name():
    columns = checked_covariates([1, 2, 4])
    assert (columns.values.shape, columns.names, columns.spread.tolist()) == ((3, 1), ("covariate_1",), [3.0])
    assert columns.with_intercept()[:, 0].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("covariates", "names", "sentence"),
    [
        ([[0, 5], [1, 5], [0, 5]], ["treated", "site"], "'site' is constant or a combination"),
        ([[0, 1], [1, 0], [0, 1]], ["treated", "control"], "'control' is constant or a combination"),
        ([[1e9, 1], [1e9 + 1, 2], [1e9 + 2, 3]], ["day", "visit"], "'visit' is constant or a combination"),
        ([[0, 3]], None, "'covariate_1' is constant"),
        ([[0, np.nan], [1, 2]], ["treated", "age"], "age has 1 missing"),
        ([["a"], ["b"]], None, "code categories as columns"),
        ([[0], [1]], ["a", "b"], "names must be 1 distinct"),
        ([[0, 1], [1, 5]], ["a", "a"], "names must be 2 distinct"),
        ([[0], [1]], ["intercept"], "none of them 'intercept'"),
        (np.empty((3, 0)), None, "at least one column"),
    ],
)
def test_refused(covariates, names, sentence):
    with pytest.raises(ParameterError, match=sentence):
        checked_covariates(covariates, names)


def test_nearly_collinear_columns_that_differ_are_kept():
    day = np.arange(20.0)
    assert checked_covariates(np.column_stack([day + 1e6, (day + 1e6) ** 2])).names == ("covariate_1", "covariate_2")
