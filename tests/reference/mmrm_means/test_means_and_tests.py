"""Are the door's coefficients, least-squares means and tests those of R (mmrm 0.3.18 and emmeans, driven to convergence)?

Origin and tolerance as in ``tests/reference/mmrm``: ``mmrm-reference/r-tight/fev.json``, 1e-6 relative.
"""

from __future__ import annotations

import json

import pandas as pd
import pytest

import abate

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def fev(abate_data):
    data = pd.read_csv(abate_data / "mmrm-reference" / "fev_data.csv.gz")
    return data.assign(SEX=pd.Categorical(data["SEX"], categories=["Male", "Female"]))


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize(("case", "covariance"), [("fev_us", "unstructured"), ("fev_csh", "compound-symmetry-h")])
def test_the_fev_model(abate_data, fev, case, covariance, df):
    text = (abate_data / "mmrm-reference" / "r-tight" / "fev.json").read_text(encoding="utf-8")
    theirs = json.loads(text)["results"][case][df.title()]
    found = abate.mmrm(
        "FEV1 ~ RACE + SEX + ARMCD * AVISIT", fev, subject="USUBJID", visit="AVISIT", covariance=covariance, df=df
    )
    assert list(found.names) == theirs["names"]
    assert found.standard_error == pytest.approx(theirs["se"], rel=1e-6)
    means = found.means("ARMCD", by="AVISIT")
    assert list(means["ARMCD"]) == theirs["lsmeans"]["ARMCD"]
    assert list(means["AVISIT"]) == theirs["lsmeans"]["AVISIT"]
    assert means["mean"] == pytest.approx(theirs["lsmeans"]["emmean"], rel=1e-6)
    assert means["standard error"] == pytest.approx(theirs["lsmeans"]["SE"], rel=1e-6)
    assert means["df"] == pytest.approx(theirs["lsmeans"]["df"], rel=2e-6)
    joint = found.joint_test("ARMCD:AVISIT")
    assert joint.denominator_df == pytest.approx(theirs["interaction_test"]["denom_df"], rel=2e-6)
    assert joint.p == pytest.approx(theirs["interaction_test"]["p_val"], rel=1e-5)
    assert dict(found.left_out) == {"FEV1": 263}
