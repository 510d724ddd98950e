"""The FEV1 data of R's mmrm (Apache-2.0), read from the folder of data sets: rows with a rating, as arrays."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Fev:
    outcome: np.ndarray
    subject: np.ndarray
    visit: np.ndarray
    arm: np.ndarray
    weight: np.ndarray
    places: np.ndarray
    full: np.ndarray  # intercept, race (2), sex, arm, visit (3), arm x visit (3): RACE + SEX + ARMCD * AVISIT in R
    arm_only: np.ndarray  # intercept, arm


def read_fev(folder: Path) -> Fev:
    with gzip.open(folder / "mmrm-reference" / "fev_data.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["FEV1"] not in ("", "NA")]

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows])

    one, arm = np.ones(len(rows)), (column("ARMCD") == "TRT").astype(float)
    visits = [(column("AVISIT") == f"VIS{number}").astype(float) for number in (2, 3, 4)]
    person = [column("RACE") == "Black or African American", column("RACE") == "White", column("SEX") == "Female"]
    return Fev(
        outcome=column("FEV1").astype(float),
        subject=column("USUBJID"),
        visit=column("AVISIT"),
        arm=column("ARMCD"),
        weight=column("WEIGHT").astype(float),
        places=np.column_stack([column("VISITN").astype(float), column("VISITN2").astype(float)]),
        full=np.column_stack([one, *person, arm, *visits, *(arm * visit for visit in visits)]),
        arm_only=np.column_stack([one, arm]),
    )
