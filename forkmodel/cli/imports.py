"""The commands that bring data in: ``forkmodel data import``, ``alias``, ``template``, ``diff``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forkmodel.cli.console import print_json, print_table, say
from forkmodel.errors import ForkModelError

if TYPE_CHECKING:
    from forkmodel.data.adapters.imported import Imported
    from forkmodel.data.diff import TableDiff
    from forkmodel.data.market_tables import MarketTables

__all__ = ["alias", "diff", "import_", "template"]

#: Word for the bundled tables where a folder is asked for.
SNAPSHOT_WORD = "snapshot"

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
RowsOption = Annotated[int, typer.Option("--rows", min=1, help="Rows to print of each list.")]


def import_(
    name: Annotated[str, typer.Argument(help="Source, or `list`; `table` for one's own with --mapping.")],
    path: Annotated[
        Path | None, typer.Argument(help="File, folder or zip as the source publishes it.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write the tables to.")] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="TOML file that says what the columns mean.")
    ] = None,
    aliases: Annotated[
        Path | None, typer.Option("--aliases", help="File of aliases; aliases.csv in the target folder.")
    ] = None,
    base: Annotated[
        Path | None, typer.Option("--base", help="Folder of the tables added to; the bundled snapshot.")
    ] = None,
    retrieved: Annotated[
        str | None, typer.Option("--retrieved", help="Day on which the file was got; today.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option("--vintage", help="Leave out what is later than this day; --retrieved.")
    ] = None,
    accept: Annotated[
        float | None,
        typer.Option("--accept", min=0, max=100, help="Accept near names of at least this score as aliases."),
    ] = None,
    rows: RowsOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Turn what somebody else publishes into tables of this package."""
    from forkmodel.data.adapters.aliases import ALIASES_FILE, add_aliases
    from forkmodel.data.adapters.importing import import_data
    from forkmodel.data.adapters.writing import write_import
    from forkmodel.data.read import read_data

    if name == "list":
        _print_adapters(as_json=as_json)
        return
    if path is None or out is None:
        raise ForkModelError(
            "give a source, a path and --out FOLDER; `forkmodel data import list` names them."
        )
    book = aliases if aliases is not None else out / ALIASES_FILE
    imported = import_data(
        name,
        path,
        mapping=mapping,
        aliases=book,
        base=None if base is None else read_data(base),
        retrieved=retrieved,
        vintage=vintage,
        accept=accept,
    )
    if not as_json:
        _print_losses(imported, str(book), rows)
    written = write_import(imported, out)
    if imported.accepted:
        add_aliases(book, imported.accepted)
    if as_json:
        print_json(imported.as_dict(str(book)) | {"out": str(out), "files": written})
        return
    counts = [(table, len(cells)) for table, cells in imported.tables.items()]
    print_table(["table", "rows"], counts)
    say(f"Wrote {out}, vintage {imported.vintage.date()}.")
    say(f"Licence: {imported.origin.licence}. Credit: {imported.origin.attribution or 'none asked for'}.")


def _print_adapters(*, as_json: bool) -> None:
    from forkmodel.data.adapters.importing import TABLE
    from forkmodel.data.adapters.mapped import TAKES
    from forkmodel.data.adapters.registry import ADAPTERS

    rows = [(name, each.takes, each.origin.licence) for name, each in ADAPTERS.items()]
    rows.append((TABLE, TAKES, "as the mapping file says"))
    if as_json:
        print_json({"adapters": [dict(zip(("name", "takes", "licence"), row, strict=True)) for row in rows]})
    else:
        print_table(["name", "takes", "licence"], rows)


def _print_losses(imported: Imported, aliases: str, rows: int) -> None:
    """Print why rows of the source are in no table, and which names are near known ones."""
    reasons = [(count, why, first.name, first.place) for why, count, first in imported.reasons()]
    if reasons:
        title = f"Left out: {len(imported.left_out)}"
        print_table(["count", "reason", "first", "place"], reasons[:rows], title=title)
    for title, found in (("Accepted", imported.accepted), ("Near names, not used", imported.proposals)):
        if found:
            print_table(
                ["score", "name", "may be", "command that accepts it"],
                [(each.score, each.name, each.id, each.command(aliases)) for each in found[:rows]],
                title=f"{title}: {len(found)}, of which {min(rows, len(found))} are shown",
            )


def alias(
    file: Annotated[Path, typer.Argument(help="File of aliases; made if absent.")],
    kind: Annotated[str, typer.Argument(help="model, benchmark, developer or seller.")],
    source: Annotated[str, typer.Argument(help="Source whose files use the name; '' = any.")],
    name: Annotated[str, typer.Argument(help="Name as the source writes it.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id that it stands for.")],
    as_json: JsonOption = False,
) -> None:
    """Say once which id a source's name stands for."""
    from forkmodel.data.adapters.aliases import add_aliases
    from forkmodel.data.adapters.imported import Proposal

    add_aliases(file, [Proposal(kind, source, name, id_, 100.0)])
    if as_json:
        print_json({"ok": True, "file": str(file), "kind": kind, "source": source, "name": name, "id": id_})
    else:
        say(f"{name} of {source or 'any source'} stands for {id_}; written to {file}.")


def template(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")], as_json: JsonOption = False
) -> None:
    """Write empty tables with an example row and a page on columns."""
    from forkmodel.data.template import write_template

    files = write_template(folder)
    if as_json:
        print_json({"ok": True, "files": [str(path) for path in files]})
    else:
        say(f"Wrote {', '.join(path.name for path in files)} in {folder}.")


def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="Folder, or `snapshot` for the bundled tables.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Folder, or `snapshot`.")],
    update: Annotated[
        bool, typer.Option("--update", help="B is an update: compare A with B merged on top of it.")
    ] = False,
    rows: RowsOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show which rows differ between two sets of tables."""
    from forkmodel.data.diff import diff_tables
    from forkmodel.data.read import read_data

    before = _tables(old)
    after = read_data(new, base=before) if update else _tables(new)
    found = diff_tables(before.tables(), after.tables())
    if as_json:
        print_json(
            {
                "equal": before.content_hash == after.content_hash,
                "old": {"vintage": before.vintage.date(), "hash": before.content_hash},
                "new": {"vintage": after.vintage.date(), "hash": after.content_hash},
                "tables": {each.table: each.as_dict() for each in found},
            }
        )
        return
    _print_diff(found, rows)
    say(f"Vintage {before.vintage.date()} and {after.vintage.date()}.")


def _tables(word: str) -> MarketTables:
    from forkmodel.data.read import load_snapshot, read_data

    if word == SNAPSHOT_WORD and not Path(word).is_dir():
        return load_snapshot()
    return read_data(word, partial=True)


def _print_diff(found: list[TableDiff], rows: int) -> None:
    if not any(found):
        say("No row differs.")
    for each in filter(None, found):
        title = f"{each.table}: {len(each.new)} new, {len(each.changed)} cells changed, {len(each.gone)} gone"
        lines = [
            *(("new", row.key, "", "", "", row.source) for row in each.new[:rows]),
            *(("changed", c.key, c.column, c.old, c.new, c.source) for c in each.changed[:rows]),
            *(("gone", row.key, "", "", "", row.source) for row in each.gone[:rows]),
        ]
        print_table(["", "row", "column", "old", "new", "source"], lines, title=title)
