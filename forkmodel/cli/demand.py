"""The command ``demand``: elasticities, markups and mergers from a table of products, prices and shares."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.failures import REVIEW_FAILED
from forkmodel.options import MIN_DRAWS, MOST_CHAINS, MOST_DRAWS, MOST_SEED

if TYPE_CHECKING:
    from forkmodel.demand.demand_fit import DemandFit
    from forkmodel.results.merger_figures import MergerScreen

__all__ = ["demand"]

#: Products shown of a market: those that sold most.
LARGEST = 12


def demand(
    place: Annotated[
        Path,
        typer.Argument(help="Folder with products.csv and sources.csv, or a file that --out wrote."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to save the fit in, such as cars.nc.")
    ] = None,
    segments: Annotated[int, typer.Option("--segments", min=1, max=2, help="Segments of buyers.")] = 1,
    market: Annotated[
        str | None, typer.Option("--market", help="Market to show; the last of the table if left out.")
    ] = None,
    merger: Annotated[
        str | None, typer.Option("--merger", help="Firms that merge there, with commas: GM,Ford.")
    ] = None,
    efficiency: Annotated[
        float, typer.Option("--efficiency", help="Part of marginal cost that they save, 0 to below 1.")
    ] = 0.0,
    draws: Annotated[
        int, typer.Option("--draws", min=MIN_DRAWS, max=MOST_DRAWS, help="Kept draws per chain.")
    ] = 500,
    tune: Annotated[int, typer.Option("--tune", min=1, max=MOST_DRAWS, help="Warm-up per chain.")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Same seed, same draws.")] = 1,
    cores: Annotated[
        int | None, typer.Option("--cores", min=1, max=MOST_CHAINS, help="Chains run at once; all cores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Fit demand to products, prices and shares."""
    from forkmodel.demand.demand_fit import fit_demand, load_demand
    from forkmodel.demand.outcomes import market_name
    from forkmodel.demand.table import read_products
    from forkmodel.market.labels import party_labels
    from forkmodel.targets import held_target

    firms = None if merger is None else [name.strip() for name in merger.split(",")]
    with ExitStack() as held, show_progress() as progress:
        if out is not None:
            held.enter_context(held_target(out, folder=False))
        if place.is_file():
            progress("read", 0.0, str(place))
            fit = load_demand(place)
        else:
            table = read_products(place)
            # A name that is not there is told now, not after the fit.
            rows = table.rows(market_name(table, market))
            if firms is not None:
                party_labels(firms, rows["firm"].to_numpy())
            fit = fit_demand(
                table, segments, draws=draws, tune=tune, seed=seed, cores=cores, progress=progress
            )
        name = market_name(fit.posterior.table, market)
        progress("derive", 0.0, "every draw")
        failed = fit.review().status == "FAIL"
        screen = None if failed or firms is None else fit.merger(firms, name, efficiency)
        if out is not None:
            fit.save(out)
    if as_json:
        print_json(_document(fit, name, screen, out, failed=failed))
    else:
        _print(fit, name, screen, failed=failed)
        if out is not None:
            say(f"Wrote {out}.")
    if failed:
        raise typer.Exit(REVIEW_FAILED)


def _document(
    fit: DemandFit, market: str, screen: MergerScreen | None, out: Path | None, *, failed: bool
) -> dict[str, Any]:
    """Return the JSON document; a failed review leaves its figures out."""
    head = {
        "withheld": failed,
        **fit.review().as_dict(),
        "provenance": fit.describe(),
        "out": None if out is None else str(out),
    }
    if failed:
        return head
    return {
        **head,
        "market": market,
        "parameters": fit.parameters().to_dict("records"),
        "markets": fit.markets().to_dict("records"),
        "products": fit.products(market).to_dict("records"),
        "firms": fit.firms(market).to_dict("records"),
        "merger": None if screen is None else screen.as_dict(),
    }


def _print(fit: DemandFit, market: str, screen: MergerScreen | None, *, failed: bool) -> None:
    """Print the review, and what it lets be told."""
    review = fit.review()
    print_table(
        ["status", "check", "value", "wanted", "advice"],
        [(check.status, check.name, check.value, check.threshold, check.advice) for check in review.checks],
        title=f"Review: {review.status}",
    )
    if failed:
        say("The review of this fit FAILED: its figures are withheld.", err=True)
        return
    design = fit.posterior.design
    kind = "sums of characteristics of other products" if design.computed else "columns of the table"
    say(f"Instruments ({kind}): {', '.join(design.instruments)}.")
    if design.dropped:
        say(f"Left out, since other columns imply them: {', '.join(design.dropped)}.")
    draws = f"{fit.posterior.size:,} draws"
    _figures(fit.parameters(), ["parameter"], f"Parameters: median and intervals of {draws}")
    every = fit.markets()
    _figures(every.loc[every["market"].eq(market)], ["figure"], f"Market {market}")
    products = fit.products(market)
    largest = products.loc[products["figure"].eq("own-price elasticity")].nlargest(LARGEST, "share")
    title = f"Own-price elasticities of the {len(largest)} products of {market} that sold most"
    _figures(largest, ["product", "firm"], title)
    _figures(fit.firms(market), ["firm", "share"], f"Markups in {market}, part of price, Bertrand pricing")
    if screen is not None:
        for title, table in screen.tables():
            print_table(list(table.columns), table.to_numpy().tolist(), title=title)
        for sentence in screen.sentences:
            say(sentence)


def _figures(table: Any, names: list[str], title: str) -> None:
    """Print rows with their median, 50 and 90 % intervals; what has no draws is exact."""
    rows = [
        [
            *(row[name] for name in names),
            row["median"],
            *(_interval(row, mass) for mass in (50, 90)),
        ]
        for row in table.to_dict("records")
    ]
    print_table([*names, "median", "50% interval", "90% interval"], rows, title=title)


def _interval(row: dict[str, Any], mass: int) -> str:
    if not row["draws"]:
        return "exact"
    return f"{row[f'low{mass}']:.3g} to {row[f'high{mass}']:.3g}"
