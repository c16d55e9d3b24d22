import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jishi.kernel.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_shared_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="Birthday",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("day", jishi.kernel.crypto.EncryptedTextField()),
                ("day_index", models.CharField(editable=False, max_length=64)),
                ("agreed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["day_index"], name="accounts_birthday_day")],
            },
        ),
    ]
