"""How common is the condition at each age, in women and in men? Shares of the whole period with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from abate.contracts.burden import ALL, UNKNOWN, Burden, BurdenEstimate
from abate.report.figures.drawing import WIDE, render_drawing, render_file
from abate.report.figures.figure import tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import FEWEST_FOR_PERCENT, INTERVAL
from abate.report.words import shown

_HEIGHT = 300
#: Women stand to the left of an age, men to the right of it: place and shape tell them apart, not colour.
_SEXES: Mapping[str, tuple[float, bool]] = {"female": (-0.12, False), "male": (0.12, True)}


def draw_prevalence(burden: Burden) -> str | None:
    """Return the figure as a saved SVG; None where no share of an age may be shown.

    What is hidden, or is of too few persons for a percentage, has no mark.
    """
    estimates = _of_ages(burden)
    ages = list(dict.fromkeys(found.age for found in burden.estimates if found.age not in (ALL, UNKNOWN)))
    marks = [mark for found in estimates if (mark := _mark(found, ages)) is not None]
    if not marks:
        return None
    highest = max(float(mark["y2"]) for mark in marks)
    return render_file(
        render_drawing(_sheet(marks, ages, highest * 1.08 or 1.0).spec()),
        title=f"Share of persons with {shown(burden.condition)} ever recorded, by age and sex, {burden.periods[0].name}",
        caption=f"Filled: women; hollow: men; lines: {INTERVAL}. Where a mark is missing, the count is hidden, or there are "
        f"fewer than {FEWEST_FOR_PERCENT} persons.",
        source=_source(burden),
    )


def _of_ages(burden: Burden) -> Sequence[BurdenEstimate]:
    whole = burden.periods[0].name
    return [
        found
        for found in burden.estimates
        if found.quantity == "prevalence ever" and found.period == whole and found.sex in _SEXES and found.age not in (ALL, UNKNOWN)
    ]  # fmt: skip


def _mark(found: BurdenEstimate, ages: Sequence[str]) -> dict[str, Any] | None:
    is_there = found.value is not None and found.lower is not None and found.upper is not None
    if not is_there or (found.denominator or 0) < FEWEST_FOR_PERCENT:
        return None
    share, lower, upper = (100 * float(number or 0) for number in (found.value, found.lower, found.upper))
    return {
        "x": ages.index(found.age) + _SEXES[found.sex][0],
        "share": share,
        "y": lower,
        "y2": upper,
        "sex": found.sex,
    }


def _sheet(marks: Sequence[Mapping[str, Any]], ages: Sequence[str], highest: float) -> Sheet:
    sheet = Sheet(width=WIDE, height=_HEIGHT, x=(-0.6, len(ages) - 0.4), y=(0, highest))
    sheet.grid([place for place in tenths(0, highest) if place > 0])
    sheet.spans(list(marks), hue="ref", width=1.6)
    for sex, (_, is_hollow) in _SEXES.items():
        sheet.dots(
            [{"x": one["x"], "y": one["share"]} for one in marks if one["sex"] == sex], hue="pain", hollow=is_hollow
        )
    sheet.heading("Per cent of persons; age in years below")
    sheet.x_axis(list(range(len(ages))), labels=list(ages))
    sheet.y_axis(tenths(0, highest))
    return sheet


def _source(burden: Burden) -> str:
    found = burden.provenance
    simulated = "simulated data, no patient’s; " if found.get("is_simulated") else ""
    made = f"abate {found.get('abate_version', '')}, study {str(found.get('study_hash', ''))[:8]}"
    return f"{shown(burden.title)}; {simulated}{made}. For research; not a medical device"
