"""Are residuals and predictions those of SAS PROC MIXED on the FEV1 data?

Origin: openpharma/mmrm 0.3.18 @ ec290b2 (Apache-2.0). ``SAS/sas_resid_un.txt`` prints five decimals of residuals of the unstructured
fit (its degrees of freedom are residual; its convergence leaves 1e-4): hence 2e-3 absolute. ``predict_interval/un_satterthwaite.csv``
holds predictions of missing outcomes given those seen, with their errors; the model is FEV1 on arm.
"""

from __future__ import annotations

import csv
import gzip
import re
import tarfile

import numpy as np
import pytest

from abate.stats.mmrm import fit_mmrm, predict, residuals
from tests.reference.mmrm.fev import read_fev

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def archive(abate_data):
    def read(name):
        with tarfile.open(abate_data / "mmrm-reference" / "mmrm_reference_results.tar.gz") as files:
            return files.extractfile(name).read().decode("latin-1")

    return read


def test_residuals_are_those_of_sas(abate_data, archive):
    fev = read_fev(abate_data)
    fit = fit_mmrm(fev.outcome, fev.full, fev.subject, fev.visit)
    listing = archive("./SAS/sas_resid_un.txt")
    number = r"(-?\d+\.\d+)"
    # Obs, limits, residual, scaled residual, scaled outcome, studentised, Pearson: rows without an outcome have points;
    # the last page prints the level of the limits in front of them.
    found = re.findall(
        rf"^ *(\d+) +(?:0\.05 +)?{number} +{number} +{number} +{number} +{number} +{number} +{number} *$",
        listing,
        re.MULTILINE,
    )
    theirs = {int(row[0]): [float(row[place]) for place in (3, 4, 7)] for row in found}
    with gzip.open(abate_data / "mmrm-reference" / "fev_data.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        seen = [place for place, row in enumerate(csv.DictReader(lines), start=1) if row["FEV1"] not in ("", "NA")]
    assert sorted(theirs) == seen
    expected = np.array([theirs[place] for place in seen])
    for column, kind in enumerate(("raw", "normalised", "pearson")):
        assert np.max(np.abs(residuals(fit, kind) - expected[:, column])) < 2e-3


def test_predictions_are_those_of_sas(abate_data, archive):
    rows = list(csv.DictReader(archive("./predict_interval/un_satterthwaite.csv").splitlines()))
    with gzip.open(abate_data / "mmrm-reference" / "fev_data.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        data = list(csv.DictReader(lines))
    outcome = np.array([float(row["FEV1"]) if row["FEV1"] not in ("", "NA") else np.nan for row in data])
    arm = np.array([row["ARMCD"] == "TRT" for row in data], dtype=float)
    subject, visit = (np.array([row[name] for row in data]) for name in ("USUBJID", "AVISIT"))
    design = np.column_stack([np.ones(len(data)), arm])
    seen = ~np.isnan(outcome)
    fit = fit_mmrm(outcome[seen], design[seen], subject[seen], visit[seen])
    found = predict(fit, design, subject, visit, outcome)
    column = {name: np.array([float(row[name]) for row in rows]) for name in ("PM", "PMSD", "P", "PSD")}
    assert design @ fit.estimate == pytest.approx(column["PM"], rel=1e-4)
    assert found.value == pytest.approx(column["P"], rel=1e-3)
    assert found.prediction_error[~seen] == pytest.approx(column["PSD"][~seen], rel=1e-3)
    assert found.standard_error[seen] == pytest.approx(column["PMSD"][seen], rel=1e-3)
