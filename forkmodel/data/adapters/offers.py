"""List prices read on a day: who sells, as whom, and whether the price says anything new.

A list without dates tells that a price was in force on the day of reading. A level that the tables already
hold is no news; a level that they do not hold starts on the day on which it was seen, which may be late.
"""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from forkmodel.data.adapters.draft import NO_MODEL, Draft
from forkmodel.data.adapters.units import CellError, read_number
from forkmodel.data.names import plain_name

__all__ = ["Offers"]

#: Why a price is left out that says nothing new.
HELD = "the tables already hold this price"
_PRICES = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok")


class Offers:
    """Add prices to a draft.

    Parameters
    ----------
    draft : Draft
        The import.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def _developers(self) -> dict[str, str]:
        models = self.draft.known["models"]
        return dict(zip(models["model_id"].tolist(), models["developer"].tolist(), strict=True))

    @cached_property
    def _homes(self) -> dict[str, set[str]]:
        """Developers of whose models each known seller is the first party."""
        prices = self.draft.known["prices"]
        own = prices.loc[prices["seller_kind"].eq("first_party"), ["seller", "model_id"]].drop_duplicates()
        homes: dict[str, set[str]] = {}
        for seller, model in own.itertuples(index=False):
            homes.setdefault(seller, set()).add(self._developers.get(model, ""))
        return homes

    @cached_property
    def _held(self) -> dict[tuple[str, str], pd.DataFrame]:
        prices = self.draft.known["prices"]
        return {
            (str(model), str(seller)): own for (model, seller), own in prices.groupby(["model_id", "seller"])
        }

    def kind(self, seller: str, model: str) -> str:
        """Return whether a seller is the first party of a model or a host of it."""
        developer = self._developers.get(model, "")
        own = developer in self._homes.get(seller, set()) or plain_name(seller) == plain_name(developer)
        return "first_party" if own else "host"

    def first_party(self, model: str) -> str | None:
        """Return the seller that is the first party of a model's developer, if the tables know one."""
        developer = self._developers.get(model, "")
        own = sorted(seller for seller, homes in self._homes.items() if developer in homes)
        likest = [seller for seller in own if plain_name(seller) in plain_name(developer)]
        return next(iter(likest or own), None)

    def read(self, place: str, name: str, texts: dict[str, str], unit: str) -> dict[str, str] | None:
        """Return prices in USD per million tokens, or None where they are no list price; that is said then.

        Parameters
        ----------
        place, name : str
            Where they stand in the source, and what the source calls the offer.
        texts : dict of str to str
            Columns of prices as the source writes them.
        unit : str
            One of :data:`~forkmodel.data.adapters.units.UNITS`.
        """
        try:
            prices = {column: read_number(text, unit=unit) for column, text in texts.items()}
        except CellError as error:
            self.draft.leave(place, name, f"a cell cannot be read: {error}")
            return None
        ends = [prices[column] for column in _PRICES[:2]]
        if not all(ends):
            self.draft.leave(place, name, "no price of input or of output tokens")
        elif ends == ["0", "0"]:
            self.draft.leave(place, name, "a free offer is a variant, not the list price")
        else:
            return prices
        return None

    def add_current(
        self, place: str, name: str, seller: str, texts: dict[str, str], *, unit: str, names: tuple[str, ...]
    ) -> None:
        """Add a price that was in force on the day of reading, unless the tables hold it.

        Parameters
        ----------
        place, name, texts, unit
            As for :meth:`read`.
        seller : str
            The seller.
        names : tuple of str
            Names under which the model is looked up, the fullest first.
        """
        prices = self.read(place, name, texts, unit)
        if prices is None:
            return
        model = self.draft.naming.model(*names)
        if model is None:
            self.draft.leave(place, name, NO_MODEL)
            return
        seller = self.draft.naming.find("seller", seller) or seller
        day = self.draft.day
        if self.draft.is_late(day):
            self.draft.leave(place, name, "the list was read after the vintage, and its prices have no dates")
        elif self._holds((model, seller), (day, ""), prices):
            self.draft.leave(place, name, HELD)
        else:
            self._add(place, (model, seller), (day, ""), prices, dated=True)

    def add_spell(
        self,
        place: str,
        name: str,
        offer: tuple[str, str],
        span: tuple[str, str],
        texts: dict[str, str],
        *,
        dated: bool,
    ) -> None:
        """Add a price that held over a span, unless the tables hold it.

        Parameters
        ----------
        place, name, texts
            As for :meth:`read`; USD per million tokens.
        offer : tuple of str
            Model and seller.
        span : tuple of str
            First day, and first day without the price (empty = still in force).
        dated : bool
            Whether the source states the start; otherwise it is the model's release, or the day of reading
            where the tables hold another price since.
        """
        prices = self.read(place, name, texts, "per_million_tokens")
        if prices is None:
            return
        if not dated and offer in self._held and not self._holds(offer, span, prices):
            # It follows a price that the tables hold, on a day nobody wrote down.
            span, dated = (self.draft.day, span[1]), True
        if self._holds(offer, span, prices):
            self.draft.leave(place, name, HELD)
        elif self.draft.is_late(span[0]) or (span[1] and span[1] <= span[0]):
            self.draft.leave(place, name, "a price without a start, and the tables hold another one")
        else:
            self._add(place, offer, span, prices, dated=dated)

    def _add(
        self,
        place: str,
        offer: tuple[str, str],
        span: tuple[str, str],
        prices: dict[str, str],
        *,
        dated: bool,
    ) -> None:
        model, seller = offer
        self.draft.add(
            "prices",
            place,
            model_id=model,
            seller=seller,
            seller_kind=self.kind(seller, model),
            effective_from=span[0],
            effective_to=span[1],
            from_is_release="false" if dated else "true",
            first_observed="" if self.draft.is_late(self.draft.day) else self.draft.day,
            **prices,
        )

    def _holds(self, offer: tuple[str, str], span: tuple[str, str], prices: dict[str, str]) -> bool:
        """Whether the tables hold a spell of this price at some time of the span."""
        held = self._held.get(offer)
        if held is None:
            return False
        begin, end = pd.Timestamp(span[0]), pd.Timestamp(span[1]) if span[1] else pd.Timestamp.max
        meets = (held["effective_from"] < end) & (
            held["effective_to"].isna() | (held["effective_to"] > begin)
        )
        return any(_same(row, prices) for _, row in held.loc[meets].iterrows())


def _same(held: pd.Series, prices: dict[str, str]) -> bool:
    for column in _PRICES:
        text = prices.get(column, "")
        if column == "cached_input_usd_per_mtok" and (not text or pd.isna(held[column])):
            continue
        if not text or abs(float(text) - float(held[column])) > 1e-9 * max(1.0, float(held[column])):
            return False
    return True
