"""Write ``examples/automobiles`` anew from the automobile data that PyBLP ships.

Run it with ``python scripts/make_automobiles.py``. The products of the 20 model years 1971 to 1990 are those
of Berry, Levinsohn and Pakes (1995) as Andrews, Gentzkow and Shapiro (2017) extracted them. Shares are units
sold over US households, prices thousands of dollars of 1983. Firms are numbered there; names are those of
the makes that each number has.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyblp

from forkmodel.whole_files import write_whole

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "automobiles"
SOURCE = "pyblp-blp-products"
CHARACTERISTICS = ("hpwt", "air", "mpd", "space")
FIRMS = {
    1: "Toyota",
    2: "Nissan",
    3: "Honda",
    4: "Mazda",
    5: "Subaru",
    6: "Volvo",
    7: "Volkswagen",
    8: "BMW",
    9: "Mercedes-Benz",
    10: "Mitsubishi",
    11: "Saab",
    12: "Porsche",
    13: "Isuzu",
    14: "Peugeot",
    15: "AMC",
    16: "Chrysler",
    17: "Fiat",
    18: "Ford",
    19: "GM",
    20: "Alfa Romeo",
    21: "Hyundai",
    22: "Jaguar",
    23: "Yugo",
    24: "Renault",
    25: "Capri",
    26: "Opel",
}


def products() -> pd.DataFrame:
    """Return the rows of ``products.csv``."""
    cars = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    # The code of a model stands for one generation of it; several versions of one are told apart by number.
    code = cars["clustering_ids"].astype(str)
    twice = cars.duplicated(["market_ids", "clustering_ids"], keep=False)
    return pd.DataFrame(
        {
            "market": cars["market_ids"],
            "product": code.where(~twice, code + "-" + cars["car_ids"].astype(str)),
            "firm": cars["firm_ids"].map(FIRMS),
            "price": cars["prices"],
            "share": cars["shares"],
            **{name: cars[name] for name in CHARACTERISTICS},
            "source_id": SOURCE,
        }
    )


def sources() -> pd.DataFrame:
    """Return the row of ``sources.csv``."""
    return pd.DataFrame(
        {
            "source_id": [SOURCE],
            "title": [
                f"blp_products.csv of PyBLP {pyblp.__version__}: US automobiles, model years 1971 to 1990"
            ],
            "publisher": ["PyBLP"],
            "url": ["https://github.com/jeffgortmaker/pyblp"],
            "licence": ["MIT"],
            "attribution": [
                "Copyright 2021 Jeff Gortmaker and Christopher Conlon; data of Berry, Levinsohn and Pakes "
                "(1995), extracted by Andrews, Gentzkow and Shapiro (2017)"
            ],
            "retrieved": ["2026-11-30"],
        }
    )


def main() -> None:
    """Write both files."""
    for name, frame in {"products": products(), "sources": sources()}.items():
        write_whole(FOLDER / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    main()
