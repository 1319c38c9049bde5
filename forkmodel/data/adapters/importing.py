"""The import of one source: open, read, name, check; nothing is guessed, and nothing is lost unsaid."""

from __future__ import annotations

from collections.abc import Mapping as Frames
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forkmodel.data.adapters.aliases import Aliases, read_aliases
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.finishing import finish
from forkmodel.data.adapters.genai_prices import INSTALLED
from forkmodel.data.adapters.imported import Imported, Proposal
from forkmodel.data.adapters.mapped import read_mapped
from forkmodel.data.adapters.mapping_file import read_mapping
from forkmodel.data.adapters.naming import Naming
from forkmodel.data.adapters.opening import Bundle, open_bundle
from forkmodel.data.adapters.registry import ADAPTERS
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import Day, load_snapshot
from forkmodel.dates import read_day
from forkmodel.errors import DataError, ForkModelError, did_you_mean

__all__ = ["TABLE", "import_data"]

#: Name of the adapter of tables of one's own.
TABLE = "table"


def import_data(
    name: str,
    path: str | Path,
    *,
    mapping: str | Path | None = None,
    aliases: str | Path | None = None,
    base: MarketTables | None = None,
    retrieved: Day | None = None,
    vintage: Day | None = None,
    accept: float | None = None,
) -> Imported:
    """Turn a file that somebody else publishes into tables of this package's schema.

    Parameters
    ----------
    name : str
        The adapter: a key of ``ADAPTERS``, or ``table`` for a table of one's own with a mapping file.
    path : str or Path
        The file, folder or archive; ``installed`` for the package genai-prices.
    mapping : str or Path, optional
        Mapping file of the adapter ``table``.
    aliases : str or Path, optional
        File of aliases; one that is not there holds none.
    base : MarketTables, optional
        Tables that the import adds to; their names are the known ones. Default: the bundled snapshot.
    retrieved : str or Timestamp, optional
        Day on which the file was got from its source. Default: today.
    vintage : str or Timestamp, optional
        Last day that the tables may know of; what is later is left out. Default: ``retrieved``.
    accept : float, optional
        Accept proposals of at least this score, 0 to 100; they are listed under ``accepted``.

    Returns
    -------
    Imported
        Tables that read clean on top of ``base``, and everything that was left out, with reasons.

    Raises
    ------
    DataError
        If the file is damaged or not what the adapter reads; the place is named.
    ForkModelError
        If there is no such adapter, or an option is wrong.
    """
    market = load_snapshot() if base is None else base
    tables = market.tables()
    today = pd.Timestamp.now().normalize()
    got = pd.Timestamp(read_day(retrieved, "the day of reading")) if retrieved is not None else today
    last = pd.Timestamp(read_day(vintage, "the vintage")) if vintage is not None else got
    if got > today:
        raise ForkModelError(f"the day of reading, {got.date()}, lies in the future.")
    own = read_mapping(Path(mapping)) if mapping is not None else None
    if (own is not None) != (name == TABLE):
        raise ForkModelError(f"--mapping belongs to the adapter {TABLE!r}, which needs one.")
    if own is None and name not in ADAPTERS:
        raise ForkModelError(f"there is no adapter {name!r}. {did_you_mean(name, [*ADAPTERS, TABLE])}")
    bundle = Bundle(INSTALLED, [], _nothing) if str(path) == INSTALLED else open_bundle(Path(path))
    if not bundle.names and name != "genai-prices":
        raise ForkModelError(f"{path} holds no files; {INSTALLED!r} belongs to genai-prices.")
    known = read_aliases(Path(aliases), _ids(tables)) if aliases is not None else {}

    def attempt(names: Aliases) -> Draft:
        origin = own.origin if own is not None else ADAPTERS[name].origin
        draft = Draft(origin, Naming(origin.name, tables, names), tables, got, last)
        if own is not None:
            read_mapped(bundle, own, draft)
        else:
            ADAPTERS[name].read(bundle, draft)
        return draft

    draft = attempt(known)
    accepted: list[Proposal] = []
    if accept is not None:
        accepted = [each for each in draft.naming.proposals() if each.score >= accept]
        draft = attempt(known | {(each.kind, each.source, each.name): each.id for each in accepted})
    return replace(finish(draft, market), accepted=accepted)


def _nothing(name: str) -> bytes:
    raise DataError([])


def _ids(tables: Frames[str, pd.DataFrame]) -> dict[str, set[str]]:
    return {
        "model": set(tables["models"]["model_id"].dropna()),
        "benchmark": set(tables["benchmarks"]["benchmark"].dropna()),
    }
