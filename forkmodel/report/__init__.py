"""The report: a page on screen or paper, its numbers as JSON, and its charts as files."""

from __future__ import annotations

from forkmodel.report.content import ReportContent
from forkmodel.report.figure_files import FIGURES_INDEX, write_figures
from forkmodel.report.output import (
    check_report,
    check_sections,
    headline_figure,
    summary_json,
    write_report,
)

__all__ = [
    "FIGURES_INDEX",
    "ReportContent",
    "check_report",
    "check_sections",
    "headline_figure",
    "summary_json",
    "write_figures",
    "write_report",
]
