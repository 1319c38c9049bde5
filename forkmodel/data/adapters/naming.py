"""Names of a source looked up among the known ids: letter by letter, by alias, and never by likeness.

What is merely alike becomes a proposal, with a score, for a person to accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from forkmodel.data.adapters.aliases import Aliases
from forkmodel.data.adapters.imported import Proposal
from forkmodel.data.names import plain_name

__all__ = ["LEAST_SCORE", "SNAPSHOT_COST", "Naming"]

#: Names less alike than this (0 to 100) are not proposed.
LEAST_SCORE = 85.0
#: A name with a date is one snapshot of a model; it is so much less like the undated name.
SNAPSHOT_COST = 5.0
_SNAPSHOT = re.compile(r"[-@_]20\d\d-?[01]\d-?[0-3]\d(?=$|[-:@_])")


class Naming:
    """Look names up, and remember those that nothing stands for.

    Parameters
    ----------
    source : str
        The adapter.
    tables : mapping of str to DataFrame
        Known ``models`` and ``benchmarks``.
    aliases : dict
        As :func:`~forkmodel.data.adapters.aliases.read_aliases` gives them.
    """

    def __init__(self, source: str, tables: Mapping[str, pd.DataFrame], aliases: Aliases) -> None:
        self.source = source
        self._aliases = aliases
        self._known = {
            "model": _spellings(tables["models"], "model_id"),
            "benchmark": _spellings(tables["benchmarks"], "benchmark"),
            "developer": {name: name for name in tables["models"]["developer"].dropna()},
            "seller": {},
        }
        self._lost: dict[tuple[str, str], None] = {}

    def learn(self, kind: str, id_: str, *names: str) -> None:
        """Make an id known, under itself and names, to whoever looks it up later."""
        for name in (id_, *names):
            self._known[kind].setdefault(name, id_)

    def find(self, kind: str, *names: str) -> str | None:
        """Return the id of the first of these names that has one, or None.

        Parameters
        ----------
        kind : {"model", "benchmark", "developer", "seller"}
            What is named.
        *names : str
            Ways in which the source names one thing, the fullest first.
        """
        given = [name for name in names if name]
        for name in given:
            for source in (self.source, ""):
                if (kind, source, name) in self._aliases:
                    return self._aliases[kind, source, name]
        return next((self._known[kind][name] for name in given if name in self._known[kind]), None)

    def model(self, *names: str) -> str | None:
        """Return the model of these names, or None, and remember the first of them for a proposal."""
        return self._or_remember("model", names)

    def benchmark(self, *names: str) -> str | None:
        """Return the benchmark of these names, or None, and remember the first of them for a proposal."""
        return self._or_remember("benchmark", names)

    def _or_remember(self, kind: str, names: tuple[str, ...]) -> str | None:
        found = self.find(kind, *names)
        if found is None and names and names[0]:
            self._lost.setdefault((kind, names[0]))
        return found

    def proposals(self) -> list[Proposal]:
        """Return the nearest known id of every name that was not found, the likest first."""
        found = []
        for kind in ("model", "benchmark"):
            lost = [name for each, name in self._lost if each == kind and not self.find(kind, name)]
            found += [
                Proposal(kind, self.source, name, self._known[kind][near], score)
                for name, near, score in _nearest(lost, self._known[kind])
            ]
        return sorted(found, key=lambda each: (-each.score, each.kind, each.name))


def _spellings(frame: pd.DataFrame, key: str) -> dict[str, str]:
    """Return ids by themselves and by name; a name that two ids share stands for neither."""
    names = frame.dropna(subset=[key, "name"]).drop_duplicates("name", keep=False)
    by_name = dict(zip(names["name"].tolist(), names[key].tolist(), strict=True))
    return by_name | {id_: id_ for id_ in frame[key].dropna()}


def _nearest(lost: list[str], known: Iterable[str]) -> Iterator[tuple[str, str, float]]:
    """Yield for each lost name the likest known one; other numbers make another model, however like."""
    from rapidfuzz import fuzz, process

    by_number: dict[str, dict[str, str]] = {}
    for name in sorted(known):
        plain = _plain(name)
        by_number.setdefault(_digits(plain), {})[name] = plain
    for name in lost:
        # What comes before the last slash names the provider, as a rule.
        last = name.rsplit("/", 1)[-1]
        bare = _SNAPSHOT.sub("", last)
        plain = _plain(bare)
        rivals = by_number.get(_digits(plain), {})
        match = process.extractOne(plain, rivals, scorer=fuzz.ratio) if plain else None
        if match is not None:
            score = float(match[1]) - (SNAPSHOT_COST if bare != last else 0.0)
            if score >= LEAST_SCORE:
                yield name, match[2], round(score, 1)


def _plain(name: str) -> str:
    return plain_name(name.replace("+", " plus "))


def _digits(plain: str) -> str:
    return "".join(letter for letter in plain if letter.isdigit())
