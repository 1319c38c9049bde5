"""Excel sheets as text cells. Formulas are seen and never evaluated; a percentage keeps its sign."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime
from typing import Any

from forkmodel.data.adapters.opening import checked_archive, refuse
from forkmodel.data.adapters.sheets import Sheet, as_sheet
from forkmodel.data.cells import cell_text
from forkmodel.errors import DataError, did_you_mean

__all__ = ["FORMULA", "MOST_CELLS", "read_excel"]

#: What stands in the place of a formula; a cell that is needed and holds one is reported.
FORMULA = "\x00formula"
#: A sheet with more cells than this is no table of the market.
MOST_CELLS = 20_000_000


def read_excel(data: bytes, place: str, *, sheet: str = "", header: int = 1) -> Sheet:
    """Read one sheet of an Excel file (``.xlsx``).

    Parameters
    ----------
    data : bytes
        The file.
    place : str
        What to call it.
    sheet : str
        Name of the sheet; may be empty where there is only one.
    header : int
        Which row holds the column names.

    Raises
    ------
    DataError
        If it is no Excel file, unpacks to too much, or the sheet is not there.
    """
    import openpyxl

    checked_archive(place, data).close()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            return _sheet(book, place, sheet, header)
    except (DataError, MemoryError):
        raise
    except Exception as error:
        # A damaged file makes the library and its XML parser raise almost anything.
        raise _damaged(place, error) from error


def _damaged(place: str, error: Exception) -> Exception:
    return refuse(place, f"is no sound Excel file: {error}", "Save it again as .xlsx, or as CSV.")


def _sheet(book: Any, place: str, name: str, header: int) -> Sheet:
    names = book.sheetnames
    if not name and len(names) > 1:
        raise refuse(place, f"holds the sheets {', '.join(names)}", "Name one as sheet under [file].")
    if name and name not in names:
        raise refuse(place, f"holds no sheet {name!r}", did_you_mean(name, names))
    chosen = book[name or names[0]]
    records: list[tuple[int, list[str]]] = []
    cells = width = 0
    for number, row in enumerate(chosen.iter_rows(), start=1):
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        cells += len(texts) + 1
        if cells > MOST_CELLS:
            raise refuse(place, f"holds more than {MOST_CELLS} cells", "Give the part that is a table.")
        width = len(texts) if number == header else width
        # Rows end with their last filled cell; those of a table are as wide as its header.
        records.append((number, texts + [""] * (width - len(texts))))
    return as_sheet(f"{place}, sheet {chosen.title}", records, header)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | int) and not isinstance(value, bool) and "%" in str(cell.number_format):
        # The cell holds 0.85 and shows 85 %; people write down what is shown.
        return f"{cell_text(round(value * 100, 12))}%"
    return cell_text(value).strip()
