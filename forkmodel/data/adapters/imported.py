"""What comes of an import: tables in this package's schema, what was left out and why, names to settle."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, field

import pandas as pd

__all__ = ["Imported", "LeftOut", "Origin", "Proposal"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from and under which terms.

    Attributes
    ----------
    name : str
        Short name; ids of sources begin with it.
    title, publisher, url, licence, attribution : str
        As in the table ``sources``.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row of the source that became none of a table: where it stands, what it is about, why."""

    place: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name of the source that is near a known one. It is not used until it stands in the aliases.

    Attributes
    ----------
    kind : {"model", "benchmark"}
        What is named.
    source, name : str
        The adapter, and the name as the source writes it.
    id : str
        The nearest known id.
    score : float
        Likeness from 0 to 100; 100 = the same but for case and punctuation.
    """

    kind: str
    source: str
    name: str
    id: str
    score: float

    def command(self, aliases: str) -> str:
        """Return the command that accepts it."""
        words = shlex.join([aliases, self.kind, self.source, self.name, self.id])
        return f"forkmodel data alias -- {words}"


@dataclass(frozen=True)
class Imported:
    """An import.

    Attributes
    ----------
    tables : dict of str to list of dict
        Rows of the tables that have any, as text by column, in this package's schema.
    left_out : list of LeftOut
        Rows of the source that are in no table.
    proposals : list of Proposal
        Near names, best first.
    origin : Origin
        Where it comes from and under which licence.
    vintage : Timestamp
        Last day that the tables know of.
    accepted : list of Proposal
        Near names that were accepted beforehand and used.
    """

    tables: dict[str, list[dict[str, str]]]
    left_out: list[LeftOut]
    proposals: list[Proposal]
    origin: Origin
    vintage: pd.Timestamp
    accepted: list[Proposal] = field(default_factory=list)

    def reasons(self) -> list[tuple[str, int, LeftOut]]:
        """Return each reason with the number of rows and the first of them, the commonest first."""
        found: dict[str, list[LeftOut]] = {}
        for each in self.left_out:
            found.setdefault(each.reason, []).append(each)
        return sorted(((why, len(all_), all_[0]) for why, all_ in found.items()), key=lambda item: -item[1])

    def as_dict(self, aliases: str) -> dict[str, object]:
        """Return the import as a JSON-ready mapping; ``aliases`` names the file that commands write to."""
        return {
            "ok": True,
            "source": asdict(self.origin),
            "vintage": self.vintage.date().isoformat(),
            "rows": {name: len(rows) for name, rows in self.tables.items()},
            "left_out": [asdict(each) for each in self.left_out],
            "proposals": [asdict(each) | {"command": each.command(aliases)} for each in self.proposals],
            "accepted": [asdict(each) for each in self.accepted],
        }
