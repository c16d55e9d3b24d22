"""Fills an empty database in one go: the tables as the models say, then the written SQL of all migrations.

Replaying the history renders every model again for every step, most of a minute for some two hundred of
them; an empty database has no history to respect. ``tests/cli/test_fresh_tables.py`` compares both ways
column by column, so the short way cannot drift from the long one.
"""

from __future__ import annotations

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.special import RunSQL
from django.db.migrations.state import ProjectState

ONE_DATABASE = "default"


def is_empty(executor: MigrationExecutor) -> bool:
    """True when no migration was ever applied and nobody put a table there."""
    return not executor.loader.applied_migrations and not connection.introspection.table_names()


def create(executor: MigrationExecutor) -> None:
    """Create everything in one transaction and record every migration as applied.

    Python steps of migrations move rows, and there are none: they are left out. SQL steps may therefore
    not depend on rows either, and speak of the tables as they are today.
    """
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    state = ProjectState()
    emit_pre_migrate_signal(verbosity=0, interactive=False, db=ONE_DATABASE, apps=apps)
    with transaction.atomic(using=ONE_DATABASE):
        _create_tables({migration.app_label for migration in plan})
        with connection.schema_editor(atomic=False) as editor:
            for migration in plan:
                _run_written_sql(migration, editor, state)
        executor.recorder.ensure_schema()
        for migration in plan:
            executor.recorder.record_applied(migration.app_label, migration.name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=ONE_DATABASE, apps=apps)


def _create_tables(labels: set[str]) -> None:
    """Tables with their indexes and constraints; foreign keys last, when all tables exist."""
    with connection.schema_editor(atomic=False) as editor:
        for model in apps.get_models():
            if model._meta.app_label in labels and model._meta.managed and not model._meta.proxy:
                editor.create_model(model)


def _run_written_sql(migration: Migration, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
    for operation in migration.operations:
        if isinstance(operation, RunSQL):
            # Written SQL asks neither for the state before nor for the state after.
            operation.database_forwards(migration.app_label, editor, state, state)
