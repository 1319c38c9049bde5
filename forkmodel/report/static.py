"""Charts as finished drawings, in light colours: for paper and for figures that stand alone."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from forkmodel.report.palette import CHART_CONFIG, STATIC_FONT, resolve
from forkmodel.report.scales import Spec

__all__ = ["chart_svg"]

_AXIS = {**CHART_CONFIG["axis"], "labelFont": STATIC_FONT, "titleFont": STATIC_FONT}
#: What one drawing refers to inside itself; several drawings on one page must not share it.
_NAMED = re.compile(r'(id="|url\(#)(?=[A-Za-z])')


def chart_svg(spec: Spec, key: str, width: int, most: int | None = None) -> Markup:
    """Return a chart as an SVG element.

    Parameters
    ----------
    spec : dict
        Vega-Lite specification with named colours, as a page holds it.
    key : str
        What sets the drawing's inner names apart from those of others.
    width : int
        Pixels of the plot with its axes.
    most : int, optional
        Pixels that the plot of a path may be high; that of dots is as high as its rows.

    Returns
    -------
    Markup
        ``<svg ...>...</svg>`` with the chart's description as its label.
    """
    import vl_convert

    drawn: dict[str, Any] = {
        **spec,
        "width": width,
        "height": min(spec["height"], most or spec["height"]) if _is_path(spec) else spec["height"],
        "config": {**CHART_CONFIG, "font": STATIC_FONT, "axis": _AXIS},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 2,
        "layer": [layer for layer in spec["layer"] if not _follows_pointer(layer)],
    }
    drawn.pop("params", None)
    body = str(vl_convert.vegalite_to_svg(resolve(drawn)))
    label = Markup(' role="img" aria-label="{}" ').format(spec["description"])
    named = _NAMED.sub(rf"\g<1>{key}-", body)
    return Markup(named.replace("<svg ", f"<svg{label}", 1))  # noqa: S704 - Vega escapes its text


def _follows_pointer(layer: Spec) -> bool:
    """Return whether a layer shows only what a pointer selects, which paper does not have."""
    return any("condition" in channel for channel in layer["encoding"].values())


def _is_path(spec: Spec) -> bool:
    return any(layer["encoding"].get("x", {}).get("type") == "temporal" for layer in spec["layer"])
