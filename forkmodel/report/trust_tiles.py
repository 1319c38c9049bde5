"""How far to trust the page at one look: a sentence for every test that it went through."""

from __future__ import annotations

from forkmodel.report import facts, trust, trust_text
from forkmodel.report.content import PASS, ReportContent

__all__ = ["tiles"]


def tiles(content: ReportContent) -> list[tuple[str, str, str]]:
    """Return label, sentence and anchor of every test, those that this content lacks left out.

    Parameters
    ----------
    content : ReportContent
        What to show.
    """
    checks = content.review.get("checks", [])
    passed = sum(check["status"] == PASS for check in checks)
    made = [("Review", trust_text.review_tile(content.status, passed, len(checks)), "review")]
    lost = [row.target for row in trust.backtest_rows(content) if not row.won]
    if content.trust is not None and content.trust.backtest is not None:
        said = [trust_text.lost_tile(lost), *trust.backtest_standing(content)[:1]]
        made.append(("Backtest", " ".join(said), "backtest"))
        coverage = trust.coverage_sentences(content)
        if coverage:
            made.append(("Calibration of forecasts", coverage[-1], "backtest"))
    if content.facts is not None and (counted := facts.counts(content)):
        made.append(("Cited facts", counted, "facts"))
    table = content.prior_posterior
    if "prior_driven" in table and len(table):
        driven = int(table["prior_driven"].astype(bool).sum())
        made.append(("Priors", trust_text.priors_tile(driven, len(table)), "priors"))
    made.append(("Sensitivity and calibration", trust_text.STUDIES, "limits"))
    return made
