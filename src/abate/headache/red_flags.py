"""Which red flags do the answers show, and what imaging does guidance give? For a whole table of patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from abate.base.errors import ParameterError
from abate.headache.answers import Answers
from abate.headache.evaluation import Evaluation
from abate.headache.verdicts import Verdict, Verdicts
from abate.knowledge.red_flags import ONSET_AGE, ImagingSituation, RedFlag, imaging_situations, red_flags


@dataclass(frozen=True, kw_only=True, eq=False)
class RedFlagFindings:
    """Flags and situations, a verdict a patient each.

    Attributes
    ----------
    flags : mapping of RedFlag to array of int8, shape (patient,)
        1 there, 0 not there, -1 not known.
    orange : mapping of RedFlag to array of int8
        Whether a flag is of the weaker kind only.
    situations : mapping of ImagingSituation to array of int8
    """

    flags: Mapping[RedFlag, Verdicts]
    orange: Mapping[RedFlag, Verdicts]
    situations: Mapping[ImagingSituation, Verdicts]


def find_red_flags(answers: Answers, onset_age: float = ONSET_AGE) -> RedFlagFindings:
    """Return the flags of SNNOOP10 and the imaging situations.

    Parameters
    ----------
    answers : Answers
    onset_age : float
        From which age on the beginning of a headache is a flag, in years. The original has "older than 65", ACR and summaries
        50 or older.

    Raises
    ------
    ParameterError
        If the age is no possible one.

    References
    ----------
    Do et al. (2019), Neurology. https://doi.org/10.1212/WNL.0000000000006697

    Examples
    --------
    >>> from abate.headache.answers import make_answers
    >>> found = find_red_flags(make_answers({"onset_age": [50], "papilloedema": ["no"]}))
    >>> {flag.id: int(verdicts[0]) for flag, verdicts in found.flags.items() if verdicts[0] >= 0}
    {'age': 1, 'papilloedema': 0}
    """
    if not 0 < onset_age <= 120:
        raise ParameterError(f"the age limit of a red flag must be above 0 and at most 120 years; got {onset_age:g}.")
    evaluation = Evaluation(answers)
    flags = red_flags(onset_age)
    return RedFlagFindings(
        flags={flag: evaluation.verdicts(flag.rule) for flag in flags},
        orange={flag: evaluation.verdicts(flag.orange_rule) for flag in flags if flag.orange_rule},
        situations={situation: evaluation.verdicts(situation.rule) for situation in imaging_situations(onset_age)},
    )


def flags_as_dict(found: RedFlagFindings, place: int = 0) -> dict[str, Any]:
    """Return one patient's flags and situations as plain mappings and lists, for JSON."""
    return {
        "red_flags": [
            {**asdict(flag), "verdict": Verdict(int(verdicts[place])).words} for flag, verdicts in found.flags.items()
        ],
        "imaging": [
            {**asdict(situation), "verdict": Verdict(int(verdicts[place])).words}
            for situation, verdicts in found.situations.items()
        ],
    }


def flag_lines(found: RedFlagFindings, place: int = 0) -> list[str]:
    """Return one patient's flags and imaging as plain text, line by line."""
    there, open_, absent = (
        [flag for flag, verdicts in found.flags.items() if verdicts[place] == verdict]
        for verdict in (Verdict.MET, Verdict.NOT_KNOWN, Verdict.NOT_MET)
    )
    lines = [f"Red flags (SNNOOP10; {next(iter(found.flags)).source})"]
    lines += [f"  {flag.number:>3}  {flag.name}{_kind(flag, found, place)}" for flag in there] or [
        "  none is known to be there"
    ]
    if open_:
        lines.append(f"  not known: {'; '.join(f'{flag.number} {flag.name}' for flag in open_)}")
    if absent:
        lines.append(f"  not there: {', '.join(flag.number for flag in absent)}")
    return [*lines, "", "Imaging", *_imaging_lines(found, there, place)]


def asking_lines(found: RedFlagFindings, place: int = 0) -> list[str]:
    """Return what comes before a choice of treatment: situations that ask for imaging, and flags that are not always there."""
    asking = [one for one, verdicts in found.situations.items() if one.asks and verdicts[place] == Verdict.MET]
    there = [
        flag
        for flag, verdicts in found.flags.items()
        if verdicts[place] == Verdict.MET and not flag.is_common_in_refractory
    ]
    lines = [f"  imaging is asked for: {one.situation} (abate assess says which)" for one in asking]
    if there and not asking:
        lines.append(f"  a red flag is there: {', '.join(flag.name for flag in there)} (abate assess)")
    open_count = sum(int(verdicts[place] == Verdict.NOT_KNOWN) for verdicts in found.flags.values())
    if open_count:
        lines.append(f"  not known of {open_count} of {len(found.flags)} red flags (abate assess names them)")
    return lines


def _kind(flag: RedFlag, found: RedFlagFindings, place: int) -> str:
    notes = []
    if flag.id in {other.id for other, verdicts in found.orange.items() if verdicts[place] == Verdict.MET}:
        notes.append("the weaker kind")
    if flag.is_common_in_refractory:
        notes.append("almost always there in refractory headache; asks for no imaging by itself")
    if flag.tag != "verified":
        notes.append(flag.tag)
    return f" ({'; '.join(notes)})" if notes else ""


def _imaging_lines(found: RedFlagFindings, there: list[RedFlag], place: int) -> list[str]:
    applies = [situation for situation, verdicts in found.situations.items() if verdicts[place] == Verdict.MET]
    lines = [line for situation in applies for line in _situation_lines(situation)]
    alone = [flag for flag in there if not flag.is_common_in_refractory]
    if alone and not any(situation.asks for situation in applies):
        named = ", ".join(flag.name for flag in alone)
        lines.append(f"  For {named}, no situation of the guidance read applies as it stands; a clinician decides.")
    open_ = [
        situation.situation for situation, verdicts in found.situations.items() if verdicts[place] == Verdict.NOT_KNOWN
    ]
    if open_:
        lines.append(f"  not known whether: {'; '.join(open_)}")
    return lines or ["  no situation of the guidance read applies"]


def _situation_lines(situation: ImagingSituation) -> list[str]:
    tag = "" if situation.tag == "verified" else f"; {situation.tag}"
    lines = [f"  {situation.situation}: {situation.first} ({situation.source}{tag})"]
    if situation.not_usual:
        lines.append(f"      {situation.not_usual}")
    if situation.note:
        lines.append(f"      {situation.note}")
    return lines
