"""Which sections does the report of a plan have, in which order, and what stands in each?"""

from __future__ import annotations

from abate.base.words import listed
from abate.contracts.draft import Draft
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    UNVERIFIED,
    describe_half_width,
    describe_points,
    describe_size,
    describe_value,
    describe_with_interval,
    say_source,
    say_unverified,
)
from abate.report.numbers import describe_count
from abate.report.plan import tables
from abate.report.plan.figures.accrual import draw_accrual, say_accrual
from abate.report.plan.figures.effect import draw_effect, say_effect
from abate.report.plan.figures.harm import draw_harm_rules, say_harm
from abate.report.plan.figures.looks import draw_looks, say_looks
from abate.report.plan.figures.power import draw_power, say_power
from abate.report.plan.figures.tornado import draw_tornado, say_tornado
from abate.report.report_table import ReportTable, row
from abate.report.section import Note, Section
from abate.report.words import capital, plural, sentence


def build_plan_sections(view: PlanView, synopsis: Draft) -> tuple[Section, ...]:
    """Return the sections: the synopsis first, what the size rests on, what the trial takes, and what is not known."""
    found = (
        _synopsis(synopsis),
        _effect(view),
        _assumptions(view),
        _designs(view),
        _estimand(view),
        _sizes(view),
        _power(view),
        _tornado(view),
        _looks(view),
        _accrual(view),
        _beds(view),
        _budget(view),
        _harm(view),
        _blinding(view),
        _limits(view),
        _analysis(view),
        *_missing(view),
        _provenance(view),
    )
    return tuple(found)


def _synopsis(synopsis: Draft) -> Section:
    """Return the synopsis as a section: its tables, each with its own heading."""
    found = [
        ReportTable(
            id=f"synopsis-{place}" if place else "synopsis-table",
            title=one.title,
            columns=tuple(one.columns),
            rows=tuple(row(*cells) for cells in one.rows),
            notes=(one.note,) if one.note else (),
            is_prose=True,
        )
        for place, one in enumerate(one for section in synopsis.sections for one in section.tables)
    ]
    paragraphs = [paragraph for section in synopsis.sections for paragraph in section.paragraphs]
    return Section(
        id="synopsis",
        title="Synopsis",
        contents="Synopsis",
        say=sentence(synopsis.note),
        paragraphs=paragraphs,
        tables=found,
    )


def _effect(view: PlanView) -> Section:
    worthwhile = view.file.effect.worthwhile
    notes = [
        Note(
            head="Not the fall",
            text=f"{_which_fall(view)} holds regression to the mean, the days in hospital and the bundle. A control arm falls by these too.",
        )
    ]
    if worthwhile is not None:
        notes.append(
            Note(
                head="Worth having",
                text=f"The smallest difference worth having is a number of its own: {describe_points(worthwhile.value)} "
                f"({say_source(worthwhile.source)}{f'; {UNVERIFIED}' if worthwhile.is_unverified else ''}).",
            )
        )
    return Section(
        id="effect",
        title="What is planned on",
        contents="The effect",
        say=say_effect(view),
        figures=(draw_effect(view),),
        notes=notes,
    )


def _which_fall(view: PlanView) -> str:
    """Return which fall was observed: to the primary day where the study's estimate is that of a planned day."""
    observed = view.file.effect.observed_fall
    if observed is not None and observed.source.startswith("change.mean"):
        return "The fall from admission to discharge"
    return "The observed fall"


def _assumptions(view: PlanView) -> Section:
    by_basis = [
        f"{describe_count(count)} {words}"
        for basis, words in (
            ("study", "from the study"),
            ("literature", "from literature"),
            ("typed", "typed"),
            ("assumed", "assumed"),
        )
        if (count := sum(found.basis == basis for found in view.plan.assumptions))
    ]
    say = (
        f"{say_unverified(view.plan)} By basis: {listed(by_basis)}."
        if by_basis
        else "The plan rests on no assumption that it lists."
    )
    return Section(
        id="assumptions",
        title="Assumptions and their sources",
        contents="Assumptions",
        say=say,
        tables=(tables.assumptions_table(view),),
        notes=[
            Note(
                head="Drawn",
                text="each simulated trial takes a value of its own; one taken as known is the same in all.",
            )
        ],
    )


def _designs(view: PlanView) -> Section:
    chosen, count = view.chosen, len(view.plan.designs)
    cannot = sum(not design.can_answer for design in view.plan.designs)
    say = "No design is planned."
    if chosen is not None:
        size = describe_size(view.plan)
        first = "first" if chosen.rank == 1 else f"number {chosen.rank}"
        say = f"{chosen.title} is planned" + (f", with {size}" if size else "") + f"; it stands {first} of {count}."
    if cannot:
        say += f" {capital(plural(cannot, 'design'))} cannot answer the question."
    found = (tables.designs_table(view), tables.reasons_table(view))
    return Section(id="designs", title="Designs in their order", contents="Designs", say=say, tables=found)


def _estimand(view: PlanView) -> Section:
    return Section(
        id="estimand",
        title="What is to be estimated",
        contents="Estimand",
        say=sentence(view.estimand.get("summary", "The plan states no summary measure")),
        tables=(tables.estimand_table(view), *((tables.events_table(view),) if view.plan.events else ())),
        notes=[Note(head="Words", text="are those of ICH E9(R1). What is missing is no intercurrent event.")],
    )


def _sizes(view: PlanView) -> Section:
    size = describe_size(view.plan)
    difference = view.estimate("power.difference")
    say = sentence(capital(size) + " are planned") if size else "No size could be had; the reasons stand in the table."
    if difference is not None and difference.value is not None:
        say += f" The power of the closed form lies {describe_value(difference)} from the simulated one."
    return Section(
        id="sizes",
        title="Size, by formula and by simulation",
        contents="Size",
        say=say,
        tables=(tables.sizes_table(view),),
        notes=[Note(head="Decide", text="on the simulated number: closed forms flatter small trials.")],
    )


def _power(view: PlanView) -> Section:
    return Section(
        id="power",
        title="How likely it is to succeed",
        contents="Power and assurance",
        say=say_power(view),
        figures=(draw_power(view),),
        notes=[
            Note(head="Power", text="is the probability of success if all is as assumed."),
            Note(
                head="Assurance",
                text="is the same averaged over what is not known, as far as the assumptions say how sure they are.",
            ),
        ],
    )


def _tornado(view: PlanView) -> Section:
    return Section(
        id="tornado",
        title="What it hangs on",
        contents="What it hangs on",
        say=say_tornado(view),
        figures=(draw_tornado(view),),
    )


def _looks(view: PlanView) -> Section:
    has_characteristics = bool(view.plan.characteristics)
    return Section(
        id="looks",
        title="Looks before the end",
        contents="Looks",
        say=say_looks(view),
        figures=(draw_looks(view),),
        tables=(tables.characteristics_table(view),) if has_characteristics else (),
    )


def _accrual(view: PlanView) -> Section:
    more = [found for found in view.under("accrual.") if found.id != "accrual.months"]
    found = (tables.numbers_table("accrual-numbers", "What else the forecast says.", more),) if more else ()
    return Section(
        id="accrual",
        title="How long it takes",
        contents="Accrual",
        say=say_accrual(view),
        figures=(draw_accrual(view),),
        tables=found,
        notes=[
            Note(
                head="Eligible",
                text="in records are more than those who consent; the share that consents is an assumption of its own.",
            )
        ],
    )


def _beds(view: PlanView) -> Section:
    found = view.under("beds.")
    days = view.estimate("beds.days")
    say = (
        f"The trial takes {_with_unit(describe_with_interval(days), 'bed-days')}."
        if days and days.value is not None
        else "How many bed-days it takes is not known."
    )
    return Section(
        id="beds",
        title="Beds",
        contents="Beds",
        say=say,
        tables=(tables.numbers_table("beds", "Beds.", found),) if found else (),
    )


def _with_unit(text: str, unit: str) -> str:
    return text if unit in text else f"{text} {unit}"


def _budget(view: PlanView) -> Section:
    total = view.estimate("budget.total")
    known = total is not None and total.value is not None
    say = (
        f"The whole trial costs {describe_with_interval(total)}."
        if known
        else sentence(f"What it costs is not known: {view.reason('budget.total', 'no costs were given')}")
    )
    found = tables.budget_table(view)
    return Section(id="budget", title="Budget", contents="Budget", say=say, tables=() if found.is_empty else (found,))


def _harm(view: PlanView) -> Section:
    return Section(
        id="harm",
        title="When harm stops the trial",
        contents="Harm",
        say=say_harm(view),
        figures=(draw_harm_rules(view),),
        tables=(tables.harm_table(view),) if view.harm_rules else (),
        notes=[Note(head="The committee", text="decides; a rule is a recommendation to it.")],
    )


def _blinding(view: PlanView) -> Section:
    if not view.is_masked:
        say = "Nobody is kept from knowing in this design, or each person has both; no index of blinding is planned."
        return Section(id="blinding", title="Blinding", contents="Blinding", say=say)
    found = view.under("blinding.")
    width = describe_half_width(view.plan)
    say = "How far blinding can be judged was not computed."
    if width:
        say = f"Bang\u2019s index of blinding will be known to \u00b1 {width} in each arm."
    return Section(
        id="blinding",
        title="Blinding",
        contents="Blinding",
        say=say,
        tables=(tables.numbers_table("blinding", "Blinding.", found),) if found else (),
        notes=[
            Note(
                head="Asked",
                text="of patient, nurse and assessor before the first outcome is known to them; response causes right guesses too.",
            )
        ],
    )


def _limits(view: PlanView) -> Section:
    limits = [sentence(limit) for limit in view.plan.limits]
    say = (
        f"{capital(plural(len(limits), 'thing'))} this plan cannot know."
        if limits
        else "The plan names no limit of its own."
    )
    facts = [(f"{place}", text) for place, text in enumerate(limits, start=1)]
    return Section(id="limits", title="What the plan cannot know", contents="Limits", say=say, facts=facts)


def _analysis(view: PlanView) -> Section:
    if not view.is_two_arms:
        return Section(
            id="analysis",
            title="The analysis that is planned",
            contents="Analysis",
            say="The analysis of this design is said in words; its model and its call need an author.",
            facts=[("Analysis", sentence(view.analysis))],
        )
    return Section(
        id="analysis",
        title="The analysis that is planned",
        contents="Analysis",
        say="Simulated trials are analysed as the drafted plan says."
        if view.has_run
        else "No simulated trial was analysed.",
        facts=[("Model", view.model)],
        code=view.plan.call if view.has_run else "",
    )


def _missing(view: PlanView) -> tuple[Section, ...]:
    found = tables.missing_table(view)
    if found.is_empty:
        return ()
    say = f"{capital(plural(len(found.rows), 'number'))} could not be had; each reason stands here and in its place."
    return (Section(id="not-had", title="Numbers that could not be had", contents="Not had", say=say, tables=(found,)),)


def _provenance(view: PlanView) -> Section:
    provenance = view.plan.provenance
    facts = [
        ("Plan", provenance.plan_hash),
        ("Results", provenance.results_hash or "made without the results of a study"),
        ("Study", provenance.study_hash or "none"),
        ("Seed", f"{provenance.seed}, of the simulated trials; no list of allocation is made from it"),
        ("Simulated trials", describe_count(provenance.trials)),
        ("abate", provenance.abate_version),
        *((capital(name), version) for name, version in sorted(provenance.versions.items()) if name != "abate"),
    ]
    kind = (
        "The study behind the plan was simulated."
        if provenance.is_simulated
        else "The same plan file and results give the same bytes."
    )
    return Section(id="provenance", title="Where the plan comes from", contents="Provenance", say=kind, facts=facts)
