"""How does a list come to the unblinded, and its SHA-256 to the blinded, so that nothing but the SHA-256 passes between them?"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from abate.base.errors import AbateError, AllocationError, OutputError
from abate.base.writing import writing
from abate.stats.keyed_stream import KEY_BYTES
from abate.study.allocation_package import (
    MARKS,
    AllocationPackageError,
    check_lines,
    hash_line,
    hash_of_line,
    list_bytes,
    minimisation_files,
    package_files,
    read_package,
)
from abate.study.output import MARK_OF_A_RUN
from abate.study.randomisation_file import hash_of_file, read_allocation_plan
from abate.trial.randomise import (
    AllocationPlan,
    make_list,
    simulate_balance,
    simulate_lists,
    warnings_of,
)

#: By these a folder is known as an output of abate, which blinded readers see.
_MARKS_OF_OUTPUT = (MARK_OF_A_RUN, "plan.json")
HASH_SUFFIX = ".allocation-sha256"
#: How file systems say that they know no links.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class UnblindedPlaceError(AllocationError):
    """The folder for the unblinded would lie where the blinded are."""


class AllocationListExistsError(AllocationError):
    """There is an allocation list already, in the folder or from this plan file."""


class AllocationListDiffersError(AllocationError):
    """A list is not the one that its seed gives, or not the one whose SHA-256 is known."""


@dataclass(frozen=True, kw_only=True)
class Randomised:
    """What the blinded side is told.

    Attributes
    ----------
    lines : sequence of str
        To be printed: nothing of the list, and no seed.
    warnings : sequence of str
        What speaks against the specification.
    """

    lines: Sequence[str]
    warnings: Sequence[str] = ()


def randomise(plan_file: Path, unblinded: Path) -> Randomised:
    """Make the list of a plan file; write it for the unblinded, and its SHA-256 beside the plan file.

    Parameters
    ----------
    plan_file : Path
        A plan file (TOML) with a section [randomisation].
    unblinded : Path
        A new or empty folder that only the unblinded may read; it gets mode 0700, its files 0600.

    Returns
    -------
    Randomised

    Raises
    ------
    RecordsNotFoundError
        If there is no such plan file.
    AllocationError
        If the plan gives no list, the folder is where the blinded are, or there is a list already.
    OutputError
        If something else is in the folder, or it cannot be written. Nothing is left behind then.
    """
    plan, plan_hash = read_allocation_plan(plan_file)
    hash_file = plan_file.with_suffix(HASH_SUFFIX)
    _check_place(plan_file, unblinded)
    _check_no_list(unblinded, hash_file)
    if plan.method == "minimisation":
        return _specify_minimisation(plan, plan_file, plan_hash, unblinded)
    key = secrets.token_bytes(KEY_BYTES)
    made = make_list(plan, key)
    line = hash_line(list_bytes(made))
    told = Randomised(
        lines=_told(plan, unblinded, hash_file, hash_of_line(line.decode("ascii"))), warnings=warnings_of(plan)
    )
    with _together(unblinded, hash_file, line):
        _write_private(package_files(made, key, plan_file.name, plan_hash), unblinded)
    return told


def verify(package: Path, plan_file: Path | None = None) -> Sequence[str]:
    """Make the list of a folder again from its seed, and compare it with what lies there and with the SHA-256 that is known.

    Parameters
    ----------
    package : Path
        The folder of the unblinded.
    plan_file : Path or None
        The plan file beside which the SHA-256 of the blinded side lies; None: it is compared with the folder's own only.

    Returns
    -------
    sequence of str
        What agrees; nothing of the list, and no seed.

    Raises
    ------
    AllocationPackageError
        If the folder holds no list, or a file is broken.
    AllocationListDiffersError
        If something does not agree.
    """
    found = read_package(package)
    try:
        again = list_bytes(make_list(found.plan, found.key))
    except (AbateError, ValueError, TypeError, LookupError):
        raise AllocationPackageError(
            f"the seed or the specification in {package} is broken; no list comes of it."
        ) from None
    if again != found.list_bytes:
        raise AllocationListDiffersError(
            f"the list in {package} is not the one that its seed gives; somebody has changed a file there, so ask who."
        )
    digest = sha256(again).hexdigest()
    known = {package: found.recorded_hash}
    if plan_file is not None:
        known[plan_file.with_suffix(HASH_SUFFIX)] = _blinded_hash(plan_file.with_suffix(HASH_SUFFIX))
    for where, recorded in known.items():
        if recorded != digest:
            raise AllocationListDiffersError(
                f"the SHA-256 of the list is not the one recorded in {where}; the list is another one than was announced."
            )
    beside = "" if plan_file is None else f", and {plan_file.with_suffix(HASH_SUFFIX).name} says the same"
    lines = [f"the list in {package} is the one that its seed gives{beside}", f"SHA-256 of the list: {digest}"]
    if plan_file is not None and hash_of_file(plan_file) != found.plan_file_hash:
        lines.append(
            f"{plan_file.name} has been changed since the list was made; the list goes by the specification beside it."
        )
    return lines


def check_holds_no_list(folder: Path) -> None:
    """Refuse a folder that is to be written, or replaced, and holds an allocation list, in itself or in a folder of it.

    Raises
    ------
    AllocationListExistsError
        If it does.
    """
    for place in (folder, *(entry for entry in _entries(folder) if entry.is_dir())):
        if any((place / mark).exists() for mark in MARKS):
            raise AllocationListExistsError(
                f"{place} holds an allocation list, which must neither be overwritten nor lie where the blinded read; name another folder."
            )


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _specify_minimisation(plan: AllocationPlan, plan_file: Path, plan_hash: str, folder: Path) -> Randomised:
    simulated = simulate_balance(plan)
    guessed, by_chance = 100 * simulated.guessed_knowing_rule, 100 * simulated.by_chance
    _write_private(minimisation_files(plan, simulated, plan_file.name, plan_hash), folder)
    return Randomised(
        lines=[
            "minimisation makes no list: each assignment depends on who came before, and the live system is not abate",
            f"wrote {folder}: its specification, and what it gives in {simulated.trials} simulated trials",
            f"imbalance at the end: {simulated.overall_mean:.1f} (95 of 100 trials: at most {simulated.overall_95:g})",
            f"guessed right by whoever knows the rule and everybody so far: {guessed:.0f} % (by chance {by_chance:.0f} %)",
        ],
        warnings=warnings_of(plan),
    )


def _told(plan: AllocationPlan, unblinded: Path, hash_file: Path, digest: str) -> list[str]:
    ratio = ":".join(map(str, plan.ratio))
    strata = f", {len(plan.strata)} strata" if plan.factors else ""
    return [
        f"list made: {plan.method}, {len(plan.arms)} arms {ratio}, {plan.participants} participants{strata}",
        f"for the unblinded only: {unblinded}",
        f"SHA-256 of the list: {digest}",
        f"wrote {hash_file}: the SHA-256, for the trial's file",
        "what lists of this kind are worth (the checks of this one are with the unblinded):",
        *(f"  {line}" for line in check_lines(simulate_lists(plan))),
    ]


def _check_place(plan_file: Path, unblinded: Path) -> None:
    """Refuse a folder that the blinded read: the plan file's own, one above it, or one in an output of abate."""
    target = unblinded.resolve()
    homes = (plan_file.resolve().parent, plan_file.absolute().parent.resolve())  # they differ where the file is a link
    if any(target in (home, *home.parents) for home in homes):
        raise UnblindedPlaceError(
            f"{unblinded} is the folder of the plan file or one above it, which the blinded read; name a folder for the unblinded alone."
        )
    for folder in (target, *target.parents):
        mark = next((mark for mark in _MARKS_OF_OUTPUT if (folder / mark).is_file()), None)
        if mark is not None:
            raise UnblindedPlaceError(
                f"{unblinded} lies inside {folder}, an output of abate ({mark}) that the blinded read; name a folder outside it."
            )


def _check_no_list(unblinded: Path, hash_file: Path) -> None:
    if any((unblinded / mark).exists() for mark in MARKS):
        raise AllocationListExistsError(
            f"{unblinded} holds an allocation list already, which is never overwritten; name another folder, or verify that list with --verify."
        )
    if hash_file.exists() or hash_file.is_symlink():
        raise AllocationListExistsError(
            f"{hash_file} says that a list was made from this plan already, and a second one would let somebody choose; "
            "verify the first with --verify, or give the plan file a new name and say why."
        )
    if unblinded.is_symlink() or (unblinded.exists() and not unblinded.is_dir()):
        raise OutputError(f"{unblinded} is there already and is no folder; name another one with --unblinded-to.")
    if unblinded.is_dir() and any(unblinded.iterdir()):
        raise OutputError(f"{unblinded} is not empty; name a new folder with --unblinded-to.")
    if not unblinded.absolute().parent.is_dir():
        raise OutputError(f"there is no folder {unblinded.absolute().parent}; make it first, or name another place.")


@contextmanager
def _together(unblinded: Path, hash_file: Path, line: bytes) -> Iterator[None]:
    """Give the SHA-256 its place once the block has written the folder; if either fails, neither is left."""
    temporary: str | None = None
    has_folder = is_complete = False
    try:
        with writing(hash_file):
            handle, temporary = tempfile.mkstemp(prefix=f".{hash_file.name}.", dir=hash_file.absolute().parent)
            with os.fdopen(handle, "wb") as file:
                file.write(line)
            os.chmod(temporary, 0o644)
        yield
        has_folder = True
        with writing(hash_file):
            _take_new_name(temporary, hash_file)
        is_complete = True
    finally:
        if has_folder and not is_complete:
            shutil.rmtree(unblinded, ignore_errors=True)
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _take_new_name(temporary: str, target: Path) -> None:
    """Give a file its name unless there is one of that name: a link fails then, unlike a rename."""
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(temporary, target)  # not there when it was looked for; file systems without links know no better


def _write_private(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a folder that only its owner reads, whole or not at all, and never in the place of one that holds something."""
    staging: Path | None = None
    try:
        with writing(folder):
            staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.absolute().parent))
            for name, content in files.items():
                handle = os.open(staging / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            _take_empty_place(staging, folder)
        staging = None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _take_empty_place(staging: Path, folder: Path) -> None:
    """Rename; an empty folder that is there goes first, and one that meanwhile is not empty stays."""
    with suppress(FileNotFoundError):
        folder.rmdir()
    staging.rename(folder)


def _blinded_hash(hash_file: Path) -> str:
    try:
        return hash_of_line(hash_file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise AllocationPackageError(
            f"{hash_file} cannot be read; name the plan file beside which the SHA-256 lies, or leave it out."
        ) from None
