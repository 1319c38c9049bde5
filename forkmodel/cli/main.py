"""The command line: parse, call, print.

Exit status: 0 done; 1 the fit was made but its review FAILED; others in :mod:`forkmodel.cli.failures`. Only
typer is imported here: each command loads what it needs, so that ``--help``
stays quick.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forkmodel.cli.console import prepare_streams, print_json, print_table, say, show_progress
from forkmodel.cli.demand import demand
from forkmodel.cli.doctor import doctor
from forkmodel.cli.failures import INTERRUPTED, REVIEW_FAILED, failure_status
from forkmodel.cli.future import claims, compare, forecast, scenarios_app
from forkmodel.cli.hindcast import hindcast
from forkmodel.cli.interrupted import stop_if_interrupted
from forkmodel.cli.merger import merger
from forkmodel.cli.migrate import migrate
from forkmodel.cli.query import query
from forkmodel.cli.shares import shares
from forkmodel.cli.studies import validate_app
from forkmodel.cli.tables import data_app, priors_app
from forkmodel.cli.track import track_app
from forkmodel.cli.trust import backtest, facts, score, sensitivity
from forkmodel.cli.update import update
from forkmodel.options import MIN_DRAWS, MOST_CHAINS, MOST_DRAWS, MOST_SEED
from forkmodel.pipeline import DERIVING, Sampling, Source

if TYPE_CHECKING:
    from forkmodel.inference.verdict import Review

__all__ = ["app", "main"]

DONE = 0

app = typer.Typer(
    name="forkmodel",
    help="Fit a Bayesian model of the AI fork to market tables, and ask it about concentration.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data_app, name="data", help="Check and show market tables.")
app.add_typer(scenarios_app, name="scenarios", help="Show and check scenarios.")
app.add_typer(priors_app, name="priors", help="Show and check prior sets.")
app.add_typer(track_app, name="track", help="Keep forecasts and put their scores on record.")
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
WarmOption = Annotated[
    Path | None,
    typer.Option("--warm", help="Saved fit, of earlier tables or other priors, to begin with: quicker."),
]
QuickOption = Annotated[bool, typer.Option("--quick", help="Few draws, to see whether everything works.")]
HorizonOption = Annotated[str, typer.Option("--horizon", help="Last day, month, quarter or year.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
FitArgument = Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(version("forkmodel"))
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
    warm: WarmOption = None,
    horizon: HorizonOption = "2036-12",
    all_priors: Annotated[
        bool, typer.Option("--all-priors", help="Fit the skeptic's and the advocate's priors too.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Sample even where the folder holds this very fit.")
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
            Sampling(draws, tune, seed, cores, quick, warm, fresh),
            progress,
            horizon=horizon,
            all_priors=all_priors,
        )
        if summary is None:
            stop_if_interrupted(fit, out / pipeline.FIT_FILE)
    if as_json:
        print_json(summary)
    else:
        _print_review(fit.review())
        names = (pipeline.REPORT_FILE, pipeline.FIT_FILE, pipeline.FORECAST_FILE, pipeline.SUMMARY_FILE)
        say(f"Wrote {', '.join(names)} in {out}.")
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
    warm: WarmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit the model and save the posterior."""
    from forkmodel.pipeline import fit_bytes, make_fit
    from forkmodel.targets import held_target

    sampling = Sampling(draws, tune, seed, cores, quick, warm)
    source = Source(data, tuple(update or ()), as_of, strict)
    with held_target(out, folder=False, needs=fit_bytes(sampling)), show_progress() as progress:
        made = make_fit(source, priors, sampling, progress, interruptible=True)
        stop_if_interrupted(made, out)
        made.save(out)
        progress("derive", 0.0, DERIVING)
        review = made.review()
    if as_json:
        print_json({"fit": str(out), "status": review.status, **made.describe()})
    else:
        _print_review(review)
        say(f"Wrote {out}.")
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
    file: Annotated[
        Path | None,
        typer.Argument(help="File that `forkmodel fit` or `run` wrote; the package's own fit if left out."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help="File to write, by its ending HTML, PDF (.pdf) or Markdown (.md). [default: report.html]",
        ),
    ] = None,
    forecast_file: Annotated[
        Path | None,
        typer.Option("--forecast", help="Forecast of this fit that is at hand, instead of simulating again."),
    ] = None,
    sections: Annotated[
        str | None, typer.Option("--sections", help="Only these, such as claims,buyer,trust.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Folder for every chart as SVG with its CSV; no page without --to."),
    ] = None,
    templates: Annotated[
        Path | None,
        typer.Option("--template", help="Folder of templates that replace the package's, for HTML and PDF."),
    ] = None,
) -> None:
    """Write the report of a saved fit, or its charts."""
    from forkmodel.report import FIGURES_INDEX, check_report
    from forkmodel.targets import held_target

    wanted = None if sections is None else [name.strip() for name in sections.split(",")]
    page = Path("report.html") if to is None and figures is None else to
    check_report(page, wanted, templates)
    if file is None:
        from forkmodel.errors import ForkModelError

        options = (forecast_file, wanted, figures, templates)
        if (
            page is None
            or page.suffix.lower() in (".md", ".pdf")
            or any(given is not None for given in options)
        ):
            raise ForkModelError(
                "the package's own fit has one page, all of it in HTML: leave out --forecast, --sections, "
                "--figures, --template and names that end in .md or .pdf, or name a fit."
            )
        _write_bundled_report(page)
        return
    from forkmodel.fit import load
    from forkmodel.pipeline import report as write

    with ExitStack() as held, show_progress() as progress:
        for target, folder in ((page, False), (figures, True)):
            if target is not None:
                held.enter_context(held_target(target, folder=folder))
        progress("read", 0.0, str(file))
        loaded = load(file)
        at_hand = None
        if forecast_file is not None:
            from forkmodel.forecast.forecast import load_forecast

            at_hand = load_forecast(forecast_file)
        progress("derive", 0.0, DERIVING)
        status = loaded.review().status
        progress("report", 0.0, str(page or figures))
        write(loaded, to=page, forecast=at_hand, sections=wanted, templates=templates, figures=figures)
    if page is not None:
        say(f"Wrote {page}.")
    if figures is not None:
        say(f"Wrote the figures to {figures}; {figures / FIGURES_INDEX} lists them.")
    _exit_by(status)


def _write_bundled_report(to: Path) -> None:
    """Write the page that was made when the package's own fit was."""
    from forkmodel.forecast.bundled import bundled_fit, bundled_report
    from forkmodel.targets import held_target
    from forkmodel.whole_files import write_whole

    fit = bundled_fit()
    with held_target(to, folder=False):
        write_whole(to, bundled_report())
    say(f"Wrote {to}.")
    say(f"{fit.sentence} The report shows all {fit.draws:,}.")


app.command()(forecast)
app.command()(compare)
app.command()(claims)
app.command()(merger)
app.command()(migrate)
app.command()(update)
app.command()(shares)
app.command()(demand)
app.command()(backtest)
app.command()(hindcast)
app.command()(score)
app.command()(facts)
app.command()(sensitivity)
# A question may begin with a minus sign, which is no option.
app.command(context_settings={"ignore_unknown_options": True})(query)
app.command()(doctor)


def main() -> None:
    """Run the command line and exit with its status."""
    prepare_streams()
    try:
        words = sys.argv[1:]
        if {"--help", "--json"} <= set(words):
            from forkmodel.cli.describe import describe

            print_json(describe(app, words))
            status = DONE
        else:
            status = app(standalone_mode=False) or DONE
        if status == INTERRUPTED:
            # The parser catches the interrupt and says nothing.
            raise KeyboardInterrupt
        sys.stdout.flush()
    except BaseException as error:
        status = failure_status(error, as_json="--json" in sys.argv[1:])
    sys.exit(status)
