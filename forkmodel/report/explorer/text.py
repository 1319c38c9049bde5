"""The words of the explorer."""

from __future__ import annotations

__all__ = ["INTRO", "NO_SCRIPT", "OPEN", "PARAMETERS", "PARTS", "STATIC_COLUMNS", "TITLE"]

TITLE = "Explore the worlds"
OPEN = "Open the explorer: brush a histogram, and the claims follow"
PARAMETERS = "Parameters that move the claims"
INTRO = (
    "Every world of the forecast, in a form that can be cut. Draw a range on a histogram, or set it with the "
    "sliders and fields: every histogram shows the worlds inside (colour) before all worlds (grey), and the "
    "claims say how probable they are there. This is conditioning, not intervening: it says what goes with a "
    "range, not what forcing it would bring."
)
PARTS = (
    "Outcomes are those of a year's last quarter; numbers under a histogram are the median and the central "
    "80% of the worlds selected. Under a scenario (dashed: without it) the same draws go on with the "
    "same random numbers. To stay small the page has the headline outcomes of scenarios in 2031 only, and no "
    "claims; the scenario's own forecast answers everything. A probability with fewer than 100 effective "
    "draws behind it is not stated, as forkmodel query does not."
)
NO_SCRIPT = "The explorer needs JavaScript. Medians and 80% intervals over all worlds:"
STATIC_COLUMNS = ("Outcome", "Median", "80% interval", "Unit")
