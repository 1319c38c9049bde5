"""Colours by name, for light and dark, and the look of every chart.

Specs hold names (``var(--closed)``), never values: the page's style sheet gives them their values, so a
chart follows the reader's colour scheme and the printer without being drawn again. A static figure has no
style sheet; :func:`resolve` puts the light values in.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = [
    "CHART_CONFIG",
    "COLOURS",
    "STATIC_FONT",
    "access_colour",
    "colour",
    "developer_colour",
    "light",
    "resolve",
]

#: name: (light, dark). Closed is blue and open is orange everywhere, apart in hue and lightness for readers
#: with any of the common colour deficiencies; tokens and money have their own pair.
COLOURS = {
    "page": ("#fbfaf7", "#15171b"),
    "surface": ("#ffffff", "#1d2026"),
    "ink": ("#1d2126", "#e8e6e1"),
    "muted": ("#5c636e", "#a3a9b3"),
    "line": ("#dddad2", "#363b44"),
    "grid": ("#ebe8e1", "#2a2e36"),
    "accent": ("#1f4e8c", "#86b6f2"),
    "closed": ("#1f4e8c", "#79adf0"),
    "open": ("#c8590a", "#f59e4f"),
    "tokens": ("#00796b", "#4cc4b1"),
    "money": ("#7b3fa0", "#c69aec"),
    "neutral": ("#6b7280", "#9aa2ae"),
    "yardstick": ("#3a4048", "#cdd1d8"),
    "pass": ("#1b6e3c", "#6fcf97"),
    "review": ("#8a5a00", "#f0c04f"),
    "fail": ("#b3261e", "#ff8a80"),
    "pass-tint": ("#e6f3ea", "#16301f"),
    "review-tint": ("#fbf0d6", "#352a10"),
    "fail-tint": ("#fce8e6", "#3d1815"),
    "dev-openai": ("#0f7b66", "#4fcbb0"),
    "dev-anthropic": ("#b4532f", "#eb9170"),
    "dev-google": ("#2f66c9", "#82aef5"),
    "dev-xai": ("#4a515c", "#b6bcc6"),
    "dev-meta": ("#0a7ea4", "#5cc3e3"),
    "dev-deepseek": ("#4c4ccf", "#a3a3f7"),
    "dev-alibaba": ("#9c4486", "#dc93ca"),
    "dev-mistral": ("#b86e00", "#f1b14e"),
    "dev-moonshot": ("#567a1c", "#a9cf6c"),
    "dev-zhipu": ("#7a4fb5", "#bf9df0"),
    "dev-minimax": ("#b81d5b", "#f288b0"),
    "dev-microsoft": ("#2b8291", "#70c9d6"),
}
_DEVELOPERS = {
    "OpenAI": "openai",
    "Anthropic": "anthropic",
    "Google DeepMind": "google",
    "Google": "google",
    "xAI": "xai",
    "Meta": "meta",
    "DeepSeek": "deepseek",
    "Alibaba": "alibaba",
    "Mistral AI": "mistral",
    "Moonshot AI": "moonshot",
    "Zhipu AI": "zhipu",
    "MiniMax": "minimax",
    "Microsoft": "microsoft",
}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

#: A drawing that stands alone is measured here and shown elsewhere: letters of one width on most machines.
STATIC_FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


def colour(name: str) -> str:
    """Return a named colour as a chart refers to it."""
    return f"var(--{name})"


def access_colour(access: str) -> str:
    """Return the colour of an access class."""
    return colour(access if access in {"closed", "open"} else "neutral")


def developer_colour(developer: str) -> str:
    """Return the fixed colour of a developer; grey for those without one."""
    short = _DEVELOPERS.get(developer)
    return colour(f"dev-{short}" if short else "neutral")


def light(text: str) -> str:
    """Return text with light colour values in place of names."""
    return re.sub(r"var\(--([a-z-]+)\)", lambda found: COLOURS[found.group(1)][0], text)


def resolve(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec with light colour values in place of names."""
    resolved: dict[str, Any] = json.loads(light(json.dumps(spec)))
    return resolved


_AXIS = {
    "labelColor": colour("muted"),
    "titleColor": colour("muted"),
    "gridColor": colour("grid"),
    "domainColor": colour("line"),
    "tickColor": colour("line"),
    "labelFont": _FONT,
    "titleFont": _FONT,
    "labelFontSize": 11,
    "titleFontSize": 11,
    "titleFontWeight": "normal",
    "labelPadding": 4,
}
CHART_CONFIG: dict[str, Any] = {
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisX": {"grid": False, "tickSize": 4},
    "axisY": {"domain": False, "ticks": False, "titleAlign": "left", "titleAngle": 0, "titleAnchor": "start"},
    "title": {
        "color": colour("ink"),
        "subtitleColor": colour("muted"),
        "font": _FONT,
        "subtitleFont": _FONT,
        "anchor": "start",
        "fontSize": 14,
        "subtitleFontSize": 12,
    },
}
