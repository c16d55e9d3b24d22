"""DuckDB in memory over the files of the manifest: never a database file, never a glob.

A shared file would be locked by its first writer, and a glob can see a day twice while it is merged.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from jishi.insight.metrics.contracts import Result

COLUMNS = (
    "event_id VARCHAR, ts TIMESTAMP, day DATE, kind VARCHAR, user_id BIGINT, session_id VARCHAR, "
    "product_id BIGINT, note_id BIGINT, shop_id BIGINT, category_id BIGINT, order_code VARCHAR, "
    "amount_minor BIGINT, currency VARCHAR, quantity INTEGER, share_code VARCHAR, from_user_id BIGINT, "
    "channel VARCHAR, source VARCHAR, device VARCHAR, region VARCHAR, language VARCHAR, page VARCHAR, "
    "slot VARCHAR, query VARCHAR, is_bot BOOLEAN"
)
VIEW = """
CREATE VIEW events AS SELECT
    event_id, epoch_us(ts) AS at_us, epoch_us(ts) // 3600000000 AS hour_i, day - DATE '1970-01-01' AS day_n,
    (day - DATE '1970-01-01' + 3) // 7 AS week_i, year(day) * 12 + month(day) - 1 AS month_i,
    kind, user_id, coalesce(session_id, '') AS session_id,
    coalesce(product_id, 0) AS product_id, coalesce(CAST(product_id AS VARCHAR), '') AS product,
    coalesce(CAST(note_id AS VARCHAR), '') AS note, coalesce(CAST(shop_id AS VARCHAR), '') AS shop,
    coalesce(CAST(category_id AS VARCHAR), '') AS category, CAST(user_id AS VARCHAR) AS buyer,
    coalesce(order_code, '') AS order_code, CAST(coalesce(amount_minor, 0) AS BIGINT) AS amount_minor,
    coalesce(currency, '') AS currency, coalesce(quantity, 1) AS quantity, coalesce(share_code, '') AS
    share_code,
    coalesce(from_user_id, 0) AS from_user_id, coalesce(channel, '') AS channel, coalesce(source, '') AS
    source,
    coalesce(device, '') AS device, coalesce(region, '') AS region, coalesce(language, '') AS language,
    coalesce(page, '') AS page, coalesce(slot, '') AS slot, coalesce(query, '') AS query
FROM {origin}
WHERE NOT is_bot
"""


class DuckDB:
    """A fresh in-memory database for every statement: nothing is shared, nothing stays."""

    def run(self, sql: str, params: Mapping[str, Any], files: Sequence[str]) -> Result:
        """Answer a statement within ``params``: ``memory`` (like ``2GB``), ``threads``, ``spill`` (a
        folder) and
        ``timeout_s``, after which the engine is interrupted.
        """
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": str(params.get("memory", "2GB")),
            "threads": str(params.get("threads", 2)),
            "temp_directory": str(params.get("spill", "")),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
        with duckdb.connect(":memory:", config=config) as connection:
            if files:
                listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
                origin = f"read_parquet([{listed}], hive_partitioning = false, union_by_name = false)"
            else:
                connection.execute(f"CREATE TABLE nothing ({COLUMNS})")
                origin = "nothing"
            connection.execute(VIEW.format(origin=origin))
            watchdog = threading.Timer(float(params.get("timeout_s", 600.0)), connection.interrupt)
            watchdog.daemon = True
            watchdog.start()
            try:
                answer = connection.execute(sql)
                columns = tuple(column[0] for column in answer.description or ())
                rows = tuple(tuple(_plain(value) for value in row) for row in answer.fetchall())
            finally:
                watchdog.cancel()
        return Result(columns, rows)


def _plain(value: Any) -> Any:
    """Sums are huge integers to the engine and floats are whole numbers in our statements."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def open_engine() -> DuckDB:
    """The engine."""
    return DuckDB()
