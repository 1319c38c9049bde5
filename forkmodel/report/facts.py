"""The posterior beside cited facts: sentences for the top of the page, and the rows of their section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forkmodel.report import facts_text as text
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS, Unit, chance
from forkmodel.report.text import WITHHELD_CELL

__all__ = ["FactGroup", "FactRow", "counts", "groups", "left_out", "warnings"]

#: How the units of facts are written.
_UNITS = {"usd_per_mtok": "price", "usd_per_year": "usd"}
#: Observations that one sentence quotes.
QUOTED = 4


@dataclass(frozen=True)
class FactRow:
    """One fact as text."""

    observed: str
    period: str
    median: str
    interval: str
    fitted: bool
    basis: str
    verdict: str
    css: str
    note: str
    link: str


@dataclass(frozen=True)
class FactGroup:
    """All compared facts about one quantity; ``open`` if the page shows them unfolded."""

    meaning: str
    tag: str
    open: bool
    rows: list[FactRow]

    @property
    def size(self) -> int:
        """Number of facts."""
        return len(self.rows)


def _unit(fact: Mapping[str, Any]) -> Unit:
    name = str(fact["unit"])
    return UNITS[_UNITS.get(name, name)]


def _observed(fact: Mapping[str, Any]) -> str:
    """Write what was observed: a value, a range, a value with its range, or a bound."""
    unit = _unit(fact)
    span = None if fact["low"] is None else unit.interval((fact["low"], fact["high"]))
    if fact["value"] is None:
        return str(span)
    value = unit.text(fact["value"])
    if fact["bound"]:
        return text.bound(value, fact["bound"])
    return value if span is None else f"{value} ({span})"


def _period(fact: Mapping[str, Any]) -> str:
    return str(fact["period"]).replace(":", " to ")


def _compared(content: ReportContent) -> list[Mapping[str, Any]]:
    """Return the facts that have a verdict, the earliest first."""
    facts = [] if content.facts is None else content.facts["facts"]
    compared = [fact for fact in facts if fact["status"] in text.VERDICTS]
    return sorted(compared, key=lambda fact: str(fact["period"]))


def _interval(fact: Mapping[str, Any]) -> str:
    return _unit(fact).interval((fact["low_95"], fact["high_95"]))


def warnings(content: ReportContent) -> list[str]:
    """Return a sentence for every quantity that contradicts all observations of it or lies beyond them.

    None at all if the review failed: nothing may lean on such numbers, not even a doubt.
    """
    if content.facts is None or content.failed:
        return []
    said = []
    for quantity in content.facts["quantities"]:
        facts = [fact for fact in _compared(content) if fact["group"] == quantity["group"]]
        facts = [fact for fact in facts if fact["basis"] != text.JUDGED]
        if quantity["contradicts_all"]:
            cases = [text.case(_observed(fact), _period(fact), _interval(fact)) for fact in facts[:QUOTED]]
            said.append(text.contradicted(quantity["meaning"], ". ".join(cases), len(facts)))
        elif quantity["beyond"]:
            unit = _unit(quantity)
            seen = [text.seen(_observed(fact), _period(fact)) for fact in facts[:QUOTED]]
            said.append(
                text.beyond(
                    quantity["meaning"],
                    quantity["latest"],
                    unit.text(quantity["median"]),
                    unit.interval((quantity["low_80"], quantity["high_80"])),
                    quantity["beyond"],
                    "; ".join(seen),
                )
            )
    return said


def counts(content: ReportContent) -> str:
    """Return how many facts agree; empty where nothing may be concluded."""
    if content.facts is None or content.failed:
        return ""
    compared = _compared(content)
    number = [sum(fact["status"] == status for fact in compared) for status in text.VERDICTS]
    unseen = [fact for fact in compared if not fact["fitted"]]
    reached = sum(fact["status"] == "AGREES" for fact in unseen)
    return text.counts(number[0], number[1], number[2], (reached, len(unseen)))


def _row(fact: Mapping[str, Any], failed: bool) -> FactRow:
    verdict = WITHHELD_CELL if failed else text.VERDICTS[fact["status"]]
    if not failed and fact["probability"] is not None:
        verdict = f"{verdict}, {text.chance_of_bound(chance(fact['probability']))}"
    url = str(fact["url"] or "")
    return FactRow(
        observed=_observed(fact),
        period=_period(fact),
        median=_unit(fact).text(fact["median"]),
        interval=_interval(fact),
        fitted=bool(fact["fitted"]),
        basis=text.BASES.get(str(fact["basis"]), ""),
        verdict=verdict,
        css="" if failed else text.CLASSES[fact["status"]],
        note=": ".join(str(part) for part in (fact["source_id"], fact["note"]) if part),
        # Only addresses a browser may follow become links.
        link=url if url.startswith(("https://", "http://")) else "",
    )


def groups(content: ReportContent) -> list[FactGroup]:
    """Return the compared facts by quantity, those that nothing supports first, then those in dispute."""
    if content.facts is None:
        return []
    made = []
    for quantity in content.facts["quantities"]:
        facts = [fact for fact in _compared(content) if fact["group"] == quantity["group"]]
        if not facts:
            continue
        tag = (
            text.CONTRADICTS_ALL if quantity["contradicts_all"] else text.BEYOND if quantity["beyond"] else ""
        )
        disputed = bool(tag) or any(fact["status"] != "AGREES" for fact in facts)
        shown = "" if content.failed else tag
        rows = [_row(fact, content.failed) for fact in facts]
        made.append(FactGroup(str(quantity["meaning"]), shown, disputed, rows))
    order = {text.CONTRADICTS_ALL: 0, text.BEYOND: 1, "": 2}
    return sorted(made, key=lambda group: (not group.open, order[group.tag]))


def left_out(content: ReportContent) -> list[tuple[str, str]]:
    """Return the facts that could not be compared, each with the reason."""
    facts = [] if content.facts is None else content.facts["facts"]
    return [
        (f"{fact['meaning']}, {_period(fact)}", str(fact["reason"]))
        for fact in facts
        if fact["status"] not in text.VERDICTS
    ]
