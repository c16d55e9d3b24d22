import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import jishi.growth.campaigns.contracts
import jishi.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_shared_cache"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=jishi.kernel.ids.new_code, max_length=12, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("goal", models.CharField(blank=True, default="", max_length=300)),
                (
                    "kind",
                    models.CharField(default=jishi.growth.campaigns.contracts.Kind["JOURNEY"], max_length=8),
                ),
                ("trigger", models.CharField(max_length=12)),
                ("trigger_key", models.CharField(blank=True, default="", max_length=60)),
                ("segment", models.CharField(blank=True, default="", max_length=12)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("repeat_days", models.PositiveSmallIntegerField(default=0)),
                ("reentry_days", models.PositiveSmallIntegerField(default=0)),
                ("budget_minor", models.BigIntegerField(default=0)),
                ("fixed_cost_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("quiet_from", models.PositiveSmallIntegerField()),
                ("quiet_to", models.PositiveSmallIntegerField()),
                ("goal_kind", models.CharField(blank=True, default="", max_length=12)),
                ("goal_days", models.PositiveSmallIntegerField(default=14)),
                ("exits_on_goal", models.BooleanField(default=True)),
                ("strategy_code", models.CharField(blank=True, default="", max_length=40)),
                ("holdout_bps", models.PositiveSmallIntegerField(default=1000)),
                ("holdout_reason", models.CharField(blank=True, default="", max_length=300)),
                ("salt", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(default=jishi.growth.campaigns.contracts.State["DRAFT"], max_length=8),
                ),
                ("asked_verb", models.CharField(blank=True, default="", max_length=8)),
                ("asked_at", models.DateTimeField(null=True)),
                ("pause_reason", models.CharField(blank=True, default="", max_length=40)),
                ("enrol_due_at", models.DateTimeField(null=True)),
                ("enrol_after", models.BigIntegerField(default=0)),
                ("read_due_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pressure",
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
                (
                    "sent",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(blank=True, default="", max_length=60)),
                ("arm", models.CharField(max_length=8)),
                ("state", models.CharField(max_length=8)),
                ("step", models.CharField(blank=True, default="", max_length=12)),
                ("step_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("entered_at", models.DateTimeField()),
                ("goal_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Effect",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enrolment_id", "step", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("kind", models.CharField(max_length=10)),
                ("outcome", models.CharField(max_length=12)),
                ("cost_minor", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.enrolment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JourneyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("steps", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="campaigns.campaign",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="enrolment",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campaigns.journeyversion"
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="live",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.journeyversion",
            ),
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=60)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="campaigns.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReadOutRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("body", models.JSONField()),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "db_table": "campaigns_readout",
            },
        ),
        migrations.CreateModel(
            name="Purse",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="campaigns.campaign",
                    ),
                ),
                ("budget_minor", models.BigIntegerField(default=0)),
                ("spent_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("spent_minor__gte", 0), ("spent_minor__lte", models.F("budget_minor"))
                        ),
                        name="campaigns_purse_budget",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Click",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "step", "person"), name="campaigns_click_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="journeyversion",
            constraint=models.UniqueConstraint(fields=("campaign", "number"), name="campaigns_version_once"),
        ),
        migrations.AddConstraint(
            model_name="journeyversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at", None)),
                fields=("campaign",),
                name="campaigns_version_one_draft",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("state", jishi.growth.campaigns.contracts.Flow["ACTIVE"])),
                fields=["campaign", "due_at", "id"],
                name="campaigns_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                fields=("campaign", "person", "key"), name="campaigns_enrolment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            jishi.growth.campaigns.contracts.Flow["ACTIVE"],
                            jishi.growth.campaigns.contracts.Flow["HELD"],
                        ],
                    ),
                    models.Q(("arm", jishi.growth.campaigns.contracts.Arm["TEST"]), _negated=True),
                ),
                fields=("campaign", "person"),
                name="campaigns_enrolment_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            jishi.growth.campaigns.contracts.Flow["ACTIVE"],
                            jishi.growth.campaigns.contracts.Flow["HELD"],
                            jishi.growth.campaigns.contracts.Flow["DONE"],
                            jishi.growth.campaigns.contracts.Flow["GOAL"],
                            jishi.growth.campaigns.contracts.Flow["STOPPED"],
                            jishi.growth.campaigns.contracts.Flow["FAILED"],
                        ],
                    )
                ),
                name="campaigns_enrolment_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "arm__in",
                        [
                            jishi.growth.campaigns.contracts.Arm["TREATED"],
                            jishi.growth.campaigns.contracts.Arm["HOLDOUT"],
                            jishi.growth.campaigns.contracts.Arm["TEST"],
                        ],
                    )
                ),
                name="campaigns_enrolment_arm",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", False), ("state", jishi.growth.campaigns.contracts.Flow["ACTIVE"])
                    ),
                    models.Q(
                        models.Q(("state", jishi.growth.campaigns.contracts.Flow["ACTIVE"]), _negated=True),
                        ("due_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="campaigns_enrolment_due",
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("state", jishi.growth.campaigns.contracts.State["RUNNING"])),
                fields=["trigger"],
                name="campaigns_running",
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("read_due_at__isnull", False)),
                fields=["read_due_at"],
                name="campaigns_read",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            jishi.growth.campaigns.contracts.State["DRAFT"],
                            jishi.growth.campaigns.contracts.State["APPROVAL"],
                            jishi.growth.campaigns.contracts.State["RUNNING"],
                            jishi.growth.campaigns.contracts.State["PAUSED"],
                            jishi.growth.campaigns.contracts.State["ENDED"],
                        ],
                    )
                ),
                name="campaigns_campaign_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            jishi.growth.campaigns.contracts.Kind["JOURNEY"],
                            jishi.growth.campaigns.contracts.Kind["FESTIVAL"],
                        ],
                    )
                ),
                name="campaigns_campaign_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "trigger__in",
                        [
                            jishi.growth.campaigns.contracts.Trigger["SEGMENT"],
                            jishi.growth.campaigns.contracts.Trigger["ENTERED"],
                            jishi.growth.campaigns.contracts.Trigger["LEFT"],
                            jishi.growth.campaigns.contracts.Trigger["STAGE"],
                            jishi.growth.campaigns.contracts.Trigger["FACT"],
                            jishi.growth.campaigns.contracts.Trigger["CART"],
                            jishi.growth.campaigns.contracts.Trigger["ANNIVERSARY"],
                            jishi.growth.campaigns.contracts.Trigger["HOOK"],
                        ],
                    )
                ),
                name="campaigns_campaign_trigger",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "asked_verb__in",
                        [
                            "",
                            jishi.growth.campaigns.contracts.Verb["START"],
                            jishi.growth.campaigns.contracts.Verb["RESUME"],
                            jishi.growth.campaigns.contracts.Verb["VERSION"],
                        ],
                    )
                ),
                name="campaigns_campaign_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holdout_bps__gt", 0), ("holdout_bps__lte", 9000)),
                    models.Q(("holdout_bps", 0), models.Q(("holdout_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="campaigns_campaign_holdout",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("quiet_from__lt", 1440), ("quiet_to__lt", 1440)),
                name="campaigns_campaign_quiet",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("started_at__isnull", True),
                        (
                            "state__in",
                            [
                                jishi.growth.campaigns.contracts.State["DRAFT"],
                                jishi.growth.campaigns.contracts.State["APPROVAL"],
                            ],
                        ),
                    ),
                    ("started_at__isnull", False),
                    _connector="OR",
                ),
                name="campaigns_campaign_started",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["stop", "complaint"])), name="campaigns_objection_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("person", "campaign", "kind"),
                name="campaigns_objection_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                fields=("campaign", "kind", "code"), name="campaigns_part_once"
            ),
        ),
    ]
