"""The report: one HTML page, its numbers as JSON, and the picture of concentration."""

from __future__ import annotations

from forkmodel.report.content import ReportContent
from forkmodel.report.output import check_sections, headline_figure, summary_json, write_report

__all__ = ["ReportContent", "check_sections", "headline_figure", "summary_json", "write_report"]
