"""Where do the reference trials and scenarios stand, and what do they say in arrays?"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from abate.trial.simulate import AsIs, TrialModel


def read_fits(folder: Path) -> list[dict]:
    text = (folder / "trial-reference" / "simulated-trials-fits.json").read_text(encoding="utf-8")
    return json.loads(text)["fits"]


def read_trials(folder: Path) -> dict[tuple[str, int], tuple[np.ndarray, np.ndarray]]:
    """Return ratings (patient, baseline and days) and arms (1 active) of each stored trial."""
    ratings, arms = defaultdict(lambda: defaultdict(lambda: np.full(6, np.nan))), defaultdict(dict)
    with gzip.open(folder / "trial-reference" / "simulated-trials.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            trial = (row["scenario"], int(row["trial"]))
            ratings[trial][row["id"]][0] = float(row["baseline"])
            if row["rating"] not in ("", "NA"):
                ratings[trial][row["id"]][int(row["day"])] = float(row["rating"])
            arms[trial][row["id"]] = int(row["arm"] == "active")
    return {trial: (np.array(list(ratings[trial].values())), np.array(list(arms[trial].values()))) for trial in ratings}


def read_scenario(folder: Path, name: str) -> tuple[TrialModel, dict]:
    """Return the model of a scenario, control first, and what the reference found."""
    cases = json.loads((folder / "trial-reference" / "longitudinal.json").read_text(encoding="utf-8"))["cases"]
    case = next(case for case in cases if case["id"] == f"mmrm-simulated-{name}")
    given = case["inputs"]
    sd = np.array(given["sd_baseline_then_days"])
    control = np.array(given["mean_control_baseline_then_days"])
    model = TrialModel(
        per_arm=(given["per_arm_control"], given["per_arm_active"]),
        mean=[control, control + np.array([0, *given["effect_by_day"]])],
        covariance=np.array(given["correlation_6x6"]) * np.outer(sd, sd),
        retention=[given["retention_control_by_day"], given["retention_active_by_day"]],
        rating_map=AsIs(),
    )
    return model, case["outputs"]
