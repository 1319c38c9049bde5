"""The commands about trust: ``backtest``, ``score``, ``sensitivity`` and the studies under ``validate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forkmodel.console import json_ready, json_text, print_json, print_table, show_progress
from forkmodel.dates import read_span
from forkmodel.options import MOST_SEED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["backtest", "score", "sensitivity", "validate_app"]

validate_app = typer.Typer(no_args_is_help=True)

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


def _market(data: Path | None, update: list[Path] | None) -> Any:
    from forkmodel.run import Source

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
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the record and its tables (backtest.json, .md).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast from past days and score what came after.

    Fits that are in the folder already are not made again: an interrupted backtest goes on where it stopped.
    """
    from forkmodel.inference.sampling import DEFAULT_DRAWS, DEFAULT_TUNE
    from forkmodel.run import check_target
    from forkmodel.validate.backtest import CUTOFFS
    from forkmodel.validate.backtest import backtest as make

    if out is not None:
        check_target(out, folder=True)
    with show_progress() as progress:
        made = make(
            _market(data, update),
            fits,
            cutoffs=cutoff or CUTOFFS,
            priors=priors,
            draws=draws or DEFAULT_DRAWS,
            tune=tune or DEFAULT_TUNE,
            seed=seed,
            workers=workers,
            dask=dask,
            progress=progress,
        )
    record = json_ready(made.as_dict())
    if out is not None:
        from forkmodel.validate.backtest_page import backtest_tables
        from forkmodel.whole_files import write_whole

        write_whole(out / "backtest.json", json_text(record))
        write_whole(out / "backtest.md", backtest_tables(record))
    if as_json:
        print_json(record)
        return
    _print_skill(made.by_target(), "All cut-offs and horizons, by target")
    for name, group in made.pooled().items():
        shares = ", ".join(f"{float(mass):.0%}: {part:.0%}" for mass, part in group["coverage"].items())
        typer.echo(f"Coverage, {name} ({group['n']} outcomes): {shares}")


def _print_skill(table: pd.DataFrame, title: str) -> None:
    columns = ["target", "n", "crps", "best baseline", "its crps", "skill", "90 % covers"]
    rows = []
    for row in table.to_dict("records"):
        best = row["best_baseline"]
        rows.append(
            [
                row["target"],
                row["n"],
                row["crps"],
                best,
                None if best is None else row["crps_baselines"][best],
                row["skill"],
                row["coverage"]["0.9"],
            ]
        )
    print_table(columns, rows, title=title)


def score(
    file: FitArgument,
    data: DataOption = None,
    update: UpdateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the forecast of a saved fit on later tables.

    Takes about a minute: capability in the later tables is read off a fit of their scores.
    """
    from forkmodel.validate.frozen import score_fit

    with show_progress() as progress:
        progress("read", 0.0, str(file))
        made = score_fit(file, _market(data, update), progress)
    if as_json:
        print_json(made.as_dict())
        return
    typer.echo(f"Forecast of {made.vintage.date()}, scored to {made.scored_to.date()}; sha256 {made.hash}")
    columns = ["target", "entity", "date", "outcome", "median", "low", "high", "crps", "pit"]
    rows = [[row[column] for column in columns] for row in made.cases.to_dict("records")]
    print_table(columns, rows, title="Outcomes with the forecast's median and 90 % interval")


def sensitivity(
    file: FitArgument,
    horizon: Annotated[str, typer.Option("--horizon", help="Last day, month, quarter or year.")] = "2036-12",
    as_json: JsonOption = False,
) -> None:
    """Say what the figures owe to priors, data and inputs."""
    from forkmodel.inference.storage import load
    from forkmodel.validate.sensitivity import claim_statistics, first_order_indices, power_scaling

    read_span(horizon, "the horizon")
    with show_progress() as progress:
        progress("read", 0.0, str(file))
        fit = load(file)
        progress("forecast", 0.0, "baseline")
        forecast = fit.forecast(horizon)
        progress("derive", 0.0, "log densities of every observation")
        figures = claim_statistics(fit, forecast)
        scaled = power_scaling(fit, figures)
        flat = {str(name): array.to_numpy().ravel() for name, array in figures.data_vars.items()}
        inputs = first_order_indices(flat, forecast.parameters)
    if as_json:
        print_json(
            {"power_scaling": scaled.to_dict("records"), "first_order_indices": inputs.to_dict("records")}
        )
        return
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


@validate_app.command("calibrate")
def calibrate(
    out: Annotated[Path, typer.Option("--out", help="Folder for the record and the figure.")],
    block: Annotated[
        str, typer.Option("--block", help="Last block of the chain to include, or joint for all.")
    ] = "joint",
    replications: Annotated[int, typer.Option("--replications", min=10, help="How many.")] = 200,
    fits: FitsOption = Path("calibration-fits"),
    design: Annotated[
        str, typer.Option("--design", help="Part of the bundled tables to simulate: small or smallest.")
    ] = "small",
    priors: Annotated[
        str, typer.Option("--priors", help="Prior set that truths come from; `calibration` is a narrow one.")
    ] = "reference",
    draws: Annotated[int, typer.Option("--draws", min=20, help="Kept draws of each refit's chain.")] = 800,
    tune: Annotated[int, typer.Option("--tune", min=1, help="Its warm-up steps.")] = 400,
    ranked: Annotated[
        int, typer.Option("--ranked", min=10, help="Draws, evenly spread, that a truth is ranked among.")
    ] = 50,
    batches: Annotated[
        int | None, typer.Option("--batches", min=1, help="Jobs to split into; each compiles once.")
    ] = None,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
) -> None:
    """Check inference by simulation: rank each truth among the draws of a fit to data made from it."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.errors import ForkModelError, did_you_mean
    from forkmodel.model.build import resolve_blocks
    from forkmodel.priors import load_priors
    from forkmodel.validate.calibration import calibration_jobs
    from forkmodel.validate.many import run_jobs
    from forkmodel.validate.ranks import rank_table, ranks_figure, read_ranks
    from forkmodel.validate.small_design import DESIGNS, small_market
    from forkmodel.whole_files import whole_file, write_whole

    blocks = resolve_blocks(None if block == "joint" else [block])
    if design not in DESIGNS:
        raise ForkModelError(f"unknown design {design!r}. {did_you_mean(design, list(DESIGNS))}")
    market = small_market(load_snapshot(), DESIGNS[design])
    jobs = calibration_jobs(
        market,
        DESIGNS[design].options,
        load_priors(priors),
        blocks,
        replications,
        batches=batches or max(2, workers),
        seed=seed,
        draws=draws,
        tune=tune,
        ranked=ranked,
    )
    with show_progress() as progress:
        ranks = read_ranks(run_jobs(jobs, fits, workers=workers, dask=dask, progress=progress))
    table = rank_table(ranks)
    command = (
        f"forkmodel validate calibrate --block {block} --replications {replications} --seed {seed} "
        f"--design {design} --priors {priors} --draws {draws} --tune {tune} --ranked {ranked}"
    )
    record = {
        "command": command,
        "blocks": list(blocks),
        "replications": replications,
        "draws_ranked_among": int(ranks.attrs["draws"]),
        "chains": 1,
        "divergent_replications": int((ranks["divergences"] > 0).sum()),
        "divergences": int(ranks["divergences"].sum()),
        "outside_band": int((~table["inside_band"]).sum()),
        "statistics": table.round(4).to_dict("records"),
    }
    write_whole(out / f"{block}.json", json.dumps(record, indent=1) + "\n")
    with whole_file(out / f"{block}.svg") as temporary:
        ranks_figure(ranks, f"Ranks of {replications} truths: {', '.join(blocks)}").save(str(temporary))
    print_table(list(table.columns), table.to_numpy().tolist(), title=command)
    typer.echo(f"{record['outside_band']} of {len(table)} statistics leave their 95 % band. Wrote {out}.")


@validate_app.command("compare")
def compare(
    question: Annotated[str, typer.Argument(help="Which choice; all of them by default.")] = "all",
    fits: FitsOption = Path("comparison-fits"),
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the model with variants that lack a part of it, by leave-one-out densities."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.errors import ForkModelError, did_you_mean
    from forkmodel.priors import load_priors
    from forkmodel.validate.comparison import QUESTIONS, likelihood_jobs
    from forkmodel.validate.comparison import compare as judge
    from forkmodel.validate.many import run_jobs

    if question not in ("all", *QUESTIONS):
        raise ForkModelError(f"unknown question {question!r}. {did_you_mean(question, ['all', *QUESTIONS])}")
    wanted = list(QUESTIONS) if question == "all" else [question]
    market, priors = load_snapshot(), load_priors("reference")
    jobs = {name: likelihood_jobs(QUESTIONS[name], market, priors, seed) for name in wanted}
    with show_progress() as progress:
        every = [job for group in jobs.values() for job in group]
        paths = iter(run_jobs(every, fits, workers=workers, dask=dask, progress=progress))
        tables = {name: judge(QUESTIONS[name], [next(paths) for _ in group]) for name, group in jobs.items()}
    if as_json:
        print_json(
            {
                name: {"question": QUESTIONS[name].title, "rows": table.to_dict("records")}
                for name, table in tables.items()
            }
        )
        return
    for name, table in tables.items():
        print_table(list(table.columns), table.to_numpy().tolist(), title=QUESTIONS[name].title)


@validate_app.command("freeze")
def freeze(
    file: FitArgument,
    out: Annotated[Path, typer.Option("--out", help="File to write, for example frozen.nc.")],
    priors: Annotated[
        str | None, typer.Option("--priors", help="Priors of what only the future needs; the fit's own.")
    ] = None,
) -> None:
    """Write the predictive draws of a fit's targets to one small file, and print its hash."""
    from forkmodel.priors import load_priors
    from forkmodel.run import check_target
    from forkmodel.validate.backtest import foresee_from
    from forkmodel.validate.foresight import file_hash
    from forkmodel.validate.frozen import FROZEN_QUARTERS, FROZEN_SAMPLES

    check_target(out, folder=False)
    _, foresight = foresee_from(file, FROZEN_QUARTERS, None if priors is None else load_priors(priors))
    foresight.thinned(FROZEN_SAMPLES).save(out)
    typer.echo(f"Wrote {out}: knows {foresight.vintage.date()}, sha256 {file_hash(out)}")


@validate_app.command("golden")
def golden(
    out: Annotated[Path, typer.Option("--out", help="Root of the database of reference posteriors.")],
    name: Annotated[list[str] | None, typer.Option("--name", help="Which; all by default.")] = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws per chain before thinning.")] = 10_000,
    seed: SeedOption = 1,
) -> None:
    """Make the reference posteriors anew: ten chains each, ten thousand draws kept."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.inference.model import ForkModel
    from forkmodel.validate.golden import GOLDEN, write_golden
    from forkmodel.validate.small_design import SMALL_OPTIONS, small_market

    market = small_market(load_snapshot())
    for wanted in name or list(GOLDEN):
        model = ForkModel(market, blocks=GOLDEN[wanted], options=SMALL_OPTIONS)
        with show_progress() as progress:
            fit = model.fit(draws=draws, tune=1000, chains=10, seed=seed, progress=progress)
        write_golden(wanted, fit, draws // 1000, out, {"chains": 10, "draws": draws})
        typer.echo(f"Wrote {wanted} to {out}.")
