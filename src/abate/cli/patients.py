"""What does one type about a patient, a diary, a scale or a plan? Arguments -> one call of the study; results on stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from abate.base.errors import ParameterError
from abate.cli.frame import JsonOption, OnsetAgeOption, OverwriteOption, app, mends


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
    onset_age: OnsetAgeOption = 50,
    diary: Annotated[
        Path | None,
        typer.Option(
            "--diary", metavar="FILE", help="Of one patient: a headache diary that answers what ANSWERS do not."
        ),
    ] = None,
    as_json: JsonOption = False,
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
    onset_age: OnsetAgeOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List treatments for one patient, with reasons and sources, and what speaks against them. Not a medical device."""
    from abate.study.assess import options_file

    for line in options_file(answers, onset_age=onset_age, as_json=as_json):
        typer.echo(line)


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
    as_json: JsonOption = False,
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
def titration(
    plan: Annotated[
        Path | None, typer.Argument(metavar="PLAN.toml", help="A titration plan; --example prints one.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a plan to start from and stop.")] = False,
    as_json: JsonOption = False,
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
