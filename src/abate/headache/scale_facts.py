"""What is known of a scale, from where, and what is not? Lines for the terminal and the page docs/scales.md, from the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.scale_scores import describe_answers
from abate.knowledge.scale_bands import Band, bands_of
from abate.knowledge.scale_changes import ChangeRule, changes_of
from abate.knowledge.scales import SCALES, Scale, scale


def scale_list() -> Iterator[str]:
    """Yield one line a scale."""
    yield NOT_A_DEVICE
    yield ""
    for facts in SCALES.values():
        yield f"  {facts.id:8}{facts.name:42}{_range(facts)}"
    yield ""
    yield "What is known of one: abate scale NAME"


def describe_scale(name: str) -> Iterator[str]:
    """Yield what is known of one scale, with its sources and what of it is not verified.

    Raises
    ------
    ParameterError
        If the scale is not known.
    """
    facts = scale(name)
    yield f"{facts.name} ({facts.id})"
    yield NOT_A_DEVICE
    yield ""
    for label, text in _properties(facts).items():
        yield f"  {label:14}{text}"
    yield ""
    yield "Bands, words and cut-offs"
    for band in bands_of(facts.id):
        yield f"  {describe_band(band)} [{_from(band)}]"
    if not bands_of(facts.id):
        yield "  not found"
    yield ""
    yield "Important change"
    for rule in changes_of(facts.id):
        yield f"  {describe_change(rule)}" + (f" [{_from(rule)}]" if rule.is_found else "")


def scales_as_markdown() -> str:
    """Return the facts of every scale as Markdown: the part of docs/scales.md that comes from the data."""
    return "\n".join(line for facts in SCALES.values() for line in _markdown(facts))


def describe_band(band: Band) -> str:
    """Return a band in words, such as "grade II: 6 to 10"."""
    label = f"{band.kind} {band.label}".strip()
    note = f" ({band.note})" if band.note else ""
    return f"{label}: {band.range}{note}"


def describe_change(rule: ChangeRule) -> str:
    """Return a limit of change in words, such as "within person: 2 points, chronic pain in trials of drugs"."""
    parts = [rule.limit, rule.condition, rule.baselines, rule.label, rule.note]
    return f"{rule.kind}: {', '.join(part for part in parts if part)}"


def _properties(facts: Scale) -> Mapping[str, str]:
    found = {"range": _range(facts), "items": _items(facts)}
    if facts.impossible_totals:
        found["impossible"] = f"{', '.join(map(str, facts.impossible_totals))}: no answers add up to it"
    if facts.needs_all_items:
        found["missing item"] = "no result: every item has to be answered"
    found["looks back on"] = facts.recall
    found["wording"] = facts.wording or "licence not found"
    found["source"] = facts.source
    if facts.tag != "verified":
        found["tag"] = facts.tag
    if facts.note:
        found["note"] = facts.note
    return found


def _range(facts: Scale) -> str:
    direction = "lower is better" if facts.lower_is_better else "higher is better"
    return f"{facts.minimum:g} to {facts.maximum:g}, {direction}"


def _items(facts: Scale) -> str:
    if not facts.item_answers:
        return "one answer" if facts.item_count == 1 else "not found"
    return f"{facts.item_count}, each {describe_answers(facts)}; the total is their sum"


def _from(fact: Band | ChangeRule) -> str:
    return fact.source if fact.tag == "verified" else f"{fact.source}; {fact.tag}"


def _markdown(facts: Scale) -> Iterator[str]:
    yield f"### {facts.id}: {facts.name}"
    yield ""
    for label, text in _properties(facts).items():
        yield f"- {label}: {text}"
    yield ""
    yield from _table(
        ("band, word or cut-off", "values", "source", "tag"),
        [
            (f"{band.kind} {band.label}".strip(), _with(band.range, band.note), band.source, band.tag)
            for band in bands_of(facts.id)
        ],
    )
    yield from _table(
        ("change", "limit", "in whom", "source", "tag"),
        [
            (
                _with(rule.kind, rule.label),
                _with(rule.limit, rule.note),
                ", ".join(part for part in (rule.condition, rule.baselines) if part),
                rule.source,
                rule.tag,
            )
            for rule in changes_of(facts.id)
        ],
    )


def _with(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(head)} |"
        yield "|---" * len(head) + "|"
        yield from (f"| {' | '.join(row)} |" for row in rows)
        yield ""
