"""The explorer: every world of a forecast on the page, to be cut by hand and asked again."""

from __future__ import annotations

from forkmodel.report.explorer.section import NOTHING, section

__all__ = ["NOTHING", "section"]
