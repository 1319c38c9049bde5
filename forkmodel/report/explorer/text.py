"""The words of the explorer."""

from __future__ import annotations

__all__ = ["INTRO", "NO_SCRIPT", "PARAMETERS", "PARTS", "STATIC_COLUMNS", "TITLE"]

TITLE = "Explore the worlds"
PARAMETERS = "Parameters that move the claims"
INTRO = (
    "Every world of the forecast, in a form that you can cut. Draw a range on a histogram, or set it with the "
    "sliders and fields: everything else shows the worlds inside it (colour) before all worlds (grey), and "
    "the claims show how probable they are there. This is conditioning, not intervening: it says what goes "
    "with a range, not what would follow from forcing it."
)
PARTS = (
    "Outcomes are those of a year's last quarter. Under a scenario the same worlds are run again, with the "
    "same draws and random numbers; the page carries its headline outcomes in one year only, and no claims, to "
    "stay small. A saved forecast of the scenario answers everything. A question that fewer than 100 effective "
    "draws bear on is not answered, here as in forkmodel query."
)
NO_SCRIPT = "The explorer needs JavaScript. Medians and 80% intervals over all worlds:"
STATIC_COLUMNS = ("Outcome", "Median", "80% interval", "Unit")
