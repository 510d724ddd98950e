"""What does one type about the next trial? Arguments -> one call of the study; results on stdout, messages on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abate.base.errors import ParameterError
from abate.cli.frame import OverwriteOption, QuietOption, app, mends, progress_shown

#: In the place of a source: two plans are set side by side.
_COMPARE = "compare"


@app.command()
@mends
def plan(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[compare] SOURCE...",
            help="Folder of a run, or a plan file (TOML); after 'compare', two plan files.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write; with --example, the file.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option("--trials", metavar="N", help="Simulated trials, in the place of the plan's own number."),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Write a plan file to start from, without a study.")
    ] = False,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Plan the next trial: a study's run or a plan file in; report, protocol draft and plan file out."""
    asked = list(source or ())
    if example:
        _write_example(asked, out)
    elif asked[:1] == [_COMPARE]:
        _compare(asked[1:], trials, quiet)
    else:
        _plan(asked, out, trials, overwrite, quiet)


def _write_example(asked: list[str], out: Path | None) -> None:
    from abate.study.plan_file import example_text

    if asked:
        raise ParameterError(f"--example needs no source; leave {asked[0]!r} out.")
    if out is None:
        typer.echo(example_text(), nl=False)
        return
    from abate.study.output import write_text

    write_text(example_text(), out)
    typer.echo(f"wrote {out}")


def _plan(asked: list[str], out: Path | None, trials: int | None, overwrite: bool, quiet: bool) -> None:
    from abate.study.plan import PLAN_FILE, plan_trial
    from abate.study.plan_headline import headline

    if len(asked) != 1:
        raise ParameterError(
            f"one source is planned from, and {len(asked)} were given; name a run's folder or a plan file, or 'compare' and two plan files."
        )
    if out is None:
        raise ParameterError("--out is missing; name the folder that the plan is to be written to.")
    with progress_shown(quiet) as progress:
        found = plan_trial(asked[0], out, trials=trials, overwrite=overwrite, progress=progress)
    for line in headline(found):
        typer.echo(line)
    typer.echo(f"report: {out / 'report.html'}")
    typer.echo(f"edit and plan again: {out / PLAN_FILE}")


def _compare(asked: list[str], trials: int | None, quiet: bool) -> None:
    from abate.study.plan_compare import compare_plans, comparison_lines

    if len(asked) != 2:
        raise ParameterError(
            f"'abate plan compare' sets two plan files side by side, and {len(asked)} were given; name two."
        )
    with progress_shown(quiet) as progress:
        compared = compare_plans(Path(asked[0]), Path(asked[1]), trials=trials, progress=progress)
    for line in comparison_lines(compared):
        typer.echo(line)


@app.command()
@mends
def randomise(
    plan: Annotated[
        Path | None,
        typer.Argument(metavar="PLAN.toml", help="A plan file with a section [randomisation]; --example prints one."),
    ] = None,
    unblinded_to: Annotated[
        Path | None,
        typer.Option(
            "--unblinded-to",
            metavar="DIR",
            help="New folder that only the unblinded may read: list, kit labels, seed. Never inside an output of abate.",
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify", metavar="DIR", help="Make the list of such a folder again and compare it with its SHA-256."
        ),
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a section to start from and stop.")] = False,
) -> None:
    """Make an allocation list for the unblinded, and its SHA-256 for the blinded; or prove a list that was made."""
    if example:
        from abate.study.randomisation_file import EXAMPLE

        typer.echo(EXAMPLE, nl=False)
        return
    if (unblinded_to is None) == (verify is None):
        raise ParameterError("give --unblinded-to DIR to make a list, or --verify DIR to prove one.")
    from abate.study import randomise as work

    if verify is not None:
        for line in work.verify(verify, plan):
            typer.echo(line)
        return
    if plan is None or unblinded_to is None:
        raise ParameterError("name a plan file (TOML); 'abate randomise --example' prints one to start from.")
    made = work.randomise(plan, unblinded_to)
    for line in made.lines:
        typer.echo(line)
    for warning in made.warnings:
        typer.echo(f"warning: {warning}", err=True)
