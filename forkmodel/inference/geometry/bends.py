"""Bends: coordinates in which the posterior is nearer to a normal one, element by element.

Two kinds, both exact bijections of the unconstrained vector, so that the posterior is the same:

**Softened exponentials.** A model's ability is its line's frontier less an exponential shortfall, and a
frontier grows by lognormal steps. On the log scale, where PyMC moves, what the data see changes by as much
as the amount itself: a coordinate that is loose at a small amount is stiff at a large one. Where data decide,
the amount itself is the good coordinate; near zero its logarithm is. ``log softplus(rate w)`` is both.

**Partly centred units.** An effect is ``spread * unit``. Where data pin the effect down, its unit must shrink
as the spread grows; where they say nothing it must not. Of a unit whose data know the part ``c`` at the
typical spread they know less at a smaller one and more at a larger: its deviation is as
``1 / sqrt(1 - c + c r^2)`` with ``r = spread / typical``. That is taken out, and so a spread near zero, where
data know no unit, is no neck to be stuck in. At ``r = 1`` it is the power ``c`` of Papaspiliopoulos, Roberts
and Skoeld (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.inference.geometry.layout import Layout

__all__ = ["AMOUNTS", "LOGNORMAL", "SCALED_BY", "SOFTENED", "Bends"]

#: Vectors of exponential amounts on the log scale, and how sharply the coordinate turns from log to linear.
#: At 3 the part below zero is a third of a prior standard deviation wide: no tail to climb out of.
SOFTENED = {"capability.shortfall_unit": 3.0}
#: Positive scalars on the log or log-odds scale that enter sums with others, as catching up and growth of
#: their own do in the growth of open lines: their amounts lie on lines where their logs lie on curves.
AMOUNTS = (
    "capability.catch_up",
    "capability.growth_closed",
    "capability.growth_open",
    "price.capability_gradient",
    "spend.share_pull",
)
#: Argument of the softplus at their typical amount: from there upwards it is nearly linear.
LINEAR_FROM = 2.0
#: Spreads that may be nearly zero, for which the logarithm has a tail without end; and the argument at which
#: they are typical, so that a tenth of that is still on the line.
SPREADS = ("capability.growth_spread", "choice.brand_spread")
SPREADS_FROM = 6.0
#: Vectors of standard normal luck whose exponential is a step, and the spread of the steps' logarithm.
LOGNORMAL = {"capability.growth_shock": "capability.growth_spread"}
#: Vectors in units of a spread, and the spread.
SCALED_BY = {
    **LOGNORMAL,
    "price.model_unit": "price.model_spread",
    "price.developer_unit": "price.developer_spread",
    "price.seller_unit": "price.host_spread",
    "choice.brand_unit": "choice.brand_spread",
    "choice.shock_unit": "choice.shock_spread",
    "choice.survey_bias_unit": "choice.enterprise_bias",
    "choice.mix_router_step": "choice.mix_walk",
    "choice.mix_enterprise_step": "choice.mix_walk",
    "choice.fringe_step": "choice.fringe_walk",
    "choice.router_step": "choice.router_walk",
    "choice.enterprise_step": "choice.enterprise_walk",
    "spend.growth_unit": "spend.growth_walk",
    "spend.share_unit": "spend.share_walk",
}
#: A unit whose data know less than this part of it is left as it is, and none is known altogether.
LEAST_CENTRED, MOST_CENTRED = 0.05, 0.999


@dataclass(frozen=True)
class Bends:
    """What is bent, and how.

    Attributes
    ----------
    soft : ndarray (soft,)
        Places of softened exponentials: ``y = (log softplus(rate w) - offset) / divisor``.
    rate, offset, divisor : ndarray (soft,)
        Constants of each.
    unit, spread : ndarray (scaled,)
        Places of units and of the logs of their spreads.
    part : ndarray (scaled,)
        Part of each unit that data know at the typical spread.
    typical : ndarray (scaled,)
        Log spread at which unit and coordinate agree.
    """

    soft: np.ndarray
    rate: np.ndarray
    offset: np.ndarray
    divisor: np.ndarray
    unit: np.ndarray
    spread: np.ndarray
    part: np.ndarray
    typical: np.ndarray

    @classmethod
    def of(cls, layout: Layout, typical: np.ndarray, centred: np.ndarray) -> Bends:
        """Bend what is declared in this file and part of a model.

        Parameters
        ----------
        layout : Layout
            The model's flat vector.
        typical : ndarray (flat,)
            Typical value of each unconstrained coordinate, of which those of spreads and amounts are read.
        centred : ndarray (flat,)
            Part of each unit that is centred.
        """
        # One row per softened element: place, rate, offset, divisor.
        rows = [
            (place, sharp, np.log(sharp), 1.0)
            for name, sharp in SOFTENED.items()
            for place in _places(layout, name)
        ]
        for names, linear_from in ((AMOUNTS, LINEAR_FROM), (SPREADS, SPREADS_FROM)):
            level = np.log(np.logaddexp(0.0, linear_from))
            rows += [
                (place, 1.0, level - typical[place], 1.0) for name in names for place in _places(layout, name)
            ]
        for name, spread in LOGNORMAL.items():
            usual = float(np.exp(typical[_places(layout, spread)][0])) if spread in layout.place else 1.0
            # At a luck of zero the step is that of the typical spread, log 2 of the softplus.
            rows += [(place, usual, np.log(np.log(2.0)), usual) for place in _places(layout, name)]
        soft, rate, offset, divisor = np.asarray(rows, dtype=float).reshape(-1, 4).T
        unit: list[int] = []
        by: list[int] = []
        for name, spread in SCALED_BY.items():
            if name in layout.place and spread in layout.place:
                found = [place for place in _places(layout, name) if centred[place] > LEAST_CENTRED]
                unit += found
                by += [layout.place[spread].flat.start] * len(found)
        units, spreads = np.asarray(unit, dtype=np.int64), np.asarray(by, dtype=np.int64)
        return cls(
            soft=soft.astype(np.int64),
            rate=np.ascontiguousarray(rate),
            offset=np.ascontiguousarray(offset),
            divisor=np.ascontiguousarray(divisor),
            unit=units,
            spread=spreads,
            part=np.minimum(centred[units], MOST_CENTRED).astype(float),
            typical=typical[spreads].astype(float),
        )

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """The arrays in the order in which the kernels take them."""
        return (
            self.soft,
            self.rate,
            self.offset,
            self.divisor,
            self.unit,
            self.spread,
            self.part,
            self.typical,
        )

    @property
    def arrays_back(self) -> tuple[np.ndarray, ...]:
        """Those of them that pulling a gradient back takes."""
        return self.soft, self.rate, self.divisor, self.unit, self.spread

    def straighten(self, y: np.ndarray) -> np.ndarray:
        """Return the coordinates ``w`` of unconstrained vectors ``y`` along the last axis."""
        w = np.array(y, dtype=float)
        apart = y[..., self.spread] - self.typical
        # The logarithm of 1 - c + c r^2, which a large spread does not overflow.
        shrunk = np.logaddexp(np.log1p(-self.part), np.log(self.part) + 2.0 * apart)
        w[..., self.unit] *= np.exp(0.5 * shrunk)
        amount = np.exp(self.divisor * w[..., self.soft] + self.offset)
        w[..., self.soft] = (amount + np.log(-np.expm1(-amount))) / self.rate
        return w

    def gradients(self, w: np.ndarray, y: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return gradients (draw, flat) by ``w`` of the log density, given those by ``y``."""
        from forkmodel.inference.geometry.kernels import bend_once, pull_back

        bent, again = np.empty_like(gradient), np.empty(y.shape[-1])
        slopes = np.empty((2, len(self.soft))), np.empty((2, len(self.unit)))
        for one in range(len(w)):
            bend_once(w[one], again, slopes, *self.arrays)
            pull_back(y[one], gradient[one], bent[one], slopes, *self.arrays_back)
        return bent


def _places(layout: Layout, name: str) -> list[int]:
    stretch = layout.place.get(name)
    return [] if stretch is None else list(range(stretch.flat.start, stretch.flat.stop))
