"""The commands ``forkmodel data`` and ``forkmodel priors``: look at inputs without fitting anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say
from forkmodel.cli.failures import BAD_INPUT, say_whether_sound
from forkmodel.cli.imports import alias, diff, import_, template
from forkmodel.errors import ForkModelError, did_you_mean

if TYPE_CHECKING:
    from forkmodel.data.market_tables import MarketTables
    from forkmodel.errors import Problem

__all__ = ["data_app", "priors_app"]


data_app = typer.Typer(no_args_is_help=True)
data_app.command("import")(import_)
data_app.command("alias")(alias)
data_app.command("template")(template)
data_app.command("diff")(diff)
priors_app = typer.Typer(no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


def _market(folder: Path | None) -> MarketTables:
    from forkmodel.data.read import load_snapshot, read_data

    return load_snapshot() if folder is None else read_data(folder)


def _folder_and_table(words: list[str]) -> tuple[Path | None, str | None]:
    """Tell the words of ``data show`` apart; a lone ``prices`` is the table, ``./prices`` the folder."""
    from forkmodel.data.schemas import TABLES

    if len(words) > 2:
        raise ForkModelError(f"give at most a folder and a table, not {len(words)} words.")
    if len(words) == 1 and words[0] not in TABLES:
        if not Path(words[0]).is_dir():
            hint = did_you_mean(words[0], list(TABLES))
            raise ForkModelError(f"there is no table and no folder {words[0]!r}. {hint}")
        return Path(words[0]), None
    if words and words[-1] not in TABLES:
        raise ForkModelError(f"there is no table {words[-1]!r}. {did_you_mean(words[-1], list(TABLES))}")
    return (Path(words[0]) if len(words) == 2 else None), (words[-1] if words else None)


@data_app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of CSV tables.")],
    update: Annotated[
        bool, typer.Option("--update", help="The folder is an update: look ids up in the snapshot too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List what is wrong with tables, and what the model will use."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.observations.uses import examine_data

    report = examine_data(folder, base=load_snapshot() if update else None)
    if as_json:
        print_json(report.as_dict())
    elif report.problems:
        _print_cells(report.problems, "problem")
    else:
        say(f"{folder} is clean.")
        if report.remarks:
            _print_cells(report.remarks, "remark")
        columns = ["observation", "table", *(["before"] if update else []), "after" if update else "values"]
        rows = [
            (use.observation, use.table, *([use.before] if update else []), use.after) for use in report.uses
        ]
        if rows:
            print_table(columns, rows, title="What the model will use")
        days = [day.date() for day in (report.vintage_before, report.vintage) if day is not None]
        say(f"Vintage {days[-1]}{f', was {days[0]}' if days[0] != days[-1] else ''}.")
    if report.problems:
        raise typer.Exit(BAD_INPUT)


def _print_cells(cells: list[Problem], noun: str) -> None:
    """Print problems or remarks, one cell a row."""
    print_table(
        ["table", "row", "column", "value", noun, "fix"],
        [(p.table, p.row, p.column, p.value, p.problem, p.fix) for p in cells],
        title=f"{len(cells)} {noun if len(cells) == 1 else noun + 's'}",
    )


@data_app.command("show")
def show(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR] [TABLE]", help="Folder (default: bundled snapshot); table (default: all)."
        ),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows to print.")] = 20,
    model: Annotated[
        str | None, typer.Option("--model", help="Only prices of this model, on the day of --as-of.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of the prices of --model; the vintage.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print what a folder, a table or a model's prices hold."""
    folder, table = _folder_and_table(words or [])
    if (model is not None or as_of is not None) and (table != "prices" or model is None):
        raise ForkModelError("--as-of DATE goes with --model, and both with the table prices.")
    market = _market(folder)
    if model is not None:
        day = market.vintage if as_of is None else as_of
        frame = market.price_at(model, day)
        title = f"prices of {model} in force on {str(day)[:10]}: {len(frame)} rows"
    elif table is None:
        frame = market.summary()
        title = f"Vintage {market.vintage.date()}, hash {market.content_hash[:12]}"
    else:
        tables = market.tables()
        frame = tables[table].head(rows)
        title = f"{table}: {len(frame)} of {len(tables[table])} rows"
    records = frame.astype(object).where(frame.notna(), None)
    if as_json:
        print_json(
            {
                "vintage": market.vintage.date(),
                "hash": market.content_hash,
                "table": table,
                "rows": records.to_dict("records"),
            }
        )
    else:
        print_table(list(map(str, frame.columns)), records.itertuples(index=False), title=title)


@priors_app.command("show")
def show_priors(
    name: Annotated[str, typer.Argument(help="reference, skeptic, advocate, or a TOML file.")] = "reference",
    block: Annotated[str | None, typer.Option("--block", help="Only the priors of this block.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the priors of a set with their 90 % intervals."""
    from forkmodel.priors import load_priors

    priors = load_priors(name)
    table = priors.table()
    if block is not None:
        blocks = sorted({key.split(".")[0] for key in priors})
        if block not in blocks:
            raise ForkModelError(f"there is no block {block!r} of priors. {did_you_mean(block, blocks)}")
        table = table[table["key"].str.startswith(f"{block}.")]
    if as_json:
        print_json({"name": priors.name, "hash": priors.hash, "priors": table.to_dict("records")})
        return
    columns = ["key", "q05", "median", "q95", "unit", "distribution", "meaning"]
    print_table(columns, table[columns].itertuples(index=False), title=f"{priors.name}, {priors.hash[:12]}")


@priors_app.command("check")
def check_prior_file(
    name: Annotated[str, typer.Argument(help="TOML file, or the name of a bundled set.")],
    as_json: JsonOption = False,
) -> None:
    """Check a prior file: keys, distributions, intervals."""
    from forkmodel.priors import check_priors

    problems = check_priors(name)
    say_whether_sound(name, problems, as_json=as_json)
