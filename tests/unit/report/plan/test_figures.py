"""The figures of a plan at their edges: steps below zero, long names, an axis that ends before the trial does."""

from dataclasses import replace

import pytest

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import EffectStep, TornadoBar
from abate.report.drawn import draw_with_source
from abate.report.figures.drawing import NARROW, WIDE, render_drawing
from abate.report.plan.figures.accrual import draw_accrual
from abate.report.plan.figures.effect import draw_effect, step_bars
from abate.report.plan.figures.harm import draw_harm_rules
from abate.report.plan.figures.looks import draw_looks, say_looks
from abate.report.plan.figures.power import draw_power, power_curves
from abate.report.plan.figures.tornado import draw_tornado, widest_first
from abate.report.section import Section
from tests.plan_example import example_plan

DRAWERS = (draw_effect, draw_power, draw_tornado, draw_looks, draw_accrual, draw_harm_rules)


def step(id: str, value: float | None) -> EffectStep:
    return EffectStep(id=id, quantity=id, value=value, standard_error=0.5, basis="assumed", source="made up")


def texts_of(figure, width: float) -> list[str]:
    drawing = [render_drawing(spec) for spec in figure.draw(width)]
    return [element.text or "" for one in drawing for element in one.iter("text")]


def test_bars_begin_where_the_one_before_ended_and_the_last_at_zero():
    bars = step_bars(
        [
            step("observed_fall", 4.0),
            step("context", -1.5),
            step("gone", None),
            step("bundle", -3.0),
            step("planned", -0.5),
        ]
    )
    assert [(bar.start, bar.end) for bar in bars] == [(0.0, 4.0), (4.0, 2.5), (2.5, -0.5), (0.0, -0.5)]


def test_a_difference_below_zero_is_drawn_and_its_axis_reaches_it():
    steps = (step("observed_fall", 1.0), step("context", -1.5), step("planned", -0.5))
    figure = draw_effect(PlanView(replace(example_plan(), effect_steps=steps)))
    assert "\u22120.50" in texts_of(figure, WIDE)


@pytest.mark.parametrize("drawer", DRAWERS)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_text_of_a_figure_is_smaller_than_ten_pixels(drawer, width):
    figure = drawer(PlanView(example_plan()))
    drawing = [render_drawing(spec) for spec in figure.draw(width)]
    sizes = [float(element.attrib["font-size"].removesuffix("px")) for one in drawing for element in one.iter("text")]
    assert min(sizes) >= 10


def test_long_names_stand_above_their_bars_and_are_whole():
    name = "the share of those who are still rated when all is over"
    bars = (TornadoBar(id="a", quantity=name, low=0.1, high=0.9, power_low=0.2, power_high=0.9),)
    figure = draw_tornado(PlanView(replace(example_plan(), tornado=bars)))
    assert name.capitalize() in texts_of(figure, WIDE)


def test_the_widest_bar_stands_first():
    bars = [
        TornadoBar(id=name, quantity=name, low=0, high=1, power_low=low, power_high=high)
        for name, low, high in (("a", 0.7, 0.8), ("b", 0.9, 0.3))
    ]
    assert [bar.id for bar in widest_first(bars)] == ["b", "a"]


def test_a_forecast_that_ends_before_the_last_participant_is_drawn():
    curve = example_plan().curve("accrual")
    short = replace(curve, points=curve.points[:4])
    plan = replace(example_plan(), curves=(short,))
    assert "128 planned" in texts_of(draw_accrual(PlanView(plan)), WIDE)


def test_what_was_simulated_at_the_planned_size_alone_is_a_dot_with_its_interval():
    plan = example_plan()
    closed = replace(plan.curves[0], x_quantity="participants in all")
    view = PlanView(replace(plan, curves=(closed,)))
    drawn = power_curves(view)
    assert [(curve.id, curve.points[0].x) for curve in drawn[1:]] == [("power.simulated", 128)]
    assert (drawn[1].points[0].lower, drawn[1].points[0].upper) == (0.78, 0.82)
    assert "128 planned" in texts_of(draw_power(view), WIDE)


def test_looks_without_futility_say_nothing_of_it():
    looks = tuple(replace(look, futility_z=None) for look in example_plan().looks)
    view = PlanView(replace(example_plan(), looks=looks))
    assert "futility" not in say_looks(view)
    assert "Hollow" not in draw_looks(view).caption


def test_a_saved_figure_says_that_it_is_a_draft():
    figure = draw_effect(PlanView(example_plan()))
    section = Section(id="s", title="s", contents="s", say="s", figures=(figure,))
    drawn = draw_with_source((section,), "source; draft, not reviewed")["effect"]
    assert "draft, not reviewed" in drawn.file
