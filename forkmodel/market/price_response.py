"""How utility moves with price when prices change by more than a little: the two forms of logit demand.

Local results need only ``dV / dlog p`` (:mod:`forkmodel.market.slopes`). A new equilibrium needs utility at
other prices as well:

    log form      V = a - eta_s log(p + c)      dV / dp = -eta_s / (p + c)
    level form    V = a + alpha_s p             dV / dp = alpha_s

Coefficients and prices broadcast against one another: labelled arrays by name, plain ones by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from forkmodel.errors import ForkModelError
from forkmodel.market.slopes import floored_log_price

__all__ = ["LevelPrice", "LogPrice", "PriceResponse"]


class PriceResponse(Protocol):
    """A form of utility in price; ``coefficient`` is an array, labelled over segments or plain."""

    @property
    def coefficient(self) -> Any:
        """The coefficient of price, one for each segment."""
        ...

    @property
    def least_cost(self) -> float:
        """The marginal cost above which some price is the best."""
        ...

    def utility(self, price: Any) -> Any:
        """Return the part of utility that price makes."""
        ...

    def derivative(self, price: Any) -> Any:
        """Return ``dV / dp``, negative."""
        ...


@dataclass(frozen=True, slots=True)
class LogPrice:
    """Utility falls by ``coefficient`` per unit of ``log(p + floor)``.

    Attributes
    ----------
    coefficient : array
        Price sensitivity ``eta``, positive.
    floor : float
        What utility adds to every price before the logarithm, in the currency of the prices.
    """

    coefficient: Any
    floor: float = 0.0

    def __post_init__(self) -> None:
        if bool((np.asarray(self.coefficient) <= 0.0).any()):
            raise ForkModelError("eta must be positive: demand has to fall with price.")

    @property
    def least_cost(self) -> float:
        """Minus the floor: where prices imply less, demand is inelastic and they are no optimum."""
        return -self.floor

    def utility(self, price: Any) -> Any:
        """Return ``-eta log(p + c)``."""
        return -self.coefficient * floored_log_price(price, self.floor)

    def derivative(self, price: Any) -> Any:
        """Return ``-eta / (p + c)``."""
        return -self.coefficient / (price + self.floor)


@dataclass(frozen=True, slots=True)
class LevelPrice:
    """Utility moves by ``coefficient``, which is negative, per unit of price.

    Attributes
    ----------
    coefficient : array
        ``alpha``, negative, per unit of the prices' currency.
    """

    coefficient: Any

    def __post_init__(self) -> None:
        if bool((np.asarray(self.coefficient) >= 0.0).any()):
            raise ForkModelError("alpha must be negative: demand has to fall with price.")

    @property
    def least_cost(self) -> float:
        """None: demand is elastic at some price, whatever the cost."""
        return -np.inf

    def utility(self, price: Any) -> Any:
        """Return ``alpha p``."""
        return self.coefficient * price

    def derivative(self, price: Any) -> Any:
        """Return ``alpha``, at every price."""
        return self.coefficient + 0.0 * price
