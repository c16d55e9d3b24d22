"""Gifts for first steps: what a path may spend, and what each newcomer was given."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Purse",
            fields=[
                ("path_number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("budget_minor", models.BigIntegerField(default=0)),
                ("spent_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="onboarding_purse_budget",
                        condition=Q(spent_minor__gte=0, spent_minor__lte=F("budget_minor")),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("path_number", models.PositiveIntegerField()),
                ("gift", models.CharField(max_length=40)),
                ("outcome", models.CharField(max_length=8)),
                ("cost_minor", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["path_number", "outcome"], name="onboarding_reward_path")],
                "constraints": [
                    models.CheckConstraint(
                        name="onboarding_reward_outcome",
                        condition=Q(outcome__in=["given", "refused", "over"]),
                    )
                ],
            },
        ),
    ]
