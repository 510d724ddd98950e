"""What does one type about the next trial? Arguments -> one call of the study; results on stdout, warnings on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abate.base.errors import ParameterError
from abate.cli.frame import app, mends


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
