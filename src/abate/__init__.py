"""abate: from a hospital's own records to a treatment-course study, and from that study to the next trial.

``abate.Study``, ``abate.read_study``, ``abate.connect`` and ``abate.run`` are the library's front door, ``abate.mmrm`` that of
its mixed models, ``abate.plan_trial`` that of the next trial; each is imported when first used, so that ``import abate`` and the command answer at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abate.contracts.definition import Study as Study
    from abate.contracts.result import StudyResult as StudyResult
    from abate.models.repeated import mmrm as mmrm
    from abate.study.connect import connect as connect
    from abate.study.plan import plan_trial as plan_trial
    from abate.study.read import read_study as read_study
    from abate.study.run import run as run

_HOMES = {
    "Study": "abate.contracts.definition",
    "StudyResult": "abate.contracts.result",
    "connect": "abate.study.connect",
    "mmrm": "abate.models.repeated",
    "plan_trial": "abate.study.plan",
    "read_study": "abate.study.read",
    "run": "abate.study.run",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("abate")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'abate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
