"""The figure of a calibration: the ranks of every statistic against the uniform."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.report.palette import COLOURS
from forkmodel.validate.calibration.ranks import rank_band, that_count, uniform_ranks

__all__ = ["ranks_figure"]

CELL_WIDTH, CELL_HEIGHT, COLUMNS = 150, 90, 5


def ranks_figure(ranks: xr.Dataset, title: str) -> Any:
    """Return the distribution of every statistic's ranks less the uniform's, with its band, as a chart.

    Parameters
    ----------
    ranks : Dataset
        From :func:`forkmodel.validate.calibration.ranks.read_ranks`.
    title : str
        Title.
    """
    import altair as alt

    ink, band, good, bad = (COLOURS[name][0] for name in ("ink", "grid", "closed", "open"))
    ranks = that_count(ranks)
    values = uniform_ranks(ranks)
    cells = []
    for place, name in enumerate(ranks["statistic"].to_numpy()):
        own = values[np.isfinite(values[:, place]), place]
        if not len(own):
            continue
        at, ecdf, low, high = rank_band(own)
        inside = ((ecdf >= low - 1e-12) & (ecdf <= high + 1e-12)).all()
        frame = pd.DataFrame({"rank": at, "difference": ecdf, "low": low, "high": high})
        base = alt.Chart(frame).encode(x=alt.X("rank", title=None, axis=alt.Axis(values=[0, 0.5, 1])))
        area = base.mark_area(color=band).encode(y=alt.Y("low", title=None), y2="high")
        line = base.mark_line(color=good if inside else bad, interpolate="step-after").encode(y="difference")
        cell = (area + line).properties(width=CELL_WIDTH, height=CELL_HEIGHT)
        cells.append(cell.properties(title=alt.Title(str(name), fontSize=10, color=ink, anchor="start")))
    grid = alt.concat(*cells, columns=COLUMNS, spacing=12)
    return grid.properties(title=title).configure_view(stroke=None).configure_axis(grid=False)
