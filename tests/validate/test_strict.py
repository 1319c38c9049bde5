"""Strict as-of views: nothing that there is no proof for, and every record says which view it used."""

from __future__ import annotations

import pandas as pd
import pytest

import forkmodel as fm
from forkmodel.data.vintages import seen_later
from forkmodel.pipeline import Source
from forkmodel.validate.backtest.backtest import CUTOFFS, cutoff_jobs


@pytest.mark.parametrize("day", CUTOFFS)
def test_a_strict_view_holds_no_score_and_no_price_that_was_seen_later(market, day):
    strict = market.as_of(day, strict=True)
    assert (strict.scores["source_snapshot"] <= pd.Timestamp(day)).all()
    assert (strict.prices["first_observed"] <= pd.Timestamp(day)).all()
    loose = market.as_of(day)
    later = int((loose.scores["source_snapshot"] > pd.Timestamp(day)).sum())
    assert later > 0
    assert seen_later(loose.tables(), pd.Timestamp(day)) == later
    assert seen_later(strict.tables(), pd.Timestamp(day)) == 0
    # It is enough for a model: panel and design are built as for any tables.
    assert fm.ForkModel(strict).panel.rows["scores"].sizes["score"] > 500


def test_the_fits_of_a_strict_backtest_are_of_strict_views(market):
    priors = fm.load_priors("hindsight-free")
    strict = cutoff_jobs(market, CUTOFFS, priors, 10, 10, 1, strict=True)
    loose = cutoff_jobs(market, CUTOFFS, priors, 10, 10, 1)
    assert all(seen_later(job.data.tables(), job.data.vintage) == 0 for job in strict)
    assert all(seen_later(job.data.tables(), job.data.vintage) > 0 for job in loose)
    assert not {job.key for job in strict} & {job.key for job in loose}


def test_a_source_takes_the_strict_view_of_its_day_or_of_the_vintage(market):
    assert Source(as_of="2026-06-01", strict=True).load() == market.as_of("2026-06-01", strict=True)
    assert Source(as_of="2026-06-01").load() == market.as_of("2026-06-01")
    assert Source(strict=True).load() == market.as_of(market.vintage, strict=True)
    assert Source().load() == market
