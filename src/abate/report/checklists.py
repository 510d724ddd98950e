"""Which items of STROBE, RECORD and RECORD-PE, and of TARGET where something is compared, does the page answer, and which need the author?

Each item is in a section of the page, needs the author, or does not apply. An item counts as answered only where the page
holds what it asks; where it holds a part, the item needs the author and names the section to begin from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from abate.knowledge.reporting_items import CHECKLISTS, TARGET, ReportingItem, reporting_items
from abate.report.checklist_answers import Answer, State
from abate.report.checklist_answers import in_section as _in
from abate.report.checklist_answers import needs_author as _author
from abate.report.checklist_answers import not_applicable as _not
from abate.report.comparison.target_items import answer_target
from abate.report.report_table import ReportTable, TableRow, table
from abate.report.view import ResultView
from abate.report.words import plural

#: Titles of the sections of the page by id.
Titles = Mapping[str, str]


_IN_WORDS = {3: "three", 4: "four"}


def find_answers(view: ResultView, sections: Titles) -> Mapping[str, Mapping[str, Answer]]:
    """Return the answer to every item, by checklist and number.

    Parameters
    ----------
    view : ResultView
        The result.
    sections : mapping of str to str
        Titles of the sections that the page has, by id. An answer in a section that is not there needs the author.
    """
    return {
        checklist: {
            item.item: _kept_to_the_page(_answer(view, checklist, item.item), sections)
            for item in reporting_items(checklist)
        }
        for checklist in checklists_of(view)
    }


def checklists_of(view: ResultView) -> Sequence[str]:
    """Return the checklists that such a study has; that of a target trial only where something is compared."""
    return [one for one in CHECKLISTS if one != TARGET or view.study.comparator is not None]


def _answer(view: ResultView, checklist: str, item: str) -> Answer:
    return answer_target(view, item) if checklist == TARGET else _ANSWERS[checklist][item](view)


def checklist_tables(view: ResultView, sections: Titles) -> tuple[ReportTable, ...]:
    """Return one table for each checklist: item, what it asks, and where the page answers it."""
    answers = find_answers(view, sections)
    return tuple(_table(checklist, answers[checklist], sections) for checklist in answers)


def say_checklists(view: ResultView, sections: Titles) -> str:
    """Return how many items the page answers, how many need the author, and how many do not apply."""
    by_list = find_answers(view, sections)
    found = [answer.state for answers in by_list.values() for answer in answers.values()]
    count = {state: found.count(state) for state in State}
    return (
        f"Of {plural(len(found), 'item')} of {_IN_WORDS[len(by_list)]} checklists, this page answers {count[State.IN_SECTION]}; "
        f"{count[State.NEEDS_AUTHOR]} need the author and {count[State.NOT_APPLICABLE]} do not apply to this run."
    )


def _table(checklist: str, answers: Mapping[str, Answer], sections: Titles) -> ReportTable:
    items = reporting_items(checklist)
    name, first = CHECKLISTS[checklist], items[0]
    count = {state: sum(answer.state is state for answer in answers.values()) for state in State}
    counts = ", ".join(
        f"{count[state]} {words}"
        for state, words in (
            (State.IN_SECTION, "on this page"),
            (State.NEEDS_AUTHOR, "for the author"),
            (State.NOT_APPLICABLE, "not applicable"),
        )
    )
    return table(
        f"checklist-{checklist}",
        f"{name}: {plural(len(items), 'item')}, {counts}.",
        ("Item", "What it asks", "Where", "What is needed, or why not"),
        [_row(item, answers[item.item], sections) for item in items],
        notes=_notes(name, first, items),
        is_prose=True,
    )


def _notes(name: str, first: ReportingItem, items: Sequence[ReportingItem]) -> tuple[str, ...]:
    published = f"Labels are our own words; what {name} asks in full: {first.source} ({_without_scheme(first.link)})."
    if items[0].checklist == TARGET:
        elements = (
            f"{name} has numbered items, which were not read: the lines are the elements of a target trial, of the trial and of its "
            f"emulation, in words of our own ({first.source}). Check the published statement for what else it asks."
        )
        return (elements,)
    recalled = sum(not item.is_verified for item in items)
    if not recalled:
        return (published,)
    which = (
        f"{plural(recalled, 'item')} marked \u201crecalled\u201d {'was' if recalled == 1 else 'were'} written from memory and "
        "not yet held against the published checklist: check their numbers and meaning there."
    )
    return (published, which)


def _without_scheme(link: str) -> str:
    return link.partition("://")[2]


def _row(item: ReportingItem, answer: Answer, sections: Titles) -> TableRow:
    number = item.item if item.is_verified else f"{item.item} (recalled)"
    if answer.section is None:
        return TableRow(cells=(number, item.label, str(answer.state), answer.detail))
    joint = " " if answer.state is State.IN_SECTION else "; begin from "
    where = f"{answer.state}{joint}\u201c{sections[answer.section]}\u201d"
    return TableRow(cells=(number, item.label, where, answer.detail), links={2: answer.section})


def _kept_to_the_page(answer: Answer, sections: Titles) -> Answer:
    """Return the answer without a section that the page does not have."""
    if answer.section is None or answer.section in sections:
        return answer
    state = State.NEEDS_AUTHOR if answer.state is State.IN_SECTION else answer.state
    return Answer(state=state, detail=answer.detail or "this page does not say it")


def _always(answer: Answer) -> Callable[[ResultView], Answer]:
    return lambda view: answer


def _follow_up(view: ResultView) -> bool:
    return view.study.follow_up is not None


def _losses(view: ResultView) -> Answer:
    if not _follow_up(view):
        return _not("the study does not ask for follow-up")
    return _in("durability", "those not seen are counted, and bounds are given for them")


def _length_of_follow_up(view: ResultView) -> Answer:
    if not _follow_up(view):
        return _not("the study does not ask for follow-up")
    return _author("mean or total time of follow-up", "durability")


def _sensitivity(view: ResultView) -> Answer:
    if not any(not row.is_main for row in view.rule_changes):
        return _author("no other rule was tried in this run")
    return _in("sensitivity")


def _against_bias(view: ResultView) -> Answer:
    if _sensitivity(view).state is not State.IN_SECTION:
        return _author("what was done against bias", "limits")
    return _author("why these rules were tried, and what else was done", "sensitivity")


def _study_size(view: ResultView) -> Answer:
    return _author("whether a size was planned; every course that met the rules entered", "attrition")


def _who_they_were(view: ResultView) -> Answer:
    return _in("characteristics") if view.result.characteristics else _author("Table 1 is empty")


def _missing_values(view: ResultView) -> Answer:
    if not view.result.characteristics:
        return _author("missing values of the characteristics", "change")
    return _in("characteristics", "of ratings in \u201cAdmission against discharge\u201d")


def _outcomes(view: ResultView) -> Answer:
    if view.known("change.mean") is None and view.known("response.primary") is None:
        return _author("no course has the ratings that the outcome needs")
    return _in("change", "response, harm and follow-up in sections of their own")


def _estimates(view: ResultView) -> Answer:
    if view.known("change.mean") is None and view.known("response.primary") is None:
        return _author("there is no estimate of the outcome")
    if view.is_one_patient:
        return _not("one course has no precision to give")
    return _in("change", "not adjusted for anything")


def _groups_of_numbers(view: ResultView) -> Answer:
    return _in("response", "the limits of every rule of response")


def _harm_windows(view: ResultView) -> Answer:
    if view.study.events is None:
        return _not("the study does not ask for adverse events")
    return _author("why events of this window are put down to the treatment", "methods")


def _comparator(view: ResultView) -> Answer:
    if view.study.comparator is None:
        return _not("no group is compared with the treatment")
    return _author("why this comparator", "comparison")


def _codes_of_patients(view: ResultView) -> Answer:
    condition, treatment = view.study.condition, view.study.treatment
    if not treatment.concepts and (condition is None or condition.are_empty):
        return _author("the study file names no codes: say how patients were found", "methods")
    if view.study.asks_for_history:
        return _author(
            "the codes of the drug classes in the history; those of condition and treatment are there", "methods"
        )
    return _in("methods")


def _codes_of_variables(view: ResultView) -> Answer:
    if view.study.asks_for_history:
        return _author("append the study file and the list of drug classes", "methods")
    return _author("append the study file, which holds every code", "methods")


def _cleaning(view: ResultView) -> Answer:
    return _in("findings", "every row that was dropped or changed, counted by rule")


def _linkage(view: ResultView) -> Answer:
    return _not("the run read one source; if that was itself linked, say how")


def _entry_in_order(view: ResultView) -> Answer:
    if view.study.condition is None:
        return _author("for which indication", "attrition")
    return _in("attrition", "one course or several of a person: \u201cMethods\u201d")


def _several_drugs(view: ResultView) -> Answer:
    return _author("other drugs given during the course are not analysed")


_STROBE: Mapping[str, Callable[[ResultView], Answer]] = {
    "1a": _always(_author("the title and abstract of the paper")),
    "1b": _always(_author("the abstract")),
    "2": _always(_author("background and reasons")),
    "3": _always(_author("aims, and what was expected before the run")),
    "4": _always(_in("methods")),
    "5": _always(_author("hospital, place and calendar dates; this page holds none")),
    "6a": _always(_in("methods", "counts in \u201cWho entered, and who was lost\u201d")),
    "6b": _always(_not("nobody was matched")),
    "7": _always(_author("confounders; outcome and exposure are defined there", "methods")),
    "8": _always(_author("who asked for the ratings, how and when", "methods")),
    "9": _against_bias,
    "10": _study_size,
    "11": _always(_in("methods")),
    "12a": _always(_in("methods", "nothing is adjusted for confounding")),
    "12b": _always(_not("no effect in a subgroup and no interaction is estimated")),
    "12c": _always(_in("methods", "counted as no beside it: \u201cHow many responded\u201d")),
    "12d": _losses,
    "12e": _sensitivity,
    "13a": _always(_in("attrition")),
    "13b": _always(_in("attrition")),
    "13c": _always(_in("attrition")),
    "14a": _who_they_were,
    "14b": _missing_values,
    "14c": _length_of_follow_up,
    "15": _outcomes,
    "16a": _estimates,
    "16b": _groups_of_numbers,
    "16c": _always(_not("no relative risk is given")),
    "17": _sensitivity,
    "18": _always(_author("the result held against the aims; the top of this page has the counts")),
    "19": _always(_author("direction and size of each bias", "limits")),
    "20": _always(_author("a reading beside other studies", "attribution")),
    "21": _always(_author("where else it may hold", "limits")),
    "22": _always(_author("funding and the part of the funders")),
}

_RECORD: Mapping[str, Callable[[ResultView], Answer]] = {
    "1.1": _always(_author("kind and name of the records in title or abstract", "provenance")),
    "1.2": _always(_author("region and years; this page holds none")),
    "1.3": _linkage,
    "6.1": _codes_of_patients,
    "6.2": _always(_author("studies that validated these codes, or that there are none")),
    "6.3": _linkage,
    "7.1": _codes_of_variables,
    "12.1": _always(_author("which part of the database the authors could use")),
    "12.2": _cleaning,
    "12.3": _linkage,
    "13.1": _always(_in("attrition")),
    "19.1": _always(_author("misclassification, confounding, missing data and changes of records over time", "limits")),
    "22.1": _always(_author("where protocol, study file and programs can be had", "provenance")),
}

_RECORD_PE: Mapping[str, Callable[[ResultView], Answer]] = {
    "4.a": _always(_in("methods")),
    "4.b": _always(_author("a diagram of the windows; this page draws none", "methods")),
    "6.1.a": _entry_in_order,
    "7.1.a": _always(_author("how the codes of the drug were chosen", "methods")),
    "7.1.b": _always(_author("whether given, dispensed or prescribed doses are recorded", "provenance")),
    "7.1.c": _always(_author("why these limits of a course, and what came before the records", "methods")),
    "7.1.d": _harm_windows,
    "7.1.e": _always(_not("no risk is related to dose")),
    "7.1.f": _comparator,
    "7.1.g": _several_drugs,
    "8.a": _always(_author("the health-care system, and how its drug records arise")),
    "12.1.a": _always(_author("how assumptions were checked; this page tests none")),
    "12.1.b": _always(_not("one design; other rules stand in \u201cSensitivity to the rules\u201d")),
    "19.1.a": _always(_author("how complete the records of the drug are", "findings")),
    "20.a": _always(_author("indication, severity and selection as other explanations", "attribution")),
}

_ANSWERS: Mapping[str, Mapping[str, Callable[[ResultView], Answer]]] = {
    "strobe": _STROBE,
    "record": _RECORD,
    "record-pe": _RECORD_PE,
}
