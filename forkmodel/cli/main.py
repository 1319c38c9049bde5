"""The command line: parse, call, print.

Exit status: 0 done; 1 the fit was made but its review FAILED; others in :mod:`forkmodel.cli.failures`. Only
typer is imported here: each command loads what it needs, so that ``--help``
stays quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forkmodel.cli.console import prepare_streams, print_json, print_table, show_progress
from forkmodel.cli.failures import failure_status
from forkmodel.cli.future import claims, compare, forecast, scenarios_app
from forkmodel.cli.hindcast import hindcast
from forkmodel.cli.studies import validate_app
from forkmodel.cli.tables import data_app, priors_app
from forkmodel.cli.trust import backtest, facts, score, sensitivity
from forkmodel.options import MIN_DRAWS, MOST_CHAINS, MOST_DRAWS, MOST_SEED
from forkmodel.pipeline import DERIVING, Sampling, Source

if TYPE_CHECKING:
    from forkmodel.inference.verdict import Review

__all__ = ["app", "main"]

DONE, REVIEW_FAILED = 0, 1

app = typer.Typer(
    name="forkmodel",
    help="Fit a Bayesian model of the AI fork to market tables, and ask it about concentration.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data_app, name="data", help="Check and show market tables.")
app.add_typer(scenarios_app, name="scenarios", help="Show and check scenarios.")
app.add_typer(priors_app, name="priors", help="Show and check prior sets.")
app.add_typer(
    validate_app, name="validate", help="Studies of the model: calibration, comparison, references."
)

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of CSV tables; the bundled snapshot if left out.")
]
UpdateOption = Annotated[
    list[Path] | None,
    typer.Option("--update", help="Folder with newer rows, merged on top; may be given several times."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Use only what was known on this day (YYYY-MM-DD).")
]
StrictOption = Annotated[
    bool,
    typer.Option(
        "--strict", help="Keep only rows with proof that they were known then: no score of a later table."
    ),
]
PriorsOption = Annotated[
    str, typer.Option("--priors", help="reference, skeptic, advocate, hindsight-free, or a TOML file.")
]
DrawsOption = Annotated[
    int | None, typer.Option("--draws", min=MIN_DRAWS, max=MOST_DRAWS, help="Kept draws per chain.")
]
TuneOption = Annotated[
    int | None, typer.Option("--tune", min=1, max=MOST_DRAWS, help="Warm-up steps per chain.")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Same seed, same draws.")]
CoresOption = Annotated[
    int | None, typer.Option("--cores", min=1, max=MOST_CHAINS, help="Chains run at once; all cores.")
]
QuickOption = Annotated[bool, typer.Option("--quick", help="Few draws, to see whether everything works.")]
HorizonOption = Annotated[str, typer.Option("--horizon", help="Last day, month, quarter or year.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
FitArgument = Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("forkmodel"))
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Fit a Bayesian model of the AI fork to market tables, and ask it about concentration."""


def _print_review(review: Review) -> None:
    print_table(
        ["status", "check", "value", "wanted", "advice"],
        [(check.status, check.name, check.value, check.threshold, check.advice) for check in review.checks],
        title=f"Review: {review.status}",
    )


def _exit_by(status: str) -> None:
    if status == "FAIL":
        raise typer.Exit(REVIEW_FAILED)


@app.command()
def run(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for report.html, fit.nc, forecast.nc and summary.json.")
    ],
    data: DataOption = None,
    update: UpdateOption = None,
    as_of: AsOfOption = None,
    strict: StrictOption = False,
    priors: PriorsOption = "reference",
    draws: DrawsOption = None,
    tune: TuneOption = None,
    seed: SeedOption = 1,
    cores: CoresOption = None,
    quick: QuickOption = False,
    horizon: HorizonOption = "2036-12",
    all_priors: Annotated[
        bool, typer.Option("--all-priors", help="Fit the skeptic's and the advocate's priors too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Fit the model, forecast and write the report, in one go."""
    from forkmodel import pipeline

    source = Source(data, tuple(update or ()), as_of, strict)
    with show_progress() as progress:
        fit, summary = pipeline.run(
            out,
            source,
            priors,
            Sampling(draws, tune, seed, cores, quick),
            progress,
            horizon=horizon,
            all_priors=all_priors,
        )
    if as_json:
        print_json(summary)
    else:
        _print_review(fit.review())
        names = (pipeline.REPORT_FILE, pipeline.FIT_FILE, pipeline.FORECAST_FILE, pipeline.SUMMARY_FILE)
        typer.echo(f"Wrote {', '.join(names)} in {out}.")
    _exit_by(fit.review().status)


@app.command()
def fit(
    out: Annotated[Path, typer.Option("--out", help="File to write, for example fit.nc.")],
    data: DataOption = None,
    update: UpdateOption = None,
    as_of: AsOfOption = None,
    strict: StrictOption = False,
    priors: PriorsOption = "reference",
    draws: DrawsOption = None,
    tune: TuneOption = None,
    seed: SeedOption = 1,
    cores: CoresOption = None,
    quick: QuickOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit the model and save the posterior."""
    from forkmodel.pipeline import check_target, make_fit

    check_target(out, folder=False)
    source = Source(data, tuple(update or ()), as_of, strict)
    with show_progress() as progress:
        made = make_fit(source, priors, Sampling(draws, tune, seed, cores, quick), progress)
        made.save(out)
        progress("derive", 0.0, DERIVING)
        review = made.review()
    if as_json:
        print_json({"fit": str(out), "status": review.status, **made.describe()})
    else:
        _print_review(review)
        typer.echo(f"Wrote {out}.")
    _exit_by(review.status)


@app.command()
def review(file: FitArgument, as_json: JsonOption = False) -> None:
    """Check whether a saved fit may be quoted."""
    from forkmodel.fit import load

    found = load(file).review()
    if as_json:
        print_json(found.as_dict())
    else:
        _print_review(found)
    _exit_by(found.status)


@app.command()
def report(
    file: FitArgument,
    to: Annotated[Path, typer.Option("--to", help="HTML file to write.")] = Path("report.html"),
) -> None:
    """Write the report of a saved fit."""
    from forkmodel.fit import load
    from forkmodel.pipeline import check_target
    from forkmodel.pipeline import report as write

    check_target(to, folder=False)
    with show_progress() as progress:
        progress("read", 0.0, str(file))
        loaded = load(file)
        progress("derive", 0.0, DERIVING)
        status = loaded.review().status
        progress("report", 0.0, str(to))
        written = write(loaded, to=to)
    typer.echo(f"Wrote {written}.")
    _exit_by(status)


app.command()(forecast)
app.command()(compare)
app.command()(claims)
app.command()(backtest)
app.command()(hindcast)
app.command()(score)
app.command()(facts)
app.command()(sensitivity)


# A question may begin with a minus sign, which is no option.
@app.command(context_settings={"ignore_unknown_options": True})
def query(
    file: Annotated[Path, typer.Argument(help="File that `forkmodel forecast`, `fit` or `run` wrote.")],
    question: Annotated[str, typer.Argument(help='For example "hhi.closed[2031] > 2500".')],
    as_json: JsonOption = False,
) -> None:
    """Ask a saved forecast or fit a question."""
    from forkmodel.formats import is_forecast_file
    from forkmodel.queries import ask, parse
    from forkmodel.queries.draw_source import FileDraws

    # Typing mistakes are answered before anything is read.
    parse(question)
    if is_forecast_file(file):
        answer = ask(FileDraws(file), question)
    else:
        from forkmodel.fit import load

        answer = load(file).query(question)
    if as_json:
        print_json(answer.as_dict())
    else:
        typer.echo(str(answer))


def main() -> None:
    """Run the command line and exit with its status."""
    prepare_streams()
    try:
        status = app(standalone_mode=False) or DONE
        sys.stdout.flush()
    except BaseException as error:
        status = failure_status(error, as_json="--json" in sys.argv[1:])
    sys.exit(status)
