"""The Spark engine: the same statements on a cluster, which reads the same Parquet files."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import SparkSession

from jishi.insight.metrics.contracts import Result

VIEW = """
SELECT
    event_id, unix_micros(CAST(ts AS TIMESTAMP)) AS at_us,
    unix_micros(CAST(ts AS TIMESTAMP)) div 3600000000 AS hour_i,
    CAST(datediff(day, DATE '1970-01-01') AS BIGINT) AS day_n,
    (CAST(datediff(day, DATE '1970-01-01') AS BIGINT) + 3) div 7 AS week_i,
    CAST(year(day) * 12 + month(day) - 1 AS BIGINT) AS month_i,
    kind, user_id, coalesce(session_id, '') AS session_id,
    coalesce(product_id, 0) AS product_id, coalesce(CAST(product_id AS STRING), '') AS product,
    coalesce(CAST(note_id AS STRING), '') AS note, coalesce(CAST(shop_id AS STRING), '') AS shop,
    coalesce(CAST(category_id AS STRING), '') AS category, CAST(user_id AS STRING) AS buyer,
    coalesce(order_code, '') AS order_code, coalesce(amount_minor, 0) AS amount_minor,
    coalesce(currency, '') AS currency, coalesce(quantity, 1) AS quantity, coalesce(share_code, '') AS
    share_code,
    coalesce(from_user_id, 0) AS from_user_id, coalesce(channel, '') AS channel, coalesce(source, '') AS
    source,
    coalesce(device, '') AS device, coalesce(region, '') AS region, coalesce(language, '') AS language,
    coalesce(page, '') AS page, coalesce(slot, '') AS slot, coalesce(query, '') AS query
FROM lake
WHERE NOT coalesce(is_bot, false)
"""


class Spark:
    """One session of this process, on the master of ``JISHI_SPARK_MASTER``."""

    def __init__(self, master: str) -> None:
        self.session = (
            SparkSession.builder.appName("jishi")
            .master(master)
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )

    def run(self, sql: str, params: Mapping[str, Any], files: Sequence[str]) -> Result:
        """Answer a statement."""
        self.session.read.parquet(*files).createOrReplaceTempView("lake")
        self.session.sql(VIEW).createOrReplaceTempView("events")
        answer = self.session.sql(sql)
        return Result(tuple(answer.columns), tuple(tuple(_plain(v) for v in row) for row in answer.collect()))


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def open_engine() -> Spark:
    """The engine."""
    return Spark(os.environ.get("JISHI_SPARK_MASTER", "local[2]"))
