"""What do all commands share? The application, options of one meaning, and how a mistake becomes one sentence and an exit code."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec

import typer

from abate.base.errors import AbateError, ExitCode, NoCoursesError, ParameterError

P = ParamSpec("P")

app = typer.Typer(
    name="abate",
    help="From a hospital's own records to a treatment-course study, and from that study to the next trial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyArgument = Annotated[str, typer.Argument(metavar="STUDY", help="A study file (TOML), or the name of a preset.")]
DataOption = Annotated[
    str,
    typer.Option(
        "--data",
        metavar="WHERE",
        help="An OMOP CDM (DuckDB file, folder of Parquet or CSV, postgresql:// URL), a workbook or folder of course tables, "
        "a raw CSV export of REDCap, or the mapping (.toml) of a wide sheet.",
    ),
]
EngineOption = Annotated[str, typer.Option("--engine", help="Where the work on records runs: duckdb or spark.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier run left there.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
OnsetAgeOption = Annotated[
    float,
    typer.Option("--onset-age", metavar="YEARS", help="From which age on the onset of a headache is a red flag."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on the way.")]


def mends(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the mistakes that a user can mend into one sentence on stderr and an exit code of their own."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except NoCoursesError as error:
            _print_attrition(error.attrition)
            _fail(error)
        except AbateError as error:
            _fail(error)
        except KeyboardInterrupt:
            typer.echo("abate: stopped; nothing was left half-written.", err=True)
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            _leave_closed_pipe()
            raise typer.Exit(ExitCode.OK) from None
        except typer.Exit:
            raise
        except Exception as error:
            _report_fault(error)
            raise typer.Exit(ExitCode.INTERNAL) from None

    return wrapped


def _report_fault(error: Exception) -> None:
    """Say where abate failed, without the words of the failure: a library's may quote a patient's row."""
    import traceback

    places = "".join(traceback.format_tb(error.__traceback__))
    typer.echo(
        f"{places}abate: a fault in abate ({type(error).__name__}); please report the lines above. "
        "What the failure said is left out, since it may quote a record. Nothing was left half-written.",
        err=True,
    )


def _leave_closed_pipe() -> None:
    """Let what is still to be written vanish: whoever reads stdout, such as ``head``, has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: AbateError) -> None:
    typer.echo(f"abate: {error}", err=True)
    raise typer.Exit(int(error.exit_code)) from None


def _print_attrition(attrition: Any) -> None:
    for step in attrition:
        asked = "" if step.is_asked else "  (not asked)"
        typer.echo(f"{step.courses:>9} courses  {step.persons:>9} persons  {step.rule}{asked}")


def checked_engine(name: str) -> Any:
    """Return the engine's name, refusing one that is not known."""
    if name not in ("duckdb", "spark"):
        raise ParameterError(f"engine {name!r} is not known; choose duckdb or spark.")
    return name


def progress_shown(quiet: bool) -> Any:
    """Return what shows progress on stderr, or nothing where ``quiet``."""
    from abate.base.logs import show_progress

    return show_progress(quiet=quiet)
