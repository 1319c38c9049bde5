"""Gather what the report shows from a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import expit

if TYPE_CHECKING:
    from forkmodel.inference.fit import Fit
    from forkmodel.report import ReportContent

__all__ = ["observed_points", "report_content"]


def observed_points(fit: Fit) -> dict[str, pd.DataFrame]:
    """Return the observations that are drawn over the model's paths, in their own units.

    Returns
    -------
    dict of DataFrame
        ``open_share`` (date, value, low, high), ``enterprise_open_share`` (date, value), ``revenue`` (date,
        developer, value, kind; USD per year), ``adoption_firms`` (date, value, population).
    """
    access = fit.panel.shares["access_shares"]
    revenue = fit.panel.spend["closed_revenue"]
    adoption = fit.panel.spend["adoption"]
    ramp = adoption["census"].to_numpy() == 0
    period = revenue["period"].to_numpy() > 0
    survey = fit.panel.shares["money_shares"]
    months = fit.panel.catalogue.months
    opened = np.flatnonzero(survey["entity"].to_numpy().astype(str) == "open")
    first, last = months[survey["first_month"].to_numpy()], months[survey["last_month"].to_numpy()]
    return {
        "enterprise_open_share": pd.DataFrame(
            {
                "date": (first + (last - first) / 2)[opened] + pd.Timedelta(days=14),
                "value": np.exp(survey["log_share"].to_numpy())[opened],
            }
        ),
        "open_share": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(access["month"].to_numpy()) + pd.Timedelta(days=14),
                "value": expit(access["logit_open_share"].to_numpy()),
                "low": access["low"].to_numpy(),
                "high": access["high"].to_numpy(),
                "label": "OpenRouter, all tokens of known access",
            }
        ),
        "revenue": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(revenue["date"].to_numpy()),
                "developer": revenue["firm"].to_numpy().astype(str),
                "value": np.exp(revenue["log_usd_bn"].to_numpy()) * 1e9,
                "kind": revenue["kind"].to_numpy().astype(str),
            }
        )[~period],
        "adoption_firms": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(adoption["date"].to_numpy())[ramp],
                "value": expit(adoption["logit_share"].to_numpy())[ramp],
                "population": adoption["population"].to_numpy().astype(str)[ramp],
            }
        ),
    }


def report_content(fit: Fit) -> ReportContent:
    """Return the content of the report: paths, review, priors, observations, cited facts, provenance."""
    from forkmodel.report import ReportContent

    provenance: dict[str, Any] = {**fit.describe(), "sources": fit.data.sources}
    return ReportContent(
        history=fit.history(),
        review=fit.review().as_dict(),
        prior_posterior=fit.prior_posterior(),
        observed=observed_points(fit),
        provenance=provenance,
        settings={"options": fit.options, "tune": fit.tune},
        facts=fit.against_facts().as_dict(),
    )
