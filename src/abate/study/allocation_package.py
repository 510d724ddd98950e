"""What lies in the folder for the unblinded? The list, kit labels, seed, specification and checks; and how they are read again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from abate.base.errors import AllocationError
from abate.report.csv_text import as_csv
from abate.trial.randomise import (
    ALGORITHM,
    AllocationList,
    AllocationPlan,
    Factor,
    ListChecks,
    SimulatedMinimisation,
    check_list,
)

LIST, LABELS, SEED, SPECIFICATION, CHECKS, HASH, READ_ME = (
    "list.csv",
    "kit-labels.csv",
    "seed.json",
    "specification.json",
    "checks.txt",
    "list.csv.sha256",
    "READ-ME.txt",
)
BALANCE = "simulated-balance.csv"
#: By any of these a folder is known to hold an allocation list.
MARKS = (LIST, SEED, SPECIFICATION)

_READ_ME = """\
For the unblinded only: whoever reads this folder knows every assignment.

list.csv            the list, in order, by stratum; "salt" is random and keeps the SHA-256 from telling the list
kit-labels.csv      what is printed on the kits; the arm is not on it
seed.json           the seed, and which algorithm makes the list from it
specification.json  the rest of what is needed to make the list again, with block sizes
checks.txt          balance, runs and predictability of this list
list.csv.sha256     the SHA-256 that the blinded side has too

To prove the list later:  abate randomise PLAN.toml --verify THIS-FOLDER
Or without abate:         sha256sum list.csv
"""
_READ_ME_OF_MINIMISATION = """\
For whoever programs the live system: abate makes no list of minimisation, since each assignment depends on who came before.

specification.json     arms, factors, levels, probability of the better arm
simulated-balance.csv  what the specification gives in simulated trials: balance overall and by level, and how often it is guessed

The rule: for each arm, count the participants of each arm within the newcomer's level of every factor as if that arm were chosen; add up over
the factors the largest count less the smallest. The arm with the least sum is assigned with the probability of specification.json, each other
with an equal part of the rest; where several have the least, one of them is taken by chance first.
"""


class AllocationPackageError(AllocationError):
    """A folder holds no allocation list, or a file of it is missing or broken."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A folder for the unblinded, as it was read."""

    plan: AllocationPlan
    key: bytes = field(repr=False)
    list_bytes: bytes = field(repr=False)
    recorded_hash: str
    plan_file_hash: str


def package_files(made: AllocationList, key: bytes, plan_file: str, plan_hash: str) -> dict[str, bytes]:
    """Return the files of the folder by name; the list's bytes depend on key and specification only."""
    listed = list_bytes(made)
    seed = {"algorithm": ALGORITHM, "seed": key.hex(), "made_with": f"abate {version('abate')}"}
    return {
        LIST: listed,
        LABELS: _labels(made).encode("utf-8"),
        SEED: _as_json(seed),
        SPECIFICATION: _specification(made.plan, plan_file, plan_hash),
        CHECKS: "".join(f"{line}\n" for line in check_lines(check_list(made))).encode("utf-8"),
        HASH: hash_line(listed),
        READ_ME: _READ_ME.encode("utf-8"),
    }


def minimisation_files(
    plan: AllocationPlan, simulated: SimulatedMinimisation, plan_file: str, plan_hash: str
) -> dict[str, bytes]:
    """Return the files for whoever programs the live system."""
    return {
        SPECIFICATION: _specification(plan, plan_file, plan_hash),
        BALANCE: as_csv(("what", "mean", "95 of 100 at most"), _balance_rows(plan, simulated)).encode("utf-8"),
        READ_ME: _READ_ME_OF_MINIMISATION.encode("utf-8"),
    }


def list_bytes(made: AllocationList) -> bytes:
    """Return ``list.csv``, whose SHA-256 is the list's."""
    factors = [factor.name for factor in made.plan.factors]
    columns = [*factors, "number", "block", "block size", "arm", "kit", "salt"]
    rows = ([*row.stratum, row.number, row.block, row.block_size, row.arm, row.kit, row.salt] for row in made.rows)
    return as_csv(columns, rows).encode("utf-8")


def hash_line(listed: bytes) -> bytes:
    """Return the line that ``sha256sum -c`` reads."""
    return f"{sha256(listed).hexdigest()}  {LIST}\n".encode()


def hash_of_line(line: str) -> str:
    """Return the SHA-256 in a line of ``sha256sum``."""
    return line.split(maxsplit=1)[0].lower() if line.strip() else ""


def check_lines(checks: ListChecks) -> Sequence[str]:
    """Return checks as lines to print."""
    many = checks.list_count > 1
    guessed, by_chance = 100 * checks.share_guessed, 100 * checks.by_chance
    of = f" (mean of {checks.list_count} lists made with other seeds)" if many else ""
    lines = [
        f"imbalance at the end: {checks.final_imbalance:.1f}{of}",
        f"largest imbalance within a stratum, at any time: {checks.largest_imbalance:g}",
        f"longest run of one arm within a stratum: {checks.longest_run}",
        f"guessed right by always naming the arm that is behind: {guessed:.0f} % (by chance {by_chance:.0f} %)",
    ]
    if checks.strata_count > 1 and checks.strata_without_a_block is not None:
        filled = checks.strata_count - checks.strata_without_a_block
        lines.append(f"strata to be expected to fill a largest block: {filled:.1f} of {checks.strata_count}")
    return lines


def read_package(folder: Path) -> Package:
    """Return what is needed to make the list of a folder again.

    Raises
    ------
    AllocationPackageError
        If a file is missing or broken, or the list was made by another algorithm. No word of the folder's contents is in the error.
    """
    seed, specification = _read_json(folder, SEED), _read_json(folder, SPECIFICATION)
    if seed.get("algorithm") != ALGORITHM:
        raise AllocationPackageError(
            f"{folder / SEED} was written for another algorithm than {ALGORITHM}; verify it with the abate that made it."
        )
    try:
        return Package(
            plan=_plan_of(specification),
            key=bytes.fromhex(seed["seed"]),
            list_bytes=_read(folder, LIST),
            recorded_hash=hash_of_line(_read(folder, HASH).decode("ascii")),
            plan_file_hash=str(specification["plan_file_sha256"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AllocationPackageError(
            f"a file in {folder} is broken; restore {SEED}, {SPECIFICATION} and {HASH} from the unblinded's own copy."
        ) from None


def _plan_of(specification: Mapping[str, Any]) -> AllocationPlan:
    data = dict(specification["plan"])
    factors = tuple(
        Factor(name=factor["name"], levels=tuple(factor["levels"]), shares=tuple(factor["shares"]))
        for factor in data.pop("factors")
    )
    lists = {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
    return AllocationPlan(**{**data, **lists, "factors": factors})


def _specification(plan: AllocationPlan, plan_file: str, plan_hash: str) -> bytes:
    return _as_json(
        {"algorithm": ALGORITHM, "plan_file": plan_file, "plan_file_sha256": plan_hash, "plan": asdict(plan)}
    )


def _labels(made: AllocationList) -> str:
    columns = ["kit", "trial", *(factor.name for factor in made.plan.factors), "number"]
    return as_csv(columns, ([row.kit, made.plan.title, *row.stratum, row.number] for row in made.rows))


def _balance_rows(plan: AllocationPlan, simulated: SimulatedMinimisation) -> list[list[Any]]:
    rows: list[list[Any]] = [["imbalance at the end", simulated.overall_mean, simulated.overall_95]]
    for factor, means, most in zip(plan.factors, simulated.by_level_mean, simulated.by_level_95, strict=True):
        for level, mean, ninety_five in zip(factor.levels, means, most, strict=True):
            rows.append([f"imbalance in {factor.name} {level}", mean, ninety_five])
    rows.append(["share guessed by whoever knows the rule and everybody so far", simulated.guessed_knowing_rule, None])
    rows.append(["share guessed by naming the arm that is behind", simulated.guessed_by_counts, None])
    rows.append(["share guessed by chance", simulated.by_chance, None])
    return rows


def _as_json(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        data = json.loads(_read(folder, name))
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise AllocationPackageError(f"{folder / name} is broken; restore it from the unblinded's own copy.")
    return data


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise AllocationPackageError(
            f"{folder / name} cannot be read ({why}); name the folder of the unblinded."
        ) from None
