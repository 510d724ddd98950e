"""How is a titration plan checked from a file, and what is printed of it?"""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from abate.base.errors import ExitCode, PlanError
from abate.base.reading import read_text_file
from abate.contracts.notice import NOT_A_DEVICE
from abate.courses.titration_check import LimitCheck, PlanCheck, Stretch, check_plan
from abate.courses.titration_findings import REFUSED
from abate.courses.titration_plan import TitrationPlan, make_plan
from abate.knowledge.infusion_limits import BEYOND, NOT_KNOWN, SETTINGS, WITHIN

#: A plan to start from: start, step and target as in Lauritsen 2016, the ceiling as high as the guideline says may suffice.
EXAMPLE = """\
# A titration plan. Every dose is a text with its unit: mg/kg/h, mcg/kg/min, mg/h, mg/min or mg/h per 70 kg.
drug = "ketamine"
setting = "ward"             # ward: without intensive monitoring; intensive: under intensive monitoring
weight = "85.8 kg"           # may be left out where every dose is per kg
start = "0.1 mg/kg/h"
step = "0.1 mg/kg/h"         # step and every are left out for one rate throughout
every = "4h"
ceiling = "0.5 mg/kg/h"
length = "5d"
# bolus = "0.2 mg/kg"        # before the infusion

[target]                     # the rate rises no further once this is met
at_most = 3
scale = "nrs"
held = "8h"
"""

_HEADLINES = {
    WITHIN: "Within limits.",
    BEYOND: "BEYOND A LIMIT.",
    NOT_KNOWN: "NOT KNOWN: no limit was found for some of it.",
    REFUSED: "REFUSED: the plan makes no sense as it is written.",
}
_EXIT_CODES = {WITHIN: ExitCode.OK, BEYOND: ExitCode.LIMITS, NOT_KNOWN: ExitCode.LIMITS, REFUSED: ExitCode.PLAN}


@dataclass(frozen=True, kw_only=True)
class PrintedCheck:
    """The lines to print of a checked plan, and the exit code that says how it went."""

    lines: Sequence[str]
    exit_code: ExitCode


def check_plan_file(path: Path, *, as_json: bool = False) -> PrintedCheck:
    """Check the plan in a TOML file.

    The exit code is 0 only where every dose is within a limit that is known; docs/errors.md lists the others.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    PlanError
        If it is no TOML, or no plan.
    """
    check = check_plan(read_plan(path))
    lines = [json.dumps(describe_check(check), indent=2, ensure_ascii=False)] if as_json else list(lines_of(check))
    return PrintedCheck(lines=lines, exit_code=_EXIT_CODES[check.verdict])


def read_plan(path: Path) -> TitrationPlan:
    """Return the plan in a TOML file; errors as ``check_plan_file``."""
    text = read_text_file(
        path,
        name_what="name a titration plan, or print one: abate titration --example",
        not_text=PlanError(f"{path.name} is no text in UTF-8; start from 'abate titration --example'."),
    )
    try:
        return make_plan(tomllib.loads(text), path.name)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(
            f"{path.name} is not TOML ({error}); mend it, or start from 'abate titration --example'."
        ) from None


def describe_check(check: PlanCheck) -> dict[str, Any]:
    """Return everything as plain mappings and lists, for JSON."""
    return {
        "notice": NOT_A_DEVICE,
        "verdict": check.verdict,
        "plan": asdict(check.plan),
        "limits": [asdict(limit) for limit in check.limits],
        "findings": [asdict(finding) for finding in check.findings],
        "hours_to_ceiling": check.hours_to_ceiling,
        "schedule": [asdict(stretch) for stretch in check.schedule],
    }


def lines_of(check: PlanCheck) -> Iterator[str]:
    """Yield a checked plan as plain text, line by line."""
    plan = check.plan
    weight = "weight not given" if plan.weight_kg is None else f"{plan.weight_kg:.4g} kg"
    yield f"Titration plan: {plan.drug} {SETTINGS[plan.setting]}, {weight}, {plan.length_hours:g} h planned."
    yield NOT_A_DEVICE
    yield ""
    yield _HEADLINES[check.verdict]
    yield from _limit_lines(check.limits)
    yield from _finding_lines(check)
    if check.schedule:
        yield from _schedule_lines(check)


def _limit_lines(limits: Sequence[LimitCheck]) -> Iterator[str]:
    for check in limits:
        limit, what = check.limit, "Highest rate" if check.limit.kind == "rate" else "Bolus"
        most = "no limit was found" if limit.limit is None else f"limit {limit.limit:g} {limit.unit}"
        yield f"  {what} {check.dose_text} {limit.unit}: {check.verdict} ({most})."
        # Beyond it, the finding gives the source.
        if check.verdict == WITHIN:
            yield from _wrapped(f"{limit.source} [{limit.tag}]. {limit.note}.", "    ")


def _finding_lines(check: PlanCheck) -> Iterator[str]:
    severity = None
    for finding in check.findings:
        if finding.severity != severity:
            severity = finding.severity
            yield ""
            yield severity.capitalize()
        yield from _wrapped(finding.reason, "  - ")
        if finding.tag:
            yield from _wrapped(f"{finding.source} [{finding.tag}]", "    ")


def _schedule_lines(check: PlanCheck) -> Iterator[str]:
    yield ""
    yield "Schedule, if every step is taken (the most that the plan can come to)"
    yield f"  {'from h':>8}{'to h':>8}{'mg/kg/h':>10}{'mg/h':>9}{'given mg/kg':>13}{'given mg':>10}"
    for stretch in check.schedule:
        yield _schedule_line(stretch)
    yield f"  The ceiling takes {check.hours_to_ceiling:g} h to reach."
    target = check.plan.target
    if target is not None:
        held = "" if target.held_hours is None else f" held for {target.held_hours:g} h"
        yield f"  The rate rises no further once the target is met: {target.scale} at most {target.at_most:g}{held}."


def _schedule_line(stretch: Stretch) -> str:
    rate = "-" if stretch.rate_mg_h is None else f"{stretch.rate_mg_h:.1f}"
    given = "-" if stretch.given_mg is None else f"{stretch.given_mg:,.1f}"
    return (
        f"  {stretch.from_hour:>8g}{stretch.to_hour:>8g}{stretch.rate_mg_kg_h:>10.3f}{rate:>9}"
        f"{stretch.given_mg_kg:>13.2f}{given:>10}"
    )


def _wrapped(text: str, start: str) -> list[str]:
    after = " " * len(start)
    return textwrap.wrap(
        text, width=110, initial_indent=start, subsequent_indent=after, break_on_hyphens=False, break_long_words=False
    )
