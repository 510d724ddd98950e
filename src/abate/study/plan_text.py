"""How does a plan read as a file? TOML in the order of a protocol's design section, each section with a line that says what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from abate.contracts.plan_file import PlanFile
from abate.trial.planning.identity import plan_as_data

#: What each section is, for those who edit the file.
_COMMENTS = {
    "question": "Five answers by which designs are ranked. aim: effect, comparison, durability, dose or feasibility.",
    "arms": "The arms. A line that says NEEDS AUTHOR is to be written by somebody who knows the ward.",
    "estimand": "What is to be estimated, in the words of ICH E9(R1).",
    "design": "Give power, and the size is solved for; or per_arm, and the power is.",
    "looks": "Looks before the end, as shares of the information; leave the section out for none.",
    "effect": "The difference to be planned on. plan_on: shrunk (observed fall less all that a control arm has too), typed, or\n"
    "# pre-post (not recommended). What is marked assumed nobody has measured: replace it.",
    "ratings": "Ratings by day and how they hang together, from the study. Day 0 is the baseline.",
    "retention": "Who is still rated on each day after the baseline.",
    "rescue": "Rescue medication in simulated trials: who takes it in each arm, what it does to the rating, what is analysed after it.",
    "response": "The rule of response, and who meets it.",
    "follow_up": "After discharge.",
    "accrual": "How many come, and how many of them consent.",
    "stay": "Days in hospital; add beds and usual_admissions_per_week to ask whether the unit can take the trial.",
    "repeats": "Courses of one person.",
    "centre_sd": "How far centres differ in the fall, in points.",
    "harm": "Rules that stop for harm; limits are for the committee to set.",
    "costs": "Items of the budget, each with low, likely and high; abate knows no prices.",
    "simulation": "Simulated trials. The seed is theirs; no list of allocation is ever made from it.",
    "disclosure": "Which counts of the study may stand in drafts.",
    "study": "The study that the numbers come from.",
    "randomisation": "How participants are allocated: 'abate randomise'.",
}
#: Of a table, an inline one is a single value with what belongs to it.
_INLINE_KEYS = frozenset({"value", "event", "item"})


def render_plan(plan: PlanFile) -> str:
    """Return the plan file of a plan; reading it gives the same plan."""
    data = {key: value for key, value in plan_as_data(plan).items() if value not in ([], {})}
    lines = ["# A plan of the next trial. Edit it, and run 'abate plan' on it again.", ""]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in data.items() if not _is_section(value)]
    for key, value in data.items():
        if _is_section(value):
            lines += ["", *_section(key, value)]
    return "\n".join(lines) + "\n"


def _is_section(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping))


def _section(key: str, value: Any) -> list[str]:
    lines = [f"# {_COMMENTS[key]}"] if key in _COMMENTS else []
    if isinstance(value, Mapping):
        if _is_inline(value):
            return [*lines, f"[{_key(key)}]", *_lines(value)]
        return [*lines, f"[{_key(key)}]", *_lines(value), *_deeper(key, value)]
    for place, row in enumerate(value):
        lines += ([""] if place else []) + [f"[[{_key(key)}]]", *_lines(row), *_deeper(key, row)]
    return lines


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _has_own_heading(value)]


def _deeper(key: str, table: Mapping[str, Any]) -> list[str]:
    """Return the tables inside a section that have a heading of their own."""
    lines: list[str] = []
    for name, value in table.items():
        if not _has_own_heading(value) or not value:
            continue
        if isinstance(value, Mapping):
            lines += ["", f"[{key}.{_key(name)}]", *_lines(value)]
        else:
            for row in value:
                lines += ["", f"[[{key}.{_key(name)}]]", *_lines(row)]
    return lines


def _has_own_heading(value: Any) -> bool:
    return _is_section(value) and not (isinstance(value, Mapping) and _is_inline(value))


def _is_inline(table: Mapping[str, Any]) -> bool:
    return not _INLINE_KEYS.isdisjoint(table) and not any(isinstance(value, Mapping) for value in table.values())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence):
        return (
            _rows(value)
            if value and isinstance(value[0], Sequence) and not isinstance(value[0], str)
            else _array(value)
        )
    return _number(value)


def _number(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}"
    return repr(value)


def _array(values: Sequence[Any]) -> str:
    return "[" + ", ".join(_value(value) for value in values) + "]"


def _rows(rows: Sequence[Sequence[Any]]) -> str:
    return "[\n" + "".join(f"  {_array(row)},\n" for row in rows) + "]"


#: Characters that a basic string of TOML may not hold as they are.
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _text(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(sign) or _control(sign) for sign in text) + '"'


def _control(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x20 or ord(sign) == 0x7F else sign


def _key(key: str) -> str:
    is_bare = bool(key) and all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in key)
    return key if is_bare else _text(key)
