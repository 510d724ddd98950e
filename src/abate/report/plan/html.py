"""How does a plan become one page? The template of the study's report, with what stands on every page of a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from abate.contracts.draft import NOT_REVIEWED
from abate.contracts.notice import NOT_A_DEVICE
from abate.contracts.plan_view import PlanView
from abate.report.drawn import DrawnFigure
from abate.report.html import describe_sections, template_named
from abate.report.inlined import read_scripts
from abate.report.plan.banners import banners_of, describe_page_styles, warnings_of
from abate.report.plan.top import plan_headline, plan_key_numbers, plan_lede
from abate.report.section import Section
from abate.report.tokens import describe_theme

#: What the page is, at its top.
KIND = "Plan of the next trial"


def render_plan_page(view: PlanView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> str:
    """Return the page: one file that asks for nothing from anywhere, and is whole without its script."""
    from markupsafe import Markup

    provenance, scripts = view.plan.provenance, read_scripts()
    warnings = warnings_of(view.plan.warnings, view.plan)
    styles = describe_page_styles(view.plan.title, warnings, is_simulated=provenance.is_simulated)
    page = {
        "title": view.plan.title,
        "kind": KIND,
        "banners": banners_of(warnings, is_simulated=provenance.is_simulated),
        "is_simulated": provenance.is_simulated,
        "abate_version": provenance.abate_version,
        "theme": Markup(describe_theme()),
        "foot": Markup(styles),
        "policy": scripts.policy,
        "early_script": Markup(scripts.early),
        "late_script": Markup(scripts.late),
        "source": describe_plan_source(view),
        "edition": NOT_REVIEWED,
        "notice": NOT_A_DEVICE,
        "headline": plan_headline(view),
        "lede": plan_lede(view),
        "key_numbers": plan_key_numbers(view),
    }
    return str(template_named("report.html.j2").render(page=page, sections=describe_sections(sections, drawn)))


def describe_plan_source(view: PlanView) -> str:
    """Return the line under a saved figure: the plan, that it is a draft, and by what it was made."""
    provenance = view.plan.provenance
    simulated = "; study simulated" if provenance.is_simulated else ""
    return f"{view.title}; {NOT_REVIEWED}{simulated}; abate {provenance.abate_version}, plan {provenance.plan_hash[:8]}"
