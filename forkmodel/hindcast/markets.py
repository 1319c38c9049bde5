"""The other markets: what each is, whose shares its table tracks, and when it opened."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FAMILIES", "MARKETS", "OtherMarket"]

BROWSERS, CLOUD, PHONES = "browsers", "cloud", "phones"
#: Families: markets of one family share firms and fate, so together they are one draw of what markets do.
FAMILIES = (BROWSERS, CLOUD, PHONES)


@dataclass(frozen=True)
class OtherMarket:
    """One market.

    Attributes
    ----------
    name : str
        As in ``shares.csv``.
    family : str
        One of :data:`FAMILIES`.
    opened : float
        Decimal year in which the market in its present form opened: its age is counted from here.
    tracked : tuple of str
        Firms followed one by one, the rest being one remainder; empty where the source lists every firm, so
        that who is on the market can be read off the record.
    rounding : float
        Standard deviation of a share by rounding at the source.
    scored : bool
        Whether forecasts of it are scored.
    """

    name: str
    family: str
    opened: float
    tracked: tuple[str, ...] = ()
    rounding: float = 0.0
    scored: bool = True

    @property
    def listed(self) -> bool:
        """Whether the source lists every firm."""
        return not self.tracked


#: Half a point either way, evenly: standard deviation of a share that was rounded to whole points.
WHOLE_POINTS = 0.01 / 12.0**0.5

_REGIONS = ("africa", "asia", "europe", "north_america", "oceania", "south_america", "world")

MARKETS: dict[str, OtherMarket] = {
    market.name: market
    for market in (
        # Browsing as it is today began with the iPhone in 2007 and with Chrome in 2008.
        *(OtherMarket(f"browsers_{region}", BROWSERS, 2008.0) for region in _REGIONS),
        # Amazon's first services are of 2006.
        OtherMarket(
            "cloud_infrastructure", CLOUD, 2006.0, ("AWS", "Google", "Microsoft"), rounding=WHOLE_POINTS
        ),
        # Reports name the rest of the phones in few quarters, so that no HHI can be scored.
        OtherMarket("smartphone_systems", PHONES, 2007.5, ("Android", "iOS"), scored=False),
    )
}
