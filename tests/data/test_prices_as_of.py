"""What a model cost on a day: the dated spells, from their first day up to the last before their end."""

from __future__ import annotations

import pandas as pd
import pytest

from forkmodel.errors import ForkModelError


@pytest.mark.parametrize(
    ("day", "prices"),
    [
        ("2024-01-09", []),
        ("2024-01-10", [10.0]),
        ("2024-08-31", [10.0]),
        ("2024-09-01", [5.0]),
        ("2025-08-01", [5.0]),
    ],
)
def test_a_price_holds_from_its_start_up_to_its_end(small, day, prices):
    assert small.price_at("alpha-1", day)["input_usd_per_mtok"].tolist() == prices
    assert small.price_at("alpha-1", pd.Timestamp(day))["input_usd_per_mtok"].tolist() == prices


def test_every_spell_of_the_snapshot_is_found_on_its_days(snapshot):
    spells = snapshot.prices
    several = spells[spells.duplicated(["model_id", "seller"], keep=False)]
    assert len(several) > 50
    for row in several.itertuples(index=False):
        found = snapshot.price_at(row.model_id, row.effective_from)
        (own,) = found[found["seller"] == row.seller].to_dict("records")
        assert own["effective_from"] == row.effective_from
        if not pd.isna(row.effective_to) and row.effective_to <= snapshot.vintage:
            after = snapshot.price_at(row.model_id, row.effective_to)
            assert (
                row.effective_from not in after.loc[after["seller"] == row.seller, "effective_from"].tolist()
            )


def test_a_price_may_hold_before_anybody_saw_it(small):
    cut = small.price_at("alpha-1", "2024-09-15")
    assert cut["first_observed"].iloc[0] > pd.Timestamp("2024-09-15")
    known = small.as_of("2024-09-15").price_at("alpha-1", "2024-09-15")
    assert known["input_usd_per_mtok"].tolist() == [10.0]


def test_what_cannot_be_known_is_refused(small):
    with pytest.raises(ForkModelError, match="the tables end on 2025-08-01"):
        small.price_at("alpha-1", "2025-08-02")
    with pytest.raises(ForkModelError, match="Did you mean 'alpha-1'"):
        small.price_at("alpha1", "2025-01-01")
    with pytest.raises(ForkModelError, match="the day of the price"):
        small.price_at("alpha-1", "1.1.2025")
