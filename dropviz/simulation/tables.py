"""Tables as files: CSV and Parquet."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def table_csv(table: "pd.DataFrame") -> bytes:
    """Return the table as CSV in UTF-8, numbers with every digit that float64 has."""
    return str(table.to_csv(index=False)).encode("utf-8")


def table_parquet(table: "pd.DataFrame") -> bytes:
    """Return the table as Parquet; needs pyarrow."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
