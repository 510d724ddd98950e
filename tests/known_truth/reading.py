"""What is to be read off the tables? A few sentences, each made from the numbers that stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from abate.stats.regression_to_mean_checks import ALARMS
from tests.known_truth.demands import SELECTED_NULLS
from tests.known_truth.families import FAMILIES
from tests.known_truth.scenarios import PLAIN
from tests.known_truth.summaries import Line, Summary

Summaries = Mapping[str, Summary]

_ATTACKS_NEW = ("attacks-new", "attacks-effect-new")
_RIGHT_NEW = ("hazard-new", "threshold-new")
_TWO_DRUGS_ALIKE = ("choice-same", "choice-repeat-same")
_ADJUSTED = ("overlap", "augmented", "augmented_everybody", "entropy")


def read_off(summaries: Summaries) -> str:
    """Return the sentences as a list in Markdown; those without results are left out."""
    lines = [line for sentence in SENTENCES for line in sentence(summaries)]
    return "\n".join(f"- {line}" for line in lines) + "\n" if lines else ""


def _lines(summaries: Summaries, names: Iterable[str], methods: Iterable[str]) -> list[Line]:
    found = [summaries[n].lines.get(m) for n in names if n in summaries for m in methods]
    return [line for line in found if line is not None and line.answered]


def span(values: Iterable[float], unit: str = " %", scale: float = 100, form: str = ".0f") -> str:
    """Return ``3 to 7 %``, or ``3 %`` where both ends look alike.

    Examples
    --------
    >>> span([0.031, 0.07]), span([0.5, 0.502])
    ('3 to 7 %', '50 %')
    """
    ordered = sorted(values)
    ends = [format(scale * end, form).replace("-", "−") for end in (ordered[0], ordered[-1])]
    return f"{ends[0]}{unit}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}{unit}"


def _points(values: Iterable[float]) -> str:
    return span(values, " points", 1, "+.2f")


def _pooled(lines: list[Line], of: Callable[[Line], float]) -> float:
    return sum(of(line) * line.answered for line in lines) / sum(line.answered for line in lines)


def _naive(s: Summaries) -> Iterator[str]:
    lines = _lines(s, SELECTED_NULLS, ["naive"])
    if lines:
        share = span(line.claims for line in lines)
        yield f"**The naive fall** claims an effect in {share} of hospitals in which nothing was done and the day was chosen."


def _model(s: Summaries) -> Iterator[str]:
    for count, names in ((61, PLAIN), (600, [f"{name}-600" for name in PLAIN])):
        lines = _lines(s, names, ["model"])
        if lines:
            claims, beyond = _pooled(lines, lambda line: line.claims), _pooled(lines, lambda line: line.claims_margin)
            hospitals = sum(line.answered for line in lines)
            yield (
                f"**The model** where its assumptions hold or nearly, {count} courses: bias {_points(line.bias for line in lines)}, coverage "
                f"{span(line.coverage for line in lines)}; false claims {100 * claims:.1f} %, beyond the margin {100 * beyond:.1f} % "
                f"(all {hospitals} hospitals together)."
            )


def _failures(s: Summaries) -> Iterator[str]:
    for name, title in (
        ("hindsight", "A day chosen in hindsight"),
        ("bad-visits", "Visits only when bad"),
        ("leaving", "Leaving when better"),
    ):
        lines = _lines(s, [name], ["model"])
        if lines:
            (line,) = lines
            shown = s[name].lines["model_printed"]
            hidden = 1 - shown.answered / shown.hospitals
            yield (
                f"**{title}**: the model is off by {_points([line.bias])} and claims in {span([line.claims])} of hospitals without an effect; "
                f"the flag of visits hides the split in {span([hidden])} of them."
            )


def _families(s: Summaries) -> Iterator[str]:
    for family in FAMILIES:
        lines = _lines(s, [family], ["model"])
        if lines:
            (line,) = lines
            yield (
                f"**Another family, {family}**, no effect: bias {_points([line.bias])}, coverage {span([line.coverage])}, claims "
                f"{span([line.claims])}, beyond the margin {span([line.claims_margin])}; the likeliest alarm: {_likeliest_alarm(s[family])}."
                + "".join(
                    f" On normal scores: {_points([scored.bias])}, claims {span([scored.claims])}."
                    for scored in _lines(s, [family], ["normal_scores"])
                )
            )


def _shape(s: Summaries) -> Iterator[str]:
    ring = {name: s[name].flags.get("shape_of_ratings") for name in s}
    wrong, right = (
        [share for name in names if (share := ring.get(name)) is not None] for names in (_ATTACKS_NEW, _RIGHT_NEW)
    )
    if not wrong or not right:
        return
    rest = {
        name: share
        for name, share in ring.items()
        if share is not None and s[name].scenario.family != "attacks" and name not in _RIGHT_NEW
    }
    elsewhere = f", and in {len(rest)} other scenarios without attacks in {span(rest.values())}" if rest else ""
    yield (
        f"**The check of the shape of ratings** was chosen after the first attacks had been seen. On new seeds it rings in {span(wrong)} of the "
        f"hospitals with attacks, where the model is wrong, and in {span(right)} of those whose admission is likelier when bad or on the "
        f"first day at 8 or more, where it is right{elsewhere}."
    )
    for name, title in zip(_ATTACKS_NEW, ("without an effect", "with an effect"), strict=True):
        lines = _lines(s, [name], ["model", "normal_scores", "page_claim"])
        if len(lines) == 3:
            model, scored, page = (span([line.claims_margin]) for line in lines)
            yield (
                f"**Attacks {title}, new seeds**: beyond the margin the model alone claims in {model}, normal scores alone in {scored}, and the page, "
                f"which asks both where they differ, in {page}."
            )


def _likeliest_alarm(summary: Summary) -> str:
    """Return the alarm that is raised in most hospitals, and in how many."""
    alarms = {check.value: summary.flags.get(check.value) or 0.0 for check in ALARMS}
    name = max(sorted(alarms), key=lambda one: alarms[one])
    return f"{name.replace('_', ' ')}, {span([alarms[name]])}"


def _two_drugs(s: Summaries) -> Iterator[str]:
    def false(line: Line) -> float:
        return line.claims + line.claims_below

    naive, adjusted = _lines(s, _TWO_DRUGS_ALIKE, ["unadjusted"]), _lines(s, _TWO_DRUGS_ALIKE, _ADJUSTED)
    if naive and adjusted:
        yield (
            f"**Two drugs that do the same**, choice by what is recorded: false claims {span(map(false, naive))} for the naive difference, "
            f"{span(map(false, adjusted))} for the adjusted ones."
        )
    hidden = _lines(s, ["hidden-same"], _ADJUSTED)
    if hidden:
        yield (
            f"**With a hidden confounder** every adjusted method is off by {_points(line.bias for line in hidden)} and claims falsely in "
            f"{span(map(false, hidden))}: no method here sees what nobody wrote down."
        )


SENTENCES: tuple[Callable[[Summaries], Iterator[str]], ...] = (_naive, _model, _failures, _families, _shape, _two_drugs)
