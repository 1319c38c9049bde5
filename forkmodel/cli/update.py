"""The command ``update``: newer rows on top of a saved fit, what they contradict, and what they moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forkmodel.cli.console import print_json, print_table, say, show_progress
from forkmodel.cli.failures import REVIEW_FAILED
from forkmodel.errors import ForkModelError
from forkmodel.options import MIN_DRAWS, MOST_CHAINS, MOST_DRAWS, MOST_SEED
from forkmodel.pipeline import Sampling, fit_bytes

if TYPE_CHECKING:
    import pandas as pd

    from forkmodel.data.drop import Drop, TableDrop
    from forkmodel.update.update import Update

__all__ = ["update"]


def update(
    file: Annotated[Path, typer.Argument(help="File that `forkmodel fit` or `run` wrote; never changed.")],
    data: Annotated[Path, typer.Option("--data", help="Folder with one or more tables of newer rows.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; FIT-updated.nc beside FIT.nc if left out.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the rows say, and neither fit nor write.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file to write.")] = False,
    draws: Annotated[
        int | None, typer.Option("--draws", min=MIN_DRAWS, max=MOST_DRAWS, help="Kept draws per chain.")
    ] = None,
    tune: Annotated[
        int | None, typer.Option("--tune", min=1, max=MOST_DRAWS, help="Warm-up steps per chain.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Same seed, same draws.")] = 1,
    cores: Annotated[
        int | None, typer.Option("--cores", min=1, max=MOST_CHAINS, help="Chains run at once; all cores.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Lines shown of each list of rows.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Fit again with newer rows, and say what they moved.

    Priors, blocks and options stay those of the fit, and chains begin where it ended: that makes the fit
    cheaper and changes no answer.
    """
    target = out or file.with_name(f"{file.stem}-updated{file.suffix}")
    sampling = Sampling(draws, tune, seed, cores)
    with nullcontext() if dry_run else _held(target, file, overwrite, sampling):
        with show_progress() as progress:
            progress("read", 0.0, str(file))
            from forkmodel.data.drop import read_drop
            from forkmodel.fit import load

            fit = load(file)
            drop = read_drop(data, fit.data)
        if not as_json:
            _print_drop(drop, rows)
        document: dict[str, Any] = {"fit": str(file), "drop": _drop_document(drop), "out": None}
        if dry_run or not drop.changes:
            if as_json:
                print_json(document)
            else:
                say("Nothing was fitted." if drop.changes else "Nothing is new, so nothing was fitted.")
            return
        with show_progress() as progress:
            options = {"draws": draws, "tune": tune, "cores": cores}
            given = {name: value for name, value in options.items() if value is not None}
            made, moved = fit.update(drop, seed=seed, progress=progress, **given)
            progress("derive", 0.0, "review")
            review = made.review()
            made.save(target)
    with show_progress() as progress:
        withheld = moved.withheld
        if withheld is None:
            progress("derive", 0.0, "how headlines moved, and which rows moved them")
            document |= {
                "headlines": moved.headlines.to_dict("records"),
                "groups": moved.groups.to_dict("records"),
            }
    if as_json:
        print_json({**document, "out": str(target), "status": review.status, "withheld": withheld})
    else:
        if withheld is None:
            _print_moves(moved)
        say(f"Review: {review.status}. Wrote {target}.")
    if withheld is not None:
        say(withheld, err=True)
    if review.status == "FAIL":
        raise typer.Exit(REVIEW_FAILED)


@contextmanager
def _held(target: Path, file: Path, overwrite: bool, sampling: Sampling) -> Iterator[None]:
    """Hold a target, unless it is the old fit or a file that nobody allowed to replace."""
    from forkmodel.targets import held_target

    with held_target(target, folder=False, needs=fit_bytes(sampling)):
        if target.exists() and file.exists() and target.samefile(file):
            raise ForkModelError(
                f"{target} is the fit to bring up to date, which is kept. Give another --out."
            )
        if target.exists() and not overwrite:
            raise ForkModelError(f"{target} exists. Give another --out, or --overwrite to replace it.")
        yield


def _drop_document(drop: Drop) -> dict[str, Any]:
    return {
        "old": {"vintage": drop.base.vintage.date(), "hash": drop.base.content_hash},
        "new": {"vintage": drop.market.vintage.date(), "hash": drop.market.content_hash},
        "tables": {each.table: each.as_dict() for each in drop.tables()},
    }


def _print_drop(drop: Drop, rows: int) -> None:
    tables = drop.tables()
    print_table(
        ["table", "new", "known and equal", "contradictions", "restated", "followed"],
        [
            (t.table, len(t.new), t.twice, len(t.contradictions), len(t.restated), len(t.followed))
            for t in tables
            if len(drop.given[t.table]) or t.followed
        ],
        title=f"Vintage {drop.base.vintage.date()}, with the drop {drop.market.vintage.date()}",
    )
    for each in tables:
        _print_rows(each, rows)


def _print_rows(table: TableDrop, rows: int) -> None:
    if table.contradictions:
        print_table(
            ["row", "column", "old", "source", "new", "source", "stands", "why"],
            [
                (c.key, c.column, c.old, c.old_source, c.new, c.new_source, c.wins, c.why)
                for c in table.contradictions[:rows]
            ],
            title=f"{table.table}: contradictions, {_shown(table.contradictions, rows)}",
        )
    lines = [
        *(("new", row.key, "", "", "", row.source) for row in table.new[:rows]),
        *(("restated", c.key, c.column, c.old, c.new, c.source) for c in table.restated[:rows]),
        *(("followed", c.key, c.column, c.old, c.new, c.source) for c in table.followed[:rows]),
    ]
    if lines:
        every = [*table.new, *table.restated, *table.followed]
        title = f"{table.table}: {_shown(every, len(lines))}"
        print_table(["", "row", "column", "old", "new", "source"], lines, title=title)


def _shown(found: list[Any], rows: int) -> str:
    return str(len(found)) if len(found) <= rows else f"{rows} of {len(found)}; --rows shows more"


def _print_moves(moved: Update) -> None:
    from forkmodel.update.reweighting import MOST_K

    headlines, groups = moved.headlines, moved.groups
    for quarter, table in headlines.groupby("quarter"):
        _print_headlines(table, _quarter(quarter))
        if not groups.empty:
            _print_groups(groups.loc[groups["quarter"].eq(quarter)], table, _quarter(quarter))
    if not groups.empty:
        columns = ["group", "rows", "pareto_k", "effective_draws"]
        print_table(
            columns,
            groups.drop_duplicates("group")[columns].itertuples(index=False),
            title=f"Weights of {groups['draws'].iloc[0]} draws; those with k above {MOST_K} are not used",
        )


def _print_headlines(table: pd.DataFrame, quarter: str) -> None:
    first = table.iloc[0]
    print_table(
        ["headline", "unit", "old", "80 %", "new", "80 %", "move", "Monte Carlo error"],
        [
            (
                row["headline"],
                row["unit"],
                row["old"],
                _interval(row["old_low"], row["old_high"]),
                row["new"],
                _interval(row["new_low"], row["new_high"]),
                row["move"],
                row["error"],
            )
            for _, row in table.iterrows()
        ],
        title=f"Headlines in {quarter}, {first['old_draws']} and {first['new_draws']} draws",
    )


def _print_groups(groups: pd.DataFrame, headlines: pd.DataFrame, quarter: str) -> None:
    """Print the move of every headline by each group, beside that of the refit."""
    from forkmodel.update.reweighting import MOST_K

    columns = {str(name): table for name, table in groups.groupby("group", sort=False)} | {"refit": headlines}
    cells = [
        [_with_error(row["move"], row["error"]) for _, row in table.iterrows()] for table in columns.values()
    ]
    print_table(
        ["headline", *columns],
        zip(headlines["headline"], *cells, strict=True),
        title=f"Moves in {quarter} by group of rows ± Monte Carlo error; blank: Pareto k above {MOST_K}",
    )


def _with_error(move: float, error: float) -> str:
    return "" if move != move else f"{move:.3g} ± {error:.1g}"


def _interval(low: float, high: float) -> str:
    return "" if low != low else f"{low:.4g} to {high:.4g}"


def _quarter(day: Any) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
