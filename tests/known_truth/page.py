"""What does the run say? ``docs/known-truth.md`` is made from the results, with every demand and whether it holds."""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.known_truth import comparisons, methods
from tests.known_truth.demands import Verdict, is_full, judge
from tests.known_truth.families import FAMILIES
from tests.known_truth.reading import read_off
from tests.known_truth.run import DEFAULT_FOLDER
from tests.known_truth.scenarios import FIRST_SEED, HOSPITALS, PLAIN, SCENARIOS, SEEDS_PER_SCENARIO
from tests.known_truth.summaries import Line, Summary, summarise

PAGE = Path(__file__).parents[2] / "docs" / "known-truth.md"
_WIDE = ("naive", "history_mean", "model", "conditional", "controls_ward")
_WIDE_DRUGS = ("unadjusted", "overlap", "augmented", "augmented_everybody", "entropy")
_CHECKS = (
    ("asked_when_bad", "asked when bad"),
    ("visits_above_diary", "visits above diary"),
    ("lasting_rise", "lasting rise"),
    ("discharge_when_better", "discharge when better"),
    ("shape_of_ratings", "shape of ratings"),
    ("chosen_day", "chosen day"),
    ("information", "too few pairs"),
    ("parameter_at_bound", "at bound"),
    ("prior_dominated", "prior decides"),
)

_HEAD = """\
# Known truth

Simulated hospitals in which it is known what the drug did, what the ward did, and what would have come with nothing done. Each method
is asked in each of them. This page is made by `make truth`; its numbers are not edited by hand.

**How to read a cell**: bias in points ± its Monte Carlo standard error (coverage of the 95 % interval; claims: hospitals in which the
interval lies above 0; claims in which it lies above the margin of 0.25 points), the last three in per cent of the hospitals with an
interval. "no number in 12 %" counts the hospitals in which the method refuses. Standard error of a share with 200 hospitals: 1.5
points at 95 %, 2.1 at 90 %, 3.5 at 50 %.

**What the truth is**: the simulated contrast at the time of the final rating, never the parameter: ratings are rounded and end at 0, so
that an effect of 2.5 comes out as about 2.4. For the naive fall, the history mean, the model and the references it is ward and drug
together (`left`); for untreated patients of the same ward it is the drug alone. A claim is a false one where the drug and the ward do
nothing: the scenarios called "no effect". The truth is that of the courses drawn, an interval also allows for other persons: where the
effect differs between persons, 95 % intervals therefore hold the truth more often than that.

Simulation is kind to the model: the package's hospitals and the model are of one family (Ornstein-Uhlenbeck), with two time constants in the
one and one in the other. The other families below are not.
"""

_FAMILY_TEXT = """\
Pain that switches between good and bad weeks (12 and 6 days on average, 3 points apart); attacks of one to three days with no pain
between them; the package's own pain with a straight trend of each person's own over months (1 point in 90 days on average, SD 1) that
goes on after the admission. The numbers are assumed. There is no demand on these, but that they are shown.
"""

_CHECK_TEXT = """\
Share of hospitals in which each check is flagged, in per cent; – where it could be asked in none. Shape of ratings: the split on normal
scores lies more than 0.25 points from the plain one, both of all ratings before. This check was chosen after the results of the attacks
(scenarios 41 and 44) had been seen; scenarios 50 to 53, on new seeds, judge it. "The claim as the page makes it": the model's number,
hidden where visits were asked for when bad, with an interval over both splits where their shape is flagged, so that a claim has to hold by both.
"""

_DRUGS_TEXT = """\
122 courses. Drug 1 goes to those with a higher first rating, with higher ratings before, and in withdrawal, which keeps them sicker. The
difference is that of the falls: above 0, drug 1 does more. Covariates: first rating, mean of the ratings before, withdrawal; with repeat courses
also the person's means of the first two. A hidden confounder is a medicine that nobody wrote down: it takes off 1 point by itself, and goes
with drug 1 (odds ratio 3.3). Truth: the mean difference of the two falls of the same course, over everybody or the overlap, as the method
asks. Cell: bias ± error (coverage; intervals above 0; below 0), in per cent. Where both drugs do the same, each interval off 0 is a false claim.
"""

#: Why a demand does not hold, where that is understood; shown only where it does not.
_FIRST_BAD_DAY = (
    "*Hazard and threshold, 600 courses*: that a day was the first bad one also says that the days between ratings were better, which the "
    "model does not hold. What is left of it, about 0.03 points, is half a standard error at 600 courses; the margin is there for that."
)
_REASONS: Mapping[tuple[str, str], str] = {
    ("1", "hazard-600"): _FIRST_BAD_DAY,
    ("1", "threshold-600"): _FIRST_BAD_DAY,
    ("1", "visits-only"): (
        "*Visits only, no diary*: with about five visits a course most hospitals of 61 courses have fewer than 30 pairs of near ratings and "
        "get no split. Those that do know little of how long a spell lasts, and nothing of the days between, of which not having been "
        "admitted says that they were better."
    ),
    ("1", "visits-only-600"): (
        "*Visits only, 600 courses*: the bias is that of 61 courses, and the interval is a third as wide. Without a diary, claims need a wider margin."
    ),
    ("3", "bad-visits-diary"): (
        "*Diary beside visits asked for when bad*: leaving the visits out leaves ten diary days of four weeks before, days on which the patient "
        "was not yet admitted; the level from older days is missing."
    ),
    ("7", "random"): (
        "*Random day*: nothing regresses and the naive fall is unbiased, so that its mean over hospitals lies above or below the truth by chance."
    ),
    ("8", "visits-only"): "*Responders, visits only*: as for coverage.",
}


def render_page(folder: Path) -> str:
    """Return the page as Markdown."""
    summaries = {scenario.name: summarise(folder, scenario) for scenario in SCENARIOS}
    verdicts = judge(summaries)
    parts = [
        _HEAD,
        _in_short(summaries, verdicts),
        read_off(summaries),
        "## Regression to the mean\n",
        _wide_table(_of(summaries, lambda s: s.family == "package"), _WIDE, _cell, methods.METHODS),
        "### Other methods, same hospitals\n",
        _long_table(_of(summaries, lambda s: s.family == "package")),
        "### Responders and what is still better\n",
        _responder_text(),
        _responder_table(summaries.values()),
        "### Checks\n",
        _CHECK_TEXT,
        _check_table(_of(summaries, lambda s: s.family != "comparison")),
        "## Other families than the model's\n",
        _FAMILY_TEXT,
        _wide_table(_of(summaries, lambda s: s.family in FAMILIES), _WIDE, _cell, methods.METHODS),
        _long_table(_of(summaries, lambda s: s.family in FAMILIES)),
        "## Two drugs\n",
        _DRUGS_TEXT,
        _wide_table(_of(summaries, lambda s: s.family == "comparison"), _WIDE_DRUGS, _drug_cell, comparisons.METHODS),
        _drug_extras(_of(summaries, lambda s: s.family == "comparison")),
        "## Demands\n",
        _demand_text(),
        _demand_table(verdicts),
        _of_first_hospitals(folder, summaries, verdicts),
        _reasons(verdicts),
        "## How it is run\n",
        _how(summaries),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _of(summaries: Mapping[str, Summary], keep: object) -> list[Summary]:
    assert callable(keep)
    return [summary for summary in summaries.values() if keep(summary.scenario)]


# ---- tables ----------------------------------------------------------------------------------------------------


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar in a cell would end it and is not allowed."""
    lines = [header, ["---"] * len(header), *rows]
    assert all("|" not in cell for line in lines for cell in line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _count(summary: Summary) -> str:
    """Say how many hospitals a row has, and so where they are fewer than were to be run."""
    return str(summary.hospitals) if summary.hospitals >= HOSPITALS else f"**only {summary.hospitals}**"


def _wide_table(summaries: Iterable[Summary], names: Sequence[str], cell: object, known: Mapping[str, object]) -> str:
    assert callable(cell)
    header = ["scenario", "courses", "hospitals", "truth", *(known[name].title for name in names)]  # type: ignore[attr-defined]
    rows = []
    for summary in summaries:
        truth = _truth_of(summary)
        cells = [cell(summary.lines.get(name)) for name in names]
        rows.append([summary.scenario.title, str(summary.scenario.course_count), _count(summary), truth, *cells])
    return table(header, rows)


def _truth_of(summary: Summary) -> str:
    """Return the mean truth: of the fall left, with that of the drug alone where the ward does something too."""
    first = next(iter(summary.lines.values()), None)
    if first is None or not math.isfinite(first.truth):
        return ""
    ward = summary.lines.get("controls_ward")
    text = _signless(first.truth)
    return f"{text} (drug {_signless(ward.truth)})" if ward and abs(ward.truth - first.truth) > 0.005 else text


def _signless(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00")


def _points(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−").replace("−0.00", "−0.00")


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f}"


def _cell(line: Line | None) -> str:
    if line is None:
        return "–"
    if line.answered == 0:
        return "no number"
    error = "" if math.isnan(line.bias_error) else f" ± {line.bias_error:.2f}"
    shares = ", ".join(_per_cent(share) for share in (line.coverage, line.claims, line.claims_margin))
    return f"{_points(line.bias)}{error} ({shares}){_refused(line)}"


def _refused(line: Line) -> str:
    refused = 1 - line.answered / line.hospitals
    return f"; no number in {_per_cent(refused)} %" if refused > 0 else ""


def _drug_cell(line: Line | None) -> str:
    if line is None:
        return "–"
    if line.answered == 0:
        return "no number"
    shares = ", ".join(_per_cent(share) for share in (line.coverage, line.claims, line.claims_below))
    return f"{_points(line.bias)} ± {line.bias_error:.2f} ({shares}){_refused(line)}"


def _long_table(summaries: Iterable[Summary]) -> str:
    rows = [
        [summary.scenario.title, str(summary.scenario.course_count), _count_of(line), methods.METHODS[name].title, _cell(line)]
        for summary in summaries
        for name, line in summary.lines.items()
        if name not in _WIDE and not (name == "model_printed" and line.answered == line.hospitals)
    ]  # fmt: skip
    return table(["scenario", "courses", "hospitals", "method", "bias ± error (coverage, claims, beyond 0.25)"], rows)


def _count_of(line: Line) -> str:
    return str(line.hospitals) if line.hospitals >= HOSPITALS else f"**only {line.hospitals}**"


def _drug_extras(summaries: Iterable[Summary]) -> str:
    rows = [
        [summary.scenario.title, comparisons.METHODS[name].title, _count_of(line), _drug_cell(line)]
        for summary in summaries
        for name, line in summary.lines.items()
        if name not in _WIDE_DRUGS
    ]
    return table(["scenario", "method", "hospitals", "bias ± error (coverage, above 0, below 0)"], rows)


def _responder_text() -> str:
    return (
        "Of 100 courses, how many would have fallen by 2 points or more with nothing done: what the model expects, the truth, and what was "
        "observed with treatment; then the same at a follow-up visit 38 days later, where there is one.\n"
    )


def _responder_table(summaries: Iterable[Summary]) -> str:
    def whole(share: float | None) -> str:
        return "–" if share is None else f"{100 * share:.1f}"

    names = ("expected", "responders", "responders_observed", "expected_later", "later", "later_observed")
    rows = []
    for summary in summaries:
        r = summary.responders
        if r.get("expected") is None:
            continue
        later = r.get("expected_later") is not None
        cells = [whole(r[name]) if later or "later" not in name else "–" for name in names]
        rows.append([summary.scenario.title, str(summary.scenario.course_count), _count(summary), *cells])
    header = [
        "scenario",
        "courses",
        "hospitals",
        "expected",
        "truth",
        "observed",
        "expected, 38 days",
        "truth",
        "observed",
    ]
    return table(header, rows)


def _check_table(summaries: Iterable[Summary]) -> str:
    rows = []
    for summary in summaries:
        shares = [summary.flags.get(name) for name, _ in _CHECKS]
        cells = ["–" if share is None else _per_cent(share) for share in shares]
        rows.append([summary.scenario.title, str(summary.scenario.course_count), _count(summary), *cells])
    return table(["scenario", "courses", "hospitals", *(title for _, title in _CHECKS)], rows)


# ---- demands ---------------------------------------------------------------------------------------------------


def _in_short(summaries: Mapping[str, Summary], verdicts: list[Verdict]) -> str:
    words = Counter(_plain_word(verdict) for verdict in verdicts)
    short = sum(summary.hospitals < HOSPITALS for summary in summaries.values())
    text = (
        f"**In short**: of {len(verdicts)} demands {words['holds']} hold, {words['does not hold']} do not, "
        f"{words['near']} miss their bound by less than chance, {words['not run']} were not run; each is listed under Demands."
    )
    return text + (f" {short} rows have fewer than {HOSPITALS} hospitals and say so.\n" if short else "\n")


def _plain_word(verdict: Verdict) -> str:
    if verdict.holds is None:
        return "not run"
    return "holds" if verdict.holds else "near" if verdict.is_near else "does not hold"


def _demand_text() -> str:
    return (
        "They were written down after an earlier run on other seeds, and no bound was moved since. A demand is judged by the figure alone; "
        '"by less than chance" says that it misses its bound by less than two Monte Carlo standard errors; the hospitals are those with a number. The plain scenarios are '
        f"{', '.join(PLAIN)}.\n"
    )


def _demand_table(verdicts: Iterable[Verdict]) -> str:
    rows = []
    for v in verdicts:
        count = "–" if not v.hospitals else str(v.hospitals) if is_full(v) else f"**only {v.hospitals}**"
        rows.append([v.number, v.demand, v.where, v.figure or "–", count, v.word])
    return table(["", "demand", "scenario", "found", "hospitals", "verdict"], rows)


def _of_first_hospitals(folder: Path, summaries: Mapping[str, Summary], verdicts: Iterable[Verdict]) -> str:
    """Say which verdicts were others with the first hospitals alone, where some scenarios were gone on with."""
    longer = [s.scenario.name for s in summaries.values() if s.hospitals > HOSPITALS]
    if not longer:
        return ""
    first = judge({scenario.name: summarise(folder, scenario, HOSPITALS) for scenario in SCENARIOS})
    other = [
        f"{v.demand}, {v.where}: {v.figure} of {v.hospitals} ({v.word.strip('*')})"
        for v, now in zip(first, verdicts, strict=True)
        if v.word != now.word
    ]
    return (
        f"More than {HOSPITALS} hospitals were run, after the first {HOSPITALS} had been seen, of {', '.join(longer)}. With the first "
        f"{HOSPITALS} alone these verdicts are others: {'; '.join(other) if other else 'none'}.\n"
    )


def _reasons(verdicts: Iterable[Verdict]) -> str:
    """Return why demands do not hold, where that is known."""
    failed = {(v.number, v.where) for v in verdicts if v.holds is False}
    lines = list(dict.fromkeys(f"- {text}" for key, text in _REASONS.items() if key in failed))
    return "Why:\n\n" + "\n".join(lines) + "\n" if lines else ""


# ---- the run ---------------------------------------------------------------------------------------------------


def _how(summaries: Mapping[str, Summary]) -> str:
    run = [s for s in summaries.values() if s.hospitals]
    seconds = sum(s.seconds for s in run)
    full = sum(s.seconds / s.hospitals * HOSPITALS for s in run)
    missing = [s.scenario.name for s in summaries.values() if not s.hospitals]
    numbers = sorted(scenario.number for scenario in SCENARIOS)
    time = (
        f"`make truth` draws {HOSPITALS} hospitals of each of the {len(summaries)} scenarios with two processes, keeps a line for each "
        f"hospital in `{DEFAULT_FOLDER}/`, goes on where it stopped, and writes this page. The results on this page took {seconds / 60:.0f} "
        f"minutes of one core; with {HOSPITALS} hospitals each they take {full / 60:.0f}, that is **about {full / 120:.0f} minutes on two "
        f"cores**{f', and those that were not run: {chr(44).join(missing)}' if missing else ''}.\n"
    )
    seeds = (
        f"Seeds: {FIRST_SEED} + {SEEDS_PER_SCENARIO} × number of the scenario + number of the hospital (scenarios {numbers[0]} to "
        f"{numbers[-1]}; {FIRST_SEED - 1} for the references); none of them is used anywhere else. Parameters: "
        "`tests/known_truth/scenarios.py`, where each row has its name and number.\n"
    )
    rows = [
        [s.scenario.title, s.scenario.name, str(s.scenario.number), str(s.hospitals), _pace(s)]
        for s in summaries.values()
    ]
    return "\n".join([time, seeds, table(["scenario", "name", "number", "hospitals", "seconds a hospital"], rows)])


def _pace(summary: Summary) -> str:
    return f"{summary.seconds / summary.hospitals:.2f}" if summary.hospitals else "–"


def main(arguments: list[str] | None = None) -> None:
    """Write the page from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.known_truth.page", description=__doc__)
    parser.add_argument("--results", type=Path, default=DEFAULT_FOLDER, help="folder of the results")
    parser.add_argument("--out", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    asked.out.write_text(render_page(asked.results), encoding="utf-8")


if __name__ == "__main__":
    main()
