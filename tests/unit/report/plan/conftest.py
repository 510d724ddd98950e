"""Folders that the tests of a plan's files share; each is written once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from abate.contracts.draft import PlanDrafts
from abate.contracts.trial_plan import TrialPlan
from abate.report.plan.files import write_plan
from abate.trial.documents import write_drafts
from tests.plan_example import bare_plan, example_plan, hostile_plan, pre_post_plan


@pytest.fixture(scope="session")
def plan() -> TrialPlan:
    return example_plan()


@pytest.fixture(scope="session")
def drafts(plan: TrialPlan) -> PlanDrafts:
    return write_drafts(plan)


def _written(plan: TrialPlan, folder: Path) -> Path:
    write_plan(plan, write_drafts(plan), folder)
    return folder


@pytest.fixture(scope="session")
def written(plan: TrialPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole plan."""
    return _written(plan, tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan without a number: each has its reason."""
    return _written(bare_plan(), tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def pre_post(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan on the pre-post change, without the figures that would be the same."""
    plan = replace(pre_post_plan(), curves=(), tornado=(), looks=(), harm=())
    return _written(plan, tmp_path_factory.mktemp("pre-post"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan every word of which is hostile."""
    return _written(hostile_plan(), tmp_path_factory.mktemp("hostile"))
