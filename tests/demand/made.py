"""Tables of products made from known demand; sellers know of quality what the tables leave out."""

from __future__ import annotations

import numpy as np
import pandas as pd

ALPHA, GAP, WEIGHT = 0.6, 0.9, 0.5
BETA = {"constant": -1.0, "size": 0.8}
MARKETS, PRODUCTS = 20, 12


def made_products(seed: int = 1, gap: float = 0.0, markets: int = MARKETS) -> pd.DataFrame:
    """Return products whose prices go with unobserved quality; a cost moves prices alone.

    With ``gap`` a part ``WEIGHT`` of buyers minds a unit of price by that much more than ``ALPHA``.
    """
    random = np.random.default_rng(seed)
    rows = []
    for market in range(markets):
        size, cost, quality = random.normal(size=(3, PRODUCTS)) * [[1.0], [1.0], [0.7]]
        price = 5.0 + 0.5 * size + 0.8 * cost + 0.9 * quality + 0.3 * random.normal(size=PRODUCTS)
        price = np.maximum(price, 0.3)
        utility = BETA["constant"] + BETA["size"] * size - ALPHA * price + quality
        rows.append(
            pd.DataFrame(
                {
                    "market": f"m{market:02d}",
                    "product": [f"p{place:02d}" for place in range(PRODUCTS)],
                    "firm": [f"f{place // 3}" for place in range(PRODUCTS)],
                    "price": price,
                    "share": shares_of(utility, price, gap),
                    "size": size,
                    "instrument_cost": cost,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def shares_of(utility: np.ndarray, price: np.ndarray, gap: float, weight: float = WEIGHT) -> np.ndarray:
    """Return shares of one market, given the utilities of its less sensitive buyers."""
    total = np.zeros_like(utility)
    for part, more in ((1.0 - weight, 0.0), (weight, gap)):
        odds = np.exp(utility - more * price)
        total += part * odds / (1.0 + odds.sum())
    return total
