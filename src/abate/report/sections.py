"""Which sections does the report have, in which order, and what stands in each?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.report import prose, tables
from abate.report.attribution.tables import checks_table as split_checks_table
from abate.report.attribution.tables import expected_table
from abate.report.attribution.words import is_split, say_attribution, say_later
from abate.report.checklists import checklist_tables, say_checklists
from abate.report.comparison.tables import (
    checks_table,
    comparator_attrition_table,
    differences_table,
    sensitivity_of_comparison_table,
)
from abate.report.comparison.trial import trial_table
from abate.report.comparison.words import (
    State,
    comparator_of,
    say_comparison,
    say_time_zero,
    say_warnings,
    state_of,
)
from abate.report.disclosure import edition_notice
from abate.report.dose_response import order_table, say_dose_response, say_indication, slopes_table
from abate.report.failed_tables import definition_table, failed_table
from abate.report.figures.balance import draw_balance
from abate.report.figures.before_and_after import draw_before_and_after
from abate.report.figures.change import draw_changes
from abate.report.figures.durability import draw_return, draw_sustained
from abate.report.figures.entry import draw_attrition
from abate.report.figures.harm import draw_harm
from abate.report.figures.history import draw_history
from abate.report.figures.nadir import draw_nadir_days
from abate.report.figures.preference import draw_preference
from abate.report.figures.published import draw_published
from abate.report.figures.rated_days import draw_missing_by_day
from abate.report.figures.response import draw_response, draw_time_to_response
from abate.report.figures.split import draw_split
from abate.report.figures.swimmer import draw_swimmer
from abate.report.figures.tipping import draw_tipping
from abate.report.figures.trajectory import draw_pain_by_day
from abate.report.limits import limits_table
from abate.report.numbers import INTERVAL, NARROW_SPACE
from abate.report.published import has_published, paragraphs_on_published, say_published, sources_table
from abate.report.report_table import ReportTable
from abate.report.section import Note, Section
from abate.report.view import ResultView
from abate.report.words import capital, in_words, listed, shown


def build_sections(view: ResultView) -> tuple[Section, ...]:
    """Return the sections in the order of a paper, after the key figure, which stands with the headline on the first page.

    The checklists, which know all others, come after the methods.
    """
    before = (
        _trajectory(view),
        _attrition(view),
        _characteristics(view),
        *_failed(view),
        _courses(view),
        _change(view),
        _response(view),
        _nadir(view),
        _harm(view),
        _durability(view),
        _attribution(view),
        *_published(view),
        *_comparison(view),
        *_dose_response(view),
        _sensitivity(view),
        _limits(view),
        _methods(view),
    )
    after = (_findings(view), *_hidden(view), _provenance(view))
    return (*before, _checklist(view, (*before, *after)), *after)


def _attrition(view: ResultView) -> Section:
    not_asked = sum(not step.is_asked for step in view.attrition)
    notes = (
        [
            Note(
                head="Not asked",
                text="means that the study does not ask for it or the records cannot answer it; nobody is lost there.",
            )
        ]
        if not_asked
        else []
    )
    return Section(
        id="attrition",
        title="Who entered, and who was lost",
        contents="Who entered",
        say=prose.say_attrition(view),
        figures=(draw_attrition(view),),
        notes=notes,
    )


def _characteristics(view: ResultView) -> Section:
    return Section(
        id="characteristics",
        title="Who they were",
        contents="Who they were",
        say=prose.say_characteristics(view),
        tables=_filled(tables.characteristics_table(view)),
    )


def _failed(view: ResultView) -> tuple[Section, ...]:
    """Return what had failed, where the study asked for it."""
    if view.estimate("failed.preventive") is None:
        return ()
    section = Section(
        id="failed",
        title="What had failed them",
        contents="What had failed",
        say=prose.say_failed(view),
        figures=(draw_history(view),),
        tables=_filled(failed_table(view), definition_table(view)),
    )
    return (section,)


def _courses(view: ResultView) -> Section:
    rates = Note(head="The rates over time", text="stand under the daily means, on the same clock.")
    return Section(
        id="courses",
        title="Courses and doses",
        contents="Courses and doses",
        say=prose.say_courses(view),
        figures=(draw_swimmer(view),),
        tables=_filled(tables.course_table(view), tables.course_end_table(view), tables.limits_table_of_doses(view)),
        notes=(rates,) if _shows_rates(view) else (),
    )


def _shows_rates(view: ResultView) -> bool:
    """Return whether the rates stand under the daily means: an edition for sharing has none, nor have records without rates."""
    return not view.result.edition.is_shared and view.value("rate_max.mean") is not None


def _trajectory(view: ResultView) -> Section:
    fixed = (
        "Ratings count until discharge, also after the last dose. Later means are of the patients still there and rated then, "
        "who may be those slower to get better; "
        "the numbers behind the figure also follow one set of courses."
    )
    notes = (
        Note(head="n", text=fixed),
        Note(head="Fewer than 10:", text="hollow dot, thin interval, dotted line; under 3 no interval."),
        Note(head="Interval:", text=f"t, {INTERVAL.removesuffix(' interval')}, for each day alone."),
    )
    return Section(
        id="by-day",
        title=f"{capital(view.noun)} by day{', and the dose under it' if _shows_rates(view) else ''}",
        contents=f"{capital(view.noun)} by day",
        say=prose.say_trajectory(view),
        figures=(draw_pain_by_day(view), draw_missing_by_day(view)),
        notes=() if view.is_one_patient else notes,
    )


def _change(view: ResultView) -> Section:
    return Section(
        id="change",
        title="Admission against discharge",
        contents="Admission, discharge",
        say=prose.say_change(view),
        figures=(draw_before_and_after(view), draw_changes(view)),
        tables=_filled(tables.change_table(view), tables.missing_table(view)),
        notes=(
            Note(
                head="Baseline and final", text="are the ratings that the study file\u2019s rules choose; see methods."
            ),
        ),
    )


def _response(view: ResultView) -> Section:
    return Section(
        id="response",
        title="How many responded",
        contents="Response",
        say=prose.say_response(view),
        figures=(draw_response(view), draw_time_to_response(view)),
        notes=(
            Note(
                head="The stricter the rule,", text="the fewer can meet it. All rules were written in the study file."
            ),
            Note(head="Response", text="is a rule met by two ratings. It does not say why."),
        ),
    )


def _nadir(view: ResultView) -> Section:
    notes = (
        Note(
            head="Mean of lowest days",
            text="can only look at days with a rating until discharge: a course discharged on day 3 cannot be lowest on day 5.",
        ),
        Note(head="Day of the lowest mean", text="depends on who is still there and rated on that day."),
    )
    return Section(
        id="nadir",
        title=f"The day of lowest {view.noun}",
        contents="Lowest day",
        say=prose.say_nadir(view),
        figures=(draw_nadir_days(view),),
        notes=() if view.is_one_patient else notes,
    )


def _harm(view: ResultView) -> Section:
    looked_for = [] if view.study.events is None else [shown(in_words(term)) for term in view.study.events.terms]
    notes = [Note(head="Records miss harm:", text="an event that nobody wrote down is not here.")]
    if looked_for:
        notes.append(Note(head="Terms:", text=f"{listed(looked_for)}."))
    return Section(
        id="harm",
        title="Harm",
        contents="Harm",
        say=prose.say_harm(view),
        figures=() if view.study.events is None else (draw_harm(view),),
        notes=notes if view.study.events is not None else (),
    )


def _durability(view: ResultView) -> Section:
    notes = (
        Note(
            head="Of all responders",
            text="the numbers behind the first figure give the share if none, and if all, of those not seen had held: these bounds need no assumption.",
        ),
        Note(head="Return to care", text="is what these records hold; care elsewhere is not seen."),
    )
    is_asked = view.study.follow_up is not None
    return Section(
        id="durability",
        title="Did it last?",
        contents="Durability",
        say=prose.say_durability(view),
        paragraphs=[text for visit in view.visits if (text := say_later(view, visit))],
        figures=(draw_sustained(view), draw_return(view)) if is_asked else (),
        notes=notes if is_asked else (),
    )


def _sensitivity(view: ResultView) -> Section:
    return Section(
        id="sensitivity",
        title="Sensitivity to the rules",
        contents="Sensitivity",
        say=prose.say_sensitivity(view),
        tables=_filled(tables.sensitivity_table(view)),
    )


def _attribution(view: ResultView) -> Section:
    first, *others = say_attribution(view)
    is_drawn = (view.value("change.mean") or 0) < 0 and not view.is_one_patient
    why = Note(head="Why any?", text="People are admitted at their worst; from there ratings fall by themselves.")
    read = Note(
        head=f"Read the {'second ' if is_split(view) else ''}figure so:",
        text="choose how reliable a rating is, go up to the line: that much must come from elsewhere to explain it all.",
    )
    drawings = (*((draw_split(view),) if is_split(view) else ()), draw_tipping(view)) if is_drawn else ()
    return Section(
        id="attribution",
        title="How much of the fall needs no drug",
        contents="Without the drug?",
        say=first,
        figures=drawings,
        tables=_filled(expected_table(view), split_checks_table(view)) if is_drawn else (),
        paragraphs=others,
        notes=(why, read) if is_drawn else (),
    )


def _published(view: ResultView) -> tuple[Section, ...]:
    """Return the study beside published series, where there are any of its drug and condition."""
    if not has_published(view):
        return ()
    section = Section(
        id="published",
        title="Beside published series",
        contents="Published series",
        say=say_published(view),
        figures=(draw_published(view),),
        tables=_filled(sources_table(view)),
        paragraphs=paragraphs_on_published(view),
        notes=(Note(head="Pooled", text="by random effects over series; docs/estimates.md says how."),),
    )
    return (section,)


def _comparison(view: ResultView) -> tuple[Section, ...]:
    """Return the comparison with the comparator, diagnostics first; nothing without a comparator, one sentence where nothing is told."""
    if state_of(view) is State.NOT_ASKED:
        return ()
    other, compared = comparator_of(view), view.result.compared
    is_possible = compared is not None and bool(compared.balance)
    about_whom = () if compared is None else (trial_table(view), comparator_attrition_table(view))
    found = (checks_table(view), differences_table(view), sensitivity_of_comparison_table(view)) if is_possible else ()
    section = Section(
        id="comparison",
        title=f"Against {other}",
        contents=f"Against {other}",
        say=say_comparison(view),
        paragraphs=say_warnings(view),
        figures=(draw_balance(view), draw_preference(view)) if is_possible else (),
        tables=_filled(*about_whom, *found),
        notes=(
            Note(head="Time zero", text=f"is {say_time_zero(view)}."),
            Note(head="Checks come first:", text="where one fails, no difference is given at all."),
        )
        if is_possible
        else (),
    )
    return (section,)


def _dose_response(view: ResultView) -> tuple[Section, ...]:
    """Return rate and dose against the response, where the study asked for it."""
    if view.study.dose_response is None:
        return ()
    section = Section(
        id="dose-response",
        title="Dose and response",
        contents="Dose and response",
        say=say_dose_response(view),
        paragraphs=say_indication(view),
        tables=_filled(slopes_table(view), order_table(view)),
    )
    return (section,)


def _limits(view: ResultView) -> Section:
    return Section(
        id="limits",
        title="What this design cannot show",
        contents="What it cannot show",
        say="These records describe what happened. They leave open what follows.",
        tables=(limits_table(view),),
    )


def _methods(view: ResultView) -> Section:
    how = (
        f"Intervals are at 95{NARROW_SPACE}%: Student\u2019s t for means, Wilson for shares, exact for adverse events and their rates, "
        "order statistics for medians; where persons have several courses, intervals are by person. Time to response counts "
        "discharge as a competing end; return to care is one minus Kaplan\u2013Meier. No test was adjusted for multiplicity. "
        "The method and n of each number stand in results.csv and results.json."
    )
    return Section(
        id="methods",
        title="Methods",
        contents="Methods",
        say="These paragraphs were written from the study file; changing a rule there changes the sentence here.",
        paragraphs=(*view.result.explanation, how),
    )


def _checklist(view: ResultView, others: Sequence[Section]) -> Section:
    titles = {section.id: section.title for section in others}
    return Section(
        id="checklist",
        title="Reporting checklists",
        contents="Checklists",
        say=say_checklists(view, titles),
        tables=checklist_tables(view, titles),
        notes=(
            Note(
                head="In section",
                text="means that the page holds what the item asks; whether that is enough, the author judges.",
            ),
            Note(head="Begin from", text="names the section that holds a part of it."),
        ),
    )


def _findings(view: ResultView) -> Section:
    return Section(
        id="findings",
        title="Findings in the records",
        contents="Findings",
        say=prose.say_findings(view),
        tables=_filled(tables.findings_table(view)),
    )


def _hidden(view: ResultView) -> tuple[Section, ...]:
    """Return what an edition for sharing hides, and by which rule; nothing in the site's own."""
    if not view.result.edition.is_shared:
        return ()
    section = Section(
        id="hidden",
        title="What this edition hides",
        contents="What is hidden",
        say=prose.say_hidden(view),
        tables=_filled(tables.withheld_table(view)),
    )
    return (section,)


def _provenance(view: ResultView) -> Section:
    provenance = view.result.provenance
    details = "; ".join(f"{name} {value}" for name, value in sorted(provenance.source_details.items()))
    versions = "; ".join(f"{name} {version}" for name, version in sorted(provenance.versions.items()))
    facts = [
        ("abate", provenance.abate_version),
        ("Study file", f"sha-256 {provenance.study_hash}"),
        (
            "Records",
            provenance.source_kind
            + (f"; {details}" if details else "")
            + ("; simulated" if provenance.is_simulated else ""),
        ),
        (
            "Contents of the records",
            f"sha-256 {provenance.data_fingerprint}"
            if provenance.data_fingerprint
            else "fingerprint stays at the site",
        ),
        ("Engine", provenance.engine),
        ("Versions", versions),
        ("Edition", edition_notice(view.result)),
        (
            "Numbers",
            f"results.json and results.csv: {len(view.result.estimates)} estimates with n, interval and method",
        ),
    ]
    if provenance.seed is not None:
        facts.insert(5, ("Seed", str(provenance.seed)))
    return Section(
        id="provenance",
        title="Provenance",
        contents="Provenance",
        say="The same records and the same study file give the same page, to the byte.",
        facts=[(name, shown(text)) for name, text in facts if text],
    )


def _filled(*found: ReportTable) -> tuple[ReportTable, ...]:
    return tuple(table for table in found if not table.is_empty)
