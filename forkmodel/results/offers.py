"""What several paths need of every offer: price sensitivity by segment and paid price over list."""

from __future__ import annotations

import numpy as np

from forkmodel.model.demand import DemandDesign

__all__ = ["paid_over_list", "price_coefficients"]


def paid_over_list(value: dict[str, np.ndarray], design: DemandDesign) -> np.ndarray:
    """Return the paid price over the list price (draw, cell)."""
    return np.where(
        design.cell_open > 0,
        value["price.paid_share_open"][:, None],
        value["price.paid_share_closed"][:, None],
    )


def price_coefficients(value: dict[str, np.ndarray]) -> np.ndarray:
    """Return the price coefficients (draw, segment), in the order of the segments."""
    first = value["choice.price_frontier"]
    return np.stack([first, first + value["choice.price_threshold_extra"]], axis=-1)
