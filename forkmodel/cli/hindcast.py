"""The command ``hindcast``: what other markets teach about shares, and how well it would have forecast."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.options import MOST_DRAWS, MOST_SEED

__all__ = ["hindcast"]


def hindcast(
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with shares.csv and sources.csv; the bundled ones.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the record, its tables and a prior file.")
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
    """Forecast other markets from their past and score it."""
    from forkmodel.hindcast.mapping import prior_file_of
    from forkmodel.hindcast.page import hindcast_page
    from forkmodel.hindcast.record import hindcast_record
    from forkmodel.hindcast.study import YEARS
    from forkmodel.hindcast.tables import read_shares
    from forkmodel.json_text import json_ready, json_text
    from forkmodel.targets import held_target
    from forkmodel.whole_files import write_whole

    with ExitStack() as held, show_progress() as progress:
        if out is not None:
            held.enter_context(held_target(out, folder=True))
        tables = read_shares(data)
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
            if record["predictive"] is not None:
                write_whole(out / "other-markets.toml", prior_file_of(record["predictive"]))
    if as_json:
        print_json(record)
    else:
        _print(record)
    if any(
        review["status"] == "FAIL" for review in [*record["hindcast"]["reviews"].values(), record["review"]]
    ):
        raise typer.Exit(1)


def _print(record: Mapping[str, Any]) -> None:
    """Print reviews, scores by family, and what other markets say of priors."""
    from forkmodel.hindcast.scores import BARS
    from forkmodel.validate.reviews import review_words

    made = record["hindcast"]
    reviews = {**made["reviews"], "whole record": record["review"]}
    print_table(
        ["fit to", "review"],
        [(day, review_words(review)) for day, review in reviews.items()],
        title="Review of every fit",
    )
    for family, rows in made["by_family"].items():
        print_table(
            [
                "measure",
                "quarters ahead",
                "n",
                "CRPS",
                *(f"skill over {name}" for name in BARS),
                "80 %",
                "90 %",
            ],
            [
                [
                    row["measure"],
                    f"{row['first']} to {row['last']}",
                    row["n"],
                    row["crps"]["model"],
                    *(row["skill"][name]["value"] for name in BARS),
                    row["coverage"]["0.8"],
                    row["coverage"]["0.9"],
                ]
                for row in rows
            ],
            title=f"Scores of {family}",
        )
    for row in record["predictive"] or ():
        said = "; ".join(found["departure"] for found in row["sets"].values())
        say(f"{row['quantity']}: {row['median']:.2g} ({row['low']:.2g} to {row['high']:.2g}); {said}.")
