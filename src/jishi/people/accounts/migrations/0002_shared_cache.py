"""The table behind the cache that all processes share: attempts at sign-in, used one-time codes.

Unlogged, because forgetting a counter after a crash does no harm and writing it costs less.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE accounts_sharedcache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX accounts_sharedcache_expires ON accounts_sharedcache (expires);
            """,
            "DROP TABLE accounts_sharedcache",
        )
    ]
