"""How fast is a mixed model for repeated measures beside what a user would take instead? All in one run, as ratios.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.mmrm [--fev FILE.csv.gz] [--runs N]

Each line goes from a data frame to the table of coefficients. statsmodels' MixedLM is another model (a random intercept: it has no
residual covariance), R's nlme::gls the same one without small-sample degrees of freedom; R runs where Rscript and nlme are there.
The times of R's mmrm were stored once, on a machine of the same size (design notes, 2026-11), and are marked so.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = ((61, 5), (600, 7), (5_000, 7), (50_000, 7))
#: Seconds of R's mmrm 0.3.18 with summary(), stored; other sizes were not measured.
STORED_R_MMRM = {61: 0.064, 5_000: 9.5}
GLS = """
suppressMessages(library(nlme)); d <- read.csv(commandArgs(TRUE)[1]); d$visit <- factor(d$visit)
f <- function() summary(gls(pain ~ arm * visit + age, d, correlation = corSymm(form = ~ as.integer(visit) | who), weights = varIdent(form = ~ 1 | visit)))
s <- sapply(1:3, function(i) system.time(f())[["elapsed"]]); cat(median(s))
"""


def main() -> None:
    """Time every case and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mmrm", description=__doc__)
    parser.add_argument("--fev", help="fev_data.csv.gz of the data sets; without it the FEV1 lines are left out")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'case':34} {'abate ms':>9} {'MixedLM':>9} {'R gls':>9} {'R mmrm (stored)':>16}   times faster")
    if arguments.fev:
        _fev(Path(arguments.fev), arguments.runs)
    for subjects, visits in SIZES:
        _size(subjects, visits, arguments.runs)
    _many(arguments.runs)
    _first_fit()


def trial(subjects: int, visits: int, seed: int = 1) -> pd.DataFrame:
    """Return a trial of two arms with correlated ratings and monotone drop-out, one row a rating."""
    rng, visit = np.random.default_rng(seed), np.arange(visits)
    root = np.linalg.cholesky(4 * 0.6 ** np.abs(visit[:, None] - visit))
    pain = 7 - 0.5 * visit + rng.normal(size=(subjects, visits)) @ root.T
    stays = np.maximum(rng.geometric(0.05, subjects), 1)
    who, when = np.nonzero(visit < stays[:, None])
    return pd.DataFrame(
        {
            "who": who,
            "visit": pd.Categorical(when + 1),
            "arm": np.array(["drug", "placebo"])[who % 2],
            "age": np.random.default_rng(seed + 1).normal(45, 12, subjects)[who],
            "pain": pain[who, when],
        }
    )


def _abate(data: pd.DataFrame, df: str) -> Callable[[], object]:
    import abate

    return lambda: abate.mmrm("pain ~ arm * visit + age", data, subject="who", visit="visit", df=df).coefficients()


def _mixed_lm(data: pd.DataFrame) -> Callable[[], object]:
    import statsmodels.formula.api as smf

    return lambda: smf.mixedlm("pain ~ arm * visit + age", data, groups="who").fit().summary()


def _size(subjects: int, visits: int, runs: int) -> None:
    data = trial(subjects, visits)
    theirs = _seconds(_mixed_lm(data), 1 if subjects > 1_000 else runs)
    gls = _gls(data) if subjects <= 5_000 else None
    for df in ("satterthwaite", "kenward-roger"):
        _line(
            f"{subjects} x {visits}, {df}", _seconds(_abate(data, df), runs), theirs, gls, STORED_R_MMRM.get(subjects)
        )


def _fev(file: Path, runs: int) -> None:
    import abate

    data = pd.read_csv(file)
    for df in ("satterthwaite", "kenward-roger"):
        fit = lambda df=df: abate.mmrm(  # noqa: E731
            "FEV1 ~ RACE + SEX + ARMCD * AVISIT", data, subject="USUBJID", visit="AVISIT", df=df
        ).coefficients()
        _line(f"FEV1 (197 x 4), {df}", _seconds(fit, runs), None, None, None)


def _many(runs: int) -> None:
    from abate.stats.mmrm import fit_mmrm_many

    count, subjects, visits = 1_000, 120, 5
    rng, visit = np.random.default_rng(3), np.arange(visits)
    outcomes = (
        rng.normal(size=(count, subjects, visits)) @ np.linalg.cholesky(4 * 0.6 ** np.abs(visit[:, None] - visit)).T
    )
    outcomes[visit >= np.maximum(rng.geometric(0.05, (count, subjects, 1)), 1)] = np.nan
    arm = np.arange(subjects) % 2
    by_visit = np.broadcast_to(np.eye(visits), (subjects, visits, visits))
    design = np.concatenate([by_visit, by_visit * arm[:, None, None]], axis=2)
    contrast = np.eye(2 * visits)[-1]
    for df in ("satterthwaite", "kenward-roger"):
        spent = _seconds(lambda df=df: fit_mmrm_many(outcomes, design, contrast=contrast, df=df), runs)
        # R's mmrm one by one: its stored time of one fit of 61 subjects, a thousand times.
        _line(f"1,000 trials of 120 x 5, {df}", spent, None, None, count * STORED_R_MMRM[61])


def _first_fit() -> None:
    code = (
        "import time; import pandas as pd; from benchmarks.mmrm import trial; data = trial(61, 5); began = time.perf_counter();"
        "import abate; fit = lambda: abate.mmrm('pain ~ arm * visit + age', data, subject='who', visit='visit').coefficients();"
        "fit(); first = time.perf_counter() - began; began = time.perf_counter(); fit(); print(first, time.perf_counter() - began)"
    )
    first, later = map(
        float, subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    print(
        f"first fit of a process, pandas loaded: {first * 1e3:.0f} ms with its imports; the next: {later * 1e3:.1f} ms"
    )


def _gls(data: pd.DataFrame) -> float | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trial.csv"
        data.to_csv(file, index=False)
        try:
            done = subprocess.run(
                ["Rscript", "-e", GLS, str(file)], capture_output=True, text=True, timeout=120, check=True
            )
        except (FileNotFoundError, subprocess.SubprocessError):
            return None
    return float(done.stdout)


def _seconds(work: Callable[[], object], runs: int) -> float:
    """Return the median of several runs after a warm-up; a single run of what takes long needs none."""
    spent = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if runs > 1:
            work()
        for _ in range(runs):
            began = time.perf_counter()
            work()
            spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def _line(case: str, own: float, mixed_lm: float | None, gls: float | None, mmrm: float | None) -> None:
    times = [("MixedLM", mixed_lm), ("R gls", gls), ("R mmrm", mmrm)]
    cells = [f"{seconds * 1e3:9.0f}" if seconds is not None else f"{'-':>9}" for _, seconds in times]
    faster = ", ".join(f"{name} {seconds / own:.0f}" for name, seconds in times if seconds is not None)
    print(f"{case:34} {own * 1e3:9.1f} {cells[0]} {cells[1]} {cells[2]:>16}   {faster}", flush=True)


if __name__ == "__main__":
    main()
