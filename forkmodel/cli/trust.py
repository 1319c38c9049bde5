"""The commands about trust: ``backtest``, ``score``, ``facts`` and ``sensitivity``."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cores import usable_cores
from forkmodel.dates import read_span
from forkmodel.json_text import json_ready, json_text
from forkmodel.options import MOST_SEED

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DataOption",
    "JsonOption",
    "UpdateOption",
    "backtest",
    "facts",
    "held_beside",
    "say_first",
    "score",
    "sensitivity",
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of CSV tables; the bundled snapshot if left out.")
]
UpdateOption = Annotated[
    list[Path] | None,
    typer.Option("--update", help="Folder with newer rows, merged on top; may be given several times."),
]
FitsOption = Annotated[
    Path, typer.Option("--fits", help="Folder where finished jobs are kept and found again.")
]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Local processes that fit at once.")]
DaskOption = Annotated[
    str | None, typer.Option("--dask", help="Address of a dask scheduler whose workers fit instead.")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Same seed, same draws.")]
FitArgument = Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.")]
StrictOption = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="A cut-off knows only rows with proof that they were known then.",
    ),
]

#: Two fits side by side use two cores better than one does: one compiles while the other samples.
SIDE_BY_SIDE = min(2, usable_cores())


def held_beside(out: Path | None, fits: Path) -> AbstractContextManager[None]:
    """Hold the folder of a record, if one is wanted that is not the folder of jobs, which is held anyway."""
    from forkmodel.targets import check_target, held_target

    if out is None:
        return nullcontext()
    if out.resolve() == fits.resolve():
        check_target(out, folder=True)
        return nullcontext()
    return held_target(out, folder=True)


def say_first(sentences: Iterable[str]) -> None:
    """Print what must be known before the figures that follow."""
    for sentence in sentences:
        say(sentence)


def _market(data: Path | None, update: list[Path] | None) -> Any:
    from forkmodel.pipeline import Source

    return Source(data, tuple(update or ())).load()


def backtest(
    fits: FitsOption = Path("backtest-fits"),
    cutoff: Annotated[
        list[str] | None, typer.Option("--cutoff", help="Day (YYYY-MM-DD); several times. Default: five.")
    ] = None,
    data: DataOption = None,
    update: UpdateOption = None,
    priors: Annotated[str, typer.Option("--priors", help="Prior set of all fits.")] = "hindsight-free",
    draws: Annotated[int | None, typer.Option("--draws", min=20, help="Kept draws per chain.")] = None,
    tune: Annotated[int | None, typer.Option("--tune", min=1, help="Warm-up steps per chain.")] = None,
    seed: SeedOption = 1,
    strict: StrictOption = False,
    ensemble: Annotated[
        bool, typer.Option("--ensemble/--structural", help="Which worlds of each fit are scored.")
    ] = False,
    workers: WorkersOption = SIDE_BY_SIDE,
    dask: DaskOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the record and its tables.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast from past days and score what came after.

    Fits that are in the folder already are not made again: an interrupted backtest goes on where it stopped.
    Every fit is reviewed; one that failed is shown as failed and counts in no figure.
    """
    from forkmodel.inference.sampling import DEFAULT_DRAWS, DEFAULT_TUNE
    from forkmodel.validate.backtest.backtest import CUTOFFS
    from forkmodel.validate.backtest.backtest import backtest as make

    with held_beside(out, fits), show_progress() as progress:
        made = make(
            _market(data, update),
            fits,
            cutoffs=cutoff or CUTOFFS,
            priors=priors,
            draws=draws or DEFAULT_DRAWS,
            tune=tune or DEFAULT_TUNE,
            seed=seed,
            strict=strict,
            ensemble=ensemble,
            workers=workers,
            dask=dask,
            progress=progress,
        )
        record = json_ready(made.as_dict())
        if out is not None:
            _write_record(out, record, None if ensemble else made.past_scores())
    if as_json:
        print_json(record)
        return
    from forkmodel.validate.reviews import review_words

    say_first(record["standing"])
    reviews = [(name, review_words(review)) for name, review in made.facts["reviews"].items()]
    print_table(["fit", "review"], reviews, title="Review of every fit")
    _print_skill(record)
    for name, group in made.pooled().items():
        shares = ", ".join(f"{float(mass):.0%}: {part:.0%}" for mass, part in group["coverage"].items())
        say(f"Coverage, {name} ({group['n']} outcomes): {shares}")


def _write_record(out: Path, record: dict[str, Any], past_scores: pd.DataFrame | None) -> None:
    """Write the record of a backtest, its page, and the scores that later ensembles weight worlds by."""
    from forkmodel.validate.backtest.page import backtest_page
    from forkmodel.whole_files import staged_files, write_whole

    texts = {"backtest.json": json_text(record), "backtest.md": backtest_page(record)}
    if past_scores is not None:
        texts["past_scores.csv"] = past_scores.to_csv(index=False, float_format="%.6g")
    with staged_files(out, texts) as waiting:
        for name, text in texts.items():
            write_whole(waiting / name, text)


def _print_skill(record: dict[str, Any]) -> None:
    from forkmodel.validate.backtest.scoreboard import trust_frame

    frame = trust_frame(record)
    if frame.empty:
        return
    board = record["scoreboard"]
    columns = ["target", "n", "crps", "skill", "low", "high", "beaten", "named", "windows_won", "windows"]
    columns += [name for name in frame.columns if name.startswith("inside_")]
    print_table(
        columns,
        frame[columns].astype(object).where(frame[columns].notna(), None).to_numpy().tolist(),
        title=f"Skill over the {board['bar']}, with {board['interval_mass']:.0%} intervals, by target",
    )


def score(
    file: FitArgument,
    data: DataOption = None,
    update: UpdateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the forecast of a saved fit on later tables.

    Takes about a minute: capability in the later tables is read off a fit of their scores.
    """
    from forkmodel.validate.backtest.retrospective import score_fit

    with show_progress() as progress:
        progress("read", 0.0, str(file))
        made = score_fit(file, _market(data, update), progress)
    if as_json:
        print_json(made.as_dict())
        return
    from forkmodel.validate.reviews import review_words

    say_first(made.standing)
    say(f"Forecast of {made.vintage.date()}, scored to {made.scored_to.date()}; sha256 {made.hash}")
    for name, review in made.reviews.items():
        say(f"Review of the fit behind the {name}: {review_words(review)}")
    columns = ["target", "entity", "date", "outcome", "median", "low", "high", "crps", "pit"]
    rows = [[row[column] for column in columns] for row in made.cases.to_dict("records")]
    print_table(columns, rows, title="Outcomes with the forecast's median and 90 % interval")


def facts(
    file: FitArgument,
    table: Annotated[
        Path | None,
        typer.Option("--facts", help="CSV file with facts of your own, besides the bundled ones."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a saved fit with what others have observed."""
    from forkmodel.fit import load

    with show_progress() as progress:
        progress("read", 0.0, str(file))
        made = load(file).against_facts(table)
    if as_json:
        print_json(made.as_dict())
        return
    columns = ["fact_id", "meaning", "period", "value", "low", "high", "bound", "basis", "fitted"]
    columns += ["median", "low_95", "high_95", "status", "reason"]
    print_table(columns, made.facts[columns].to_numpy().tolist(), title="Cited facts and the posterior")
    for name in made.contradicted:
        say(f"{name} contradicts every observation of it.")
    for row in made.quantities.loc[made.quantities["beyond"] != ""].to_dict("records"):
        say(f"{row['group']} in {row['latest']} lies {row['beyond']} every older observation of it.")


def sensitivity(
    file: FitArgument,
    horizon: Annotated[str, typer.Option("--horizon", help="Last day, month, quarter or year.")] = "2036-12",
    as_json: JsonOption = False,
) -> None:
    """Say what the figures owe to priors, data and inputs."""
    from forkmodel.errors import ModelError
    from forkmodel.forecast.worlds import forecast_from
    from forkmodel.inference.storage import load
    from forkmodel.validate.reviews import brief_of, failed, review_words
    from forkmodel.validate.sensitivity import claim_statistics, first_order_indices, power_scaling

    read_span(horizon, "the horizon")
    with show_progress() as progress:
        progress("read", 0.0, str(file))
        fit = load(file)
        progress("derive", 0.0, "review")
        review = brief_of(fit)
        if failed(review):
            raise ModelError(
                f"the review of {file} FAILED, {review_words(review)}, so its sensitivities are withheld; "
                f"`forkmodel review {file}` says what to do."
            )
        progress("forecast", 0.0, "baseline")
        forecast = forecast_from(fit, horizon)
        progress("derive", 0.0, "log densities of every observation")
        figures = claim_statistics(fit, forecast)
        scaled = power_scaling(fit, figures)
        flat = {str(name): array.to_numpy().ravel() for name, array in figures.data_vars.items()}
        inputs = first_order_indices(flat, forecast.parameters)
    if as_json:
        document = {"review": review, "power_scaling": scaled.to_dict("records")}
        print_json(document | {"first_order_indices": inputs.to_dict("records")})
        return
    say(f"Review of the fit: {review_words(review)}")
    wide = scaled.pivot_table(
        index=["figure", "diagnosis"], columns="source", values="sensitivity", sort=False
    )
    print_table(
        ["figure", "diagnosis", *map(str, wide.columns)],
        [[*index, *row] for index, row in zip(wide.index, wide.to_numpy(), strict=True)],
        title="Power-scaling sensitivity; above 0.05 a source matters",
    )
    print_table(
        ["figure", "input", "part of its variance"],
        inputs[["figure", "parameter", "index"]].to_numpy().tolist(),
        title="Inputs that carry most of each figure's variance",
    )
