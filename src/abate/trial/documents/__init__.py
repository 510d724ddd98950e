"""Drafts from a plan: synopsis, protocol, analysis plan, registration, consent facts, schedule, charter; content only, rendered elsewhere."""

from abate.trial.documents.every import write_drafts

__all__ = ["write_drafts"]
