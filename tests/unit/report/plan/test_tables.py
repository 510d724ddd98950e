"""What do the tables of a plan say under their heads?"""

from dataclasses import replace

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import BudgetRow, LookRow
from abate.report.plan.tables import budget_table, designs_table, looks_table, reasons_table
from tests.plan_example import example_plan


def test_the_simulated_mean_of_the_budget_stands_under_no_head_of_low_likely_high():
    items = tuple(
        BudgetRow(item=name, low=low, likely=likely, high=high, source="typed")
        for name, low, likely, high in (("beds", 1.0, 2.0, 4.0), ("staff", 10.0, 20.0, 40.0))
    )
    table = budget_table(PlanView(replace(example_plan(), budget=items)))
    assert table.rows[-1].cells == ("Sum of the items", "11", "22", "44", "sum")
    total = example_plan().estimate("budget.total")
    assert total is not None
    assert table.notes[0].startswith("Expected for the whole trial, simulated: ")


def test_less_than_one_in_the_pipeline_is_no_number():
    look = LookRow(
        look=1, information=0.5, participants=60.0, month=3.0, efficacy_z=2.9, efficacy_p=0.002, futility_z=None,
        alpha_spent=0.002, in_pipeline=0.0781,
    )  # fmt: skip
    table = looks_table(PlanView(replace(example_plan(), looks=(look,))))
    assert "Due by then" in table.columns
    assert table.rows[0].cells[-1] == "fewer than 1"


def test_the_table_of_designs_says_which_size_was_simulated():
    table = designs_table(PlanView(example_plan()))
    assert "of simulated trials" in table.notes[0]
    assert " with looks" in table.rows[0].cells[1]


def test_a_reason_of_most_designs_stands_once():
    shared = "blinding (0): an active placebo can be given"
    designs = tuple(replace(design, reasons=(*design.reasons, shared)) for design in example_plan().designs)
    table = reasons_table(PlanView(replace(example_plan(), designs=designs)))
    assert not any(cell == "an active placebo can be given" for row in table.rows for cell in row.cells)
    assert table.notes == (f"Of 4 of the 4 designs: {shared}.",)
