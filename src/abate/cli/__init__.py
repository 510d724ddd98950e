"""What does one type? Arguments -> one call of the study -> an exit code. Results on stdout, messages on stderr."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from abate.cli import studies
from abate.cli.frame import app

# isort: split
# Second: --help lists commands in the order in which they are made, those on studies first.
from abate.cli import patients, printed, trials

__all__ = ["app", "main", "patients", "printed", "studies", "trials"]


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("abate"))
        raise typer.Exit


def main() -> None:
    """Run the command; an exit code says how it went (docs/errors.md)."""
    sys.exit(app())
