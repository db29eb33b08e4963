"""How a migration reaches the database: through the app that is being migrated.

``cchc db upgrade`` (Flask-Migrate) runs it; constraints keep the names the models give.
"""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine

from survey_app import models  # noqa: F401 - fills the metadata
from survey_app.extensions import Model


def _engine() -> Engine:
    return current_app.extensions["migrate"].db.engine  # type: ignore[no-any-return]


def _run(connection: Connection) -> None:
    """Migrate in one transaction per step; SQLite copies tables, so its keys are off."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.commit()


with _engine().connect().execution_options(writes=True) as live:
    _run(live)
