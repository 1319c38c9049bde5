"""What several observations share: scales, and the tail of share observations."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["ACCESS_NAMES", "FIGURE_TAIL", "SHARE_TAIL", "log_odds"]

#: Degrees of freedom of share observations: heavy enough for one odd month, fixed because few series see it.
SHARE_TAIL = 5.0
#: Degrees of freedom of figures about firms: revenue, adoption and reach.
FIGURE_TAIL = 4.0
#: Access classes as rows of shares name them.
ACCESS_NAMES = {"closed": "closed", "open_weights": "open"}


def log_odds(share: pd.Series) -> np.ndarray:
    """Return the log-odds of shares."""
    values = share.to_numpy(float)
    return np.asarray(np.log(values / (1.0 - values)))
