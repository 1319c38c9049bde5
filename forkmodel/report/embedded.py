"""Data inside a page: JSON that a script element can hold whatever text is in it."""

from __future__ import annotations

import json

from markupsafe import Markup

__all__ = ["script_json"]


def script_json(value: object) -> Markup:
    """Return JSON that cannot close the script element it stands in."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(body.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704
