"""What a scenario may change, and what several of them change together.

A scenario moves levers (factors and shifts that are neutral in the baseline) over spans of time, and puts
dated events into every world. Levers of several scenarios multiply or add up, events accumulate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.forecast.calendar import Calendar

__all__ = ["EVENTS", "LEVERS", "Change", "Event", "Lever", "Levers", "Scenario", "combine"]


@dataclass(frozen=True)
class Lever:
    """One thing a scenario may change.

    Attributes
    ----------
    multiplies : bool
        Whether values multiply (neutral 1) or add (neutral 0).
    meaning : str
        What it acts on, with the unit.
    """

    multiplies: bool
    meaning: str

    @property
    def neutral(self) -> float:
        """Value that changes nothing."""
        return 1.0 if self.multiplies else 0.0


LEVERS = {
    "catch_up": Lever(True, "part of the gap to the closed best that open lines close per quarter"),
    "catch_up_closed": Lever(True, "part of its distance to the best that a closed lab closes per quarter"),
    "growth_closed": Lever(True, "own growth of closed frontiers"),
    "growth_open": Lever(True, "own growth of open frontiers"),
    "api_delay_months": Lever(False, "months between first-party product and API of closed flagships"),
    "api_drift": Lever(False, "drift of the API part of closed revenue, logit per year"),
    "premium": Lever(True, "closed over open list price at equal capability"),
    "price_closed": Lever(True, "closed list prices"),
    "price_open": Lever(True, "open list prices"),
    "spend_growth": Lever(False, "growth of spend, log per year"),
    "entry_closed": Lever(True, "rate at which closed labs enter"),
    "entry_open": Lever(True, "rate at which open developers enter"),
    "open_appeal": Lever(False, "utility of open models to every buyer"),
    "switching": Lever(True, "part of enterprise buyers who choose again in a quarter"),
}

EVENTS = {
    "merger": "the two closed labs with the largest revenue merge",
    "compute_glut": "compute becomes plentiful: the scarcity part of the premium fades within a year",
    "open_funding_collapse": "own growth of open frontiers falls to two fifths for two years",
    "open_weights_ban": "weights from China become hard to buy outside it",
    "capability_plateau": "growth of all frontiers halves for good",
    "closed_lab_opens": "a large closed lab releases open weights one point below the closed frontier",
}


@dataclass(frozen=True)
class Change:
    """A lever's value from one quarter on, until another if given, reached over some quarters."""

    lever: str
    value: float
    begin: pd.Timestamp
    until: pd.Timestamp | None = None
    over_quarters: int = 0

    def path(self, times: pd.DatetimeIndex) -> np.ndarray:
        """Return the lever's value (time,), neutral outside the span."""
        neutral = LEVERS[self.lever].neutral
        begin = self.begin.to_period("Q").ordinal
        age = times.to_period("Q").map(lambda p: p.ordinal).to_numpy() - begin
        weight = np.clip((age + 1.0) / (self.over_quarters + 1.0), 0.0, 1.0)
        if self.until is not None:
            weight = np.where(times > self.until, 0.0, weight)
        if LEVERS[self.lever].multiplies:
            return np.asarray(self.value**weight)
        return np.asarray(neutral + (self.value - neutral) * weight)


@dataclass(frozen=True)
class Event:
    """Something that happens in every world at a date."""

    kind: str
    at: pd.Timestamp


@dataclass(frozen=True)
class Scenario:
    """A named set of changes and events.

    Attributes
    ----------
    name : str
        Short name, also of the file.
    meaning : str
        One sentence on the world it describes.
    sources : tuple of str
        Where the idea and its numbers come from.
    changes, events : tuple
        What differs from the baseline.
    """

    name: str
    meaning: str
    sources: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()

    def levers(self, calendar: Calendar) -> Levers:
        """Return the value of every lever at every quarter of a calendar."""
        paths = {name: np.full(len(calendar), lever.neutral) for name, lever in LEVERS.items()}
        for change in self.changes:
            path = change.path(calendar.times)
            if LEVERS[change.lever].multiplies:
                paths[change.lever] = paths[change.lever] * path
            else:
                paths[change.lever] = paths[change.lever] + path
        return Levers(paths)

    def event_years(self, kind: str) -> float:
        """Return the decimal year of the quarter of the first event of a kind, infinite without one."""
        dates = [event.at for event in self.events if event.kind == kind]
        if not dates:
            return np.inf
        first = min(dates)
        return float(first.year + (first.quarter - 1) / 4.0)


@dataclass(frozen=True)
class Levers:
    """Values of all levers (time,) by name."""

    paths: dict[str, np.ndarray]

    def at(self, name: str, place: int) -> float:
        """Return a lever at a quarter of the calendar."""
        return float(self.paths[name][place])


def combine(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the scenario in which all of the given ones hold at once.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Their order does not matter.
    """
    if len(scenarios) == 1:
        return scenarios[0]
    return Scenario(
        name=" + ".join(scenario.name for scenario in scenarios),
        meaning=" ".join(scenario.meaning for scenario in scenarios),
        sources=tuple(dict.fromkeys(source for scenario in scenarios for source in scenario.sources)),
        changes=tuple(change for scenario in scenarios for change in scenario.changes),
        events=tuple(event for scenario in scenarios for event in scenario.events),
    )
