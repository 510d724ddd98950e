"""Is every design of a plan file in the catalogue, and is nothing unread passed off as read?"""

from __future__ import annotations

from typing import get_args

import pytest

from abate.contracts.plan_file import DesignKind, Question
from abate.trial.designs.catalogue import Blinding, DesignFact, catalogue

AIMS = get_args(Question.model_fields["aim"].annotation)


def test_there_is_one_entry_for_each_design_of_a_plan_file():
    assert set(catalogue()) == set(get_args(DesignKind))
    assert len(catalogue()) == 14


@pytest.mark.parametrize("kind", get_args(DesignKind))
def test_every_entry_says_all_that_a_reader_needs(kind):
    entry = catalogue()[kind]
    assert all(
        [
            entry.title,
            entry.answers,
            entry.against,
            entry.primary,
            entry.analysis,
            entry.needs,
            entry.size,
            entry.source,
        ]
    )
    assert entry.blinding in get_args(Blinding)
    assert set(entry.aims) == set(AIMS)
    assert all(0 <= fit.points <= 3 and fit.because for fit in entry.aims.values())


@pytest.mark.parametrize("aim", AIMS)
def test_every_question_has_a_design_made_for_it(aim):
    assert any(entry.aims[aim].points == 3 for entry in catalogue().values())


def test_a_fact_that_was_not_read_is_shown_as_unverified():
    fact = DesignFact(text="It is so.", source="a guess", is_verified=False)
    assert fact.shown == "It is so (a guess; unverified)."
    against = catalogue()["single-arm two-stage"].against_with_facts
    assert "unverified" in against
    assert "unverified" not in catalogue()["parallel"].against_with_facts


def test_every_section_of_the_plan_file_that_a_design_needs_exists():
    from abate.contracts.plan_file import PlanFile

    named = {
        place.split(".")[0] for entry in catalogue().values() for need in entry.needs for place in need.split(" or ")
    }
    assert named <= set(PlanFile.model_fields)
