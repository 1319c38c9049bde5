"""The command ``hindcast``: what other markets teach about shares, and how well it would have forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forkmodel.cli.console import print_json, print_table, show_progress
from forkmodel.options import MOST_DRAWS, MOST_SEED

__all__ = ["hindcast"]


def hindcast(
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with shares.csv and sources.csv; the bundled ones.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the record and its tables (hindcast.json, .md).")
    ] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Fit without the market that is forecast, once for each.")
    ] = False,
    year: Annotated[
        list[int] | None,
        typer.Option("--year", help="Year at whose end to fit; several times. Default: 2015 to 2025."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=50, max=MOST_DRAWS, help="Draws per chain.")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Same seed, same draws.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Forecast the concentration of other markets from their past, and score it."""
    from forkmodel.hindcast.page import hindcast_page
    from forkmodel.hindcast.record import hindcast_record
    from forkmodel.hindcast.scores import METHODS
    from forkmodel.hindcast.study import YEARS
    from forkmodel.hindcast.tables import read_shares
    from forkmodel.json_text import json_ready, json_text
    from forkmodel.pipeline import check_target
    from forkmodel.validate.reviews import review_words
    from forkmodel.whole_files import write_whole

    tables = read_shares(data)
    if out is not None:
        check_target(out, folder=True)
    with show_progress() as progress:
        record = json_ready(
            hindcast_record(
                tables,
                years=year or YEARS,
                held_out=held_out,
                draws=draws,
                seed=seed,
                progress=progress,
            )
        )
    if out is not None:
        write_whole(out / "hindcast.json", json_text(record))
        write_whole(out / "hindcast.md", hindcast_page(record))
    made = record["hindcast"]
    if as_json:
        print_json(record)
    else:
        print_table(
            ["fit to", "review"],
            [(day, review_words(review)) for day, review in made["reviews"].items()],
            title="Review of every fit",
        )
        print_table(
            ["measure", "quarters ahead", "n", *METHODS, "80 % covers", "90 % covers"],
            [
                [
                    row["measure"],
                    f"{row['first']} to {row['last']}",
                    row["n"],
                    *(row["crps"][name] for name in METHODS),
                    row["coverage"]["0.8"],
                    row["coverage"]["0.9"],
                ]
                for row in made["table"]
            ],
            title="CRPS by horizon",
        )
    if any(review["status"] == "FAIL" for review in [*made["reviews"].values(), record["review"]]):
        raise typer.Exit(1)
