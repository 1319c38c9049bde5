"""The studies of the model under ``validate``: calibration, comparison, reference posteriors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.trust import (
    DaskOption,
    FitsOption,
    JsonOption,
    SeedOption,
    WorkersOption,
    held_beside,
    say_first,
)

__all__ = ["validate_app"]

validate_app = typer.Typer(no_args_is_help=True)


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
    """Rank simulated truths among the draws of fits to their tables."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.errors import ForkModelError, did_you_mean
    from forkmodel.model.design import resolve_blocks
    from forkmodel.priors import load_priors
    from forkmodel.report.ranks import ranks_figure
    from forkmodel.validate.calibration.calibration import calibration_jobs
    from forkmodel.validate.calibration.ranks import calibration_record, read_ranks
    from forkmodel.validate.calibration.small_design import DESIGNS, small_market
    from forkmodel.validate.jobs.many import run_jobs
    from forkmodel.validate.standing import standing
    from forkmodel.whole_files import staged_files, write_whole

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
    command = (
        f"forkmodel validate calibrate --block {block} --replications {replications} --seed {seed} "
        f"--design {design} --priors {priors} --draws {draws} --tune {tune} --ranked {ranked}"
    )
    with held_beside(out, fits):
        with show_progress() as progress:
            ranks = read_ranks(run_jobs(jobs, fits, workers=workers, dask=dask, progress=progress))
        record = {"command": command, "blocks": list(blocks), **calibration_record(ranks)}
        say_first(standing(record))
        with staged_files(out, [f"{block}.json", f"{block}.svg"]) as waiting:
            write_whole(waiting / f"{block}.json", json.dumps(record, indent=1) + "\n")
            figure = ranks_figure(ranks, f"Ranks of {replications} truths: {', '.join(blocks)}")
            figure.save(str(waiting / f"{block}.svg"))
    rows = record["statistics"]
    print_table(list(rows[0]), [list(row.values()) for row in rows], title=command)
    say(
        f"{record['outside_band']} of {len(rows)} statistics leave their 95 % band; {record['left_out']} of "
        f"{replications} replications left out, whose refit FAILED. Wrote {out}."
    )


@validate_app.command("compare")
def compare(
    question: Annotated[str, typer.Argument(help="Which choice; all of them by default.")] = "all",
    fits: FitsOption = Path("comparison-fits"),
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the model with variants, by leave-one-out densities."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.errors import ForkModelError, did_you_mean
    from forkmodel.priors import load_priors
    from forkmodel.validate.comparison import QUESTIONS, likelihood_jobs, variant_reviews
    from forkmodel.validate.comparison import compare as judge
    from forkmodel.validate.jobs.many import run_jobs
    from forkmodel.validate.standing import record_facts, standing

    if question not in ("all", *QUESTIONS):
        raise ForkModelError(f"unknown question {question!r}. {did_you_mean(question, ['all', *QUESTIONS])}")
    wanted = list(QUESTIONS) if question == "all" else [question]
    market, priors = load_snapshot(), load_priors("reference")
    jobs = {name: likelihood_jobs(QUESTIONS[name], market, priors, seed) for name in wanted}
    with show_progress() as progress:
        every = [job for group in jobs.values() for job in group]
        paths = iter(run_jobs(every, fits, workers=workers, dask=dask, progress=progress))
        made = {name: [next(paths) for _ in group] for name, group in jobs.items()}
        tables = {name: judge(QUESTIONS[name], files) for name, files in made.items()}
    facts = {
        name: {**record_facts(), "reviews": variant_reviews(QUESTIONS[name], files)}
        for name, files in made.items()
    }
    if as_json:
        print_json(
            {
                name: {
                    "question": QUESTIONS[name].title,
                    "standing": standing(facts[name]),
                    **facts[name],
                    "rows": table.to_dict("records"),
                }
                for name, table in tables.items()
            }
        )
        return
    for name, table in tables.items():
        say_first(standing(facts[name]))
        print_table(list(table.columns), table.to_numpy().tolist(), title=QUESTIONS[name].title)


@validate_app.command("golden")
def golden(
    out: Annotated[Path, typer.Option("--out", help="Root of the database of reference posteriors.")],
    name: Annotated[list[str] | None, typer.Option("--name", help="Which; all by default.")] = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws per chain before thinning.")] = 10_000,
    seed: SeedOption = 1,
) -> None:
    """Make the reference posteriors anew, of ten chains each."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.fork_model import ForkModel
    from forkmodel.targets import held_target
    from forkmodel.validate.calibration.small_design import SMALL_OPTIONS, small_market
    from forkmodel.validate.golden import GOLDEN, write_golden

    market = small_market(load_snapshot())
    with held_target(out, folder=True):
        for wanted in name or list(GOLDEN):
            model = ForkModel(market, blocks=GOLDEN[wanted], options=SMALL_OPTIONS)
            with show_progress() as progress:
                fit = model.fit(draws=draws, tune=1000, chains=10, seed=seed, progress=progress)
            write_golden(wanted, fit.result, draws // 1000, out, {"chains": 10, "draws": draws})
            say(f"Wrote {wanted} to {out}.")
