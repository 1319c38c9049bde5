"""One step of a forecast: which quarter it is, how much time passes, where the levers stand."""

from __future__ import annotations

from dataclasses import dataclass

from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.scenario import Levers

__all__ = ["QUARTERS_PER_YEAR", "YEARS_PER_QUARTER", "Quarter"]

QUARTERS_PER_YEAR = 4.0
YEARS_PER_QUARTER = 0.25


@dataclass(frozen=True)
class Quarter:
    """A quarter of the calendar.

    Attributes
    ----------
    place : int
        Place on the calendar; 0 is the last quarter with data.
    number : int
        Calendar quarter: the address of its random numbers.
    steps : float
        Quarters that pass between the last reading of stocks and this one's.
    years : float
        Years from the data's end to this quarter's.
    year : float
        Decimal year of its end.
    levers : Levers
        Levers of the scenario on the calendar.
    """

    place: int
    number: int
    steps: float
    years: float
    year: float
    levers: Levers

    @classmethod
    def at(cls, calendar: Calendar, levers: Levers, place: int) -> Quarter:
        """Return the quarter at a place of the calendar."""
        return cls(
            place=place,
            number=int(calendar.numbers[place]),
            steps=float(calendar.stock_steps[place]),
            years=float(calendar.years[place] - calendar.years[0]),
            year=float(calendar.years[place]),
            levers=levers,
        )

    @property
    def joins(self) -> bool:
        """Whether this is the first quarter after the data, into which the fit's own paths reach."""
        return self.place == 1

    @property
    def span(self) -> float:
        """Years that pass between the last reading of stocks and this one's."""
        return self.steps / QUARTERS_PER_YEAR

    def lever(self, name: str) -> float:
        """Return the value of a lever."""
        return self.levers.at(name, self.place)

    def lever_before(self, name: str) -> float:
        """Return the value of a lever one quarter earlier."""
        return self.levers.at(name, self.place - 1)
