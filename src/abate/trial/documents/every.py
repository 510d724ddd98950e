"""Which documents does a plan become?"""

from __future__ import annotations

from abate.contracts.draft import PlanDrafts
from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import TrialPlan
from abate.trial.documents.committee_charter import write_committee_charter
from abate.trial.documents.consent_facts import write_consent_facts
from abate.trial.documents.protocol import write_protocol
from abate.trial.documents.registration import describe_registration
from abate.trial.documents.sap import write_sap
from abate.trial.documents.schedule import write_schedule
from abate.trial.documents.synopsis import write_synopsis


def write_drafts(plan: TrialPlan) -> PlanDrafts:
    """Return every draft of a plan.

    Parameters
    ----------
    plan : TrialPlan
        What planning found; a number that could not be had leaves its reason, or the item in need of an author.

    Returns
    -------
    PlanDrafts
        Content only: ``abate.report.plan.files.write_plan`` renders it.

    Raises
    ------
    pydantic.ValidationError
        If ``plan.plan`` is no plan file; planning never gives that.

    Examples
    --------
    >>> write_drafts.__name__
    'write_drafts'
    """
    view = PlanView(plan)
    return PlanDrafts(
        synopsis=write_synopsis(view),
        protocol=write_protocol(view),
        sap=write_sap(view),
        consent_facts=write_consent_facts(view),
        schedule=write_schedule(view),
        committee_charter=write_committee_charter(view),
        registration=describe_registration(view),
    )
