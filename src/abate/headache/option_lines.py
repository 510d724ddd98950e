"""How are the options of one patient said in plain text, each with its reason and source?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.options import ClassOption, DrugOption, Options, Said
from abate.headache.red_flags import asking_lines
from abate.knowledge.questions import questionnaire
from abate.knowledge.treatment_choice import evidence_source

_DEPENDS = "not known: depends on"


class _Sources:
    """Numbers of the sources, in the order in which they are first named."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, one: Said) -> str:
        """Return the number of a statement's source, and what of it is not verified."""
        number = self._numbers.setdefault(one.statement.source, len(self._numbers) + 1)
        return f"[{number}]" if one.statement.tag == "verified" else f"[{number}; {one.statement.tag}]"

    def lines(self) -> list[str]:
        return [f"  [{number}] {source}" for source, number in self._numbers.items()]


def lines_of_options(options: Options, refractory: Sequence[str] = ()) -> list[str]:
    """Return the options line by line; ``refractory`` says which definitions are met, before the infusions."""
    sources = _Sources()
    said = options.said
    return [
        "Options, with reasons and sources; the order says nothing of what is better.",
        NOT_A_DEVICE,
        "What is not named as contraindicated is not thereby safe: only what stands in the sources was read.",
        "",
        "First",
        *_first(options, sources),
        *_applies("Prevention", said["prevention"], sources, nothing="  nothing is known for or against it"),
        *_applies("Acute treatment", said["acute"], sources, nothing="  no step is known to apply"),
        *_emergency(said["emergency"], sources),
        *_class_lines(
            "Acute classes",
            [option for option in options.classes if option.role == "acute"],
            sources,
            is_told=bool(options.tried),
        ),
        *_class_lines(
            "Preventive classes",
            [option for option in options.classes if option.role == "preventive"],
            sources,
            is_told=bool(options.tried),
        ),
        f"  Letters in brackets: level of evidence. {evidence_source()}",
        *refractory,
        *_infusions(options, sources),
        *_open(options),
        "",
        "Sources",
        *sources.lines(),
    ]


def _first(options: Options, sources: _Sources) -> list[str]:
    flags = asking_lines(options.flags)
    lines = [*flags, *_met(options.said["first"], sources)]
    return [*(lines or ["  nothing is known that comes before"]), *_left_open(options.said["first"])]


def _applies(title: str, statements: Sequence[Said], sources: _Sources, nothing: str) -> list[str]:
    return ["", title, *(_met(statements, sources) or [nothing]), *_left_open(statements)]


def _met(statements: Sequence[Said], sources: _Sources) -> list[str]:
    lines = []
    for one in statements:
        if one.verdict == "met":
            lines.append(f"  {one.statement.says} {sources.mark(one)}")
            lines += _reasons(one.against, sources, names_whom=True)
    return lines


def _left_open(statements: Sequence[Said]) -> list[str]:
    return [f"  {_DEPENDS} {one.open_because}: {one.statement.says}" for one in statements if one.open_because]


def _reasons(against: Iterable[Said], sources: _Sources, *, names_whom: bool = False) -> list[str]:
    lines = []
    for one in against:
        whom = f"{', '.join((*one.statement.classes, *one.statement.drugs))}: " if names_whom else ""
        if one.verdict == "met":
            lines.append(f"      {whom}{one.statement.kind.upper()}: {one.statement.says} {sources.mark(one)}")
        else:
            lines.append(
                f"      {whom}{one.statement.kind} if {one.statement.says} ({_DEPENDS} {one.open_because}) {sources.mark(one)}"
            )
    return lines


def _emergency(statements: Sequence[Said], sources: _Sources) -> list[str]:
    lines = ["", "In the emergency department"]
    for one in statements:
        lines.append(f"  {one.statement.says}: {', '.join(one.statement.names)} {sources.mark(one)}")
        lines += _reasons(one.against, sources, names_whom=True)
    return lines


def _class_lines(title: str, classes: Sequence[ClassOption], sources: _Sources, *, is_told: bool) -> list[str]:
    """Return the classes, those not tried first; ``is_told`` says whether anything is known of what was tried."""
    untried = sorted((option for option in classes if not option.is_tried), key=_is_out)
    tried = [option for option in classes if option.is_tried]
    lines = [
        "",
        f"{title} not yet tried" if is_told else f"{title} (what was tried is not known: no treatments are listed)",
    ]
    lines += [line for option in untried for line in _class(option, sources)] or ["  none: every class was tried"]
    if tried:
        lines += [f"{title} of which a drug was tried (in square brackets what came of it)"]
        lines += [line for option in tried for line in _class(option, sources)]
    return lines


def _is_out(option: ClassOption) -> bool:
    """Whether every drug of the class is contraindicated: such classes come last."""
    return all(
        any(one.verdict == "met" and one.statement.kind == "contraindicated" for one in drug.against)
        for drug in option.drugs
    )


def _class(option: ClassOption, sources: _Sources) -> list[str]:
    lines = [f"  {option.drug_class}: {', '.join(_drug(drug) for drug in option.drugs)}"]
    reasons: dict[str, list[str]] = {}
    for drug in option.drugs:
        for reason in (line.strip() for line in _reasons(drug.against, sources)):
            reasons.setdefault(reason, []).append(drug.drug)
        for one in drug.for_it:
            reasons.setdefault(f"favoured by {one.statement.says} {sources.mark(one)}", []).append(drug.drug)
    for reason, drugs in reasons.items():
        whole = len(drugs) == len(option.drugs)
        lines.append(f"      {'' if whole else ', '.join(drugs) + ': '}{reason}")
    return lines


def _drug(drug: DrugOption) -> str:
    level = f" ({drug.level})" if drug.level else ""
    tried = f" [{drug.tried}]" if drug.tried else ""
    return f"{drug.drug}{level}{tried}"


def _infusions(options: Options, sources: _Sources) -> list[str]:
    lines = ["", "Infusions, where the headache is refractory"]
    for one in options.said["infusion"]:
        (drug,) = one.statement.drugs
        tried = f" [{options.tried[drug]}]" if drug in options.tried else ""
        lines.append(f"  {drug}{tried}: {one.statement.says} {sources.mark(one)}")
        lines += _reasons(one.against, sources)
    against = [one for one in options.said["ketamine"] if one.verdict != "not met"]
    lines.append("  Against ketamine:")
    lines += _reasons(against, sources) or ["      nothing that was read, by these answers"]
    lines.append("  To be watched during ketamine:")
    lines += [f"      {one.statement.says} {sources.mark(one)}" for one in options.said["monitor"]]
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
