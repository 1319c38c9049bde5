"""What three readers want to know, answered from the worlds: a buyer, an investor, a regulator."""

from __future__ import annotations

from forkmodel.report import buyer, investor, regulator
from forkmodel.report.content import ReportContent
from forkmodel.report.reader_parts import Reader

__all__ = ["readers"]


def readers(content: ReportContent) -> list[Reader]:
    """Return the three sections; none without a forecast or for another market, none if the review failed.

    Parameters
    ----------
    content : ReportContent
        What to show.
    """
    if content.forecast is None or content.failed or "buyer" in content.left_out:
        return []
    found = (buyer.buyer(content), investor.investor(content), regulator.regulator(content))
    return [reader for reader in found if reader is not None]
