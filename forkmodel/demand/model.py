"""The PyMC model of demand: mean utility and hedonic price of every product, with correlated errors.

Buyer ``i`` of segment ``s`` gets from product ``j`` in market ``t``

    u_ijt = x_jt' beta - alpha_s p_jt + xi_jt + extreme-value error,        u_i0t = extreme-value error,

and sellers, who see ``xi``, set prices that go with it:

    p_jt = x_jt' pi_x + z_jt' pi_z + eta_jt,        (xi_jt, eta_jt) normal, with correlation rho.

Given the shares seen, ``xi`` is a function of the parameters, so shares and prices have an exact density:
that of two normal errors, and the determinant of :mod:`forkmodel.demand.inversion`. Written as ``xi`` given
``eta``, the first is what is called a control function.

For the sampler, ``x`` and ``(x, z)`` are turned into orthonormal columns, and what ``x`` does to utility
through the price is left out of its coefficients; :meth:`Design.tastes` turns back. Priors are stated on
those scales, none of which depends on a unit.

Sources: Rossi, Allenby and McCulloch (2005), Bayesian Statistics and Marketing, chapter 7 (instruments);
Jiang, Manchanda and Rossi (2009), Journal of Econometrics 149 (shares of a mixed logit); Petrin and Train
(2010), Journal of Marketing Research 47 (control functions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forkmodel.demand.instruments import characteristic_sums, independent
from forkmodel.demand.table import ProductTable
from forkmodel.errors import DataError, Problem

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["PRIORS", "Design", "demand_model", "make_design"]

#: Prior of each parameter, in words; saved with a fit.
PRIORS = {
    "sensitivity": "alpha times the mean price: log-normal, median 3, 90 % from 0.6 to 15",
    "spread": "alpha_2 / alpha_1 - 1 (two segments): log-normal, median 1, 90 % 0.2 to 5",
    "weight": "part of buyers in the second, more sensitive segment: beta(2, 2)",
    "taste": "log-odds per standard deviation of a column, without the way through price: normal(0, 5)",
    "hedonic": "standard deviations of price per standard deviation of a column: normal(0, 5)",
    "slope": "log-odds per standard deviation of price; less -alpha it is xi's: normal(0, 5)",
    "taste_sd": "standard deviation of xi given the price, log-odds: half-normal(3)",
    "price_sd": "that of the hedonic residual, in standard deviations of price: half-normal(1)",
}


@dataclass(frozen=True)
class Design:
    """A table as arrays.

    Attributes
    ----------
    share, price : ndarray (product,)
        As in the table.
    place : ndarray of int (product,)
        Market of each product.
    outside : ndarray (market,)
        Share of the outside good.
    tastes_of : list of str
        ``constant`` and the characteristics.
    instruments : list of str
        Excluded instruments, in the order of ``excluded``.
    computed : bool
        Whether they are sums of characteristics rather than columns of the table.
    dropped : list of str
        Sums that other columns imply.
    included, excluded : ndarray (product, column)
        Constant and characteristics; instruments.
    """

    share: np.ndarray
    price: np.ndarray
    place: np.ndarray
    outside: np.ndarray
    tastes_of: list[str]
    instruments: list[str]
    computed: bool
    dropped: list[str]
    included: np.ndarray
    excluded: np.ndarray

    @property
    def logit(self) -> np.ndarray:
        """Log-odds of each product against the outside good: the mean utility of one segment."""
        return np.asarray(np.log(self.share) - np.log(self.outside[self.place]))

    @property
    def scale(self) -> float:
        """Standard deviation of price."""
        return float(self.price.std())

    def basis(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return orthonormal columns of ``x`` and of what ``z`` adds, and ``R`` of ``x``.

        ``x = Q_x R``, with the mean square of each column of ``Q`` one.
        """
        root = np.sqrt(len(self.price))
        q, r = np.linalg.qr(np.column_stack([self.included, self.excluded]))
        # Signs are a convention of the decomposition; positive diagonals make them the columns' own.
        sign = np.where(np.diag(r) < 0.0, -1.0, 1.0)
        q, r = q * sign * root, (r * sign[:, None]) / root
        k = self.included.shape[1]
        return q[:, :k], q[:, k:], r[:k, :k]

    def tastes(self, taste: np.ndarray, hedonic: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        """Return ``beta`` (..., column): what goes through price, which the sampler leaves out, put back.

        Parameters
        ----------
        taste, hedonic : ndarray (..., column)
            As the sampler has them.
        alpha : ndarray (...)
            Sensitivity to price of the first segment, per unit of price.
        """
        _, _, r = self.basis()
        through_price = np.asarray(alpha)[..., None] * self.scale * hedonic[..., : len(self.tastes_of)]
        return np.asarray(np.linalg.solve(r, (taste + through_price)[..., None])[..., 0])

    @property
    def first_stage_f(self) -> float:
        """F statistic of the instruments in a regression of price on them and the characteristics."""
        of_x, of_z, _ = self.basis()
        n, k = len(self.price), of_z.shape[1]
        left = self.price - of_x @ (of_x.T @ self.price) / n
        explained = float(((of_z.T @ left) ** 2).sum() / n)
        rest = float(left @ left) - explained
        return float((explained / k) / (rest / (n - k - of_x.shape[1])))


def make_design(table: ProductTable) -> Design:
    """Return a table as arrays, with its own instruments or, if it has none, sums of characteristics.

    Raises
    ------
    DataError
        If the characteristics imply every sum, so that nothing moves prices alone.
    """
    frame = table.products
    included = frame[table.characteristics].to_numpy(float)
    computed = not table.instruments
    candidates = characteristic_sums(frame, table.characteristics) if computed else frame[table.instruments]
    excluded: pd.DataFrame = independent(included, candidates)
    if excluded.shape[1] == 0:
        what = "no column is an instrument, and sums of the characteristics of other products do not vary"
        fix = "Add a column that begins with instrument_: what moves prices and not tastes, such as a cost."
        raise DataError([Problem("products", None, None, None, what, fix)])
    return Design(
        share=frame["share"].to_numpy(float),
        price=frame["price"].to_numpy(float),
        place=table.place,
        outside=table.outside,
        tastes_of=["constant", *table.characteristics],
        instruments=[str(name) for name in excluded.columns],
        computed=computed,
        dropped=[str(name) for name in candidates.columns if name not in excluded.columns],
        included=np.column_stack([np.ones(len(frame)), included]),
        excluded=excluded.to_numpy(float),
    )


def demand_model(design: Design, segments: int) -> pm.Model:
    """Return the model of a design with one or two segments of buyers.

    Free variables: ``sensitivity``, ``taste``, ``hedonic``, ``price_sd``, ``taste_sd`` and ``slope``; with
    two segments ``spread`` and ``weight`` too. See ``PRIORS``.
    """
    import pymc as pm
    import pytensor.tensor as pt

    of_x, of_z, _ = design.basis()
    both = np.column_stack([of_x, of_z])
    price = design.price / design.scale
    coords = {"characteristic": design.tastes_of, "column": [*design.tastes_of, *design.instruments]}
    with pm.Model(coords=coords) as model:
        sensitivity = pm.LogNormal("sensitivity", np.log(3.0), 1.0)
        taste = pm.Normal("taste", 0.0, 5.0, dims="characteristic")
        hedonic = pm.Normal("hedonic", 0.0, 5.0, dims="column")
        price_sd = pm.HalfNormal("price_sd", 1.0)
        taste_sd = pm.HalfNormal("taste_sd", 3.0)
        # Per standard deviation of price from here on.
        alpha = sensitivity * design.scale / design.price.mean()
        utility: Any = design.logit
        log_jacobian: Any = -np.log(design.share).sum() - np.log(design.outside).sum()
        if segments == 2:
            from forkmodel.demand.inversion import Inversion

            spread = pm.LogNormal("spread", 0.0, 1.0)
            weight = pm.Beta("weight", 2.0, 2.0)
            invert = Inversion(design.share, price, design.place)
            utility, log_jacobian = invert(weight, alpha * spread)
        # How utility goes with the price that nothing else explains: less by the price, more by the quality
        # that sellers see. Shares tell the sum of both, whatever the instruments tell of the first.
        slope = pm.Normal("slope", -alpha, 5.0)
        residual = price - pt.dot(both, hedonic)
        instrumented = pt.dot(of_z, hedonic[len(design.tastes_of) :])
        surprise = utility - pt.dot(of_x, taste) + alpha * instrumented - slope * residual
        spreads = len(price) * (pt.log(price_sd) + pt.log(taste_sd))
        squares = pt.sum((residual / price_sd) ** 2) + pt.sum((surprise / taste_sd) ** 2)
        pm.Potential("shares_and_prices", -0.5 * squares - spreads + log_jacobian)
    return model
