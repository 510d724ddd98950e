"""What does one type? Arguments -> one call of the study -> an exit code. Results on stdout, messages on stderr."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
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
        "or the mapping (.toml) of a wide sheet.",
    ),
]
EngineOption = Annotated[str, typer.Option("--engine", help="Where the work on records runs: duckdb or spark.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier run left there.")]
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


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("abate"))
        raise typer.Exit


@app.command()
@mends
def run(
    study: StudyArgument,
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.")],
    engine: EngineOption = "duckdb",
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run a study: records in; report, results, figures and course tables out."""
    from abate.study.run import run as run_study

    with _progress(quiet) as progress:
        result = run_study(study, data, out, engine=_engine(engine), overwrite=overwrite, progress=progress)
    _print_headline(result, out)


@app.command()
@mends
def check(
    data: DataOption,
    study: Annotated[
        str | None, typer.Option("--study", metavar="STUDY", help="What the records are wanted for.")
    ] = None,
    engine: EngineOption = "duckdb",
) -> None:
    """Look at records before a run: what is there, what is missing, are there ratings enough."""
    from abate.study.check import check_records

    for line in check_records(data, study, engine=_engine(engine)):
        typer.echo(line)


@app.command()
@mends
def burden(
    study: StudyArgument,
    data: DataOption,
    first: Annotated[
        int | None, typer.Option("--from", metavar="YEAR", help="First calendar year; without it, ten years in all.")
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", metavar="YEAR", help="Last calendar year; without it, the last observed one.")
    ] = None,
    washout: Annotated[
        str,
        typer.Option("--washout", metavar="LENGTH", help="Observed days without a record before one counts as new."),
    ] = "365d",
    ages: Annotated[
        str, typer.Option("--ages", metavar="AGES", help="Lowest age of each band, with commas between.")
    ] = "0,18,30,40,50,60,70,80",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write; the terminal only, without it.")
    ] = None,
    engine: EngineOption = "duckdb",
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count how common the study's condition is among all whom the records observe, by age, sex and calendar year."""
    from abate.report.burden import burden_lines
    from abate.study.burden import find_burden, parse_ages, parse_washout

    with _progress(quiet) as progress:
        found = find_burden(
            study,
            data,
            out,
            first_year=first,
            last_year=last,
            washout_days=parse_washout(washout),
            age_limits=parse_ages(ages),
            engine=_engine(engine),
            overwrite=overwrite,
            progress=progress,
        )
    for line in burden_lines(found):
        typer.echo(line)
    if out is not None:
        typer.echo(f"wrote {out / 'burden.md'}, with burden.csv and burden.json beside it", err=True)


@app.command()
@mends
def explain(study: StudyArgument) -> None:
    """Say a study in prose that could stand in a methods section."""
    import textwrap

    from abate.study.explain import explain as paragraphs_of
    from abate.study.read import read_study

    for paragraph in paragraphs_of(read_study(study)):
        typer.echo(textwrap.fill(paragraph, width=100, break_on_hyphens=False) + "\n")


@app.command()
@mends
def init(
    preset: Annotated[str | None, typer.Argument(metavar="PRESET", help="Which study to start from.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="File to write; standard output without it.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Name the presets and stop.")] = False,
) -> None:
    """Write a study file to start from."""
    from abate.study.output import write_text
    from abate.study.read import preset_names, preset_text, read_study

    if listed:
        for name in preset_names():
            typer.echo(f"{name:24} {read_study(name).title}")
        return
    if preset is None:
        raise ParameterError("name a preset, such as ketamine-migraine; 'abate init --list' names them all.")
    text = preset_text(preset)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(text, out)
        typer.echo(f"wrote {out}; edit it, then: abate explain {out}", err=True)


@app.command()
@mends
def schema() -> None:
    """Print the JSON Schema of a study file, for editors to complete from."""
    from abate.contracts.definition import Study

    typer.echo(json.dumps(Study.model_json_schema(by_alias=True), indent=2))


@app.command()
@mends
def diary(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A headache diary (CSV or Parquet), one row a person and day.")
    ],
    person: Annotated[
        str | None, typer.Option("--person", metavar="COLUMN", help="Which column names the person.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="COLUMN", help="Which column is the day: dates, or whole numbers.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="KNOWN=YOURS", help="Which column is a known one; may be repeated."),
    ] = None,
    drug: Annotated[
        list[str] | None,
        typer.Option("--drug", metavar="WORD=KNOWN", help="What a word for a drug stands for; may be repeated."),
    ] = None,
    minimum_filled: Annotated[
        float, typer.Option("--minimum-filled", metavar="SHARE", help="Share of days filled in, to give a frequency.")
    ] = 0.8,
    last_days: Annotated[
        int | None, typer.Option("--last-days", metavar="N", help="Count the last N days of each diary only.")
    ] = None,
    month_days: Annotated[
        int, typer.Option("--month-days", metavar="N", help="Days that count as a month, 28 to 31.")
    ] = 28,
    least_hours: Annotated[
        float, typer.Option("--least-hours", metavar="H", help="Hours that make a headache day, unless it was treated.")
    ] = 0.0,
    migraine: Annotated[
        str, typer.Option("--migraine", help="definite: 1.1 C and D; probable: two of B, C and D.")
    ] = "definite",
    aura_counts: Annotated[
        bool, typer.Option("--aura-counts", help="A headache day with aura is a migraine day.")
    ] = False,
    intensity: Annotated[
        str | None, typer.Option("--intensity", metavar="SCALE", help="What numbers of intensity mean: 0-10 or 0-3.")
    ] = None,
    empty_medication: Annotated[
        str, typer.Option("--empty-medication", help="What an empty cell says: not-known, or none (nothing taken).")
    ] = "not-known",
    two_rows: Annotated[
        str, typer.Option("--two-rows", help="Rows of one day that differ: refuse, or leave-out (day not filled in).")
    ] = "refuse",
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Write one row a person, for the site.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Count a headache diary: days a month, attacks, acute drugs, and what it decides and cannot. Not a medical device."""
    from abate.study import diary as work

    rules = work.make_rules(
        least_share_filled=minimum_filled,
        last_days=last_days,
        month_days=month_days,
        least_hours=least_hours,
        migraine_rule=migraine,
        aura_counts=aura_counts,
        intensity_scale=intensity,
        empty_medication=empty_medication,
        two_rows=two_rows,
    )
    named = work.read_names(column or (), person=person, day=day)
    words = work.read_words(drug or ())
    for line in work.count_file(file, rules, named, words, as_json=as_json, out=out, overwrite=overwrite):
        typer.echo(line)


@app.command()
@mends
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Workbook to write.")],
    overwrite: OverwriteOption = False,
) -> None:
    """Write a workbook to fill in: a sheet for each table, with allowed values, comments and examples."""
    from abate.sources.template import write_template

    write_template(file, overwrite=overwrite)
    typer.echo(f"wrote {file}; fill it in, then: abate run STUDY --data {file} --out DIR", err=True)


@app.command()
@mends
def simulate(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE.duckdb|DIR", help="OMOP database to write; truth.json goes beside it."),
    ],
    people: Annotated[
        int | None, typer.Option("--people", metavar="N", help="People in the hospital's records.")
    ] = None,
    courses: Annotated[
        int | None, typer.Option("--courses", metavar="N", help="That many infusion courses, instead of people.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed gives the same hospital.")] = 1,
    set_name: Annotated[
        str, typer.Option("--set", metavar="NAME", help="Parameter set: D, N-low, N-mid, N-high or N-fit.")
    ] = "D",
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Set one parameter; may be repeated."),
    ] = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a simulated hospital (OMOP CDM 5.4) whose truth is known."""
    from abate.sources.simulated import simulate_to

    with _progress(quiet) as progress:
        summary: dict[str, Any] = simulate_to(
            out,
            person_count=people,
            course_count=courses,
            seed=seed,
            set_name=set_name,
            overrides=_parameters(parameter or []),
            overwrite=overwrite,
            progress=lambda done, of: progress(f"{done:,} of {of:,} people"),
        )
    for table, count in summary["row_counts"].items():
        typer.echo(f"{table:24} {count:>12,} rows")
    typer.echo(
        f"{summary['course_count']:,} infusion courses, parameter set {summary['set']}, seed {summary['seed']}: simulated, no patient's data"
    )
    typer.echo(summary["fall"])
    typer.echo("wrote " + " and ".join(summary["files"]))


@app.command()
@mends
def assess(
    answers: Annotated[
        Path | None,
        typer.Argument(
            metavar="ANSWERS",
            help="One patient (TOML, JSON, the form's workbook) or a table of patients (CSV, Parquet, a REDCap export); "
            "without it the questions are asked here.",
        ),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(
            "--form",
            metavar="FILE",
            help="Write the form and stop: .xlsx workbook, .csv REDCap data dictionary, .json FHIR R4 Questionnaire.",
        ),
    ] = None,
    questions: Annotated[bool, typer.Option("--questions", help="List every question and stop.")] = False,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume", metavar="QUESTION=ANSWER", help="Take this where nothing is answered; may be repeated."
        ),
    ] = None,
    onset_age: Annotated[
        float,
        typer.Option("--onset-age", metavar="YEARS", help="From which age on the onset of a headache is a red flag."),
    ] = 50,
    diary: Annotated[
        Path | None,
        typer.Option(
            "--diary", metavar="FILE", help="Of one patient: a headache diary that answers what ANSWERS do not."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Of a table: write one row a patient (CSV). When asked here: keep the answers (JSON).",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Diagnose headache by ICHD-3 from answers: met, not met or not known, and what to ask next. Not a medical device."""
    from abate.study import assess as work

    if form is not None:
        work.write_form(form, overwrite=overwrite)
        typer.echo(f"wrote {form}", err=True)
    elif questions:
        for line in work.question_lines():
            typer.echo(line)
    elif answers is None:
        for line in work.assess_by_asking(_ask, lambda text: typer.echo(text, err=True), out):
            typer.echo(line)
    else:
        for line in work.assess_file(
            answers,
            assume=assume or (),
            onset_age=onset_age,
            diary=diary,
            as_json=as_json,
            out=out,
            overwrite=overwrite,
        ):
            typer.echo(line)


@app.command()
@mends
def options(
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWERS", help="One patient: TOML or JSON (with the treatments tried), or the form's workbook."
        ),
    ],
    onset_age: Annotated[
        float,
        typer.Option("--onset-age", metavar="YEARS", help="From which age on the onset of a headache is a red flag."),
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List treatments for one patient, with reasons and sources, and what speaks against them. Not a medical device."""
    from abate.study.assess import options_file

    for line in options_file(answers, onset_age=onset_age, as_json=as_json):
        typer.echo(line)


@app.command()
@mends
def titration(
    plan: Annotated[
        Path | None, typer.Argument(metavar="PLAN.toml", help="A titration plan; --example prints one.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a plan to start from and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the check as JSON.")] = False,
) -> None:
    """Check an infusion's titration plan against limits and published practice. Exit code 0: within limits. Not a medical device."""
    from abate.study import titration as work

    if example:
        typer.echo(work.EXAMPLE, nl=False)
        return
    if plan is None:
        raise ParameterError("name a titration plan (TOML); 'abate titration --example' prints one to start from.")
    checked = work.check_plan_file(plan, as_json=as_json)
    for line in checked.lines:
        typer.echo(line)
    raise typer.Exit(int(checked.exit_code))


def _ask(question: str) -> str | None:
    """Ask on stderr and return the line that was typed; None where there is no more to come."""
    typer.echo(f"{question}: ", err=True, nl=False)
    line = sys.stdin.readline()
    return line.strip() if line else None


@app.command()
@mends
def scale(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A scale, such as hit6; without it all are listed.")
    ] = None,
    items: Annotated[
        str | None,
        typer.Option("--items", metavar="A,B,...", help="Answers to the items, to add up; leave a missing one empty."),
    ] = None,
    score: Annotated[
        str | None, typer.Option("--score", metavar="VALUE", help="A total, or the word of one answer: which band?")
    ] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="VALUE", help="The rating before ...")] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="VALUE", help="... and after: is the change important?")
    ] = None,
) -> None:
    """Say what is known of a rating scale, score answers, or judge a change. Not a medical device."""
    from abate.study.scale import scale_lines

    for line in scale_lines(name, items=items, score=score, before=before, after=after):
        typer.echo(line)


@app.command()
@mends
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.")] = Path("demo-study"),
    courses: Annotated[
        int, typer.Option("--courses", metavar="N", help="Infusion courses in the simulated hospital.")
    ] = 61,
    seed: Annotated[int, typer.Option("--seed", metavar="S")] = 1,
    engine: EngineOption = "duckdb",
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Simulate a hospital, run the ketamine study on it, and say where the report lies."""
    from abate.study.demo import run_demo

    with _progress(quiet) as progress:
        demonstration = run_demo(
            out, course_count=courses, seed=seed, engine=_engine(engine), overwrite=overwrite, progress=progress
        )
    _print_headline(demonstration.result, out)
    typer.echo(demonstration.fall)


def _engine(name: str) -> Any:
    if name not in ("duckdb", "spark"):
        raise ParameterError(f"engine {name!r} is not known; choose duckdb or spark.")
    return name


def _parameters(assignments: list[str]) -> dict[str, float]:
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ParameterError(f"{assignment!r} is no parameter with its value; write NAME=VALUE, such as drug=4.4.")
    return values


def _progress(quiet: bool) -> Any:
    from abate.base.logs import show_progress

    return show_progress(quiet=quiet)


def _print_attrition(attrition: Any) -> None:
    for step in attrition:
        asked = "" if step.is_asked else "  (not asked)"
        typer.echo(f"{step.courses:>9} courses  {step.persons:>9} persons  {step.rule}{asked}")


def _print_headline(result: Any, out: Path) -> None:
    from abate.report.headline import headline_lines

    for line in headline_lines(result):
        typer.echo(line)
    typer.echo(f"report: {out / 'report.html'}")


def main() -> None:
    """Run the command; an exit code says how it went (docs/errors.md)."""
    sys.exit(app())
