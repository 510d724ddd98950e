"""What does a plan come to, in a few lines?"""

from __future__ import annotations

from collections.abc import Iterator

from abate.contracts.trial_plan import TrialPlan


def headline(found: TrialPlan) -> Iterator[str]:
    """Give the plan in a few lines: warnings first, then difference, size, power, assurance, months."""
    if found.provenance.is_simulated:
        yield "The study behind this plan ran on simulated records: nothing here is evidence."
    yield from found.warnings
    planned, total = _value(found, "effect.planned"), _value(found, "size.total")
    power, assurance = _value(found, "power.simulated"), _value(found, "assurance.simulated")
    if total is None:
        reason = next((row.reason for row in found.estimates if row.id == "size.total"), None)
        yield f"No size: {reason}."
        return
    if planned is not None:
        yield f"Difference that is planned on: {planned:.2f} points; {_steps(found)}"
    yield f"Participants: {total:.0f}"
    if power is not None:
        yield f"Power if that difference is there: {100 * power:.0f} % of simulated trials; closed form {_percent(found, 'power.closed')}"
    if assurance is not None:
        yield (
            f"Counting what is not known (assurance): {100 * assurance:.0f} %; no size can pass {_percent(found, 'assurance.limit')}"
        )
    yield _say_accrual(found)
    first = next((design for design in found.designs if design.rank == 1), None)
    if first is not None:
        yield f"First among {len(found.designs)} designs: {first.title}"


def _say_accrual(found: TrialPlan) -> str:
    row, centres = found.estimate("accrual.months"), _value(found, "accrual.centres")
    if row is None or row.value is None:
        return f"Months until the last participant is in: not known; {'no accrual was planned' if row is None else row.reason}"
    within = (found.plan.get("accrual") or {}).get("finish_within_months", 24)
    more = "" if centres is None else f"; {centres:.0f} centres would make {within:g} months likely"
    return f"Months until the last participant is in: {row.value:.0f}{more}"


def _steps(found: TrialPlan) -> str:
    """Return the arithmetic from the observed fall to the difference."""
    parts = [step for step in found.effect_steps if step.id != "planned" and step.value is not None]
    return " ".join(
        f"{'' if place == 0 else '− ' if (step.value or 0) < 0 else '+ '}{abs(step.value or 0):.2f} {step.id.replace('_', ' ')}"
        for place, step in enumerate(parts)
    )


def _percent(found: TrialPlan, id: str) -> str:
    value = _value(found, id)
    return "not known" if value is None else f"{100 * value:.0f} %"


def _value(found: TrialPlan, id: str) -> float | None:
    row = found.estimate(id)
    return None if row is None else row.value
