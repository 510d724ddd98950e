"""How are the options of one patient said in plain text, each with its reason and source?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.headache.forms import NOT_A_DEVICE
from abate.headache.options import ClassOption, DrugOption, Options, Said
from abate.knowledge.questions import questionnaire
from abate.knowledge.treatment_choice import evidence_source

_NOT_ALONE = "not known: depends on"


def lines_of_options(options: Options) -> list[str]:
    """Return the options line by line."""
    said = options.said
    return [
        "Options, with reasons and sources; the order says nothing of what is better.",
        NOT_A_DEVICE,
        *_applies("First", said["first"], nothing="  nothing is known that comes before"),
        *_applies("Prevention", said["prevention"], nothing="  nothing is known for or against it"),
        *_applies("Acute treatment", said["acute"], nothing="  no step is known to apply"),
        *_class_lines("Acute classes", [option for option in options.classes if option.role == "acute"]),
        *_class_lines("Preventive classes", [option for option in options.classes if option.role == "preventive"]),
        f"  Levels in brackets: {evidence_source()}",
        *_infusions(options),
        *_open(options),
    ]


def _applies(title: str, statements: Sequence[Said], nothing: str) -> list[str]:
    lines = [_statement(one) for one in statements if one.verdict == "met"]
    open_ = [f"  {_NOT_ALONE} {one.open_because}: {one.statement.says}" for one in statements if one.open_because]
    return ["", title, *(lines or [nothing]), *open_]


def _statement(one: Said) -> str:
    return f"  {one.statement.says} {_source(one)}"


def _source(one: Said) -> str:
    tag = "" if one.statement.tag == "verified" else f"; {one.statement.tag}"
    return f"[{one.statement.source}{tag}]"


def _class_lines(title: str, classes: Sequence[ClassOption]) -> list[str]:
    untried = [option for option in classes if not option.is_tried]
    tried = [option for option in classes if option.is_tried]
    lines = ["", f"{title} not yet tried"]
    lines += [line for option in untried for line in _class(option)] or ["  none: every class was tried"]
    if tried:
        lines += [f"{title} tried"]
        lines += [line for option in tried for line in _class(option)]
    return lines


def _class(option: ClassOption) -> list[str]:
    lines = [f"  {option.drug_class}: {', '.join(_drug(drug) for drug in option.drugs)}"]
    reasons: dict[str, list[str]] = {}
    for drug in option.drugs:
        for one in drug.against:
            strength = one.statement.kind if one.verdict == "met" else f"{one.statement.kind} if"
            lacking = f" ({_NOT_ALONE} {one.open_because})" if one.open_because else ""
            reasons.setdefault(f"{strength}: {one.statement.says}{lacking} {_source(one)}", []).append(drug.drug)
        for one in drug.for_it:
            reasons.setdefault(f"favoured by {one.statement.says} {_source(one)}", []).append(drug.drug)
    for reason, drugs in reasons.items():
        whole = len(drugs) == len(option.drugs)
        lines.append(f"      {'' if whole else ', '.join(drugs) + ': '}{reason}")
    return lines


def _drug(drug: DrugOption) -> str:
    level = f" ({drug.level})" if drug.level else ""
    tried = f" [{drug.tried}]" if drug.tried else ""
    return f"{drug.drug}{level}{tried}"


def _infusions(options: Options) -> list[str]:
    lines = ["", "Infusions, where the headache is refractory"]
    lines += [
        f"  {', '.join(one.statement.drugs)}: {one.statement.says} {_source(one)}" for one in options.said["infusion"]
    ]
    against = [one for one in options.said["ketamine"] if one.verdict == "met"]
    lines.append("  Against ketamine:")
    lines += [f"    {one.statement.kind}: {one.statement.says} {_source(one)}" for one in against] or [
        "    nothing is known that speaks against it"
    ]
    lines += [
        f"    {_NOT_ALONE} {one.open_because}: {one.statement.says} ({one.statement.kind})"
        for one in options.said["ketamine"]
        if one.open_because
    ]
    lines.append("  To be watched during ketamine:")
    lines += [f"  {_statement(one)}" for one in options.said["monitor"]]
    return lines


def _open(options: Options) -> list[str]:
    if not options.not_answered:
        return []
    asked = questionnaire().questions
    return [
        "",
        "Not answered, and of account here",
        *(f"  {asked[name].text} ({name})" for name in options.not_answered),
    ]
