"""The command ``merger``: what a merger would do, or a screen of every pair of large firms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.failures import withhold_if_failed
from forkmodel.errors import ForkModelError
from forkmodel.results.merger_names import MARGINS, MARKETS

__all__ = ["merger"]


def merger(
    file: Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote.")],
    firms: Annotated[
        str | None,
        typer.Option("--firms", help="The firms that merge, with commas between: OpenAI,Anthropic."),
    ] = None,
    screen: Annotated[
        bool, typer.Option("--all", help="Screen every pair of the largest firms instead.")
    ] = False,
    largest: Annotated[int, typer.Option("--largest", min=2, help="How many firms --all pairs.")] = 8,
    market: Annotated[str, typer.Option("--market", help=f"{', '.join(MARKETS)}.")] = "enterprise_spend",
    month: Annotated[
        str | None, typer.Option("--month", help="Month (YYYY-MM); the data's last if left out.")
    ] = None,
    efficiency: Annotated[
        float, typer.Option("--efficiency", help="Part of marginal cost that the parties save, 0 to below 1.")
    ] = 0.0,
    margins: Annotated[str, typer.Option("--margins", help=f"{' or '.join(MARGINS)}.")] = "reported",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Say what a merger would do to prices and buyers."""
    from forkmodel.inference.storage import load
    from forkmodel.results.merger import merger as of_firms
    from forkmodel.results.merger import merger_pairs
    from forkmodel.results.review import review_of

    if screen == (firms is not None):
        raise ForkModelError("give either --firms A,B or --all.")
    with show_progress() as progress:
        progress("read", 0.0, str(file))
        posterior = load(file)
        progress("derive", 0.0, "review")
        withhold_if_failed(review_of(posterior).status, "mergers")
        progress("derive", 0.0, "every draw")
        made = (
            merger_pairs(posterior, month, market, largest, margins)
            if firms is None
            else of_firms(posterior, _names(firms), month, market, efficiency, margins)
        )
    if as_json:
        print_json(made.as_dict())
        return
    facts = made.facts
    choosers = "" if facts["buyers"] is None else f"; choices: {facts['buyers']}, {facts['month']:%Y-%m}"
    say(
        f"Market: {facts['meaning']}, quarter of {facts['quarter']:%Y-%m}{choosers}; "
        f"{facts['margins']} margins; {facts['draws']} draws."
    )
    for title, table in made.tables():
        print_table(list(table.columns), table.to_numpy().tolist(), title=title)
    for sentence in made.sentences:
        say(sentence)


def _names(firms: str) -> list[str]:
    return [name.strip() for name in firms.split(",")]
