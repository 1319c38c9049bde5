"""The command ``shares``: concentration of a market of which only a table of shares is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say

__all__ = ["shares"]

#: What needs more than shares.
LEFT_OUT = "Capability, prices, elasticities, revenue and claims are left out: a table of shares tells none."


def shares(
    folder: Annotated[Path, typer.Argument(help="Folder with structure.csv and sources.csv.")],
    market: Annotated[
        str | None, typer.Option("--market", help="Market in structure.csv; the only one if left out.")
    ] = None,
    horizon: Annotated[
        str | None,
        typer.Option("--horizon", help="Last day, month, quarter or year; five years if left out."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Number of independent draws.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same draws.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Say how concentrated a market is, from shares alone."""
    from forkmodel.data.read import read_data
    from forkmodel.forecast.share_table import share_forecast

    made = share_forecast(read_data(folder), market, horizon, draws, seed)
    table = made.table()
    if as_json:
        print_json(
            {
                "market": made.market,
                "data_end": made.last,
                "firms": made.shares["firm"].to_numpy().tolist(),
                "draws": draws,
                "seed": seed,
                "interval": 0.9,
                "left_out": LEFT_OUT,
                "dates": table.to_dict("records"),
            }
        )
        return
    # One line a year: the last date of each in the history and in the forecast.
    year = table["date"].dt.year
    shown = table.groupby([table["part"], year], sort=False).tail(1)
    print_table(
        ["date", "part", "HHI", "90% interval", "CR3", "90% interval"],
        [
            [
                f"{row['date']:%Y-%m-%d}",
                row["part"],
                f"{row['hhi']:,.0f}",
                f"{row['hhi_low']:,.0f} to {row['hhi_high']:,.0f}",
                f"{row['cr3']:.2f}",
                f"{row['cr3_low']:.2f} to {row['cr3_high']:.2f}",
            ]
            for row in shown.to_dict("records")
        ],
        title=f"{made.market}: {made.shares.sizes['firm']} named firms, {draws:,} draws",
    )
    say("The rest of the market counts as many small sellers, so the HHI is the least that fits.")
    say(LEFT_OUT)
