"""Instruments for prices: columns of the table, or sums of the characteristics of other products.

A product surrounded by near substitutes has a lower markup, and one whose seller owns its neighbours a
higher one, so sums of characteristics over a firm's other products and over its rivals' move prices. They
are no part of a buyer's taste for the product itself as long as firms choose what to build before they know
its unobserved quality.

Source: Berry, Levinsohn and Pakes (1995), Automobile Prices in Market Equilibrium, Econometrica 63, section
5.1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["adds_nothing", "characteristic_sums", "independent", "without"]

#: A column is implied by others if what they leave of it is less than this part of its size.
IMPLIED = 1e-8


def characteristic_sums(products: pd.DataFrame, characteristics: list[str]) -> pd.DataFrame:
    """Return sums of characteristics over the firm's other products and over its rivals' in the market.

    Parameters
    ----------
    products : DataFrame
        Rows with ``market`` and ``firm``.
    characteristics : list of str
        Columns to sum; the number of products is summed too.

    Returns
    -------
    DataFrame
        Columns ``own_products, rival_products, own_x, rival_x, ...``, rows as in ``products``.
    """
    values = products[characteristics].assign(products=1.0)[["products", *characteristics]]
    keys = [products["market"], products["firm"]]
    in_firm = values.groupby(keys).transform("sum")
    in_market = values.groupby(keys[0]).transform("sum")
    sums = {}
    for name in values.columns:
        sums[f"own_{name}"] = in_firm[name] - values[name]
        sums[f"rival_{name}"] = in_market[name] - in_firm[name]
    return pd.DataFrame(sums, index=products.index)


def adds_nothing(columns: np.ndarray) -> list[bool]:
    """Return for each column whether a constant and the columns before it imply it.

    Parameters
    ----------
    columns : ndarray
        Shape ``(row, column)``.
    """
    basis = [np.full(len(columns), 1.0 / np.sqrt(max(len(columns), 1)))]
    implied = []
    for column in columns.T:
        left = column.astype(float)
        # Twice is enough: what rounding leaves of the first pass, the second takes away.
        for _ in range(2):
            for direction in basis:
                left = left - (direction @ left) * direction
        size = float(np.linalg.norm(left))
        gone = size <= IMPLIED * float(np.linalg.norm(column))
        implied.append(bool(gone))
        if not gone:
            basis.append(left / size)
    return implied


def independent(included: np.ndarray, excluded: pd.DataFrame) -> pd.DataFrame:
    """Return the instruments that neither the characteristics nor the instruments before them imply.

    Parameters
    ----------
    included : ndarray
        Characteristics, shape ``(row, column)``.
    excluded : DataFrame
        Candidates.
    """
    gone = adds_nothing(np.column_stack([included, excluded.to_numpy(float)]))[included.shape[1] :]
    return excluded.loc[:, [not each for each in gone]]


def without(columns: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return what a regression on other columns leaves of columns, both (row, column)."""
    return np.asarray(columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0])
