"""What does one type about a printed table? Arguments -> one call of the study; results on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abate.cli.frame import JsonOption, app, mends


@app.command()
@mends
def check_counts(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Columns k, n, percent as they are printed, k may be empty; also label, group (lines that make up a whole), "
            "and mean with items (of whole ratings).",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Check the "k of n (p %)" of a table, and which k would fit. Exit code 17: something does not. Not a medical device."""
    from abate.study import count_check as work

    checked = work.check_count_file(file)
    for line in work.print_lines(checked, as_json=as_json):
        typer.echo(line)
    raise typer.Exit(int(checked.exit_code))
