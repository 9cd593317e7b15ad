"""The catalogue's tables, column by column. Their history is in `migrations/`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite only auto-increments an INTEGER
