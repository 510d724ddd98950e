"""What does one type about a study and its records? Arguments -> one call of the study; results on stdout, messages on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from abate.base.errors import ParameterError
from abate.cli.frame import (
    DataOption,
    EngineOption,
    OverwriteOption,
    QuietOption,
    StudyArgument,
    app,
    checked_engine,
    mends,
    progress_shown,
)


@app.command()
@mends
def run(
    study: StudyArgument,
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.")],
    audience: Annotated[
        str,
        typer.Option("--audience", metavar="WHO", help="site (with single courses) or share (small counts hidden)."),
    ] = "site",
    disclosure: Annotated[
        str | None,
        typer.Option(
            "--disclosure",
            metavar="RULE",
            help="With share: 5, 6 or 11 (smallest count shown) or 5-rounded; else the study's own rule.",
        ),
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            "--earlier",
            metavar="DIR",
            help="With share: folder of an earlier release that readers may have too; may be repeated.",
        ),
    ] = None,
    engine: EngineOption = "duckdb",
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run a study: records in; report, results, figures and course tables out."""
    from abate.study.run import read_audience, read_disclosure
    from abate.study.run import run as run_study

    for_whom = read_audience(audience)
    rule = read_disclosure(disclosure, for_whom)
    with progress_shown(quiet) as progress:
        result = run_study(
            study,
            data,
            out,
            engine=checked_engine(engine),
            audience=for_whom,
            disclosure=rule,
            earlier=earlier or (),
            overwrite=overwrite,
            progress=progress,
        )
    _print_headline(result, out)


@app.command()
@mends
def check(
    data: DataOption,
    study: Annotated[
        str | None, typer.Option("--study", metavar="STUDY", help="What the records are wanted for.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="CHECKED.xlsx",
            help="For a workbook: write a copy in which a sheet 'check' lists the mistakes by cell, and the cells are marked.",
        ),
    ] = None,
    engine: EngineOption = "duckdb",
    overwrite: OverwriteOption = False,
) -> None:
    """Look at records before a run: what is there, what is missing, which cells do not fit, are there ratings enough."""
    from abate.study.check import check_all

    found = check_all(data, study, out=out, overwrite=overwrite, engine=checked_engine(engine))
    for line in found.lines:
        typer.echo(line)
    if found.stops:
        raise found.stops[0]


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

    with progress_shown(quiet) as progress:
        found = find_burden(
            study,
            data,
            out,
            first_year=first,
            last_year=last,
            washout_days=parse_washout(washout),
            age_limits=parse_ages(ages),
            engine=checked_engine(engine),
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
def schema(
    of: Annotated[
        str,
        typer.Option(
            "--of",
            metavar="WHAT",
            help="study (a study file), results (results.json), plan (a plan file) or trial-plan (plan.json).",
        ),
    ] = "study",
) -> None:
    """Print the JSON Schema of a study or plan file, for editors to complete from, or of results.json or plan.json."""
    from abate.study.schemas import schema_of

    typer.echo(json.dumps(schema_of(of), indent=2))


@app.command()
@mends
def export(
    results: Annotated[Path, typer.Argument(metavar="RESULTS_DIR", help="Folder that 'abate run --out' wrote.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.")],
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="omop (summarised result, cohort rows) or hades.")
    ],
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="NAME", help="Name of the database; without it, the one the records give."),
    ] = None,
    smallest: Annotated[
        int | None,
        typer.Option("--min-cell-count", metavar="N", help="Smallest count above 0 that is shown; 5 without it."),
    ] = None,
    no_cohort: Annotated[
        bool, typer.Option("--no-cohort", help="omop: leave out the cohort rows, which are patients' data.")
    ] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a run's results for other tools: a summarised result and cohort rows (OMOP), or HADES tables."""
    from abate.study.export import describe_export, export_results

    exported = export_results(
        results,
        out,
        format=format,
        database=database,
        smallest_count=smallest,
        with_cohort=not no_cohort,
        overwrite=overwrite,
    )
    for line in describe_export(exported):
        typer.echo(line)


@app.command()
@mends
def template(
    where: Annotated[
        Path,
        typer.Argument(metavar="FILE.xlsx|DIR|OUT.zip", help="Workbook to write; with --redcap a folder or a .zip."),
    ],
    redcap: Annotated[
        bool,
        typer.Option(
            "--redcap", help="Write a REDCap project instead: its data dictionary, and how to set it up and export."
        ),
    ] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a form for a chart review: a workbook to fill in, or a REDCap project."""
    if redcap:
        from abate.sources.redcap import write_project

        written = " and ".join(str(path) for path in write_project(where, overwrite=overwrite))
        typer.echo(f"wrote {written}; how-to.txt says how to set the project up and how to export from it", err=True)
        return
    from abate.sources.template import write_template

    write_template(where, overwrite=overwrite)
    typer.echo(f"wrote {where}; fill it in, then: abate check --data {where}", err=True)


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

    with progress_shown(quiet) as progress:
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

    with progress_shown(quiet) as progress:
        demonstration = run_demo(
            out, course_count=courses, seed=seed, engine=checked_engine(engine), overwrite=overwrite, progress=progress
        )
    _print_headline(demonstration.result, out)
    typer.echo(demonstration.fall)


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


def _print_headline(result: Any, out: Path) -> None:
    from abate.report.headline import headline_lines

    for line in headline_lines(result):
        typer.echo(line)
    typer.echo(f"report: {out / 'report.html'}")
    if (out / "summary.html").is_file():
        typer.echo(f"one page for the infusion centre: {out / 'summary.html'}")
